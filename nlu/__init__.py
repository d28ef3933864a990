"""The NLU: a message becomes an Understanding.

Light to import: numpy, scikit-learn and torch are loaded by the functions that need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlu.data import TrainingData
from nlu.example import Example
from nlu.rasa_yaml import strip_annotations
from nlu.types import OUT_OF_SCOPE, Decision, Entity, Intent, Understanding, Understands

if TYPE_CHECKING:
    from nlu.embedding.model import Embedding as Embedding
    from nlu.embedding.model import open_embedding as open_embedding
    from nlu.entities import extract_entities as extract_entities
    from nlu.entity_evaluation import EntityFigures as EntityFigures
    from nlu.entity_evaluation import evaluate_entities as evaluate_entities
    from nlu.entity_evaluation import read_annotated as read_annotated
    from nlu.evaluation import EvaluationReport as EvaluationReport
    from nlu.evaluation import evaluate as evaluate
    from nlu.loading import load_model as load_model
    from nlu.model import TrainedModel as TrainedModel
    from nlu.predictions import Prediction as Prediction
    from nlu.predictions import from_understanding as from_understanding
    from nlu.risk import RiskTarget as RiskTarget
    from nlu.risk import choose_threshold as choose_threshold
    from nlu.risk import upper_bound as upper_bound
    from nlu.trainer import train as train
    from nlu.typos import add_typos as add_typos

__all__ = [
    "OUT_OF_SCOPE",
    "Decision",
    "Embedding",
    "Entity",
    "EntityFigures",
    "EvaluationReport",
    "Example",
    "Intent",
    "Prediction",
    "RiskTarget",
    "TrainedModel",
    "TrainingData",
    "Understanding",
    "Understands",
    "add_typos",
    "choose_threshold",
    "evaluate",
    "evaluate_entities",
    "extract_entities",
    "from_understanding",
    "load_model",
    "open_embedding",
    "read_annotated",
    "strip_annotations",
    "train",
    "upper_bound",
]

_HEAVY = {
    "add_typos": "nlu.typos",
    "extract_entities": "nlu.entities",
    "Embedding": "nlu.embedding.model",
    "EntityFigures": "nlu.entity_evaluation",
    "EvaluationReport": "nlu.evaluation",
    "Prediction": "nlu.predictions",
    "RiskTarget": "nlu.risk",
    "TrainedModel": "nlu.model",
    "from_understanding": "nlu.predictions",
    "choose_threshold": "nlu.risk",
    "upper_bound": "nlu.risk",
    "evaluate": "nlu.evaluation",
    "evaluate_entities": "nlu.entity_evaluation",
    "load_model": "nlu.loading",
    "open_embedding": "nlu.embedding.model",
    "read_annotated": "nlu.entity_evaluation",
    "train": "nlu.trainer",
}


def __getattr__(name: str) -> Any:
    """Load the heavy parts of the public face on first use."""
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HEAVY[name]), name)
