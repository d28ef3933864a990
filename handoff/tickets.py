"""Ticket numbers: short enough to read out on the phone, too many to guess."""

from __future__ import annotations

from collections.abc import Callable

_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"
"""Letters and digits that are not mistaken for one another when written or spoken."""


def new_ticket(randbelow: Callable[[int], int]) -> str:
    """Return a ticket such as ``HK-7QXM-9RAE`` (30^8 ≈ 6.6e11 possibilities).

    ``randbelow`` gives a uniform integer below its argument (``secrets.randbelow`` in service).
    """
    letters = "".join(_ALPHABET[randbelow(len(_ALPHABET))] for _ in range(8))
    return f"HK-{letters[:4]}-{letters[4:]}"
