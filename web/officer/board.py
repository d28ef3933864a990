"""The three lists that an officer chooses from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from handoff import (
    AttentionItem,
    Case,
    Preview,
    QueueCounts,
    TurnWords,
    alerted,
    attention_list,
    cases_of_officer,
    labels_of,
    nobody_ready,
    offers_to,
    previews,
    queue_counts,
    unanswered,
    urgent_cases,
    waiting_cases,
    words_of_turns,
)
from service_hours import Calendar
from storage import Account, Transaction
from web.officer.windows import minutes_of_windows

TABS: Final = ("menunggu", "dilihat", "saya")

CASES_SHOWN: Final = 50
ATTENTION_SHOWN: Final = 30


@dataclass(frozen=True)
class CaseRow:
    """A case in a list. Minutes since it was opened, of service and on the clock.

    ``window_minutes`` are left in which WhatsApp takes free text (negative: it is over; None: no
    such window). ``offered`` says that it is this officer's turn to take it.
    """

    case: Case
    channel: str
    words: str
    service_minutes: int
    real_minutes: int
    unanswered: bool = False
    labels: tuple[str, ...] = ()
    window_minutes: int | None = None
    offered: bool = False


@dataclass(frozen=True)
class AttentionRow:
    """A turn that somebody should look at."""

    item: AttentionItem
    channel: str
    resident: str
    bot: str
    real_minutes: int


@dataclass(frozen=True)
class Board:
    """What the list panel shows. ``attention_more`` says that there are more than are listed.

    ``late`` are the tickets about which an alert was raised, while nobody is ready.
    """

    counts: QueueCounts
    waiting: tuple[CaseRow, ...]
    mine: tuple[CaseRow, ...]
    attention: tuple[AttentionRow, ...]
    attention_more: bool
    late: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[CaseRow, ...]:
        """The cases that are offered to this officer now."""
        return tuple(row for row in self.waiting if row.offered)

    @property
    def waiting_more(self) -> int:
        """How many waiting cases are not listed."""
        return self.counts.waiting - len(self.waiting)


@dataclass(frozen=True)
class _Reading:
    now: datetime
    calendar: Calendar
    previews: Mapping[str, Preview]
    labels: Mapping[int, tuple[str, ...]]
    windows: Mapping[str, int]
    offered: set[int]
    unanswered: set[str] = field(default_factory=set)


def read_board(tx: Transaction, officer: Account, calendar: Calendar) -> Board:
    """Read all three lists as of one moment."""
    offered = [offer.case_id for offer in offers_to(tx, officer.id)]
    waiting = waiting_cases(tx, limit=CASES_SHOWN, seen_by=officer)
    mine = cases_of_officer(tx, officer.id)
    items = attention_list(tx, limit=ATTENTION_SHOWN + 1, seen_by=officer)
    shown = items[:ATTENTION_SHOWN]
    cases = (*waiting, *mine)
    ids = {case.conversation for case in cases} | {item.conversation for item in shown}
    words = words_of_turns(tx, [item.event_id for item in shown])
    open_questions = unanswered(tx, {case.conversation for case in mine})
    reading = _Reading(
        now=tx.now,
        calendar=calendar,
        previews=previews(tx, ids),
        labels=labels_of(tx, [case.id for case in cases]),
        windows=minutes_of_windows(tx, {case.conversation for case in cases}),
        offered=set(offered),
        unanswered=open_questions,
    )
    rows = sorted(
        (_case_row(case, reading) for case in waiting),
        key=lambda row: (not row.case.urgent, not row.offered),
    )
    return Board(
        counts=queue_counts(tx, seen_by=officer),
        waiting=tuple(rows),
        mine=tuple(_case_row(case, reading) for case in mine),
        attention=tuple(_attention_row(item, words[item.event_id], reading) for item in shown),
        attention_more=len(items) > ATTENTION_SHOWN,
        late=tuple(case.ticket for case in alerted(tx, seen_by=officer))
        if nobody_ready(tx)
        else (),
    )


def read_signature(tx: Transaction, officer: Account) -> tuple[object, ...]:
    """Return what differs when the lists have to be shown anew, passing time aside.

    Much cheaper than the lists: every open console asks for it whenever something happened.
    """
    mine = cases_of_officer(tx, officer.id)
    found = previews(tx, [case.conversation for case in mine]) if mine else {}
    return (
        queue_counts(tx, seen_by=officer),
        tuple(case.id for case in waiting_cases(tx, limit=CASES_SHOWN, seen_by=officer)),
        tuple(item.id for item in attention_list(tx, limit=ATTENTION_SHOWN + 1, seen_by=officer)),
        tuple((case.id, found[case.conversation].last_seq) for case in mine),
        tuple(offer.case_id for offer in offers_to(tx, officer.id)),
        tuple(case.id for case in alerted(tx, seen_by=officer)),
        tuple((one.case.id, one.kind, one.acknowledged_at) for one in urgent_cases(tx, officer)),
    )


def _case_row(case: Case, reading: _Reading) -> CaseRow:
    preview = reading.previews[case.conversation]
    service = reading.calendar.service_minutes_between(case.opened_at, reading.now)
    return CaseRow(
        case=case,
        channel=preview.channel,
        words=str(case.card.get("question") or preview.words),
        service_minutes=int(service),
        real_minutes=_minutes(case.opened_at, reading.now),
        unanswered=case.conversation in reading.unanswered,
        labels=reading.labels[case.id],
        window_minutes=reading.windows.get(case.conversation),
        offered=case.id in reading.offered,
    )


def _attention_row(item: AttentionItem, words: TurnWords, reading: _Reading) -> AttentionRow:
    return AttentionRow(
        item=item,
        channel=reading.previews[item.conversation].channel,
        resident="\n".join(words.resident),
        bot="\n".join(words.bot),
        real_minutes=_minutes(item.at, reading.now),
    )


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds() // 60))
