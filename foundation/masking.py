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
    return _LONG_NUMBER.sub("[nomor identitas]", text)


def _without_address(found: re.Match[str]) -> str:
    return "[surel]" if found["domain"] else found[0]


def _shortened(text: str) -> str:
    """Cut before the word, and before the number, that may go on behind the cut."""
    whole_words = text[:LONGEST].rpartition(" ")[0]
    return f"{whole_words.rstrip(_OF_A_NUMBER)} {LEFT_OUT}"
