"""The life of a case: waiting → claimed → returned | resolved, or expired.

Every change locks the conversation's row first, so that two officers who press at once are put in
order, and raises the conversation's epoch whenever the right to speak changes hands: a reply that
the bot computed before can then no longer be committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from foundation.errors import CaseConflictError, NotFoundError
from handoff.access import make_confidential
from handoff.case import OPEN_STATES, Case, CaseState, Expiry, Outcome, Reason, case_from_row
from handoff.links import recently_closed, take_up
from handoff.urgency import acknowledge, alarm_again, make_urgent
from storage import Conversation, Transaction, append_event, lock_conversation, set_owner
from storage.desk_tables import offer
from storage.tables import attention, case_

# Built once: they stand on the path of every message.
_OPEN_OF = select(case_).where(
    case_.c.conversation_id == bindparam("wanted"), case_.c.state.in_(OPEN_STATES)
)
_LATEST_OF = (
    select(case_)
    .where(case_.c.conversation_id == bindparam("wanted"))
    .order_by(case_.c.state.in_(OPEN_STATES).desc(), case_.c.id.desc())
    .limit(1)
)


def open_case(
    tx: Transaction,
    conversation_id: str,
    *,
    reason: str,
    ticket: str,
    card: Mapping[str, Any],
    actor: str,
    turn_id: str | None = None,
    urgent: bool = False,
    confidential: bool = False,
    danger: str = "",
    drill: bool = False,
) -> Case:
    """Open a waiting case, or return the conversation's open one.

    Either is made ``urgent`` (``danger`` is the kind) and ``confidential`` where that is wanted; a
    case of a confidential conversation is confidential in any case.
    """
    current = lock_conversation(tx, conversation_id)
    case = open_case_of(tx, conversation_id) or _open(
        tx,
        current,
        reason=reason,
        actor=actor,
        turn_id=turn_id,
        values={"ticket": ticket, "context": dict(card), "drill": drill},
    )
    if confidential:
        make_confidential(tx, conversation_id, actor=actor, turn_id=turn_id)
    if urgent:
        make_urgent(tx, case, kind=danger, actor=actor, turn_id=turn_id)
    return get_case(tx, case.id)


def _open(
    tx: Transaction,
    current: Conversation,
    *,
    reason: str,
    actor: str,
    turn_id: str | None,
    values: Mapping[str, Any],
) -> Case:
    conversation_id = current.id
    earlier = recently_closed(tx, conversation_id)
    if earlier and reason == Reason.ASKED:
        reason = Reason.REOPENED.value
    case_id = _insert_case(tx, current, reason=reason, values=values)
    append_event(
        tx,
        conversation_id,
        type="case_opened",
        actor=actor,
        data={
            "case_id": case_id,
            "ticket": values["ticket"],
            "reason": reason,
            **(take_up(tx, earlier, case_id=case_id) if earlier else {}),
        },
        turn_id=turn_id,
    )
    return get_case(tx, case_id)


def _insert_case(
    tx: Transaction, current: Conversation, *, reason: str, values: Mapping[str, Any]
) -> int:
    statement = insert(case_).values(
        conversation_id=current.id,
        state=CaseState.WAITING.value,
        reason=reason,
        opened_at=tx.now,
        confidential=current.confidential,
        **values,
    )
    return int(tx.connection.execute(statement.returning(case_.c.id)).scalar_one())


def get_case(tx: Transaction, case_id: int) -> Case:
    """Return the case. Raises ``NotFoundError``."""
    row = tx.connection.execute(select(case_).where(case_.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"case {case_id}")
    return case_from_row(row)


def open_case_of(tx: Transaction, conversation_id: str) -> Case | None:
    """Return the conversation's waiting or claimed case."""
    row = tx.connection.execute(_OPEN_OF, {"wanted": conversation_id}).one_or_none()
    return case_from_row(row) if row else None


def latest_case(tx: Transaction, conversation_id: str) -> Case | None:
    """Return the conversation's open case, else its newest."""
    row = tx.connection.execute(_LATEST_OF, {"wanted": conversation_id}).one_or_none()
    return case_from_row(row) if row else None


