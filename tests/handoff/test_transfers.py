"""A case goes from officer to officer, ends for a reason, and is taken up again."""

import pytest

from foundation.clock import StillClock
from foundation.errors import CaseConflictError, InvalidFormError
from handoff import (
    REOPEN_WITHIN,
    Case,
    CaseState,
    Expiry,
    Outcome,
    claim,
    earlier_of,
    expire,
    get_case,
    open_case,
    resolve,
    take_over,
    transfer,
)
from storage import Store, create_account, deactivate, get_conversation, read_events
from tests.builders import a_conversation


def an_officer(store: Store, name: str, role: str = "petugas") -> int:
    with store.write() as tx:
        return create_account(tx, name, "kata-sandi-panjang", role).id


def a_case(store: Store, ticket: str = "HK-AAAA-0001", reason: str = "diminta") -> Case:
    conversation = a_conversation(store)
    with store.write() as tx:
        return open_case(tx, conversation.id, reason=reason, ticket=ticket, card={}, actor="bot")


def claimed(store: Store, officer: int) -> Case:
    case = a_case(store)
    with store.write() as tx:
        return claim(tx, case.id, officer_id=officer, actor=f"officer:{officer}")


def test_transfer_changes_the_owner_and_the_epoch_and_is_told(store: Store) -> None:
    first, second = an_officer(store, "ani"), an_officer(store, "budi")
    case = claimed(store, first)
    with store.write() as tx:
        moved = transfer(tx, case.id, owner=first, to_officer=second, actor=f"officer:{first}")
    assert (moved.state, moved.officer_id) == (CaseState.CLAIMED, second)
    with store.read() as tx:
        conversation = get_conversation(tx, case.conversation)
        last = read_events(tx, case.conversation)[-1]
    assert conversation is not None
    assert (conversation.owner, conversation.epoch) == (second, 2)
    assert (last.type, last.actor) == ("case_transferred", f"officer:{first}")
    assert (last.data["from"], last.data["officer_id"]) == (first, second)


def test_only_the_owner_transfers(store: Store) -> None:
    first, second = an_officer(store, "ani"), an_officer(store, "budi")
    case = claimed(store, first)
    with pytest.raises(CaseConflictError), store.write() as tx:
        transfer(tx, case.id, owner=second, to_officer=second, actor="x")
    with store.read() as tx:
        assert get_case(tx, case.id).officer_id == first


def test_receiver_must_be_able_to_answer(store: Store) -> None:
    first, auditor = an_officer(store, "ani"), an_officer(store, "cici", "auditor")
    gone = an_officer(store, "dodi")
    with store.write() as tx:
        deactivate(tx, gone)
    case = claimed(store, first)
    for receiver in (auditor, gone, 999_999):
        with pytest.raises(InvalidFormError), store.write() as tx:
            transfer(tx, case.id, owner=first, to_officer=receiver, actor="x")


def test_a_supervisor_takes_over_whoever_has_it(store: Store) -> None:
    first, boss = an_officer(store, "ani"), an_officer(store, "bos", "supervisor")
    case = claimed(store, first)
    for _ in range(1):
        with store.write() as tx:
            taken = take_over(tx, case.id, officer_id=boss, actor=f"officer:{boss}")
    assert taken.officer_id == boss
    with pytest.raises(CaseConflictError), store.write() as tx:
        take_over(tx, case.id, officer_id=boss, actor="x")


def test_expiry_says_why(store: Store) -> None:
    case = a_case(store)
    with store.write() as tx:
        expire(tx, case.id, actor="timer", why=Expiry.TOO_LONG)
    with store.read() as tx:
        last = read_events(tx, case.conversation)[-1]
    assert (last.type, last.data["why"]) == ("case_expired", "terlalu_lama")


def _closed(store: Store) -> Case:
    officer = an_officer(store, "ani")
    case = claimed(store, officer)
    with store.write() as tx:
        return resolve(tx, case.id, outcome=Outcome.ANSWERED, actor=f"officer:{officer}")


def test_a_request_soon_after_closing_takes_the_case_up_again(
    store: Store, clock: StillClock
) -> None:
    closed = _closed(store)
    clock.moment += REOPEN_WITHIN
    again = a_case(store, "HK-AAAA-0002")
    assert again.reason == "dibuka_lagi"
    with store.read() as tx:
        earlier = earlier_of(tx, [again.id])[again.id]
        opened = [e for e in read_events(tx, again.conversation) if e.type == "case_opened"][-1]
    assert (earlier.id, earlier.ticket) == (closed.id, closed.ticket)
    assert opened.data["reopens"] == closed.ticket


def test_a_request_long_after_closing_is_a_new_matter(store: Store, clock: StillClock) -> None:
    _closed(store)
    clock.moment += REOPEN_WITHIN
    clock.advance(seconds=1)
    again = a_case(store, "HK-AAAA-0002")
    assert again.reason == "diminta"
    with store.read() as tx:
        assert earlier_of(tx, [again.id]) == {}
