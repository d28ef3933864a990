"""Which of the tokenizer's 250,002 pieces are kept: those that residents here can need.

A smaller table is less memory and a quicker start. The choice depends on pinned word lists only,
never on the training texts, so that new examples do not make a new embedding model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from nlu.embedding.weights import Pieces

_LISTS = (("id", 40_000), ("ms", 40_000), ("en", 15_000))
"""Indonesian, Malay (shares slang and spelling), English (loan words); Javanese and Sundanese
have no list in ``wordfreq``: their words come apart into the short pieces, all kept."""

_SHORT = 4
_SPACE = "▁"


class Tokenizes(Protocol):
    """The part of ``tokenizers.Tokenizer`` that is used here."""

    def encode_batch(
        self, input: Sequence[str], *, add_special_tokens: bool = True
    ) -> Sequence[Encoded]:
        """Cut texts into pieces."""
        ...


class Encoded(Protocol):
    """One text cut into pieces."""

    @property
    def ids(self) -> list[int]:
        """The pieces' numbers."""
        ...


def frequent_words() -> set[str]:
    """Return the words of the pinned lists."""
    from wordfreq import top_n_list

    return {word for language, count in _LISTS for word in top_n_list(language, count)}


def choose_pieces(pieces: Pieces, tokenizer: Tokenizes, words: Iterable[str]) -> list[int]:
    """Return the sorted old numbers of the pieces to keep.

    Kept: special pieces, everything short in Latin letters, single characters outside the
    scripts that are not read here, and whatever ``words`` are cut into, in small letters, with a
    capital and in capitals.
    """
    keep = {pieces.begin, pieces.end, pieces.padding, pieces.unknown}
    keep.update(i for i, text in enumerate(pieces.texts) if _is_basic(text.removeprefix(_SPACE)))
    spellings = {form for word in words for form in (word, word.capitalize(), word.upper())}
    for encoding in tokenizer.encode_batch(sorted(spellings), add_special_tokens=False):
        keep.update(encoding.ids)
    return sorted(keep)


def _is_basic(text: str) -> bool:
    if text.isascii():
        return len(text) <= _SHORT
    return len(text) == 1 and not _is_foreign_letter(text)


def _is_foreign_letter(character: str) -> bool:
    """Letters beyond Latin (U+024F); signs and emoji are no letters and stay."""
    return character.isalpha() and ord(character) > 0x024F
