"""Writes a SentenceTransformer folder from the weights: the same bytes for the same input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from nlu.embedding.weights import Pieces, Shape, WeightFile

_PROMPT = "query: "
_LONGEST = 128
"""Pieces that are read of a message; chat messages are far shorter."""
_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def build_tokenizer(pieces: Pieces, keep: Sequence[int]) -> Tokenizer:
    """Return the tokenizer over the kept pieces, numbered in the order of ``keep``."""
    number = {old: new for new, old in enumerate(keep)}
    vocabulary = [(pieces.texts[old], pieces.scores[old]) for old in keep]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=number[pieces.unknown]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", number[pieces.begin]), ("</s>", number[pieces.end])],
    )
    tokenizer.add_special_tokens(sorted(_SPECIAL.values()))
    return tokenizer


def write_folder(folder: Path, weights: WeightFile, keep: Sequence[int]) -> None:
    """Write the model with only the kept pieces into ``folder`` (made if missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(value) for name, value in _tensors(weights, keep).items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(weights.pieces, keep).save(str(folder / "tokenizer.json"))
    padding = list(keep).index(weights.pieces.padding)
    for name, content in _configurations(weights.shape, len(keep), padding).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _tensors(weights: WeightFile, keep: Sequence[int]) -> dict[str, NDArray[np.float32]]:
    shape = weights.shape
    hidden, inner = shape.hidden, shape.feed_forward
    words = weights.tensor("emb.word", shape.vocabulary, hidden)[np.asarray(keep)]
    named = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": weights.tensor("emb.pos", shape.positions, hidden),
        "embeddings.token_type_embeddings.weight": weights.tensor("emb.type", shape.types, hidden),
        "embeddings.LayerNorm.weight": weights.tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": weights.tensor("emb.ln.b", hidden),
        # Not used (mean pooling), but missing they would be made up at random on loading.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(shape.layers):
        target = f"encoder.layer.{layer}."
        for short, long in _LINEAR.items():
            rows, columns = sizes.get(short, (hidden, hidden))
            named[f"{target}{long}.weight"] = weights.tensor(f"l{layer}.{short}.w", rows, columns)
            named[f"{target}{long}.bias"] = weights.tensor(f"l{layer}.{short}.b", rows)
        for short, long in _NORMS.items():
            named[f"{target}{long}.weight"] = weights.tensor(f"l{layer}.{short}.w", hidden)
            named[f"{target}{long}.bias"] = weights.tensor(f"l{layer}.{short}.b", hidden)
    return named


def _configurations(shape: Shape, vocabulary: int, padding: int) -> dict[str, Any]:
    return {
        "config.json": _bert(shape, vocabulary, padding),
        "tokenizer_config.json": {
            **_SPECIAL,
            "cls_token": "<s>",
            "sep_token": "</s>",
            "model_max_length": shape.positions,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "clean_up_tokenization_spaces": False,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": _PROMPT, "document": "passage: "},
            "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {
            "max_seq_length": min(_LONGEST, shape.positions),
            "do_lower_case": False,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{_PACKAGE}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{_PACKAGE}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{_PACKAGE}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    }


def _bert(shape: Shape, vocabulary: int, padding: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": padding,
        "type_vocab_size": shape.types,
        "vocab_size": vocabulary,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }


_PACKAGE = "sentence_transformers.models"
