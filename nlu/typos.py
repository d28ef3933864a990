"""Seeded slips of the finger, with which it is measured how much of them is understood."""

from __future__ import annotations

import random
import re

from nlu.spelling import neighbouring_keys

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
"""Words of at least this many letters are disturbed."""


def add_typos(text: str, rng: random.Random, *, share: float = 0.2) -> str:
    """Return the text with about ``share`` of its words over three letters mistyped once.

    >>> add_typos("syarat mendirikan koperasi", random.Random(3), share=1.0)
    'syrat mendirikah kopetasi'
    """
    return _WORD.sub(
        lambda match: _mistype(match.group(), rng) if rng.random() < share else match.group(),
        text,
    )


def _mistype(word: str, rng: random.Random) -> str:
    if len(word) < _SHORTEST:
        return word
    return rng.choice((_swap, _forget, _double, _slip))(word, rng)


def _swap(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _forget(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word))
    return word[:place] + word[place + 1 :]


def _double(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word))
    return word[: place + 1] + word[place:]


def _slip(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word))
    keys = neighbouring_keys().get(word[place].lower())
    return word[:place] + rng.choice(keys) + word[place + 1 :] if keys else word
