"""Identifiers of persons are masked before anything is logged or shown to data staff.

The patterns are deliberately broad: a masked order number costs nothing, a shown NIK does.
Lengths: NIK 16 digits (Permendagri 72/2022), NPWP 15 or 16 digits (PMK 136/2023), NIB 13 digits
(PP 28/2025), Indonesian mobile numbers 9-13 digits after +62/62/0.

The time is linear in the text, since residents choose it (``tests/test_linear_patterns.py`` counts
the steps):

* numbers: no repetition is longer than 20, and each repeated piece (at most one separator, then a
  digit) can be read in one way only, so that what is tried from one place is bounded;
* addresses: the pattern takes every run of address characters whole, whether an ``@`` follows or
  not, and never gives one back (``++``); so no run is looked at twice, but for a domain that turns
  out not to be one, which is looked at once more as the beginning of an address.
"""

from __future__ import annotations

import re

LONGEST = 100_000
"""Characters that are masked; the rest of a longer text is left out."""

LEFT_OUT = "[dipotong]"

_SEPARATED = r"(?:[ .\-/]?\d)"
_PHONE = re.compile(
    rf"(?<![\w+])(?:\+?62|0)[ .\-]?(?:8{_SEPARATED}{{7,11}}|[27]\d{_SEPARATED}{{6,9}})(?!\d)"
)
_LONG_NUMBER = re.compile(rf"(?<!\d)\d{_SEPARATED}{{12,20}}(?!\d)")
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){14,18}(?!\d)")
"""NIK, KK, NPWP, payment cards: 15 to 19 digits."""
_OWN = (
    r"(?:nya|ku|saya|sy|aku|abdi|atm|kartu|bank|mbanking|email|wa|akun|dana|ovo|gopay|brimo|oss|"
    r"itu|ini|teh|yg|yang|kode|adalah|masuk|tadi)\b"
)
_CODE_NAME = r"(?:otp|m?pin|cvv|cvc|kode (?:verifikasi|rahasia))(?:nya|ku)?"
_GAP = r"[\s:=\-]{1,3}"
_SIX = r"(\d{6}|\d{3}[ \-]\d{3})(?![\w.,]?\d)\b"
_CODE = re.compile(
    rf"\b{_CODE_NAME}(?:{_GAP}{_OWN}){{0,3}}[\s:=\-]{{1,4}}(?:{_SIX}|(\d{{3,8}})(?![\w.,]?\d)\b)|"
    rf"\bkode(?:nya)?{_GAP}(?:(?:nya|wa|sms|ini|saya){_GAP}){{0,2}}{_SIX}|"
    rf"(?<![\w.,])(?<!\d[ .\-])(\d{{4,8}})(?:[\s:=,\-]{{1,3}}{_OWN}){{0,3}}"
    rf"[\s:=,\-]{{1,3}}{_CODE_NAME}\b",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    rf"\b(?:pass?word|passwd|kata sandi|sandi)(?:nya|ku)?(?:[ ]{_OWN}){{0,3}}"
    r"(?:[ ]?[:=][ ]?(\S{4,64})|[ ](?=[^\s\d]{0,40}\d)(\S{4,64}))",
    re.IGNORECASE,
)
_RUN_OR_EMAIL = re.compile(r"[\w.+\-]++(?P<domain>@[\w\-]++(?:\.[\w\-]++)++)?")
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_\-]++")
_OF_A_NUMBER = "0123456789 .-/+()"


def mask_identifiers(text: str) -> str:
    """Return ``text`` with phone numbers, NIK/NIB/NPWP-like numbers and e-mail addresses masked.

    >>> mask_identifiers("no hp 0812-3456-7890, nik 3201012345678901")
    'no hp [telepon], nik [nomor identitas]'
    """
    if len(text) > LONGEST:
        text = _shortened(text)
    if "@" in text:
        text = _RUN_OR_EMAIL.sub(_without_address, text)
    text = _WAMID.sub("[id pesan]", text)
    text = _PHONE.sub("[telepon]", text)
    return masked_secrets(_LONG_NUMBER.sub("[nomor identitas]", text))


def mask_pasted(text: str) -> str:
    """Return ``text`` as an officer sees it first: no secret, no identity or card number.

    Phone numbers and addresses stay, officers need them.

    >>> mask_pasted("nik 3201990000000001, hp 0812-3456-7890")
    'nik [nomor identitas], hp 0812-3456-7890'
    """
    return masked_secrets(IDENTITY_NUMBER.sub("[nomor identitas]", text))


def masked_secrets(text: str, mask: str = "[kode rahasia]") -> str:
    """Return ``text`` with ``mask`` for what is told as one-time code, PIN, CVV or password.

    >>> masked_secrets("otp saya 482913, pin atm: 1234")
    'otp saya [kode rahasia], pin atm: [kode rahasia]'
    """
    for pattern in (_CODE, _PASSWORD):
        text = pattern.sub(lambda found: _without_value(found, mask), text)
    return text


def _without_value(found: re.Match[str], mask: str) -> str:
    group = found.lastindex or 0
    start, end = (at - found.start() for at in found.span(group))
    return f"{found[0][:start]}{mask}{found[0][end:]}"


def _without_address(found: re.Match[str]) -> str:
    return "[surel]" if found["domain"] else found[0]


def _shortened(text: str) -> str:
    """Cut before the word, and before the number, that may go on behind the cut."""
    whole_words = text[:LONGEST].rpartition(" ")[0]
    return f"{whole_words.rstrip(_OF_A_NUMBER)} {LEFT_OUT}"
