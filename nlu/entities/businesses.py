"""Kinds of business (``jenis_usaha``), as the person wrote them.

The table ``jenis_usaha.tsv`` says in its column ``baku`` what a word can do: ``usaha`` names a
business or an unmistakable product, ``milik`` one that must be somebody's ("punya restoran"),
``induk`` opens a phrase ("toko bangunan"), ``barang`` is goods, ``samar`` goods whose name is also
an everyday word ("tahu"), ``sifat`` only continues a phrase ("kue kering").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlu.entities.cues import cue_length, is_cue
from nlu.lexicon import Lexicon
from nlu.scan import Token
from nlu.types import Entity

OWNED, OPENING, GOODS, DOUBTFUL, QUALITY = "milik", "induk", "barang", "samar", "sifat"
"""Roles of words in the table; any other names a business by itself."""

_SURE, _UNSURE = 1.0, 0.7
_MOST_PARTS = 4
_MOST_FILLERS = 4
_SENTENCE = 30
"""Tokens before a phrase among which a cooperative is looked for."""
_LONGEST_TITLE = 3
_WITHIN = re.compile(r"[^\S\n]*+-?[^\S\n]*")
_TOWARDS = re.compile(r"[\s:=–\-]*")
_SENTENCE_END = re.compile(r"[.!?\n]")
_LISTED = re.compile(r"\s*+[,/&+]?\s*")
_POSSESSIVE = re.compile(r"(?P<thing>.{3,})(?:nya|na|ku)")
_DOUBLED = re.compile(r"(?P<half>[^\W\d_]{3,})(?:2|-(?P=half)\w*)")


@dataclass(frozen=True)
class _Phrase:
    """Tokens ``first`` up to ``end``; the phrase stops at the offset ``stop`` of the text."""

    first: int
    end: int
    stop: int
    role: str
    parts: int


class BusinessFinder:
    """Finds what people make, sell or do for a living."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._roles: dict[tuple[str, ...], str] = {}
        for name, role in lexicon.businesses.items():
            self._roles.setdefault(name, role)
            self._roles.setdefault(tuple(" ".join(name).replace("-", " ").split()), role)

    def find(self, text: str, tokens: Sequence[Token]) -> Iterator[Entity]:
        """Yield ``jenis_usaha``; the value is the phrase in lower case.

        Surely (confidence 1) behind words such as "jualan" or where somebody owns it; less so
        where an unmistakable name stands alone. The business of a cooperative is not one.
        """
        phrases = _Phrases(text, tokens, self._lexicon, self._roles)
        judge = _Judge(text, phrases.plain, self._lexicon)
        index = 0
        while index < len(tokens):
            phrase = phrases.at(index)
            if phrase is None:
                index += 1
                continue
            index = phrase.end
            confidence = judge.confidence(phrase)
            if confidence:
                start = tokens[phrase.first].start
                value = " ".join(text[start : phrase.stop].lower().split())
                yield Entity("jenis_usaha", start, phrase.stop, value, confidence)


class _Phrases:
    """Reads the longest phrase that the table allows from a token on."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        roles: Mapping[tuple[str, ...], str],
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._roles = roles
        self._longest = max(map(len, roles), default=0)
        self.plain = [token._replace(text=_plain(token.text, lexicon)) for token in tokens]
        """The tokens in standard spelling where the lexicon knows one."""

    def at(self, first: int) -> _Phrase | None:
        found = self._part(first)
        if found is None or found.role == QUALITY:
            return None
        phrase = found
        while phrase.parts < _MOST_PARTS and self._joins(phrase):
            more = self._part(phrase.end)
            if more is None or not _continues(found.role, more.role):
                break
            phrase = _Phrase(first, more.end, more.stop, found.role, phrase.parts + 1)
        return phrase

    def _joins(self, phrase: _Phrase) -> bool:
        if phrase.end >= len(self._tokens):
            return False
        gap = self._text[phrase.stop : self._tokens[phrase.end].start]
        return _WITHIN.fullmatch(gap) is not None

    def _part(self, first: int) -> _Phrase | None:
        for length in range(min(self._longest, len(self._tokens) - first), 0, -1):
            end = first + length
            if not self._unbroken(first, end):
                continue
            for words, cut in self._spellings(first, end):
                role = self._roles.get(words)
                if role:
                    return _Phrase(first, end, self._tokens[end - 1].end - cut, role, 1)
        return None

    def _unbroken(self, first: int, end: int) -> bool:
        pairs = zip(self._tokens[first : end - 1], self._tokens[first + 1 : end], strict=True)
        return all(_WITHIN.fullmatch(self._text[a.end : b.start]) for a, b in pairs)

    def _spellings(self, first: int, end: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the words as written, in standard spelling, and without a possessive ending.

        With the number of letters at the end that do not belong to the name.
        """
        written = tuple(token.text for token in self._tokens[first:end])
        yield written, 0
        yield tuple(token.text for token in self.plain[first:end]), 0
        ending = _POSSESSIVE.fullmatch(written[-1])
        last = self._tokens[end - 1]
        if ending and self._text[last.start : last.end].lower() == last.text:
            thing = ending["thing"]
            yield (*written[:-1], thing), len(written[-1]) - len(thing)


