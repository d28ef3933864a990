"""The residents whose phones the emulator plays: numbers, user ids, usernames (SPEC section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from foundation.errors import InvalidFormError, NotFoundError

WINDOW = timedelta(hours=24)
NUMBER_SHOWN_FOR = timedelta(days=30)

Reads = Literal["page", "auto", "never"]
"""When messages are read: while the phone page is open, by themselves, or not at all."""


@dataclass(frozen=True)
class Resident:
    """One person with WhatsApp, as the platform knows them."""

    user_id: str
    wa_id: str
    name: str
    username: str = ""
    number_used_at: datetime | None = None
    """When the office last wrote to, or was told, this number."""
    last_said_at: datetime | None = None
    online: bool = True
    reads: Reads = "page"
    on_whatsapp: bool = True
    """False: the number has no WhatsApp, or the person blocked the office."""

    def shows_number(self, now: datetime) -> bool:
        """Whether webhooks name the number: always without a username, else for 30 days."""
        if not self.username:
            return True
        used = self.number_used_at
        return used is not None and now - used <= NUMBER_SHOWN_FOR

    def window_open(self, now: datetime) -> bool:
        """Whether free-form messages may be sent at ``now``."""
        return self.last_said_at is not None and now < self.last_said_at + WINDOW

    def window_left(self, now: datetime) -> timedelta:
        """How long the window stays open; zero when it is closed."""
        if self.last_said_at is None:
            return timedelta()
        return max(timedelta(), self.last_said_at + WINDOW - now)


class People:
    """All residents, found by user id or number. A user id that was given up still finds them."""

    def __init__(self, rng: Random, *, country: str = "ID") -> None:
        self._rng = rng
        self._country = country
        self._residents: dict[str, Resident] = {}
        self._moved: dict[str, str] = {}

    def __iter__(self) -> Iterator[Resident]:
        return iter(tuple(self._residents.values()))

    def add(self, *, name: str, wa_id: str, username: str = "", user_id: str = "") -> Resident:
        """Add a resident.

        Raises :class:`InvalidFormError` when the number is not 8-15 digits, is taken, or the name
        is empty.
        """
        digits = re.sub(r"[ +\-]", "", wa_id)
        if not re.fullmatch(r"[1-9]\d{7,14}", digits) or not name.strip():
            raise InvalidFormError("a resident needs a name and a number with country code")
        user_id = user_id or self._new_user_id()
        if self.by_number(digits) or user_id in self._residents:
            raise InvalidFormError("that number or user id belongs to somebody else")
        resident = Resident(user_id, digits, name.strip(), username.strip())
        self._residents[user_id] = resident
        return resident

    def get(self, user_id: str) -> Resident:
        """Return the resident, also by an earlier user id. Raises :class:`NotFoundError`."""
        found = self.by_user_id(user_id)
        if found is None:
            raise NotFoundError("no such resident")
        return found

    def by_user_id(self, user_id: str) -> Resident | None:
        """Return the resident with this user id, also an earlier one, or ``None``."""
        return self._residents.get(self._moved.get(user_id, user_id))

    def by_number(self, digits: str) -> Resident | None:
        """Return the resident with this number, or ``None``."""
        return next((r for r in self._residents.values() if r.wa_id == digits), None)

    def update(self, user_id: str, **changes: Any) -> Resident:
        """Replace fields of a resident and return the new state."""
        changed = replace(self.get(user_id), **changes)
        self._residents[changed.user_id] = changed
        return changed

    def move(self, user_id: str, new_wa_id: str) -> tuple[Resident, Resident]:
        """Give a resident a new number, and with it a new user id. Return the old and new state.

        Raises :class:`InvalidFormError` when the number is not one, or is taken.
        """
        old = self.get(user_id)
        added = self.add(name=old.name, wa_id=new_wa_id, username=old.username)
        new = replace(old, user_id=added.user_id, wa_id=added.wa_id)
        del self._residents[old.user_id]
        self._residents[new.user_id] = new
        self._moved = {k: new.user_id if v == old.user_id else v for k, v in self._moved.items()}
        self._moved[old.user_id] = new.user_id
        return old, new

    def _new_user_id(self) -> str:
        return f"{self._country}.{self._rng.getrandbits(64):016X}"
