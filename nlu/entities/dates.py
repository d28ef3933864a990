"""Days as the entity ``tanggal`` (ISO 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from nlu.entities.cues import is_cue, nearest_cue
from nlu.lexicon import Lexicon
from nlu.scan import Token
from nlu.types import Entity

_DAY_FIRST = re.compile(r"(?<![\d/.\-])(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/\-])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_LONGEST_KEY = 3
_WINDOW = 3
_UNSURE = 0.8
"""Confidence where the year or the month was inferred."""

Found = tuple[int, int, date | None, float]
"""First token, token after the last, the day (None: the words mean no day), confidence."""


def find_dates(
    text: str, tokens: Sequence[Token], lexicon: Lexicon, *, today: date
) -> Iterator[Entity]:
    """Yield every day that is named, counted from ``today`` where it is relative.

    A day named twice in a row ("23.11.2026 kemarin") counts once, where it is in digits.
    """
    numeric = list(_numeric(text))
    yield from numeric
    reader = _Reader(tokens, lexicon, today)
    index = 0
    while index < len(tokens):
        found = reader.at(index)
        if found is None:
            index += 1
            continue
        first, index, day, confidence = found
        if day is not None:
            start, stop = tokens[first].start, tokens[index - 1].end
            if not any(_says_again(text, start, stop, day, digits) for digits in numeric):
                yield Entity("tanggal", start, stop, day.isoformat(), confidence)


def _says_again(text: str, start: int, stop: int, day: date, digits: Entity) -> bool:
    between = text[digits.end : start] if digits.end <= start else text[stop : digits.start]
    return digits.value == day.isoformat() and not between.strip(" ,()")


def _numeric(text: str) -> Iterator[Entity]:
    for match in _ISO.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        if found := _day(year, month, day):
            yield Entity("tanggal", match.start(), match.end(), found.isoformat())
    for match in _DAY_FIRST.finditer(text):
        year = int(match.group(4))
        year += 2000 if year < 100 else 0
        if found := _day(year, int(match.group(3)), int(match.group(1))):
            yield Entity("tanggal", match.start(), match.end(), found.isoformat())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Reader:
    """Reads the date that starts at a token."""

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, today: date) -> None:
        self._tokens = tokens
        self._lexicon = lexicon
        self._today = today

    def at(self, index: int) -> Found | None:
        day = self._number(index, most=31)
        if day:
            return self._day_and_month(index, day) or self._day_alone(index, day)
        for length in range(_LONGEST_KEY, 0, -1):
            key = tuple(token.text for token in self._tokens[index : index + length])
            if len(key) == length and key in self._lexicon.calendar:
                return self._named(index, index + length, self._lexicon.calendar[key])
        return None

    def _number(self, index: int, *, most: int, digits: int = 2) -> int:
        if index >= len(self._tokens):
            return 0
        text = self._tokens[index].text
        if not text.isdecimal() or len(text) > digits or int(text) > most:
            return 0
        return int(text)

    def _meaning(self, index: int, kind: str) -> int | None:
        """Return the number of the month, weekday or shift that the token at ``index`` names."""
        if index >= len(self._tokens):
            return None
        name, _, number = self._lexicon.calendar.get((self._tokens[index].text,), "").partition(" ")
        return int(number) if name == kind else None

    def _day_and_month(self, index: int, day: int) -> Found | None:
        """Read "12 Desember 2026", "tgl 12 des"."""
        month = self._meaning(index + 1, "bulan")
        if month is None:
            return None
        year = self._number(index + 2, most=2100, digits=4)
        if year >= 1900:
            found = _day(year, month, day)
            return (index, index + 3, found, 1.0) if found else None
        guesses = [_day(self._today.year + shift, month, day) for shift in (-1, 0, 1)]
        days = [guess for guess in guesses if guess]
        if not days:
            return None
        if self._is_past(index, index + 2):
            days = [guess for guess in days if guess <= self._today]
        nearest = min(days, key=lambda guess: abs(guess - self._today), default=None)
        return (index, index + 2, nearest, _UNSURE) if nearest else None

    def _day_alone(self, index: int, day: int) -> Found | None:
        """Read "tanggal 5" with or without "bulan depan" or "bulan ini"."""
        if not nearest_cue(self._tokens, index, self._lexicon, ("tanggal",), window=1):
            return None
        end = index + 1
        shift = 1 if day < self._today.day else 0
        month_word = [token.text for token in self._tokens[end : end + 2]]
        if len(month_word) == 2 and month_word[0] in ("bulan", "bln", "sasih"):
            if is_cue(self._tokens[end + 1], self._lexicon, "depan"):
                shift, end = 1, end + 2
            elif is_cue(self._tokens[end + 1], self._lexicon, "lalu"):
                shift, end = -1, end + 2
            elif month_word[1] in ("ini", "ieu"):
                shift, end = 0, end + 2
        elif self._is_past(index, end):
            shift = 0 if day <= self._today.day else -1
        months = self._today.year * 12 + self._today.month - 1 + shift
        found = _day(months // 12, months % 12 + 1, day)
        return (index, end, found, _UNSURE) if found else None

    def _named(self, index: int, end: int, meaning: str) -> Found | None:
        kind, _, number = meaning.partition(" ")
        if kind == "bukan":
            return index, end, None, 1.0
        if kind == "geser":
            shifted = self._today + timedelta(days=int(number))
            return index, end, shifted, 1.0
        if kind == "hari":
            return self._weekday(index, end, int(number))
        return None

    def _weekday(self, index: int, end: int, weekday: int) -> Found | None:
        """Read "senin depan", "jumat kemarin"; a bare weekday is a habit, not a day."""
        if end >= len(self._tokens):
            return None
        ahead = (weekday - self._today.weekday()) % 7
        if is_cue(self._tokens[end], self._lexicon, "depan"):
            return index, end + 1, self._today + timedelta(days=ahead or 7), _UNSURE
        if is_cue(self._tokens[end], self._lexicon, "lalu"):
            back = (self._today.weekday() - weekday) % 7 or 7
            return index, end + 1, self._today - timedelta(days=back), _UNSURE
        if self._tokens[end].text in ("ini", "ieu"):
            return index, end + 1, self._today + timedelta(days=ahead), _UNSURE
        return None

    def _is_past(self, index: int, end: int) -> bool:
        near = [*self._tokens[max(0, index - _WINDOW) : index], *self._tokens[end : end + 1]]
        return any(is_cue(token, self._lexicon, "lalu") for token in near)
