"""Phone and identity numbers.

Lengths: NIK 16 digits with the birth date in digits 7-12, a woman's day plus 40 (Permendagri
72/2022); NPWP 15, or 16 digits (PMK 136/2023); NIB 13 digits (PP 28/2025); Indonesian mobile
numbers 10-13 digits from the leading 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlu.entities.cues import index_at, nearest_cue
from nlu.lexicon import Lexicon
from nlu.scan import Token
from nlu.types import Entity

_NUMBER = re.compile(r"(?<![\w.,])\+?\(?[0-9](?:[ .\-/()]{0,2}[0-9]){8,18}(?![0-9])")
_MOBILE = re.compile(r"(?:\+?620?|0)(8[1-9][0-9]{7,10})")
_MOBILE_WITHOUT_ZERO = re.compile(r"(8[1-9][0-9]{7,10})")
_AMOUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_DATE_LIKE = re.compile(r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}\b")
_NPWP_DOTTED = re.compile(r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9][-.][0-9]{3}\.[0-9]{3}")
_KINDS = ("nik_koperasi", "npwp", "nib", "no_hp", "nik")
_WINDOW = 4
_UNSURE = 0.7


def find_identifiers(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[Entity]:
    """Yield ``no_hp``, ``nik``, ``nib`` and ``npwp``."""
    for match in _NUMBER.finditer(text):
        written = match.group()
        if _AMOUNT.fullmatch(written) or _DATE_LIKE.match(written):
            continue
        cue = nearest_cue(tokens, index_at(tokens, match.start()), lexicon, _KINDS, window=_WINDOW)
        found = _classify(written, cue)
        if found:
            kind, value, confidence = found
            yield Entity(kind, match.start(), match.end(), value, confidence)


def _classify(written: str, cue: str | None) -> tuple[str, str, float] | None:
    digits = re.sub(r"[^0-9]", "", written)
    mobile = _MOBILE.fullmatch(("+" if written.startswith("+") else "") + digits)
    if mobile is None and cue == "no_hp":
        mobile = _MOBILE_WITHOUT_ZERO.fullmatch(digits)
    if mobile and cue not in ("nib", "nik_koperasi"):
        return "no_hp", f"+62{mobile.group(1)}", 1.0
    if written.startswith("+"):
        return None
    by_length = {13: _thirteen, 15: _fifteen, 16: _sixteen}.get(len(digits))
    return by_length(written, digits, cue) if by_length else None


def _thirteen(_written: str, digits: str, cue: str | None) -> tuple[str, str, float] | None:
    # A cooperative's Nomor Induk has 13 digits too, and after "NIK" it is one or a mistyped NIK.
    if cue in ("nik", "nik_koperasi", "npwp"):
        return None
    return "nib", digits, 1.0 if cue == "nib" else _UNSURE


def _fifteen(written: str, digits: str, cue: str | None) -> tuple[str, str, float] | None:
    if cue in ("nik", "nib", "nik_koperasi") or (cue != "npwp" and digits.startswith("08")):
        return None
    sure = cue == "npwp" or _NPWP_DOTTED.fullmatch(written)
    return "npwp", digits, 1.0 if sure else _UNSURE


def _sixteen(_written: str, digits: str, cue: str | None) -> tuple[str, str, float] | None:
    if cue == "npwp":
        return "npwp", digits, 1.0
    if _is_nik(digits):
        return "nik", digits, 1.0
    if cue == "nik":
        return "nik", digits, _UNSURE
    return ("npwp", digits, _UNSURE) if digits[0] == "0" else None


def _is_nik(digits: str) -> bool:
    province, day, month = int(digits[:2]), int(digits[6:8]), int(digits[8:10])
    return 11 <= province <= 96 and 1 <= day % 40 <= 31 and day <= 71 and 1 <= month <= 12
