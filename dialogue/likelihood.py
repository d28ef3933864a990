"""What the probabilities of an unsure message say about its place in the conversation."""

from __future__ import annotations

from dialogue.context_tables import Subject
from dialogue.reading import Reading
from nlu.types import OUT_OF_SCOPE, Intent

_NEAR, _TIMES_NEAR = 0.3, 2
_TIMES_AHEAD = 3
_FOREIGN, _ELSEWHERE, _HARDLY = 0.3, 0.5, 0.05


def clearly_first(reading: Reading, least: float) -> bool:
    """Whether the NLU's first label is far ahead of its second, though not sure enough alone."""
    first, second = _leading(reading)
    own = reading.how == "nlu" and first.name == reading.intent and reading.is_knowledge
    return own and first.confidence >= max(least, _TIMES_AHEAD * second)


def nearest(reading: Reading, label: str) -> str | None:
    """Return the likeliest label where it is of the topic of ``label`` and clearly ahead."""
    first, second = _leading(reading)
    same = first.name.partition("/")[0] == label.partition("/")[0]
    ahead = first.confidence >= max(_NEAR, _TIMES_NEAR * second)
    return first.name if "/" in first.name and same and ahead else None


def is_foreign(reading: Reading, current: Subject) -> bool:
    """Whether a message that names something unknown is likely about something else altogether.

    "bikin akta nikah di mana" after an answer on permits has an aspect and one strange word; read
    as a follow-up it would be answered with confidence.
    """
    ranking = reading.understanding.ranking
    outside = sum(i.confidence for i in ranking if i.name == OUT_OF_SCOPE)
    within = sum(i.confidence for i in ranking if current.covers(i.name))
    unsure = reading.decision != "answer"
    elsewhere = unsure and "/" in ranking[0].name and ranking[0].confidence >= _ELSEWHERE
    return within < _HARDLY and (outside >= _FOREIGN or elsewhere)


def _leading(reading: Reading) -> tuple[Intent, float]:
    """Return the likeliest label and the probability of the next one."""
    first, *others = reading.understanding.ranking
    return first, others[0].confidence if others else 0.0
