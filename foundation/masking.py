"""Identifiers of persons are masked before anything is logged or shown to data staff.

The patterns are deliberately broad: a masked order number costs nothing, a shown NIK does.
Lengths: NIK 16 digits (Permendagri 72/2022), NPWP 15 or 16 digits (PMK 136/2023), NIB 13 digits
(PP 28/2025), Indonesian mobile numbers 9-13 digits after +62/62/0.
"""

from __future__ import annotations

import re

_SEPARATED = r"(?:[ .\-/]?\d)"
_PHONE = re.compile(
    rf"(?<![\w+])(?:\+?62|0)[ .\-]?(?:8{_SEPARATED}{{7,11}}|[27]\d{_SEPARATED}{{6,9}})(?!\d)"
)
_LONG_NUMBER = re.compile(rf"(?<!\d)\d{_SEPARATED}{{12,20}}(?!\d)")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_\-]+")


def mask_identifiers(text: str) -> str:
    """Return ``text`` with phone numbers, NIK/NIB/NPWP-like numbers and e-mail addresses masked.

    >>> mask_identifiers("no hp 0812-3456-7890, nik 3201012345678901")
    'no hp [telepon], nik [nomor identitas]'
    """
    text = _EMAIL.sub("[surel]", text)
    text = _WAMID.sub("[id pesan]", text)
    text = _PHONE.sub("[telepon]", text)
    return _LONG_NUMBER.sub("[nomor identitas]", text)
