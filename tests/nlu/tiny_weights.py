"""Writes a small weight file in the layout of ``nlu.embedding.weights``."""

from __future__ import annotations

import struct

import numpy as np

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 64, 4, 4, 128, 64
PIECES = (
    ["<s>", "<pad>", "</s>", "<unk>", "▁"]
    + [f"▁{c}" for c in "abcdefghijklmnopqrstuvwxyz"]
    + list("abcdefghijklmnopqrstuvwxyz0123456789:?,.")
    + ["▁koperasi", "▁nib", "query", "▁query", "稣", "🙏"]
)


def tiny_weights(*, seed: int = 0) -> bytes:
    """Return the bytes of a random encoder with readable pieces."""
    rng = np.random.default_rng(seed)
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", HIDDEN, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2)
    head += struct.pack("<fi", 1e-12, 32)
    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)])
    head += struct.pack("<i4iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, blob)))
    head += struct.pack(f"<{len(offsets)}I", *offsets)
    scores = [0.0] * 4 + [-(1.0 + i / 10) for i in range(len(PIECES) - 4)]
    head += struct.pack(f"<{len(PIECES)}f", *scores) + b"".join(blob)
    head += struct.pack("<iI", 0, 0)
    tensors = _tensors(rng)
    table_size = 4 + sum(2 + len(n.encode()) + 21 for n in tensors)
    return _assemble(head, tensors, len(head) + table_size)


def _tensors(rng: np.random.Generator) -> dict[str, tuple[int, int, bytes]]:
    sizes = {
        "emb.word": (len(PIECES) * HIDDEN, True),
        "emb.pos": (POSITIONS * HIDDEN, False),
        "emb.type": (2 * HIDDEN, False),
        "emb.ln.w": (HIDDEN, False),
        "emb.ln.b": (HIDDEN, False),
    }
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao"):
            sizes[f"l{layer}.{name}.w"] = (HIDDEN * HIDDEN, True)
            sizes[f"l{layer}.{name}.b"] = (HIDDEN, False)
        for name, rows in (("fi", INNER), ("fo", HIDDEN)):
            sizes[f"l{layer}.{name}.w"] = (HIDDEN * INNER, True)
            sizes[f"l{layer}.{name}.b"] = (rows, False)
        for name in ("aln", "oln"):
            sizes[f"l{layer}.{name}.w"] = (HIDDEN, False)
            sizes[f"l{layer}.{name}.b"] = (HIDDEN, False)
    return {name: _tensor(name, count, packed, rng) for name, (count, packed) in sizes.items()}


def _tensor(
    name: str, count: int, packed: bool, rng: np.random.Generator
) -> tuple[int, int, bytes]:
    if packed:
        blocks = count // 32
        scales = rng.uniform(0.01, 0.03, blocks).astype("<f2")
        nibbles = rng.integers(0, 256, (blocks, 16)).astype(np.uint8)
        rows = np.concatenate([scales.view(np.uint8).reshape(blocks, 2), nibbles], axis=1)
        return 1, count, rows.tobytes()
    centre = 1.0 if name.endswith("ln.w") else 0.0
    return 0, count, rng.normal(centre, 0.1, count).astype("<f4").tobytes()


def _assemble(head: bytes, tensors: dict[str, tuple[int, int, bytes]], start: int) -> bytes:
    table, body = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, content) in tensors.items():
        encoded = name.encode()
        table += struct.pack("<H", len(encoded)) + encoded
        table += struct.pack("<BIQQ", kind, count, start + len(body), len(content))
        body += content
    return head + table + body
