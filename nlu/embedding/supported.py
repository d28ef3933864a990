"""Which SentenceTransformer folders the small encoder computes. Light: loads no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def is_supported(folder: Path) -> bool:
    """Tell whether ``folder`` holds a model that `FastBert` computes."""
    needed = ("config.json", "modules.json", "tokenizer.json", "model.safetensors")
    if not all((folder / name).is_file() for name in needed):
        return False
    config = read_json(folder / "config.json")
    kinds = [
        str(module["type"]).rsplit(".", 1)[-1] for module in read_json(folder / "modules.json")
    ]
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and kinds == ["Transformer", "Pooling", "Normalize"]
        and _is_mean_pooling(read_json(folder / "1_Pooling" / "config.json"))
    )


def _is_mean_pooling(config: dict[str, Any]) -> bool:
    if "pooling_mode" in config:
        return bool(config["pooling_mode"] == "mean")
    modes = [name for name, on in config.items() if name.startswith("pooling_mode_") and on]
    return modes == ["pooling_mode_mean_tokens"]


def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
