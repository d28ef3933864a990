"""An Understanding in the form in which Rasa's ``POST /model/parse`` gives it.

Differences on purpose: ``intent.name`` is the full label (``topik/kunci``) and ``decision`` is
added; ``response_selector`` carries what a Rasa client reads for retrieval intents.
Reference: Rasa 3 HTTP API, "Parse a message using the Rasa model".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogue import Assets
from nlu.types import Intent, Understanding


def understanding_as_rasa(understanding: Understanding, assets: Assets) -> dict[str, Any]:
    """Return the JSON object of one parsed message."""
    return {
        "text": understanding.text,
        "intent": _intent(understanding.intent),
        "entities": [
            {
                "entity": entity.entity,
                "start": entity.start,
                "end": entity.end,
                "value": entity.value,
                "confidence_entity": entity.confidence,
                "extractor": "HaloEntityExtractor",
            }
            for entity in understanding.entities
        ],
        "intent_ranking": [_intent(intent) for intent in understanding.ranking],
        "response_selector": _response_selector(understanding, assets),
        "decision": understanding.decision,
        "out_of_scope": understanding.out_of_scope,
        "model_id": understanding.model_version,
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return {"name": intent.name, "confidence": intent.confidence}


def _response_selector(understanding: Understanding, assets: Assets) -> Mapping[str, Any]:
    topic, _, key = understanding.intent.name.partition("/")
    selector: dict[str, Any] = {"all_retrieval_intents": [topic.topic for topic in assets.topics]}
    if not key:
        return selector
    answer = assets.knowledge.get(understanding.intent.name)
    selector[topic] = {
        "response": {
            "responses": [{"text": answer.jawaban}] if answer and not answer.withdrawn else [],
            "confidence": understanding.intent.confidence,
            "intent_response_key": understanding.intent.name,
            "utter_action": f"utter_{understanding.intent.name}",
        },
        "ranking": [
            {"confidence": intent.confidence, "intent_response_key": intent.name}
            for intent in understanding.ranking
            if intent.name.startswith(f"{topic}/")
        ],
    }
    return selector
