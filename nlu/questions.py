"""One message may ask several things: where to part it, cautiously.

A wrong cut costs more than a missed one (a question torn from its subject is understood wrongly),
so a piece counts as a question of its own only with a question word or mark and three words, and
pieces that state or greet stay with the question they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.lexicon import Lexicon
from nlu.normalize import Normalizer

_LEAST_WORDS = 3
_SHORTEST_MESSAGE = 5
_MOST_QUESTIONS = 4
_LONGEST_CUE = 4
_LONGEST_SENTENCE = 150
"""Words; longer ones are not looked into, which keeps the time linear in the message."""
_STOP = re.compile(r"[.!;\n](?:\s|$)|\n")
_MARK = "?"
_PARTICLES = frozenset({_MARK, "ya", "sih", "min", "pak", "bu"})


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Piece:
    words: tuple[_Word, ...]
    asks: bool


class QuestionSplitter:
    """Parts messages with the cue words of one lexicon. Stateless after construction."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._normalizer = Normalizer(lexicon)

    def split(self, text: str) -> tuple[str, ...]:
        """Return the single questions in order, or the text itself when it is one.

        A question that names no subject of its own ("biayanya berapa?") gets the subject of the
        one before it in front, so that each can be understood alone. Never raises for any ``str``.

        >>> from nlu.lexicon import default_lexicon
        >>> splitter = QuestionSplitter(default_lexicon())
        >>> splitter.split("syarat bikin NIB apa aja? terus biayanya berapa ya")
        ('syarat bikin NIB apa aja?', 'nib terus biayanya berapa ya')
        """
        normalized = self._normalizer.normalize(text)
        parts = zip(normalized.text.split(), normalized.spans, strict=True)
        words = [_Word(word, start, end) for word, (start, end) in parts]
        if len(words) < _SHORTEST_MESSAGE:
            return (text,)
        pieces = [
            part for sentence in self._sentences(text, words) for part in self._parted(sentence)
        ]
        questions = _gathered([self._piece(piece) for piece in pieces])
        if not 1 < len(questions) <= _MOST_QUESTIONS:
            return (text,)
        return tuple(self._with_subjects(text, questions))

    def _sentences(self, text: str, words: Sequence[_Word]) -> list[list[_Word]]:
        """Cut after question marks and where the text between two words ends a sentence."""
        sentences: list[list[_Word]] = [[]]
        for word in words:
            last = sentences[-1]
            if last and (last[-1].text == _MARK or _STOP.search(text[last[-1].end : word.start])):
                sentences.append([])
            sentences[-1].append(word)
        return sentences

    def _parted(self, sentence: list[_Word]) -> list[list[_Word]]:
        """Cut once at a connective between two plain questions ("… dan biayanya berapa")."""
        if len(sentence) > _LONGEST_SENTENCE:
            return [sentence]
        for index in range(_LEAST_WORDS, len(sentence) - 1):
            length = self._cue_at(sentence, index, "sambung")
            left, right = sentence[:index], sentence[index + length :]
            if length and self._asks_plainly(left) and self._asks_at_an_end(right):
                return [left, right]
        return [sentence]

    def _cue_at(self, words: Sequence[_Word], index: int, kind: str) -> int:
        """Return the length of the longest cue of ``kind`` that starts at ``index``, 0 if none."""
        for length in range(min(_LONGEST_CUE, len(words) - index), 0, -1):
            if self._lexicon.has_cue(kind, *[word.text for word in words[index : index + length]]):
                return length
        return 0

    def _asks_plainly(self, words: Sequence[_Word]) -> bool:
        return any(self._cue_at(words, index, "tanya_kuat") for index in range(len(words)))

    def _asks_at_an_end(self, words: Sequence[_Word]) -> bool:
        """Tell whether the words begin or end with a question word (particles aside)."""
        bare = [word for word in words if word.text not in _PARTICLES]
        if len(bare) < _LEAST_WORDS - 1:
            return False
        for place in (0, len(bare) - 2, len(bare) - 1):
            end = place + self._cue_at(bare, place, "tanya_kuat")
            # "… berapa orang" still ends with the question, "kapan saja" asks nothing.
            last = end == len(bare) or (end == len(bare) - 1 and bare[-1].text != "saja")
            if end > place and (place == 0 or last):
                return True
        return False

    def _piece(self, words: list[_Word]) -> _Piece:
        bare = [word for word in words if word.text != _MARK]
        marked = len(bare) < len(words)
        opener = all(self._lexicon.has_cue("pembuka", word.text) for word in bare)
        enough = len(bare) >= _LEAST_WORDS or (len(bare) == 2 and self._asks_plainly(bare))
        asks = enough and not opener and (marked or self._asks_at_an_end(bare))
        return _Piece(tuple(words), asks)

    def _with_subjects(self, text: str, questions: Sequence[_Piece]) -> list[str]:
        written: list[str] = []
        subject = ""
        for question in questions:
            own = self._subject(question)
            piece = text[question.words[0].start : question.words[-1].end].strip()
            written.append(piece if own or not subject else f"{subject} {piece}")
            subject = own or subject
        return written

    def _subject(self, question: _Piece) -> str:
        """Return the first subject that the question names, in its standard words."""
        index = 0
        while index < len(question.words):
            length = self._cue_at(question.words, index, "topik")
            if length:
                return " ".join(word.text for word in question.words[index : index + length])
            index += 1
        return ""


def _gathered(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Give every piece that asks nothing to the question after it, the last ones to the last."""
    gathered: list[_Piece] = []
    waiting: tuple[_Word, ...] = ()
    for piece in pieces:
        if piece.asks:
            gathered.append(_Piece(waiting + piece.words, asks=True))
            waiting = ()
        else:
            waiting += piece.words
    if waiting and gathered:
        gathered[-1] = _Piece(gathered[-1].words + waiting, asks=True)
    return gathered
