"""From the bytes of a webhook to rows, and nothing else happens in the call.

When an item cannot be handled, all are taken again, each in a savepoint of its own: the bad one is
stored as it came, and the rest go on. A body is stored whole or not at all: only a store that
fails makes it fail, so that Meta sends it again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from connectors.whatsapp.contacts.identities import conversation_of, link
from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.inbound.continuing import carry_over, find_link
from connectors.whatsapp.inbound.json_access import moment_of, read_json, storable_item
from connectors.whatsapp.inbound.reading import Reading, read_item
from connectors.whatsapp.inbound.records import Noted, note, store_message
from connectors.whatsapp.inbound.webhook_parser import Contents, Item, StatusReport, parse_webhook
from foundation.errors import StoreUnavailableError
from storage import Inbound, Store, Transaction, was_forgotten

logger = logging.getLogger(__name__)

_STORE_FAILS = (StoreUnavailableError, sa.exc.OperationalError, sa.exc.InterfaceError)
"""What must not be contained: the body has to come again."""

_TakeItem = Callable[[Transaction, Item, "Report"], None]
_TakeStatus = Callable[[Transaction, StatusReport, "Report"], None]


class Statuses(Protocol):
    """Where reports of what became of our messages go."""

    def apply(self, tx: Transaction, status: StatusReport) -> None:
        """Take one over."""


@dataclass
class Report:
    """What became of a body, in numbers. ``skipped`` counts what was passed over, by reason."""

    stored: int = 0
    duplicates: int = 0
    statuses: int = 0
    broken: int = 0
    troubles: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def wakes(self) -> bool:
        """Whether there may be something to do for a worker or for the delivery."""
        return bool(self.stored or self.statuses)


@dataclass(frozen=True)
class Ingest:
    """Takes bodies in. ``new_id`` makes conversation and turn ids."""

    store: Store
    phone_number_id: str
    statuses: Statuses
    new_id: Callable[[], str]

    def take(self, raw: bytes) -> Report:
        """Store all that the body holds and return what it was.

        Raises ``BadMessageError`` for what is not JSON, ``StoreUnavailableError`` when nothing
        was stored.
        """
        contents = self.read(raw)
        [report] = self.store_all([contents])
        return report

    def read(self, raw: bytes) -> Contents:
        """Return what the body holds for us. Raises ``BadMessageError`` for what is not JSON."""
        return parse_webhook(read_json(raw), phone_number_id=self.phone_number_id)

    def store_all(self, bodies: Sequence[Contents]) -> list[Report]:
        """Store several bodies in one transaction and return what each was.

        Raises ``StoreUnavailableError`` when nothing was stored.
        """
        try:
            reports = self._store_all(bodies, self._write_item, self._write_status)
        except _STORE_FAILS:
            raise
        except Exception:  # hardly ever; only then is the price paid for setting each item apart
            logger.exception("an item of a webhook could not be handled; each is set apart")
            reports = self._store_all(bodies, self._take_item, self._take_status)
        for report in reports:
            _log(report)
        return reports

    def _store_all(
        self, bodies: Sequence[Contents], take_item: _TakeItem, take_status: _TakeStatus
    ) -> list[Report]:
        reports = [Report(troubles=body.troubles, skipped=body.skipped) for body in bodies]
        if any(body.items or body.statuses for body in bodies):
            with self.store.write() as tx:
                _take_all(tx, bodies, reports, take_item, take_status)
        return reports

    def _write_item(self, tx: Transaction, item: Item, report: Report) -> None:
        duplicate = self._store(tx, item)
        report.duplicates += duplicate
        report.stored += not duplicate

    def _write_status(self, tx: Transaction, status: StatusReport, report: Report) -> None:
        self.statuses.apply(tx, status)
        report.statuses += 1

    def _take_item(self, tx: Transaction, item: Item, report: Report) -> None:
        for attempt in (self._store, self._store_unread):
            try:
                with tx.connection.begin_nested():
                    duplicate = attempt(tx, item)
            except _STORE_FAILS:
                raise
            except Exception:  # one odd item must not keep the others out; it is counted and seen
                logger.exception("an item of a webhook could not be handled")
                report.broken += 1
                continue
            report.duplicates += duplicate
            report.stored += not duplicate
            return

    def _take_status(self, tx: Transaction, status: StatusReport, report: Report) -> None:
        try:
            with tx.connection.begin_nested():
                self.statuses.apply(tx, status)
            report.statuses += 1
        except _STORE_FAILS:
            raise
        except Exception:  # as above: a status that breaks is counted, its siblings go on
            logger.exception("a status of a webhook could not be handled")
            report.broken += 1

    def _store(self, tx: Transaction, item: Item) -> bool:
        return self._write(tx, item, read_item(item.raw))

    def _store_unread(self, tx: Transaction, item: Item) -> bool:
        """Store an item that made our reading fail, for a person and for a later look."""
        return self._write(tx, item, Reading(type="unknown", action="please_type"))

    def _write(self, tx: Transaction, item: Item, reading: Reading) -> bool:
        """Return whether the item was there before."""
        conversation_id = conversation_of(tx, item.sender, new_id=self.new_id)
        if reading.action == "silent":
            return self._note(tx, item, reading, conversation_id)
        code = None
        if reading.action == "answered":
            code = find_link(tx, reading.text, message_id=item.id)
        if code is not None:
            reading = replace(reading, hint=code.hint)
        inbound = as_inbound(
            item.raw, reading, conversation_id=conversation_id, message_id=item.id, now=tx.now
        )
        duplicate = store_message(tx, inbound, reading, turn_id=self.new_id)
        if code is not None and code.web_conversation and not duplicate:
            carry_over(tx, code.web_conversation, conversation_id)
        return duplicate

    def _note(
        self,
        tx: Transaction,
        item: Item,
        reading: Reading,
        conversation_id: str,
    ) -> bool:
        noted = Noted(
            message_id=item.id,
            conversation=conversation_id,
            text=reading.text,
            media=_described(item.raw, reading),
            sent_at=moment_of(item.raw.get("timestamp"), received_at=tx.now),
            about=reading.about,
        )
        fresh = note(tx, noted, reading, turn_id=self.new_id())
        if fresh and reading.identity:
            link(tx, conversation_id, reading.identity, new_id=self.new_id)
        return not fresh


def _take_all(
    tx: Transaction,
    bodies: Sequence[Contents],
    reports: Sequence[Report],
    take_item: _TakeItem,
    take_status: _TakeStatus,
) -> None:
    # The same order of people everywhere, so that two transactions never wait for each other.
    items = [
        (item, report) for body, report in zip(bodies, reports, strict=True) for item in body.items
    ]
    forgotten = was_forgotten(tx, CHANNEL, {item.id for item, _ in items}) if items else ()
    for item, report in sorted(items, key=lambda pair: _place(pair[0], tx)):
        if item.id in forgotten:
            # A copy of what was erased must not make its sender known again.
            report.duplicates += 1
            continue
        take_item(tx, item, report)
    statuses = [
        (status, report)
        for body, report in zip(bodies, reports, strict=True)
        for status in body.statuses
    ]
    for status, report in sorted(statuses, key=lambda pair: pair[0].wamid):
        take_status(tx, status, report)


def as_inbound(
    raw: Mapping[str, Any],
    reading: Reading,
    *,
    conversation_id: str,
    message_id: str,
    now: datetime,
) -> Inbound:
    """Return an item that asks for an answer as a message."""
    return Inbound(
        channel=CHANNEL,
        channel_message_id=message_id,
        conversation=conversation_id,
        kind=reading.kind,
        text=reading.text,
        payload=reading.payload,
        media=_described(raw, reading),
        sent_at=moment_of(raw.get("timestamp"), received_at=now),
    )


def _described(raw: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Return what is kept beside the text: what it was, and the item as it came."""
    return {
        **reading.details,
        "type": reading.type,
        "action": reading.action,
        **({"hint": reading.hint} if reading.hint else {}),
        "raw": storable_item(raw),
    }


def _place(item: Item, tx: Transaction) -> tuple[tuple[str, ...], datetime]:
    """Sort key: by person, then by time; sorting keeps the order of arrival."""
    return item.sender.aliases, moment_of(item.raw.get("timestamp"), received_at=tx.now)


def _log(report: Report) -> None:
    for reason, number in report.skipped.items():
        logger.info("ignored in a webhook: %r (%d)", reason, number)
    if report.troubles:
        logger.error("Meta reports trouble of app or account: %s", _codes(report.troubles))


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(sorted({code[:12] for code in codes}))
