"""Which files are opened here, and how they begin (SPEC sections 5 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LARGEST_RECEIVED: Final = 16 * 1024 * 1024
"""Bytes. WhatsApp carries documents up to 100 MB; a desk opens smaller ones."""

_ZIP: Final = (b"PK\x03\x04",)
_OLE: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_MP4: Final = (b"ftyp",)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

_BEGINS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "audio/ogg": (b"OggS",),
    "audio/mpeg": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "audio/amr": (b"#!AMR",),
    "audio/aac": (b"\xff\xf1", b"\xff\xf9"),
    "audio/mp4": _MP4,
    "video/mp4": _MP4,
    "video/3gpp": _MP4,
    "application/pdf": (b"%PDF-",),
    "application/msword": _OLE,
    "application/vnd.ms-excel": _OLE,
    "application/vnd.ms-powerpoint": _OLE,
    f"{_OFFICE}.wordprocessingml.document": _ZIP,
    f"{_OFFICE}.spreadsheetml.sheet": _ZIP,
    f"{_OFFICE}.presentationml.presentation": _ZIP,
}

_LARGEST_SENT: Final[Mapping[str, int]] = {
    "image/jpeg": 5 * 1024 * 1024,
    "image/png": 5 * 1024 * 1024,
    "application/pdf": LARGEST_RECEIVED,
}


def bare_type(mime_type: str) -> str:
    """Return the type without its parameters.

    >>> bare_type("audio/ogg; codecs=opus")
    'audio/ogg'
    """
    return mime_type.partition(";")[0].strip().lower()


def is_opened(mime_type: str) -> bool:
    """Whether files of this type are shown to officers."""
    return bare_type(mime_type) in _BEGINS


def begins_as_declared(content: bytes, mime_type: str) -> bool:
    """Whether the first bytes are those of the declared type."""
    begins = _BEGINS.get(bare_type(mime_type), ())
    # The box that names an MP4's kind comes after its length.
    head = content[4:8] if begins is _MP4 else content[:16]
    return any(head.startswith(mark) for mark in begins)


def may_be_sent(content: bytes, mime_type: str) -> bool:
    """Whether an officer may send this file."""
    largest = _LARGEST_SENT.get(bare_type(mime_type), 0)
    return 0 < len(content) <= largest and begins_as_declared(content, mime_type)
