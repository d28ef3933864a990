"""Picks a response's wording for the channel and fills in its blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from dialogue.domain import Domain, Variation
from foundation.clock import WIB, indonesian_date

_BLANK = re.compile(r"\{(\w+)\}")


def pick_variation(
    domain: Domain, name: str, *, channel: str, slots: Mapping[str, Any], turn: int
) -> Variation | None:
    """Return one wording of the response ``name``; ``None`` when there is none.

    As in Rasa, wordings of the channel come before general ones, and conditional ones before
    unconditional ones. Among equals they take turns, so that the same log gives the same words.
    """
    fitting = [
        variation
        for variation in domain.responses.get(name, ())
        if variation.channel in (None, channel)
        and all(slots.get(slot) == value for slot, value in variation.slots.items())
    ]
    if not fitting:
        return None
    best = max(map(_precedence, fitting))
    equals = [variation for variation in fitting if _precedence(variation) == best]
    return equals[turn % len(equals)]


def fill_blanks(text: str, values: Mapping[str, Any]) -> str:
    """Replace ``{name}`` by its value; what is unknown or ``None`` leaves nothing behind.

    >>> fill_blanks("Tiket {tiket}", {"tiket": "HK-1"})
    'Tiket HK-1'
    """

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return "" if value is None else str(value)

    return _BLANK.sub(value_of, text).strip()


def day_in_words(day: date) -> str:
    """Return the day as people write it.

    >>> day_in_words(date(2026, 11, 24))
    '24 November 2026'
    """
    return indonesian_date(datetime.combine(day, time(12), WIB), weekday=False)


def _precedence(variation: Variation) -> tuple[bool, bool]:
    return variation.channel is not None, bool(variation.slots)