def claim(tx: Transaction, case_id: int, *, officer_id: int, actor: str) -> Case:
    """Make the officer the owner of a waiting case.

    Raises ``CaseConflictError`` when another officer has it or it is closed; claiming a case that
    one already owns changes nothing.
    """
    case = locked_case(tx, case_id)
    if case.state is CaseState.CLAIMED and case.officer_id == officer_id:
        return case
    require_state(case, CaseState.WAITING)
    epoch = set_owner(tx, case.conversation, officer_id).epoch
    _look_at_everything(tx, case.conversation, officer_id)
    change_case(tx, case, state=CaseState.CLAIMED, officer_id=officer_id, claimed_at=tx.now)
    record_case(tx, case, "case_claimed", actor, {"officer_id": officer_id, "epoch": epoch})
    acknowledge(tx, case, officer_id=officer_id, actor=actor)
    return get_case(tx, case_id)


def release(tx: Transaction, case_id: int, *, actor: str) -> Case:
    """Put a claimed case back into the queue; it keeps its place by its opening time.

    An urgent one sounds again: nobody looks after it now.
    """
    case = locked_case(tx, case_id)
    require_state(case, CaseState.CLAIMED)
    epoch = set_owner(tx, case.conversation, None).epoch
    change_case(tx, case, state=CaseState.WAITING, officer_id=None, claimed_at=None)
    record_case(tx, case, "case_released", actor, {"epoch": epoch})
    alarm_again(tx, case.id)
    return get_case(tx, case_id)


def return_to_bot(tx: Transaction, case_id: int, *, actor: str, note: str | None = None) -> Case:
    """End an open case by handing the conversation back to the assistant."""
    return _close(tx, case_id, CaseState.RETURNED, "case_returned", actor, note=note)


def resolve(
    tx: Transaction, case_id: int, *, outcome: Outcome, actor: str, note: str | None = None
) -> Case:
    """End an open case with the officer's judgement of how it went."""
    return _close(
        tx, case_id, CaseState.RESOLVED, "case_resolved", actor, outcome=outcome, note=note
    )


def expire(tx: Transaction, case_id: int, *, actor: str, why: Expiry = Expiry.TOO_LONG) -> Case:
    """End a case that nobody answered in time; the event says why."""
    return _close(tx, case_id, CaseState.EXPIRED, "case_expired", actor, why=why)


def _close(
    tx: Transaction,
    case_id: int,
    state: CaseState,
    event: str,
    actor: str,
    *,
    outcome: Outcome | None = None,
    note: str | None = None,
    why: Expiry | None = None,
) -> Case:
    case = locked_case(tx, case_id)
    require_state(case, CaseState.WAITING, CaseState.CLAIMED)
    epoch = set_owner(tx, case.conversation, None).epoch
    change_case(
        tx,
        case,
        state=state,
        closed_at=tx.now,
        outcome=outcome.value if outcome else None,
        note=note,
    )
    data = {"epoch": epoch, "outcome": outcome, **({"why": why} if why else {})}
    record_case(tx, case, event, actor, data, note=note)
    return get_case(tx, case_id)


def locked_case(tx: Transaction, case_id: int) -> Case:
    """Return the case under the lock of its conversation. Raises ``NotFoundError``."""
    lock_conversation(tx, get_case(tx, case_id).conversation)
    return get_case(tx, case_id)


def _look_at_everything(tx: Transaction, conversation_id: str, officer_id: int) -> None:
    """Take the conversation off the list "Perlu dilihat": its new owner sees all of it."""
    tx.connection.execute(
        update(attention)
        .where(attention.c.conversation_id == conversation_id, attention.c.resolved_at.is_(None))
        .values(resolved_at=tx.now, resolved_by=officer_id)
    )


def require_state(case: Case, *states: CaseState) -> None:
    """Raise ``CaseConflictError`` unless the case is in one of the states."""
    if case.state not in states:
        raise CaseConflictError(f"case {case.id} is {case.state}, officer {case.officer_id}")


def change_case(tx: Transaction, case: Case, *, state: CaseState, **values: Any) -> None:
    """Change the row; whoever owned an offer of it loses it."""
    tx.connection.execute(delete(offer).where(offer.c.case_id == case.id))
    tx.connection.execute(
        update(case_).where(case_.c.id == case.id).values(state=state.value, **values)
    )


def record_case(
    tx: Transaction,
    case: Case,
    event: str,
    actor: str,
    data: Mapping[str, Any],
    *,
    note: str | None = None,
) -> None:
    """Append the event of a change, with the acting person."""
    append_event(
        tx,
        case.conversation,
        type=event,
        actor=actor,
        data={"case_id": case.id, "ticket": case.ticket, "reason": case.reason, **data},
        content={"note": note} if note else None,
    )