class _Judge:
    """Tells by the words around whether a phrase is somebody's business."""

    def __init__(self, text: str, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self._text = text
        self._tokens = tokens
        self._lexicon = lexicon
        self._listed_after = -1

    def confidence(self, phrase: _Phrase) -> float:
        """Return 0 where it is none."""
        strong, weak, cue_start = self._cues(phrase)
        if self._is_listed(phrase):
            strong = True
        if self._refused(phrase, cue_start):
            return 0.0
        if strong:
            self._listed_after = phrase.end
            return _SURE
        if phrase.role in (GOODS, DOUBTFUL) or (phrase.role == OPENING and phrase.parts == 1):
            return self._alone(phrase)
        if weak or self._has_owner(phrase):
            return _SURE
        if phrase.role in (OWNED, OPENING) or self._is_place(phrase):
            return self._alone(phrase)
        return _UNSURE

    def _cues(self, phrase: _Phrase) -> tuple[bool, bool, int]:
        """Return whether a strong and a weak cue stand before, and where the first begins."""
        at, weak = phrase.first, False
        most = 0 if phrase.role == DOUBTFUL else _MOST_FILLERS
        for _ in range(most + 1):
            if at == 0 or not _TOWARDS.fullmatch(self._gap(at)):
                break
            if length := cue_length(self._tokens, at, self._lexicon, "usaha_kuat"):
                return True, weak, at - length
            weak = weak or cue_length(self._tokens, at, self._lexicon, "usaha_lemah") > 0
            if not is_cue(self._tokens[at - 1], self._lexicon, "usaha_sela"):
                break
            at -= 1
        return False, weak, phrase.first

    def _is_listed(self, phrase: _Phrase) -> bool:
        """Tell whether it goes on a list that began behind a cue: "jual kue dan roti"."""
        first = phrase.first
        if phrase.role == DOUBTFUL or self._listed_after < 1:
            return False
        if first == self._listed_after:
            return _LISTED.fullmatch(self._gap(first)) is not None
        between = self._tokens[self._listed_after : first]
        return len(between) == 1 and is_cue(between[0], self._lexicon, "sambung")

    def _refused(self, phrase: _Phrase, cue_start: int) -> bool:
        for at in {phrase.first, cue_start}:
            if at and self._near(at) and is_cue(self._tokens[at - 1], self._lexicon, "usaha_bukan"):
                return True
        return self._is_of_cooperative(phrase)

    def _is_of_cooperative(self, phrase: _Phrase) -> bool:
        """Tell whether a cooperative does it: one is named before, and nobody else after it."""
        nearest_person = -1
        for at in range(phrase.first - 1, max(-1, phrase.first - _SENTENCE), -1):
            if _SENTENCE_END.search(self._gap(at + 1)):
                break
            if is_cue(self._tokens[at], self._lexicon, "usaha_koperasi"):
                return nearest_person < 0 or self._belongs(at, nearest_person)
            if nearest_person < 0 and is_cue(self._tokens[at], self._lexicon, "usaha_punya"):
                nearest_person = at
        after = self._tokens[phrase.end : phrase.end + 2]
        return any(is_cue(token, self._lexicon, "usaha_koperasi") for token in after)

    def _belongs(self, thing: int, person: int) -> bool:
        """Tell whether "koperasi simpan pinjam kami" is one phrase."""
        return person - thing <= _LONGEST_TITLE and all(
            self._near(at) for at in range(thing + 1, person + 1)
        )

    def _has_owner(self, phrase: _Phrase) -> bool:
        """Tell whether it goes on with "saya", "kecil saya", "punya saya"."""
        for at in range(phrase.end, min(phrase.end + _LONGEST_TITLE, len(self._tokens))):
            if not self._near(at):
                return False
            if is_cue(self._tokens[at], self._lexicon, "usaha_punya"):
                return True
            if not is_cue(self._tokens[at], self._lexicon, "usaha_punya_sela"):
                return False
        return False

    def _is_place(self, phrase: _Phrase) -> bool:
        """Tell whether it only says where: "di warung"."""
        at = phrase.first
        return at > 0 and is_cue(self._tokens[at - 1], self._lexicon, "usaha_di")

    def _alone(self, phrase: _Phrase) -> float:
        """Return the confidence of a phrase that is the whole message, unless of one word."""
        whole = phrase.first == 0 and phrase.end == len(self._tokens) > 1
        return _UNSURE if whole and phrase.role != DOUBTFUL else 0.0

    def _near(self, index: int) -> bool:
        return not self._gap(index).strip()

    def _gap(self, index: int) -> str:
        return self._text[self._tokens[index - 1].end : self._tokens[index].start]


def _continues(opening: str, role: str) -> bool:
    return role not in (DOUBTFUL, OPENING) or (role == OPENING and opening == OPENING)


def _plain(word: str, lexicon: Lexicon) -> str:
    doubled = _DOUBLED.fullmatch(word)
    word = doubled["half"] if doubled else word
    if word in lexicon.rewrites.protected:
        return word
    standard = lexicon.rewrites.single.get(word, ())
    return standard[0] if len(standard) == 1 else word
