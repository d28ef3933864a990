"""What residents write into a form: found in the message, checked, brought into one spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import nlu
from dialogue.patterns import Patterns
from dialogue.plain import plain_words
from dialogue.reading import Reading
from nlu.types import Entity

SKIPPED = ""
"""The value of a slot that the resident may, and did, leave out."""

OPTIONAL_IN = {"pertanyaan_tertunda": frozenset({"no_hp", "waktu_dihubungi"})}
"""The slots that may be skipped, by form."""

NOT_OURS = "utter_kota_bogor"
"""Refuses a district of Kota Bogor, which has an office of its own."""

_SURE_ENOUGH = 0.9
_LONGEST_NAME = 6
_LONGEST_TRADE, _MOST_BESIDE_TRADE = 6, 2
_LOWER_IN_NAMES = ("bin", "binti")
_LEAD_IN = re.compile(
    r"^(?:nama|nami)(?: (?:saya|sy|aku|abdi|gue|gw|lengkap|nya))*(?: (?:adalah|itu|teh))? *[:=]? *|"
    r"^(?:namanya|atas nama|panggil (?:saja|aja)|saya|sy|aku|abdi|gue|gw|dengan|dgn) +",
    re.IGNORECASE,
)
_TRADE_LEAD_IN = re.compile(
    r"^(?:jenis )?usaha(?:nya)?(?: (?:saya|sy|aku|kami|abdi))?(?: (?:adalah|itu|teh))? *:? +(?=\w)|"
    r"^(?:saya|sy|aku|kami|abdi) +(?:usaha|punya usaha|jualan|dagang|jual|buka|bisnis) +",
    re.IGNORECASE,
)
_PREPOSITIONS = frozenset({"di", "dari", "daerah", "wilayah", "ti", "kec", "kecamatan", "kec."})
_PARTICLES = frozenset(
    {"aja", "saja", "doang", "dong", "deh", "sih", "ya", "kak", "pak", "bu", "min", "kang", "teh"}
)
_TITLE_WORDS = re.compile(r"\b(?:kak|pak|bu|min|ya|kang|teh)\b\.?$", re.IGNORECASE)
_NAME_WORD = re.compile(r"^[^\W\d_][^\W\d_.'’\-]*(?:[.'’\-][^\W\d_]*)*[.,]?$")
_PHONE_CHARS = re.compile(r"\+?\d(?:[ .()\-/]{0,2}\d){7,15}(?!\d)")
_DIGIT_WORDS = {
    "nol": "0", "kosong": "0", "satu": "1", "hiji": "1", "dua": "2", "tiga": "3", "tilu": "3",
    "empat": "4", "opat": "4", "lima": "5", "enam": "6", "genep": "6", "tujuh": "7",
    "delapan": "8", "lapan": "8", "dalapan": "8", "sembilan": "9", "salapan": "9",
}  # fmt: skip

Strength = Literal["strong", "weak"]


@dataclass(frozen=True)
class Found:
    """A value for a slot. ``strong`` ones cannot be anything else (a number, a known place).

    ``verify`` asks the resident whether the repaired spelling is meant.
    """

    value: Any
    strength: Strength
    verify: bool = False


@dataclass(frozen=True)
class Refused:
    """No usable value; ``response`` says why and what would be one."""

    response: str


def knows(slot: str) -> bool:
    """Whether :func:`find_value` has an idea of its own of what ``slot`` may hold."""
    return slot in _FINDERS


def find_value(slot: str, reading: Reading, patterns: Patterns, *, today: date) -> Found | Refused:
    """Look for a value of ``slot`` in what was written as an answer to the question for it.

    Raises ``KeyError`` for a slot that it does not know (see :func:`knows`).
    """
    return _FINDERS[slot](reading, patterns, today)


def sure_values(reading: Reading, *, today: date) -> dict[str, str]:
    """Return slots that the message's entities fill beyond doubt (name, place, phone, trade)."""
    found: dict[str, str] = {}
    for entity in _entities(reading, today):
        if entity.entity == "nama" or (
            entity.entity in ("kecamatan", "jenis_usaha") and entity.confidence >= _SURE_ENOUGH
        ):
            found.setdefault(entity.entity, entity.value)
    if phone := normal_phone(reading.text):
        found["no_hp"] = phone
    return found


def normal_phone(text: str) -> str | None:
    """Return the Indonesian phone number in ``text`` as ``+62…``, ``None`` without one.

    >>> normal_phone("nol delapan satu dua 3456 7890")
    '+6281234567890'
    """
    for candidate in (*_PHONE_CHARS.findall(text), _spelled_out(text)):
        digits = re.sub(r"\D", "", candidate)
        if digits.startswith("0062"):
            digits = digits[2:]
        if digits.startswith("620"):
            digits = "62" + digits[3:]
        if digits.startswith("0"):
            digits = "62" + digits[1:]
        elif digits.startswith("8"):
            digits = "62" + digits
        mobile = digits.startswith("628") and 10 <= len(digits) <= 15
        fixed = re.fullmatch(r"62(?:21|22|251|2\d\d)\d{6,8}", digits) is not None
        if mobile or fixed:
            return f"+{digits}"
    return None


