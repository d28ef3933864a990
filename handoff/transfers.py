"""A claimed case goes from one officer to another without passing through the queue."""

from __future__ import annotations

from foundation.errors import CaseConflictError, InvalidFormError
from handoff.case import Case, CaseState
from handoff.cases import change_case, get_case, locked_case, record_case, require_state
from storage import Transaction, get_account, set_owner

OFFICER_ROLES = ("petugas", "supervisor", "admin")
"""Roles that may own a case."""


def transfer(tx: Transaction, case_id: int, *, owner: int, to_officer: int, actor: str) -> Case:
    """Give the case of ``owner`` to a colleague, who answers from then on.

    Raises ``CaseConflictError`` unless ``owner`` has it, ``InvalidFormError`` when the receiver
    is unknown, inactive, of another role or the owner.
    """
    case = locked_case(tx, case_id)
    require_state(case, CaseState.CLAIMED)
    if case.officer_id != owner:
        raise CaseConflictError(f"case {case_id} belongs to officer {case.officer_id}")
    return _hand_to(tx, case, to_officer, event="case_transferred", actor=actor)


def take_over(tx: Transaction, case_id: int, *, officer_id: int, actor: str) -> Case:
    """Give a waiting or claimed case to ``officer_id``, whoever has it (a supervisor's right).

    Raises ``CaseConflictError`` when it is closed or already theirs.
    """
    case = locked_case(tx, case_id)
    require_state(case, CaseState.WAITING, CaseState.CLAIMED)
    return _hand_to(tx, case, officer_id, event="case_taken_over", actor=actor)


def _hand_to(tx: Transaction, case: Case, officer_id: int, *, event: str, actor: str) -> Case:
    receiver = get_account(tx, officer_id)
    if receiver is None or not receiver.active or receiver.role not in OFFICER_ROLES:
        raise InvalidFormError(
            f"account {officer_id} cannot own a case",
            reader_text="Pilih petugas yang akunnya aktif.",
        )
    if case.officer_id == officer_id:
        raise CaseConflictError(f"case {case.id} is already officer {officer_id}'s")
    epoch = set_owner(tx, case.conversation, officer_id).epoch
    change_case(
        tx,
        case,
        state=CaseState.CLAIMED,
        officer_id=officer_id,
        claimed_at=case.claimed_at or tx.now,
    )
    data = {"from": case.officer_id, "officer_id": officer_id, "epoch": epoch}
    record_case(tx, case, event, actor, data)
    return get_case(tx, case.id)
