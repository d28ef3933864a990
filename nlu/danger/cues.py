"""Words that speak of danger, by what they speak of: table ``bahaya.tsv`` of the lexicon.

A message becomes the row of its cues ("suami mukul saya lagi" → ``pasangan serang aku kini``), so
that what was learnt of one word of a kind holds for all of them. Words are found with the affixes
of everyday Indonesian and Sundanese; a cue of several words is found as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Words = tuple[str, ...]

_PREFIXES = (
    ("meny", "s"), ("ny", "s"), ("ny", "c"), ("menge", ""), ("nge", ""), ("meng", ""),
    ("meng", "k"), ("nga", ""), ("ng", ""), ("ng", "k"), ("mem", "p"), ("mem", ""), ("m", "p"),
    ("m", "b"), ("men", "t"), ("men", ""), ("n", "t"), ("di", ""), ("ke", ""), ("ka", ""),
    ("ter", ""), ("ber", ""), ("pe", ""), ("d", ""),
)  # fmt: skip
"""Written beginning and what it stands for; the nasal ones restore the stem's first letter."""
_SUFFIXES = ("annya", "anana", "keun", "kan", "ken", "nya", "eun", "in", "an", "na", "ku", "mu",
             "i", "n")  # fmt: skip
_SHORTEST_STEM = 3
_LONGEST_CUE = 4


class DangerCues:
    """Finds the cues of a message. ``table`` gives the kind of each cue."""

    def __init__(self, table: Mapping[Words, str]) -> None:
        self._table = table

    def row(self, words: list[str]) -> str:
        """Return the kinds of the cues in ``words`` in their order, space between."""
        return " ".join(self._kinds(words))

    def _kinds(self, words: list[str]) -> Iterator[str]:
        at = 0
        while at < len(words):
            for size in range(min(_LONGEST_CUE, len(words) - at), 1, -1):
                if kind := self._table.get(tuple(words[at : at + size])):
                    yield kind
                    at += size
                    break
            else:
                if kind := self._kind(words[at]):
                    yield kind
                at += 1

    def _kind(self, word: str) -> str | None:
        for stem in _stems(word):
            if kind := self._table.get((stem,)):
                return kind
        return None


def _stems(word: str) -> Iterator[str]:
    """Yield the word and what it may be built from, the likeliest first."""
    yield word
    ends = [word[: -len(end)] for end in _SUFFIXES if word.endswith(end)]
    for rest in (word, *ends):
        if rest != word and len(rest) >= _SHORTEST_STEM:
            yield rest
        for written, first in _PREFIXES:
            stem = first + rest[len(written) :]
            if rest.startswith(written) and len(stem) > _SHORTEST_STEM:
                yield stem
