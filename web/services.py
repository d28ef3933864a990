"""What the web processes need from below, put together by `halo.py` and passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher

from dialogue import Assets
from foundation.clock import Clock
from foundation.settings import Settings
from reports import Finding
from service_hours import Calendar
from storage import Store, Wakeups


@dataclass(frozen=True)
class LiveBundle:
    """The promoted bundle as web processes see it: its words, never its model."""

    version: str
    assets: Assets


@dataclass(frozen=True)
class Services:
    """What one web process needs.

    ``live_bundle`` returns ``None`` while no model has been trained; ``ask_worker`` sends a request
    over the local socket and raises ``WorkerTimeoutError``; ``secret_key`` signs cookies and
    widget tokens. ``check_ready`` looks whether the service is ready for the day;
    without it nobody can ask.
    ``calendar`` follows the office's changes by itself; ``look_at_calendar`` makes it look now.
    ``hasher`` checks passwords; under gevent it must not hold up the other requests.
    """

    settings: Settings
    store: Store
    wakeups: Wakeups
    clock: Clock
    calendar: Calendar
    live_bundle: Callable[[], LiveBundle | None]
    ask_worker: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    new_ticket: Callable[[], str]
    new_id: Callable[[], str]
    secret_key: str
    look_at_calendar: Callable[[], None] = lambda: None
    check_ready: Callable[[], Sequence[Finding]] | None = None
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
