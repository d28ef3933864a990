"""Words near a find that tell what it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from nlu.lexicon import Lexicon
from nlu.scan import Token

_LONGEST_CUE = 5


def nearest_cue(
    tokens: Sequence[Token], index: int, lexicon: Lexicon, kinds: Iterable[str], *, window: int
) -> str | None:
    """Return the kind whose cue stands nearest before ``tokens[index]``, or None.

    At most ``window`` tokens are looked back over.
    """
    for end in range(index, max(0, index - window), -1):
        for kind in kinds:
            if cue_length(tokens, end, lexicon, kind):
                return kind
    return None


def cue_length(tokens: Sequence[Token], end: int, lexicon: Lexicon, kind: str) -> int:
    """Return the length in tokens of the longest cue of ``kind`` that ends before ``end``."""
    for length in range(min(_LONGEST_CUE, end), 0, -1):
        if lexicon.has_cue(kind, *[token.text for token in tokens[end - length : end]]):
            return length
    return 0


def is_cue(token: Token, lexicon: Lexicon, kind: str) -> bool:
    """Tell whether the one word is a cue of ``kind``."""
    return lexicon.has_cue(kind, token.text)


def index_at(tokens: Sequence[Token], offset: int) -> int:
    """Return the index of the first token that ends after ``offset``."""
    return bisect_right(tokens, offset, key=lambda token: token.end)
