"""From raw text to folded tokens that remember where they came from.

Folding (compatibility forms, marks, case, invisible characters) is done character by character
and is a fixpoint: folding what was folded changes nothing. That, and tokens that never contain a
character at which another token could begin, make the normaliser above idempotent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

LONGEST = 20_000
"""Folded characters that are read of one text; one character may fold to 18 (U+FDFA)."""

LINK = "tautan"
"""Stands for a web address."""
MAIL = "email"
"""Stands for an e-mail address."""


class Token(NamedTuple):
    """One folded token; ``[start, end)`` are offsets into the original text."""

    text: str
    start: int
    end: int
    glued: bool = False
    """No gap between this token and the one before ("50jt")."""
    upper: bool = False
    """Written in capitals in the original, while the message as a whole is not."""


# Every quantifier that is tried at each position is bounded, so time stays linear in the length.
_TOKEN = re.compile(
    r"""(?P<link>(?:https?://|www\.)\S+)
      | (?P<mail>[a-z0-9._+\-]{1,64}@[a-z0-9\-]{1,64}(?:\.[a-z0-9\-]{1,64}){1,4})
      | (?P<currency>rp(?=\.?\s?\d))
      | (?P<number>\d+(?:[.,]\d+)*)
      | (?P<word>[^\W\d_](?:[^\W_]|['’‘`](?=[^\W\d_])|-(?=[^\W_]))*)
      | (?P<mark>\?+|%|&)""",
    re.VERBOSE,
)
_APOSTROPHES = re.compile(r"['’‘`]")
_KEPT_APOSTROPHES = frozenset("’‘`")
_MODIFIERS = frozenset("\u200d\ufe0e\ufe0f🏻🏼🏽🏾🏿")
"""Joiner, variation selectors and skin tones: they only dress the emoji before them."""

_NO_EMOJI: Mapping[str, str] = {}


def scan(text: str, emoji: Mapping[str, str] = _NO_EMOJI) -> list[Token]:
    """Return the folded tokens of ``text``; punctuation other than ``? % &`` is left out.

    A text is read up to ``LONGEST`` folded characters. ``emoji`` maps a character to words (``{n}``
    is the length of its run); others are dropped. Never raises: surrogates, controls and
    unassigned characters count as gaps.

    >>> [token.text for token in scan("Syarat NIB-nya apa?? 50jt")]
    ['syarat', 'nib-nya', 'apa', '?', '50', 'jt']
    """
    if text.isascii():
        folded, starts, ends = text[:LONGEST].lower(), None, None
    else:
        folded, starts, ends = _fold(text, emoji)
    # A capital distinguishes nothing in a message that shouts throughout.
    shouting = text.isupper() and sum(map(str.isalpha, text)) > 4
    tokens: list[Token] = []
    previous = -1
    for match in _TOKEN.finditer(folded):
        first, last = match.span()
        start = first if starts is None else starts[first]
        end = last if ends is None else ends[last - 1]
        upper = not shouting and text[start:end].isupper()
        tokens.append(Token(_value(match), start, end, first == previous, upper))
        previous = last
    return tokens


def words(text: str) -> tuple[str, ...]:
    """Return only the folded tokens' texts (for lexicon keys)."""
    return tuple(token.text for token in scan(text))


def _value(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "link":
        return LINK
    if kind == "mail":
        return MAIL
    if kind == "mark":
        return match.group()[0]
    return _APOSTROPHES.sub("", match.group()) if kind == "word" else match.group()


def _fold(text: str, emoji: Mapping[str, str]) -> tuple[str, list[int], list[int]]:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text) and len(starts) < LONGEST:
        character = text[position]
        if character in emoji:
            end, count = _emoji_run(text, position)
            piece = f" {emoji[character].replace('{n}', str(count))} "
        else:
            end, piece = position + 1, _fold_character(character)
        pieces.append(piece)
        starts.extend([position] * len(piece))
        ends.extend([end] * len(piece))
        position = end
    return "".join(pieces), starts, ends


def _emoji_run(text: str, start: int) -> tuple[int, int]:
    end, count = start + 1, 1
    while end < len(text) and (text[end] == text[start] or text[end] in _MODIFIERS):
        count += text[end] == text[start]
        end += 1
    return end, count


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """Return the fixpoint of folding one character; empty for marks, a space for the unusable."""
    folded = character
    for _ in range(5):
        step = "".join(_fold_once(part) for part in folded)
        if step == folded:
            return folded
        folded = step
    return " "


def _fold_once(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or character in _MODIFIERS:
        return ""
    if character in _KEPT_APOSTROPHES:
        return character
    if category[0] == "Z" or category in ("Cc", "Cs", "Co", "Cn", "So", "Mc"):
        return " "
    if category == "Nd":
        return str(unicodedata.digit(character))
    return unicodedata.normalize("NFKD", character).lower()
