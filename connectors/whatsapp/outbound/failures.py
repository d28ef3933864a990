"""Meta's error codes and what each asks of us: the table of SPEC section 11, decided here alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from connectors.whatsapp.texts import say, say_first


class Action(StrEnum):
    """What a refusal asks of us."""

    GIVE_UP = "give_up"
    """Permanent: a person sees it."""
    PLAIN = "plain"
    """The same once more as plain text."""
    WAIT_RECIPIENT = "wait_recipient"
    """Again later; only this recipient waits."""
    WAIT_NUMBER = "wait_number"
    """Again later; the whole number slows down."""
    RETRY = "retry"
    """A passing fault: again with growing pauses."""
    STOP = "stop"
    """Nothing more is sent; the queue is kept; alarm."""
    TRY_THRICE = "try_thrice"
    """Not in the table: permanent after three tries."""


@dataclass(frozen=True)
class Failure:
    """What a code means. ``topic`` names the Indonesian sentence for it."""

    action: Action
    topic: str = "other"
    operator: bool = False
    """Whether the operator has to mend something."""


WINDOW_CLOSED: Final = "131047"
NOT_SENT: Final = "not_sent"
"""Our own code for a call that never left this machine."""

MAX_TRIES_OF_UNKNOWN_CODE: Final = 3
LONGEST_PAUSE: Final = timedelta(hours=1)
_FIRST_PAUSE: Final = timedelta(seconds=5)


def _table() -> dict[str, Failure]:
    rows: list[tuple[str, Failure]] = [
        ("131047 131026 131021", Failure(Action.GIVE_UP)),
        ("131030", Failure(Action.GIVE_UP, operator=True)),
        ("131062", Failure(Action.PLAIN)),
        ("131056", Failure(Action.WAIT_RECIPIENT)),
        ("130429 80007 4 429", Failure(Action.WAIT_NUMBER)),
        ("131048", Failure(Action.STOP, "spam", operator=True)),
        (f"2 131000 131016 133004 131057 1 {NOT_SENT}", Failure(Action.RETRY)),
        ("0 190", Failure(Action.STOP, "token", operator=True)),
        ("3 10 131005", Failure(Action.STOP, "permission", operator=True)),
        ("368 131031 130497", Failure(Action.STOP, "restricted", operator=True)),
        ("131042", Failure(Action.STOP, "payment", operator=True)),
        ("131045 133010 33 131037", Failure(Action.STOP, "number", operator=True)),
        ("100 131008 131009 135000", Failure(Action.GIVE_UP, "request", operator=True)),
        ("131049 131050 130472", Failure(Action.GIVE_UP, "marketing")),
        ("131051 131060 131052 131053", Failure(Action.GIVE_UP)),
    ]
    return {code: failure for codes, failure in rows for code in codes.split()}


_TABLE: Final[Mapping[str, Failure]] = _table()


def failure_of(code: str) -> Failure:
    """Return what the code asks of us.

    >>> failure_of("205").action, failure_of("132012").topic, failure_of("999").action
    (<Action.STOP: 'stop'>, 'template', <Action.TRY_THRICE: 'try_thrice'>)
    """
    if code in _TABLE:
        return _TABLE[code]
    number = int(code) if code.isascii() and code.isdigit() and len(code) <= 9 else -1
    if 200 <= number <= 299:
        return Failure(Action.STOP, "permission", operator=True)
    if 132000 <= number <= 132069:
        return Failure(Action.GIVE_UP, "template", operator=True)
    return Failure(Action.TRY_THRICE)


def reason_text(code: str) -> str:
    """Return why it failed, in Indonesian, for the officer."""
    failure = failure_of(code)
    if failure.action is Action.STOP:
        return say(f"berhenti_mengirim.{failure.topic}")
    if failure.topic != "other":
        return say(f"gagal.{failure.topic}")
    return say_first(f"gagal.{code}", "gagal.other", kode=code)


def pause_before_retry(tries: int, *, jitter: float) -> timedelta:
    """Return the pause after the ``tries``-th try: doubling from 5 s to an hour.

    ``jitter`` in 0..1 spreads the second half of it.
    """
    pause = min(_FIRST_PAUSE * 2.0 ** min(max(tries, 1) - 1, 20), LONGEST_PAUSE)
    return pause * (0.5 + 0.5 * jitter)


def pause_for_recipient(refusals: int) -> timedelta:
    """Return Meta's own advice for one recipient: 4^n seconds after the n-th refusal (n from 0).

    >>> [pause_for_recipient(n).total_seconds() for n in range(4)]
    [1.0, 4.0, 16.0, 64.0]
    """
    return min(timedelta(seconds=4.0 ** min(refusals, 10)), LONGEST_PAUSE)


def pause_for_number(strikes: int, *, jitter: float) -> timedelta:
    """Return how long the whole number rests after ``strikes`` refusals: 2 s doubling to 5 min."""
    return min(timedelta(seconds=2 ** min(strikes, 12)), timedelta(minutes=5)) * (
        0.5 + 0.5 * jitter
    )
