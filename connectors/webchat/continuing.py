"""From the widget to WhatsApp: a short code in a prepared message. It links, it never merges."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import segno

TEXTS: Mapping[str, str] = json.loads(
    Path(__file__).with_name("texts.json").read_text(encoding="utf-8")
)
_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"


@dataclass(frozen=True)
class WhatsAppLink:
    """Where to go on. ``qr`` are the rows of the address's QR code, ``1`` is dark."""

    code: str
    url: str
    qr: tuple[str, ...]


def new_continuation_code(randbelow: Callable[[int], int]) -> str:
    """Return a code such as ``LANJUT-7QXM9RAE`` (30^8 ≈ 6.6e11 possibilities).

    ``randbelow`` gives a uniform integer below its argument (``secrets.randbelow`` in service).
    """
    return "LANJUT-" + _letters(randbelow)


def new_receipt(randbelow: Callable[[int], int]) -> str:
    """Return the number of an erasure such as ``HAPUS-7QXM9RAE``."""
    return "HAPUS-" + _letters(randbelow)


def whatsapp_link(number: str, code: str) -> WhatsAppLink:
    """Return the link that opens WhatsApp with the code written out."""
    url = f"https://wa.me/{number}?text={quote(TEXTS['lanjut'].format(kode=code))}"
    rows = (
        "".join("1" if bit else "0" for bit in row) for row in segno.make(url, error="m").matrix
    )
    return WhatsAppLink(code=code, url=url, qr=tuple(rows))


def _letters(randbelow: Callable[[int], int]) -> str:
    return "".join(_ALPHABET[randbelow(len(_ALPHABET))] for _ in range(8))
