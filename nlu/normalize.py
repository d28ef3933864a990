"""Messages as residents write them, brought to one spelling before features are taken.

Order within one round: amounts, protected phrases, phrases, single words, a separated "-nya".
Rounds repeat until nothing changes, which makes the whole idempotent. Case, punctuation except
the question mark, and decoration are dropped on the way in (:mod:`nlu.scan`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.amounts import CURRENCY_BEFORE, AmountReader, canonical_words
from nlu.lexicon import Lexicon
from nlu.lexicon_build import Phrase, Phrases
from nlu.rewrite import WordRewriter
from nlu.scan import Token, scan

IDENTIFIER = "nomor"
"""Stands for a phone number, NIK, NIB, NPWP or another long number."""

_MOST_ROUNDS = 8
_PHONE = re.compile(r"(?:0|62)8\d{7,12}")
_IDENTIFIER_LENGTHS = frozenset({13, 15, 16})
_LONG_NUMBER = 9
_LONGEST_RUN = 6
_SEPARATED_NYA = frozenset({"nya", "ny", "nyah"})


@dataclass(frozen=True)
class Normalized:
    """A normalised message.

    ``spans[i]`` is the ``[start, end)`` in the original text that token ``text.split()[i]`` came
    from; starts and ends never decrease. Tokens that came from one piece share its span.
    """

    text: str
    spans: tuple[tuple[int, int], ...]


class Normalizer:
    """Brings messages to one spelling.

    ``vocabulary`` (see :func:`nlu.spelling.build_vocabulary`) is what spelling repair may aim at;
    without it nothing is respelled. Never raises for any ``str``.

    >>> from nlu.lexicon import default_lexicon
    >>> Normalizer(default_lexicon()).normalize("brp biaya nya min, 1,8jt??").text
    'berapa biayanya min 1,8 juta ?'
    """

    def __init__(self, lexicon: Lexicon, vocabulary: frozenset[str] = frozenset()) -> None:
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        self._rewrite = WordRewriter(lexicon, vocabulary)
        self._amounts = AmountReader(lexicon)
        self._phrases = lexicon.rewrites.phrases
        self._protected = lexicon.rewrites.protected_phrases
        self._questions = frozenset(cue[0] for cue in lexicon.cues.get("tanya", ()))
        self._amount_starts = CURRENCY_BEFORE | frozenset(lexicon.numbers)

    def normalize(self, text: str) -> Normalized:
        """Return the normalised message with the original spans of its tokens."""
        tokens = scan(text, self.lexicon.emoji)
        for _ in range(_MOST_ROUNDS):
            changed = self._round(tokens)
            if changed == tokens:
                break
            tokens = changed
        return Normalized(
            text=" ".join([token.text for token in tokens]),
            spans=tuple([(token.start, token.end) for token in tokens]),
        )

    def _round(self, tokens: list[Token]) -> list[Token]:
        tokens = self._numbers(tokens)
        locked = self._locked(tokens)
        phrases = self._phrase_places(tokens, self._phrases)
        written: list[Token] = []
        index = 0
        while index < len(tokens):
            phrase = phrases.get(index)
            if phrase and locked.isdisjoint(range(index, index + len(phrase.written))):
                index = self._replace(tokens, index, phrase, written)
                continue
            token = tokens[index]
            words = (token.text,) if index in locked else self._rewrite(token.text)
            if words == (token.text,):
                written.append(token)
            else:
                written.extend([Token(word, token.start, token.end) for word in words])
            index += 1
        # A message of nothing but particles keeps them: an empty text would say less.
        return self._join_nya(written) if written else tokens

    def _numbers(self, tokens: list[Token]) -> list[Token]:
        starts = [
            index
            for index, token in enumerate(tokens)
            if token.text[0].isdecimal() or token.text in self._amount_starts
        ]
        if not starts:
            return tokens
        about_money = self._amounts.mentions_money(tokens)
        written: list[Token] = []
        done = 0
        for index in starts:
            if index < done:
                continue
            written.extend(tokens[done:index])
            length, words = self._number_at(tokens, index, about_money)
            done = index + length
            if words == tuple([part.text for part in tokens[index:done]]):
                written.extend(tokens[index:done])
            else:
                start, end = tokens[index].start, tokens[done - 1].end
                written.extend([Token(word, start, end) for word in words])
        written.extend(tokens[done:])
        return written

    def _number_at(
        self, tokens: Sequence[Token], index: int, about_money: bool
    ) -> tuple[int, tuple[str, ...]]:
        """Return how many tokens the number at ``index`` takes and what is written for them."""
        amount = self._amounts.read(tokens, index, about_money=about_money)
        if amount is not None and (words := canonical_words(amount)) is not None:
            return amount.length, words
        length = _identifier_length(tokens, index)
        return (length, (IDENTIFIER,)) if length else (1, (tokens[index].text,))

    def _phrase_places(self, tokens: Sequence[Token], phrases: Phrases) -> dict[int, Phrase]:
        """Return the longest of ``phrases`` at every index where one begins."""
        found: dict[int, Phrase] = {}
        for index in range(len(tokens) - 1):
            for phrase in phrases.get((tokens[index].text, tokens[index + 1].text), ()):
                if _matches(tokens, index, phrase.written):
                    found[index] = phrase
                    break
        return found

    def _locked(self, tokens: Sequence[Token]) -> set[int]:
        """Return the indices of the tokens in protected phrases."""
        return {
            place
            for index, phrase in self._phrase_places(tokens, self._protected).items()
            for place in range(index, index + len(phrase.written))
        }

    @staticmethod
    def _replace(tokens: Sequence[Token], index: int, phrase: Phrase, written: list[Token]) -> int:
        """Write the phrase's standard form; return the index after what was replaced."""
        end = index + len(phrase.written)
        # "kaki lima" → "pedagang kaki lima" must not grow when the rest already stands there.
        before = index - phrase.place if phrase.place is not None else -1
        if before >= 0 and _matches(tokens, before, phrase.standard):
            written.extend(tokens[index:end])
            return end
        start, stop = tokens[index].start, tokens[end - 1].end
        written.extend(Token(word, start, stop) for word in phrase.standard)
        return end

    def _join_nya(self, tokens: list[Token]) -> list[Token]:
        """Join "biaya nya"; a lone Sundanese "nya" at the end is a spoken "ya"."""
        if not any(token.text in _SEPARATED_NYA for token in tokens):
            return tokens
        written: list[Token] = []
        for index, token in enumerate(tokens):
            before = written[-1] if written else None
            if token.text not in _SEPARATED_NYA:
                written.append(token)
            elif before and self._takes_nya(before.text):
                written[-1] = Token(before.text + "nya", before.start, token.end)
            elif index + 1 == len(tokens) or tokens[index + 1].text == "?":
                written.append(Token("ya", token.start, token.end))
            else:
                written.append(token)
        return written

    def _takes_nya(self, word: str) -> bool:
        return (
            word.isalpha()
            and word not in self._questions
            and not word.endswith("nya")
            and (word in self.lexicon.rewrites.protected or self._rewrite.knows(word + "nya"))
        )


def _matches(tokens: Sequence[Token], index: int, words: tuple[str, ...]) -> bool:
    if index + len(words) > len(tokens):
        return False
    return all(tokens[index + place].text == word for place, word in enumerate(words))


def _identifier_length(tokens: Sequence[Token], index: int) -> int:
    """Return over how many number tokens a phone or identity number runs, 0 if there is none."""
    digits = ""
    whole = 0
    for length in range(1, _LONGEST_RUN + 1):
        place = index + length - 1
        if place >= len(tokens) or not tokens[place].text[0].isdecimal():
            break
        part = tokens[place].text.replace(".", "").replace(",", "")
        digits += part
        # Groups of two are dates and times, not parts of an identity number.
        grouped = length == 1 or len(part) > 2
        if _PHONE.fullmatch(digits) or (grouped and len(digits) in _IDENTIFIER_LENGTHS):
            whole = length
        elif length == 1 and len(digits) >= _LONG_NUMBER:
            whole = 1
        if len(part) < 3 and length > 1:
            break
    return whole
