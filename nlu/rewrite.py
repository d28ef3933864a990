"""What one word becomes by itself: the part of the normaliser that needs no neighbours."""

from __future__ import annotations

import re

from nlu.lexicon import Affix, Lexicon
from nlu.spelling import SpellingIndex, common_words, word_frequencies

Words = tuple[str, ...]

_TWICE = re.compile(r"([a-z]{2,30})2([a-z]{0,4})")
"""Digit two as the sign of repetition: tanya2, syarat2nya."""
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_RUN = re.compile(r"([a-z])\1+")
_LONGEST_WORD = 40
_CACHE_SIZE = 50_000
_SHORTEST_STEM = 3
_SHORTEST_PART = 3
_CLEARLY_COMMON = 1e-5
"""Zipf 4: the share a word needs to count as one half of two words written together."""


class WordRewriter:
    """Rewrites single words; ``vocabulary`` holds the project's own words."""

    def __init__(self, lexicon: Lexicon, vocabulary: frozenset[str]) -> None:
        self._single = lexicon.rewrites.single
        self._protected = lexicon.rewrites.protected
        self._prefixes = tuple(affix for affix in lexicon.affixes if affix.prefix)
        self._suffixes = tuple(affix for affix in lexicon.affixes if not affix.prefix)
        self._short_parts = frozenset(cue[0] for cue in lexicon.cues.get("kata_pendek", ()))
        self._vocabulary = vocabulary
        self._index: SpellingIndex | None = None
        self._cache: dict[str, Words] = {}

    def __call__(self, word: str) -> Words:
        """Return the words that ``word`` becomes: itself, another, several, or none."""
        found = self._cache.get(word)
        if found is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            found = self._cache[word] = self._rewrite(word)
        return found

    def knows(self, word: str) -> bool:
        """Tell whether the word is meant as it stands."""
        return word in self._vocabulary or word in self._protected or word in common_words()

    def _rewrite(self, word: str) -> Words:
        if word in self._protected or not word[0].isalpha() or len(word) > _LONGEST_WORD:
            return (word,)
        if word in self._single:
            return self._single[word]
        # Lengthened words are frequent enough on the web to count as common ("yaaa").
        lengthened = _LONG_RUN.search(word) is not None
        if not word.isascii() or (self.knows(word) and not lengthened):
            return (word,)
        attempts = (
            self._repeated,
            self._squeezed,
            self._regular,
            self._swapped,
            self._affixed,
        )
        for attempt in attempts:
            if (found := attempt(word)) is not None:
                return found
        return self._respelled(word)

    def _repeated(self, word: str) -> Words | None:
        """Write a repetition out: tanya2 → tanya-tanya, org-org → orang-orang."""
        if "-" in word:
            return self._hyphened(word)
        match = _TWICE.fullmatch(word)
        if not match:
            return None if word.isalpha() else (word,)
        stem, ending = match.groups()
        if len(stem) < _SHORTEST_STEM and stem not in self._single:
            return (word,)
        return self._twice(stem, ending)

    def _hyphened(self, word: str) -> Words | None:
        for prefix in self._prefixes:
            if prefix.written.endswith("-") and word.startswith(prefix.written):
                whole = prefix.standard + word[len(prefix.written) :].replace("-", "")
                if prefix.needs == "-" or self.knows(whole):
                    return (whole,)
        first, _, second = word.partition("-")
        if (
            first
            and second.startswith(first)
            and second[len(first) :].isalpha() | (second == first)
        ):
            return self._twice(first, second[len(first) :])
        if second in ("nya", "ny"):
            stem = self(first)
            return (stem[0] + "nya",) if len(stem) == 1 else (word,)
        return (word,)

    def _twice(self, stem: str, ending: str) -> Words:
        written = self(stem)
        if len(written) != 1 or "-" in written[0]:
            return written
        for suffix in self._suffixes:
            if suffix.written == ending:
                ending = suffix.standard
                break
        return (f"{written[0]}-{written[0]}{ending}",)

    def _squeezed(self, word: str) -> Words | None:
        """Undo lengthened letters: bangeeet, makasihhh, yaa."""
        if not _LONG_RUN.search(word):
            # A doubled letter inside a word is as often a slip ("naam"), which is respelled.
            shorter = word[:-1]
            doubled = word[-1] == word[-2:-1] and (shorter in self._single or self.knows(shorter))
            return (shorter,) if doubled else None
        doubles = _LONG_RUN.sub(r"\1\1", word)
        singles = _LONG_RUN.sub(r"\1", word)
        for candidate in (doubles, _RUN.sub(r"\1", word), singles):
            if candidate in self._single or self.knows(candidate):
                return (candidate,)
        return (singles,)

    def _affixed(self, word: str) -> Words | None:
        """Undo spoken affixes: biayany, syaratna, daftarin, hapuskeun, dtolak."""
        for affix in self._suffixes:
            if word.endswith(affix.written):
                stem = word[: -len(affix.written)]
                if (found := self._with_stem(stem, affix)) is not None:
                    return (found + affix.standard,)
        for affix in self._prefixes:
            if word.startswith(affix.written):
                found = self._with_rest(word[len(affix.written) :], affix)
                if found:
                    return (found,)
        return None

    def _with_rest(self, rest: str, affix: Affix) -> str | None:
        """Return the word with its prefix in standard form, if that is a known word."""
        if len(rest) < _SHORTEST_STEM:
            return None
        if affix.needs == "dasar":
            return (
                affix.standard + rest if len(rest) > _SHORTEST_STEM and self.knows(rest) else None
            )
        for stem in (rest, self._alone(rest)):
            if self.knows(affix.standard + stem):
                return affix.standard + stem
        return None

    def _with_stem(self, stem: str, affix: Affix) -> str | None:
        if len(stem) < _SHORTEST_STEM - (stem in self._single):
            return None
        whole = stem if affix.needs == "utuh" else self._alone(stem)
        if affix.needs == "hasil":
            return next((base for base in (stem, whole) if self.knows(base + affix.standard)), None)
        # Two letters more than "-na" and the like: "karena", "dana" end so without being affixed.
        if len(affix.written) == 2 and len(stem) <= _SHORTEST_STEM and whole == stem:
            return None
        return whole if self.knows(whole) else None

    def _alone(self, stem: str) -> str:
        """Return what the stem is written as, if that is one word."""
        written = self._single.get(stem, (stem,))
        return written[0] if len(written) == 1 else stem

    def _regular(self, word: str) -> Words | None:
        """Leave a known stem with a regular ending as it is ("tiketku", "aktanya")."""
        for affix in self._suffixes:
            if affix.written == affix.standard and word.endswith(affix.written):
                stem = word[: -len(affix.written)]
                long_enough = len(stem) > _SHORTEST_STEM or len(affix.written) > 2
                if long_enough and self.knows(stem):
                    return (word,)
        return None

    def _swapped(self, word: str) -> Words | None:
        index = self._spelling()
        corrected = index.swapped_back(word) if index else None
        return (corrected,) if corrected else None

    def _respelled(self, word: str) -> Words:
        index = self._spelling()
        if index is None:
            return (word,)
        corrected = index.correct(word)
        return (corrected,) if corrected else self._split(word) or (word,)

    def _spelling(self) -> SpellingIndex | None:
        """Return the index, built when the first unknown word comes; None without a vocabulary."""
        if self._index is None and self._vocabulary:
            self._index = SpellingIndex(self._vocabulary, word_frequencies())
        return self._index

    def _split(self, word: str) -> Words | None:
        """Part two words written together, when both halves are beyond doubt: onlinejam."""
        shares = word_frequencies()
        best: tuple[float, Words] | None = None
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            halves = word[:cut], word[cut:]
            if min(map(len, halves)) == _SHORTEST_PART and self._short_parts.isdisjoint(halves):
                continue
            weights = [
                max(shares.get(half, 0.0), _CLEARLY_COMMON if half in self._vocabulary else 0.0)
                for half in halves
            ]
            if min(weights) >= _CLEARLY_COMMON and (best is None or min(weights) > best[0]):
                best = min(weights), halves
        return best[1] if best else None
