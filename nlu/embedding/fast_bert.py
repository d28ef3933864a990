"""A small BERT encoder with 7-bit weights, for one message on one thread.

It reads the same SentenceTransformer folder that `sentence-transformers` reads, and is used
instead of it when the folder holds what it knows (see :mod:`nlu.embedding.supported`).
Measured: less than half the time, a third of the memory, no import of transformers.

Activations are 8-bit, every token scaled to its own range. Texts are encoded one by one: padding
to a batch's longest text would change the last digits.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from nlu.embedding.supported import read_json

Apply = Callable[[torch.Tensor], torch.Tensor]

_WEIGHT_STEPS = 63
"""Largest weight: two products with 8-bit activations (2 x 63 x 255) still fit into the 16 bits
that AVX2 kernels add in. Measured better than 8-bit weights with 7-bit activations."""


@dataclass(frozen=True)
class _Layer:
    query_key_value: Apply
    attention_output: Apply
    attention_norm: Apply
    widen: Apply
    narrow: Apply
    output_norm: Apply


class FastBert:
    """The encoder of one folder.

    A vector is the unit sentence embedding (``dimension`` numbers) followed by the token means of
    the layers at a half and three quarters of the depth, which tell few-example labels apart.
    """

    def __init__(self, folder: Path) -> None:
        config = read_json(folder / "config.json")
        self.dimension: int = config["hidden_size"]
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        self._prompt = _prompt(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_longest(folder, config["max_position_embeddings"]))
        torch.backends.quantized.engine = "fbgemm"
        tensors = load_file(folder / "model.safetensors")
        self._words = tensors["embeddings.word_embeddings.weight"]
        first_type = tensors["embeddings.token_type_embeddings.weight"][0]
        self._places = tensors["embeddings.position_embeddings.weight"] + first_type
        self._norm = self._normalise(tensors, "embeddings.LayerNorm")
        self._layers = [
            self._layer(tensors, f"encoder.layer.{number}.")
            for number in range(config["num_hidden_layers"])
        ]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text (texts x 3 ``dimension``)."""
        vectors = np.zeros((len(texts), 3 * self.dimension), np.float32)
        with torch.inference_mode():
            for row, text in enumerate(texts):
                vectors[row] = self._encode(text).numpy()
        return vectors

    def _encode(self, text: str) -> torch.Tensor:
        numbers = self._tokenizer.encode(self._prompt + text).ids
        state = self._norm(self._words[numbers] + self._places[: len(numbers)])
        depth = len(self._layers)
        inner = []
        for number, layer in enumerate(self._layers, start=1):
            attended = layer.attention_output(self._attend(layer.query_key_value(state)))
            state = layer.attention_norm(state + attended)
            state = layer.output_norm(state + layer.narrow(functional.gelu(layer.widen(state))))
            if number in (depth // 2, depth * 3 // 4):
                inner.append(state.mean(0))
        return torch.cat([functional.normalize(state.mean(0), dim=0), *inner])

    def _attend(self, joined: torch.Tensor) -> torch.Tensor:
        length = len(joined)
        query, key, value = joined.view(length, 3, self._heads, -1).permute(1, 2, 0, 3).unbind(0)
        mixed = functional.scaled_dot_product_attention(query[None], key[None], value[None])[0]
        return mixed.transpose(0, 1).reshape(length, self.dimension)

    def _layer(self, tensors: dict[str, torch.Tensor], prefix: str) -> _Layer:
        parts = [f"{prefix}attention.self.{name}" for name in ("query", "key", "value")]
        return _Layer(
            query_key_value=_linear(tensors, *parts),
            attention_output=_linear(tensors, f"{prefix}attention.output.dense"),
            attention_norm=self._normalise(tensors, f"{prefix}attention.output.LayerNorm"),
            widen=_linear(tensors, f"{prefix}intermediate.dense"),
            narrow=_linear(tensors, f"{prefix}output.dense"),
            output_norm=self._normalise(tensors, f"{prefix}output.LayerNorm"),
        )

    def _normalise(self, tensors: dict[str, torch.Tensor], name: str) -> Apply:
        weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        shape, epsilon = (self.dimension,), self._epsilon
        return lambda state: functional.layer_norm(state, shape, weight, bias, epsilon)


def _linear(tensors: dict[str, torch.Tensor], *names: str) -> Apply:
    """Return the linear map (several stacked into one) with 7-bit weights, one scale a row.

    Every token is scaled to its own range, or the few that have huge values (the first one of a
    text above all) would leave the others a handful of steps.
    """
    weight = torch.cat([tensors[f"{name}.weight"] for name in names])
    bias = torch.cat([tensors[f"{name}.bias"] for name in names])
    scales = weight.abs().amax(1).double().clamp_min(1e-12) / _WEIGHT_STEPS
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    with warnings.catch_warnings():
        # torch announces the end of its quantised types; its version is pinned.
        warnings.filterwarnings("ignore", message="torch.quantize_per_tensor", category=UserWarning)
        rows = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(rows, None)
    product = torch.ops.quantized.linear_dynamic

    def apply(state: torch.Tensor) -> torch.Tensor:
        ranges = state.abs().amax(1, keepdim=True).clamp_min(1e-9)
        return torch.addcmul(bias, product(state / ranges, packed, False), ranges)

    return apply


def _prompt(folder: Path) -> str:
    path = folder / "config_sentence_transformers.json"
    config = read_json(path) if path.is_file() else {}
    name = config.get("default_prompt_name")
    return str(config.get("prompts", {}).get(name, "")) if name else ""


def _longest(folder: Path, positions: int) -> int:
    path = folder / "sentence_bert_config.json"
    config = read_json(path) if path.is_file() else {}
    return min(int(config.get("max_seq_length") or positions), positions)
