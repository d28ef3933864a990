"""Names of persons, taken only where the words before them introduce one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlu.entities.cues import cue_length, is_cue
from nlu.lexicon import Lexicon
from nlu.scan import Token
from nlu.spelling import common_words
from nlu.types import Entity

_MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’`\-][^\W\d_]+)*")
_INTRODUCES = re.compile(r"[\s:=,.\-]*")
_CONTINUES = re.compile(r"\s+|\.\s*")
_FIELD = re.compile(r"[:=]")
_SHORTEST = 2
_STRONG, _GENERAL, _WEAK = "nama", "nama_umum", "nama_lemah"
"""Kinds of cue: "nama saya"; "nama", "atas nama"; "saya"."""
_SURE, _UNSURE = 1.0, 0.8


def find_names(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[Entity]:
    """Yield ``nama`` after cues such as "nama saya".

    After weaker ones ("saya Siti dari Ciawi") the name must begin with a capital or be a known
    given name.
    """
    index = 1
    while index < len(tokens):
        found = _Reader(text, tokens, lexicon).after_cue(index)
        if found:
            yield found[0]
            index = found[1]
        else:
            index += 1


class _Reader:
    def __init__(self, text: str, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self._text = text
        self._tokens = tokens
        self._lexicon = lexicon

    def after_cue(self, index: int) -> tuple[Entity, int] | None:
        """Return the name that starts at ``index`` behind a cue, and the index after it."""
        kind, length = self._cue_before(index)
        if not length or self._is_thing(index):
            return None
        if kind == _WEAK and not self._opens(index - length):
            return None
        first = self._skip_titles(index)
        if first is None:
            return None
        end = self._end_of_name(first)
        if end == first or not self._is_name(first, end, index, kind):
            return None
        start, stop = self._tokens[first].start, self._tokens[end - 1].end
        confidence = _SURE if kind == _STRONG else _UNSURE
        return Entity("nama", start, stop, _titled(self._text[start:stop]), confidence), end

    def _cue_before(self, index: int) -> tuple[str, int]:
        """Return the kind and the length of the longest cue before ``index``; the surer wins."""
        lengths = {
            kind: cue_length(self._tokens, index, self._lexicon, kind)
            for kind in (_STRONG, _GENERAL, _WEAK)
        }
        kind = max(lengths, key=lambda kind: lengths[kind])
        return kind, lengths[kind]

    def _is_thing(self, index: int) -> bool:
        """Tell whether it is the name of a business or a brand that is introduced."""
        if index >= len(self._tokens):
            return False
        before, word = self._tokens[index - 1].text, self._tokens[index].text
        return self._lexicon.has_cue("bukan_dari_nama", before, word)

    def _opens(self, index: int) -> bool:
        """Tell whether a clause begins at ``index``: not "usaha saya Berkah"."""
        if index == 0 or self._gap(index).strip():
            return True
        return is_cue(self._tokens[index - 1], self._lexicon, "salam")

    def _gap(self, index: int) -> str:
        return self._text[self._tokens[index - 1].end : self._tokens[index].start]

    def _skip_titles(self, index: int) -> int | None:
        while index < len(self._tokens) and _INTRODUCES.fullmatch(self._gap(index)):
            if not is_cue(self._tokens[index], self._lexicon, "sebutan"):
                return index
            index += 1
        return None

    def _end_of_name(self, first: int) -> int:
        end = first
        while end < len(self._tokens) and end - first < _MOST_WORDS:
            token = self._tokens[end]
            if end > first and not _CONTINUES.fullmatch(self._gap(end)):
                break
            if not _WORD.fullmatch(self._text[token.start : token.end]):
                break
            if is_cue(token, self._lexicon, "akhir_nama") or self._is_common(token):
                break
            end += 1
        return end

    def _is_common(self, token: Token) -> bool:
        return is_cue(token, self._lexicon, "bukan_nama") or is_cue(token, self._lexicon, "tanya")

    def _is_name(self, first: int, end: int, cue_end: int, kind: str) -> bool:
        """Tell a name from what else follows the cue ("nama saya kecoret", "atas nama pribadi")."""
        written = [self._text[token.start : token.end] for token in self._tokens[first:end]]
        if max(map(len, written)) < _SHORTEST:
            return False
        if kind != _WEAK and _FIELD.search(self._gap(cue_end)):
            return True
        # "m. yusuf": an initial tells nothing, the word after it does.
        named = self._tokens[first:end]
        word = next((token for token in named if len(token.text) > 1), named[0])
        if is_cue(word, self._lexicon, "nama_orang"):
            return True
        if all(part[0].isupper() for part in written) and not self._text.isupper():
            return not self._is_term(word.text)
        return kind == _STRONG and word.text not in common_words() and not self._is_term(word.text)

    def _is_term(self, word: str) -> bool:
        return word in self._lexicon.rewrites.single or word in self._lexicon.rewrites.protected


def _titled(name: str) -> str:
    return " ".join(word[:1].upper() + word[1:].lower() for word in name.split())
