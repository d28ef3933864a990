"""The audit as an account may read it: confidential ones keep who, what, when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import or_, select

from handoff.access import visible_cases, visible_conversations
from storage import Account, AuditEntry, Transaction, latest_audit_entries
from storage.tables import case_, conversation


def visible_audit_entries(
    tx: Transaction, reader: Account, *, limit: int = 100
) -> list[AuditEntry]:
    """Return the last entries, newest first; hidden ones say less."""
    rows = latest_audit_entries(tx, limit=limit)
    tickets, cases, conversations = _hidden(tx, reader, rows)
    hidden: dict[str, Collection[object]] = {
        "case_id": cases,
        "ticket": tickets,
        "conversation": conversations,
    }

    def shown(row: AuditEntry) -> AuditEntry:
        led_to = {one for one in row.data.get("tickets") or () if one in tickets}
        if not led_to and not any(row.data.get(key) in of for key, of in hidden.items()):
            return row
        return replace(row, data={})

    return [shown(row) for row in rows]


def _hidden(
    tx: Transaction, reader: Account, rows: Sequence[AuditEntry]
) -> tuple[set[str], set[int], set[str]]:
    """Return tickets, case ids and conversation ids of the entries that the reader may not see."""
    spoken = [ticket for row in rows for ticket in _tickets(row)]
    numbers = [row.data["case_id"] for row in rows if isinstance(row.data.get("case_id"), int)]
    cases = tx.connection.execute(
        select(case_.c.id, case_.c.ticket).where(
            or_(case_.c.ticket.in_(spoken), case_.c.id.in_(numbers)), ~visible_cases(reader)
        )
    ).all()
    talks = [row.data["conversation"] for row in rows if row.data.get("conversation")]
    found = tx.connection.execute(
        select(conversation.c.id).where(
            conversation.c.id.in_(talks), ~visible_conversations(reader)
        )
    ).scalars()
    return {row.ticket for row in cases}, {row.id for row in cases}, set(found)


def _tickets(row: AuditEntry) -> Iterable[str]:
    yield from map(str, row.data.get("tickets") or ())
    if row.data.get("ticket"):
        yield str(row.data["ticket"])
