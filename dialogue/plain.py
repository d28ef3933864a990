"""A message reduced to plain words, for the tables that are matched before the NLU."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

_LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")
_NOT_A_WORD = re.compile(r"[^\w]+|_+")
_MOST_WORDS, _LONGEST_WORD = 300, 64
_LONGEST = 20_000
"""Characters that are read from either end of a text."""
_LONGER, _MOST_STRANGE = 3, 0.6
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """Return ``text`` without lone surrogates and control characters (line breaks stay)."""
    safe = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") else " "
        for char in safe
    ).strip()


def plain_words(text: str) -> list[str]:
    """Return lower-case words without accents, punctuation and lengthened letters.

    At most 300, of 64 letters each: of a longer message the first and the last 150. So whatever
    is matched against these words takes a bounded time.

    >>> plain_words("Makasiiii, CS-nya mana?")
    ['makasi', 'cs', 'nya', 'mana']
    """
    folded = _shortened("".join(map(_folded, _shortened(text))))
    words = _NOT_A_WORD.sub(" ", _LENGTHENED.sub(r"\1", folded)).split()
    half = _MOST_WORDS // 2
    kept = words if len(words) <= _MOST_WORDS else words[:half] + words[-half:]
    return [word[:_LONGEST_WORD] for word in kept]


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]} {text[-_LONGEST:]}"


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """Return one character without its marks, in lower case.

    Character by character, since ``unicodedata.normalize`` sorts a run of marks in quadratic time.
    """
    decomposed = unicodedata.normalize("NFKD", char).casefold()
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def has_letters_or_digits(text: str) -> bool:
    """Whether there is anything to read in ``text``."""
    return any(char.isalnum() for char in text)


def is_nonsense(words: Sequence[str], knows: Callable[[str], bool]) -> bool:
    """Whether most longer words are in no Indonesian word list, nor among those one ``knows``.

    Frequencies are those of the ``wordfreq`` lists, which are loaded on first use.
    """
    from wordfreq import zipf_frequency

    longer = [word for word in words if len(word) >= _LONGER and not word.isdigit()]
    strange = [w for w in longer if not knows(w) and zipf_frequency(w, "id") == 0]
    return bool(longer) and len(strange) >= _MOST_STRANGE * len(longer)


def is_gibberish(text: str) -> bool:
    """Whether most of a text is neither letters, digits, blanks nor usual punctuation."""
    if len(text) < 4:
        return False
    strange = sum(
        char == REPLACEMENT
        or (unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") and char not in "\n\r\t")
        for char in text
    )
    return strange * 10 >= len(text)
