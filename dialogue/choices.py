"""A choice that is typed instead of pressed: its number, its title, or a telling part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.plain import plain_words

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            ("pertama", "kesatu", "kahiji", "satu"),
            ("kedua", "kadua", "dua"),
            ("ketiga", "katilu", "tiga"),
            ("keempat", "empat"),
            ("kelima", "lima"),
        ),
        start=1,
    )
    for word in words
}
_FILLERS = frozenset(
    """
    yang yg nu nomor nomer no nmr pilih pilihan opsi saya mau ya dong aja saja deh min kak pak bu
    itu ini soal tentang maksud maksudnya ke
    """.split()  # noqa: SIM905 - a row of words reads better than a column of quotes
)
_NUMBER = re.compile(r"^(?:nomor|nomer|no|nmr|pilih|pilihan|opsi)? ?(\d{1,2})$")


def chosen(text: str, choices: Sequence[tuple[str, str]]) -> str | None:
    """Return the payload of the choice that ``text`` picks, ``None`` when it picks none or two.

    >>> chosen("nomor 2", [("Biaya", "/a"), ("Syarat", "/b")])
    '/b'
    """
    words = plain_words(text)
    if not words or not choices or len(words) > 8:
        return None
    number = _number(words)
    if number is not None:
        return choices[number - 1][1] if 1 <= number <= len(choices) else None
    telling = {word for word in words if word not in _FILLERS}
    whole = [payload for title, payload in choices if set(plain_words(title)) == telling]
    if len(whole) == 1:
        return whole[0]
    return None


def chosen_by_part(text: str, choices: Sequence[tuple[str, str]]) -> str | None:
    """Return the payload of the one choice whose title holds all telling words of ``text``."""
    telling = {word for word in plain_words(text) if word not in _FILLERS}
    if not telling or len(telling) > 3:
        return None
    fitting = [payload for title, payload in choices if telling <= set(plain_words(title))]
    return fitting[0] if len(fitting) == 1 else None


def _number(words: list[str]) -> int | None:
    match = _NUMBER.match(" ".join(words))
    if match:
        return int(match[1])
    telling = [word for word in words if word not in _FILLERS]
    return _ORDINALS.get(telling[0]) if len(telling) == 1 else None
