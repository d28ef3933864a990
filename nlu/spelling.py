"""Spelling repair against the project's own words.

A symmetric-delete index (Garbe's SymSpell, 2012) over the vocabulary finds every word within one
edit (two for long words) in time independent of the vocabulary's size. Words that are frequent in
Indonesian at large are never "repaired".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations, pairwise

SHORTEST = 5
"""Words under five letters are left alone: nearly every one of them has a neighbour."""
TWO_EDITS_FROM = 8
"""Length from which two edits are searched."""
_WELL_FOUNDED = 8
"""Occurrences from which a word is taken as meant although it is not common Indonesian."""
_PREFIX = 7
"""Letters of a word that are indexed, as in SymSpell: keeps the index small."""
_MOST_FREQUENT = 2e-4
"""Zipf 5.3: words such as yang, saya, bisa."""
_FREQUENT = 1e-6
"""Zipf 3: once per million words."""

_VOWELS = "aeiou"
_SOUND_ALIKE = ("ei", "ou", "ae", "fpv", "dt", "bp", "jzs", "kqg", "iy", "uw")
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@cache
def word_frequencies() -> Mapping[str, float]:
    """Return Indonesian words with their frequency (share of running text), from ``wordfreq``.

    Imported on first use only: web processes and the light parts of the package never need it.
    """
    from wordfreq import get_frequency_dict

    frequencies: dict[str, float] = get_frequency_dict("id", wordlist="small")
    return frequencies


@cache
def common_words() -> frozenset[str]:
    """Return the words that are common enough to be taken as meant (zipf 3 and above)."""
    return frozenset(word for word, share in word_frequencies().items() if share >= _FREQUENT)


@cache
def neighbouring_keys() -> Mapping[str, str]:
    """Return, for every letter, the letters beside it on a QWERTY keyboard."""
    places = {
        key: (row, column) for row, keys in enumerate(_KEY_ROWS) for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (row2, column2) in places.items()
            if other != key
            and abs(row - row2) <= 1
            and -1 <= column2 - column + (row2 - row) / 2 <= 1
        )
        for key, (row, column) in places.items()
    }


class SpellingIndex:
    """Finds the vocabulary's word that was probably meant."""

    def __init__(self, vocabulary: Iterable[str], frequencies: Mapping[str, float]) -> None:
        self._frequencies = frequencies
        self._words = sorted({word for word in vocabulary if _indexable(word)})
        self._known = frozenset(self._words)
        self._by_delete: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            for piece in _deletes(word[:_PREFIX], _reach(word)):
                self._by_delete.setdefault(piece, []).append(number)

    def correct(self, word: str) -> str | None:
        """Return the nearest word, or None when there is none or the choice is open.

        Deterministic: nearest first, then the likelier slip of the finger, then the more frequent
        word, then the alphabet. Two edits are accepted only without a rival at the same distance.
        A word of four letters is repaired only without a rival, and only for a forgotten vowel
        ("krja") or to one of the most frequent words ("ynag").
        """
        if not _indexable(word):
            return None
        found = [pair for pair in self._candidates(word) if _likely(word, pair[1], pair[0])]
        if len(word) < SHORTEST:
            found = [pair for pair in found if self._short_repair(word, pair[1])]
        if not found:
            return None
        nearest = min(distance for distance, _ in found)
        best = sorted(
            (_slip_cost(word, other), -self._frequencies.get(other, 0.0), other)
            for distance, other in found
            if distance == nearest
        )
        if len(best) > 1 and (nearest > 1 or len(word) < SHORTEST):
            return None
        return best[0][2]

    def swapped_back(self, word: str) -> str | None:
        """Return the word that swapping two neighbouring letters gives, if exactly one does."""
        if not _indexable(word) or len(word) < SHORTEST:
            return None
        found = {
            word[:place] + word[place + 1] + word[place] + word[place + 2 :]
            for place in range(len(word) - 1)
        } & self._known
        return found.pop() if len(found) == 1 else None

    def _short_repair(self, word: str, other: str) -> bool:
        if _forgot_vowel(word, other):
            return True
        frequent = self._frequencies.get(other, 0.0) >= _MOST_FREQUENT
        return frequent and (word[0] == other[0] or sorted(word) == sorted(other))

    def _candidates(self, word: str) -> list[tuple[int, str]]:
        reach = _reach(word)
        numbers = {
            number
            for piece in _deletes(word[:_PREFIX], reach)
            for number in self._by_delete.get(piece, ())
        }
        found = []
        for number in numbers:
            other = self._words[number]
            if abs(len(other) - len(word)) <= reach:
                distance = edit_distance(word, other, limit=reach)
                if distance <= reach:
                    found.append((distance, other))
        return found


