"""Kecamatan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from nlu.entities.cues import is_cue
from nlu.lexicon import District, Lexicon
from nlu.scan import Token
from nlu.spelling import SpellingIndex, common_words
from nlu.types import Entity

_KIND = {False: "kecamatan", True: "kecamatan_kota"}
_LONGEST_NAME = 3
_SHORTEST_FUZZY = 6
_MOST_EDITS = 2
_MISSPELT = 0.8


class DistrictFinder:
    """Finds the kecamatan of Kabupaten and Kota Bogor, spelling errors included.

    Names are compared without spaces ("bojong gede"); a word that is common Indonesian is never
    taken for a misspelt name, and a name that also means something else needs a word before it
    that tells of a place.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._names: dict[str, District] = {}
        for district in lexicon.districts:
            self._names.setdefault("".join(district.written), district)
        self._longest = max(map(len, self._names), default=0) + _MOST_EDITS
        self._parts = frozenset(
            part
            for district in lexicon.districts
            if len(district.written) > 1
            for part in district.written
        )
        self._known = lexicon.rewrites.single.keys() | lexicon.rewrites.protected
        self._index = SpellingIndex(
            [
                name
                for name, district in self._names.items()
                if len(name) >= _SHORTEST_FUZZY and not district.needs_cue
            ],
            {},
        )

    def find(self, tokens: Sequence[Token]) -> Iterator[Entity]:
        """Yield ``kecamatan`` and ``kecamatan_kota`` with the official name as value."""
        index = 0
        while index < len(tokens):
            for length in range(min(_LONGEST_NAME, len(tokens) - index), 0, -1):
                found = self._at(tokens, index, length)
                if found:
                    yield found
                    index += length
                    break
            else:
                index += 1

    def _at(self, tokens: Sequence[Token], index: int, length: int) -> Entity | None:
        joined = "".join(token.text for token in tokens[index : index + length])
        district, confidence = self._names.get(joined), 1.0
        if district is None:
            district, confidence = self._misspelt(tokens, index, length, joined), _MISSPELT
        if district is None or (
            district.needs_cue and not self._has_cue(tokens, index, index + length)
        ):
            return None
        return Entity(
            _KIND[district.in_city],
            tokens[index].start,
            tokens[index + length - 1].end,
            district.name,
            confidence,
        )

    def _misspelt(
        self, tokens: Sequence[Token], index: int, length: int, joined: str
    ) -> District | None:
        if not self._may_be_misspelt(tokens, index, length, joined):
            return None
        corrected = self._index.correct(joined)
        if corrected is None or corrected[0] != joined[0]:
            return None
        district = self._names[corrected]
        if len(district.written) != length or (length == 1 and self._meant_as_word(joined)):
            return None
        parts = zip(tokens[index : index + length], district.written, strict=True)
        return district if length == 1 or any(token.text == part for token, part in parts) else None

    def _may_be_misspelt(
        self, tokens: Sequence[Token], index: int, length: int, joined: str
    ) -> bool:
        if not _SHORTEST_FUZZY <= len(joined) <= self._longest:
            return False
        words = [token.text for token in tokens[index : index + length]]
        others = [word for word in words if length == 1 or word not in self._parts]
        return 0 < len(others) < max(length, 2) and not any(map(self._is_word, others))

    def _is_word(self, word: str) -> bool:
        return word in common_words() or word in self._known

    def _meant_as_word(self, written: str) -> bool:
        """Tell whether one slip makes it of a common word: "kemanag" is "kemana", not Kemang."""
        names = self._names.keys() | self._parts
        return any(word in common_words() and word not in names for word in _one_edit_from(written))

    def _has_cue(self, tokens: Sequence[Token], first: int, end: int) -> bool:
        before = first > 0 and is_cue(tokens[first - 1], self._lexicon, "kecamatan")
        return before or any(
            is_cue(token, self._lexicon, "kecamatan_sesudah") for token in tokens[end : end + 1]
        )


def _one_edit_from(word: str) -> Iterator[str]:
    """Yield the strings with the same first letter that one edit makes of ``word``."""
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after[1:]
            yield before + letter + after
