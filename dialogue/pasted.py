"""What residents paste and should not: identity and card numbers, one-time codes, passwords.

It is warned of, never said back, and read past: the question beside it is answered.
"""

from __future__ import annotations

import re

from foundation.masking import IDENTITY_NUMBER, masked_secrets

_SEPARATORS = re.compile(r"[ .\-]")
_CARD_WORDS = re.compile(r"\b(?:atm|debit|kredit|visa|mastercard)\b", re.IGNORECASE)
_IDENTITY_WORDS = re.compile(r"\b(?:nik|ktp|kk|npwp|nib)\b", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"(?:\b(?:ini|no|nomor|nomer|nmr|kode|isi|nik|ktp|kk|npwp|kartu|keluarga|debit|kredit|atm|bank|"
    r"rekening|otp|pin|cvv|cvc|password|kata|sandi|saya|sy|aku|abdi|nya|adalah|yaitu)(?:nya|ku)?\b"
    r"[\s:=.,\-]{0,3}){1,8}$",
    re.IGNORECASE,
)
_HOLE = "\N{REPLACEMENT CHARACTER}"


def has_identity_number(text: str) -> bool:
    """Whether a number of 15 to 19 digits stands in ``text`` that is no payment card's."""
    return any(not _is_card(found[0], text) for found in IDENTITY_NUMBER.finditer(text))


def has_secret(text: str) -> bool:
    """Whether a one-time code, PIN, password or card number stands in ``text``.

    >>> has_secret("kode otp saya 482913"), has_secret("diminta otp 3 kali")
    (True, False)
    """
    if masked_secrets(text, _HOLE) != text:
        return True
    return any(_is_card(found[0], text) for found in IDENTITY_NUMBER.finditer(text))


def without_pasted(text: str) -> str:
    """Return ``text`` without what was pasted, and without the words that only name it.

    >>> without_pasted("nik saya 3201990000000001, dapat bantuan umkm ga")
    'dapat bantuan umkm ga'
    """
    holed = masked_secrets(IDENTITY_NUMBER.sub(_HOLE, text), _HOLE)
    if holed == text:
        return text
    parts = holed.split(_HOLE)
    kept = [_LEAD_IN.sub("", part) for part in parts[:-1]] + parts[-1:]
    return " ".join(" ".join(kept).split()).strip(" ,;:-.")


def _is_card(number: str, text: str) -> bool:
    """Whether a number is rather a payment card's: so called, or with the check digit of one.

    A NIK has the birth date in digits 7 to 12, a woman's day plus 40 (Permendagri 72/2022).
    """
    digits = _SEPARATORS.sub("", number)
    if _CARD_WORDS.search(text) and not _IDENTITY_WORDS.search(text):
        return True
    day, month = int(digits[6:8]), int(digits[8:10])
    like_nik = len(digits) == 16 and 1 <= day % 40 <= 31 and 1 <= month <= 12
    return digits[0] in "45" and not like_nik and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