def _spelled_out(text: str) -> str:
    digits = ""
    for word in plain_words(text):
        if word in _DIGIT_WORDS:
            digits += _DIGIT_WORDS[word]
        elif word.isdigit():
            digits += word
        elif digits and word not in ("strip", "spasi", "terus"):
            break
    return digits


def _name(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    for entity in _entities(reading, today):
        if entity.entity == "nama":
            return Found(_title_case(entity.value), "strong")
    text = re.split(r"[,;\n]", reading.text)[0]
    text = _PHONE_CHARS.sub(" ", text)
    text = _TITLE_WORDS.sub("", _LEAD_IN.sub("", text.strip())).strip(" .,:-")
    words = text.split()
    refused = Refused("utter_salah_nama")
    if not 1 <= len(words) <= _LONGEST_NAME or len(text) < 2 or len(text) > 60:
        return refused
    if not all(_NAME_WORD.match(word) for word in words):
        return refused
    if patterns.found("bukan_nama", patterns.prepare(text)):
        return refused
    return Found(_title_case(text), "weak")


def _trade(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    text = " ".join(reading.text.split())
    letters = sum(char.isalpha() for char in text)
    if letters < 3 or len(text) > 120 or patterns.found("bukan_usaha", reading.line):
        return Refused("utter_salah_jenis_usaha")
    named = [e for e in _entities(reading, today) if e.entity == "jenis_usaha"]
    if named and len(text.split()) > _LONGEST_TRADE:
        return Found(named[0].value, "strong")
    for entity in _entities(reading, today):
        if entity.entity == "kecamatan" and entity.start > 0:
            text = _without_last(_PREPOSITIONS, reading.text[: entity.start]) or text
    trade = _without_last(_PARTICLES, _TRADE_LEAD_IN.sub("", text).strip(" .,")).strip(" .,")
    if named and named[0].confidence >= _SURE_ENOUGH:
        beside = len(trade.split()) - len(named[0].value.split())
        return Found(named[0].value if beside > _MOST_BESIDE_TRADE else trade or text, "strong")
    return Found(trade or text, "weak")


def _without_last(unwanted: frozenset[str], text: str) -> str:
    """Return the words of ``text`` without those of ``unwanted`` at its end; the first stays."""
    words = text.replace(",", ", ").split()
    last = len(words)
    while last > 1 and words[last - 1].casefold() in unwanted:
        last -= 1
    return " ".join(words[:last]).rstrip(" ,") if last < len(words) else text.strip()


def _district(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    entities = _entities(reading, today)
    if not any(entity.entity.startswith("kecamatan") for entity in entities):
        entities = nlu.extract_entities(f"kecamatan {reading.text}", today=today)
    for entity in entities:
        if entity.entity == "kecamatan":
            return Found(entity.value, "strong", verify=entity.confidence < _SURE_ENOUGH)
    if any(entity.entity == "kecamatan_kota" for entity in entities):
        return Refused(NOT_OURS)
    if patterns.found("kota_bogor", reading.line):
        return Refused(NOT_OURS)
    if patterns.found("hanya_bogor", reading.line):
        return Refused("utter_kecamatan_mana")
    return Refused("utter_salah_kecamatan")


def _phone(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    phone = normal_phone(reading.text)
    return Found(phone, "strong") if phone else Refused("utter_salah_no_hp")


def _account(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    text = reading.text.strip()
    words = plain_words(text)
    if len(words) < 2 or sum(char.isalpha() for char in text) < 8:
        return Refused("utter_salah_uraian")
    return Found(text, "weak")


def _time_of_contact(reading: Reading, patterns: Patterns, today: date) -> Found | Refused:
    text = " ".join(reading.text.split())
    if not 1 <= len(text) <= 80:
        return Refused("utter_isian_keliru")
    clear = "?" not in text and patterns.found("waktu_jelas", patterns.prepare(text))
    return Found(text, "strong" if clear else "weak")


def _entities(reading: Reading, today: date) -> tuple[Entity, ...]:
    """Return the entities that the NLU found; a text that it never saw is looked through here."""
    if reading.how in ("nlu", "context"):
        return reading.entities
    return tuple(nlu.extract_entities(reading.text, today=today))


def _title_case(name: str) -> str:
    """Capitalise the words that were written in one case only; others know how they are spelt."""
    words = name.split()
    if any(word.isupper() and len(word) > 2 for word in words):
        words = [word.lower() for word in words]
    return " ".join(
        word if word in _LOWER_IN_NAMES else word[:1].upper() + word[1:] for word in words
    )


_FINDERS: dict[str, Callable[[Reading, Patterns, date], Found | Refused]] = {
    "nama": _name,
    "jenis_usaha": _trade,
    "kecamatan": _district,
    "no_hp": _phone,
    "uraian": _account,
    "waktu_dihubungi": _time_of_contact,
}