def edit_distance(first: str, second: str, *, limit: int) -> int:
    """Return the optimal-string-alignment distance, or ``limit + 1`` when it is larger.

    >>> edit_distance("koprasei", "koperasi", limit=2), edit_distance("a", "bcd", limit=2)
    (2, 3)
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        earlier, before, row = before, row, [i] + [0] * len(second)
        for j, other in enumerate(second, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                best = min(best, earlier[j - 2] + 1)
            row[j] = best
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def build_vocabulary(texts: Iterable[str], *, least: int = 2) -> frozenset[str]:
    """Return the words of normalised texts that spelling repair may aim at.

    A word counts when it is common Indonesian, or occurs ``least`` times and is not itself a
    near miss of a better-founded word: training texts contain typing errors on purpose.
    """
    counts = Counter(word for text in texts for word in text.split() if _indexable(word))
    common = common_words()
    founded = {word for word, count in counts.items() if word in common or count >= _WELL_FOUNDED}
    index = SpellingIndex(founded, word_frequencies())
    doubtful = {word for word, count in counts.items() if count >= least} - founded
    return frozenset(founded | {word for word in doubtful if index.correct(word) is None})


def _indexable(word: str) -> bool:
    return len(word) >= 4 and word.isascii() and word.isalpha()


def _reach(word: str) -> int:
    return 2 if len(word) >= TWO_EDITS_FROM else 1


def _deletes(text: str, reach: int) -> set[str]:
    pieces = {text}
    for count in range(1, min(reach, len(text) - 1) + 1):
        for keep in combinations(range(len(text)), len(text) - count):
            pieces.add("".join(text[place] for place in keep))
    return pieces


def _likely(word: str, other: str, distance: int) -> bool:
    """Tell whether ``word`` can have come from ``other`` by slips of the finger or the ear.

    Another letter at the same place is one only if its key is beside the right one or it sounds
    alike: otherwise the word is more probably one that the vocabulary does not have.
    """
    if distance > 1 and word[0] != other[0]:
        return False
    if len(word) != len(other):
        return True
    wrong = [pair for pair in zip(word, other, strict=True) if pair[0] != pair[1]]
    return len(wrong) > 2 or _swapped(wrong) or all(_plausible(*pair) for pair in wrong)


def _swapped(wrong: list[tuple[str, str]]) -> bool:
    return len(wrong) == 2 and wrong[0] == wrong[1][::-1]


def _plausible(typed: str, meant: str) -> bool:
    return typed in neighbouring_keys().get(meant, "") or any(
        typed in group and meant in group for group in _SOUND_ALIKE
    )


def _forgot_vowel(word: str, other: str) -> bool:
    return len(other) == len(word) + 1 and any(
        letter in _VOWELS and other[:place] + other[place + 1 :] == word
        for place, letter in enumerate(other)
    )


def _slip_cost(word: str, other: str) -> float:
    """Rank equally near words by how easily a thumb slips from ``other`` to ``word``.

    In falling order: two letters swapped, a letter struck twice, a letter forgotten, the key
    beside, a letter too many; a wrong first letter is least likely.
    """
    cost = 0.0 if word[0] == other[0] else 1.0
    if len(word) == len(other):
        wrong = [pair for pair in zip(word, other, strict=True) if pair[0] != pair[1]]
        return 0.0 if _swapped(wrong) else cost + 0.2 * len(wrong)
    if len(word) < len(other):
        return cost + 0.05
    return cost + (0.02 if _has_double(word) and not _has_double(other) else 0.3)


def _has_double(word: str) -> bool:
    return any(first == second for first, second in pairwise(word))
