"""Seeded noise for training: messages as hurried thumbs would have typed them.

Only the form changes, never the words meant: slips of the finger, chat abbreviations (the lexicon
read backwards), lengthened letters, lost and stray spaces.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial

from nlu.lexicon import Lexicon, default_lexicon
from nlu.spelling import neighbouring_keys

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
"""Words of at least this many letters are disturbed (the measure ``typo20`` does the same)."""
_VOWELS = "aeiou"

Noise = Callable[[str, random.Random], str]


def add_typos(text: str, rng: random.Random, *, share: float = 0.2) -> str:
    """Return the text with about ``share`` of its words over three letters mistyped once.

    >>> add_typos("syarat mendirikan koperasi", random.Random(3), share=1.0)
    'sylrat mnedirikan kpoerasi'
    """
    return _on_words(text, rng, share, _mistype)


def augment(text: str, rng: random.Random, *, lexicon: Lexicon | None = None) -> str:
    """Return one noisy variant of a training message; the same ``rng`` state gives the same text.

    About a third of the variants carry typing errors only, a third abbreviations, and a third
    both; spacing, lengthening and lost vowels are sprinkled over all.
    """
    abbreviate = partial(_abbreviate, lexicon=lexicon or default_lexicon())
    style = rng.random()
    if style > 1 / 3:
        text = _on_words(text, rng, 0.5, abbreviate)
    if style < 2 / 3:
        text = add_typos(text, rng, share=0.15)
    if rng.random() < 0.25:
        text = _on_words(text, rng, 0.15, _drop_vowel)
    if rng.random() < 0.15:
        text = _on_words(text, rng, 0.1, _lengthen)
    if rng.random() < 0.25:
        text = _respace(text, rng)
    if rng.random() < 0.3:
        text = text.lower().rstrip("?.! ")
    return text


def _on_words(text: str, rng: random.Random, share: float, noise: Noise) -> str:
    return _WORD.sub(
        lambda match: noise(match.group(), rng) if rng.random() < share else match.group(), text
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


def _drop_vowel(word: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(word) if place and letter.lower() in _VOWELS]
    if len(word) < _SHORTEST or not places:
        return word
    place = rng.choice(places)
    return word[:place] + word[place + 1 :]


def _lengthen(word: str, rng: random.Random) -> str:
    return word + word[-1] * rng.randint(1, 3)


def _abbreviate(word: str, rng: random.Random, *, lexicon: Lexicon) -> str:
    """Return a spelling that people use for the word, or the word itself if none is known."""
    spellings = lexicon.abbreviations.get(word.lower())
    return rng.choice(spellings) if spellings else word


def _respace(text: str, rng: random.Random) -> str:
    """Lose one space, or put a stray one into a word or before "-nya"."""
    kind = rng.randrange(3)
    if kind == 0:
        return _without_space(text, rng)
    if kind == 1:
        return re.sub(r"(?<=[a-z]{3})nya\b", " nya", text)
    words = [match for match in _WORD.finditer(text) if len(match.group()) >= 2 * _SHORTEST]
    if not words:
        return text
    place = rng.choice(words).start() + rng.randint(2, _SHORTEST)
    return f"{text[:place]} {text[place:]}"


def _without_space(text: str, rng: random.Random) -> str:
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    place = rng.choice(spaces)
    return text[:place] + text[place + 1 :]
