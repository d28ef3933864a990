import secrets
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.clock import StillClock
from foundation.errors import CaseConflictError, NotFoundError
from handoff import (
    Case,
    CaseState,
    Outcome,
    attention_list,
    claim,
    dismiss_attention,
    expire,
    get_case,
    latest_case,
    new_ticket,
    note_attention,
    open_case,
    open_case_of,
    position,
    queue_counts,
    release,
    resolve,
    return_to_bot,
    step_in,
    waiting_cases,
)
from storage import (
    Store,
    append_event,
    create_account,
    get_conversation,
    open_conversation,
    read_events,
)

PASSWORD = "kata-sandi-panjang"


def _officer(store: Store, name: str) -> int:
    with store.write() as tx:
        return create_account(tx, name, PASSWORD, "petugas").id


def _open(store: Store, address: str) -> Case:
    with store.write() as tx:
        conversation = open_conversation(tx, channel="webchat", address=address)
        return open_case(
            tx,
            conversation.id,
            reason="diminta",
            ticket=new_ticket(secrets.randbelow),
            card={"slots": {}},
            actor="bot",
        )


def _epoch(store: Store, case: Case) -> int:
    with store.read() as tx:
        conversation = get_conversation(tx, case.conversation)
    assert conversation is not None
    return conversation.epoch


def test_second_claim_is_refused_and_first_owner_stays(store: Store) -> None:
    first, second = _officer(store, "ani"), _officer(store, "budi")
    case = _open(store, "a")
    with store.write() as tx:
        claim(tx, case.id, officer_id=first, actor="officer:1")
    with pytest.raises(CaseConflictError), store.write() as tx:
        claim(tx, case.id, officer_id=second, actor="officer:2")
    with store.read() as tx:
        assert get_case(tx, case.id).officer_id == first


def test_claiming_twice_changes_nothing(store: Store) -> None:
    officer = _officer(store, "ani")
    case = _open(store, "a")
    for _ in range(2):
        with store.write() as tx:
            claim(tx, case.id, officer_id=officer, actor="officer:1")
    assert _epoch(store, case) == 1


def test_simultaneous_claims_have_one_winner(store: Store) -> None:
    officers = [_officer(store, f"petugas{i}") for i in range(4)]
    case = _open(store, "a")
    outcomes: list[str] = []
    barrier = threading.Barrier(len(officers))

    def try_claim(officer: int) -> None:
        barrier.wait()
        try:
            with store.write() as tx:
                claim(tx, case.id, officer_id=officer, actor=f"officer:{officer}")
            outcomes.append("won")
        except CaseConflictError:
            outcomes.append("lost")

    threads = [threading.Thread(target=try_claim, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "lost", "lost", "won"]


def test_open_case_is_returned_instead_of_a_second_one(store: Store) -> None:
    assert _open(store, "a").id == _open(store, "a").id
    with store.read() as tx:
        assert queue_counts(tx).waiting == 1


def test_every_change_of_hands_raises_the_epoch(store: Store) -> None:
    officer = _officer(store, "ani")
    case = _open(store, "a")
    epochs = [_epoch(store, case)]
    with store.write() as tx:
        claim(tx, case.id, officer_id=officer, actor="officer:1")
    epochs.append(_epoch(store, case))
    with store.write() as tx:
        release(tx, case.id, actor="officer:1")
    epochs.append(_epoch(store, case))
    with store.write() as tx:
        claim(tx, case.id, officer_id=officer, actor="officer:1")
    epochs.append(_epoch(store, case))
    with store.write() as tx:
        return_to_bot(tx, case.id, actor="officer:1", note="sudah dijawab")
    epochs.append(_epoch(store, case))
    assert epochs == [0, 1, 2, 3, 4]


def test_closed_case_keeps_outcome_and_note_apart_from_the_skeleton(store: Store) -> None:
    officer = _officer(store, "ani")
    case = _open(store, "a")
    with store.write() as tx:
        claim(tx, case.id, officer_id=officer, actor="officer:1")
        resolve(tx, case.id, outcome=Outcome.ANSWERED, actor="officer:1", note="Ibu A puas")
    with store.read() as tx:
        closed = get_case(tx, case.id)
        event = read_events(tx, case.conversation)[-1]
        assert open_case_of(tx, case.conversation) is None
        assert latest_case(tx, case.conversation) == closed
    assert (closed.state, closed.outcome, closed.note) == (
        CaseState.RESOLVED,
        "terjawab",
        "Ibu A puas",
    )
    assert "puas" not in str(event.data)
    assert event.content == {"note": "Ibu A puas"}


def test_closed_case_cannot_be_claimed(store: Store) -> None:
    officer = _officer(store, "ani")
    case = _open(store, "a")
    with store.write() as tx:
        expire(tx, case.id, actor="timer")
    with pytest.raises(CaseConflictError), store.write() as tx:
        claim(tx, case.id, officer_id=officer, actor="officer:1")


def test_unknown_case_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError), store.read() as tx:
        get_case(tx, 999)


def test_longest_waiting_comes_first_and_knows_its_place(store: Store, clock: StillClock) -> None:
    cases = []
    for address in "abc":
        cases.append(_open(store, address))
        clock.advance(minutes=1)
    with store.read() as tx:
        assert [case.id for case in waiting_cases(tx)] == [case.id for case in cases]
        assert [position(tx, case) for case in cases] == [1, 2, 3]


def test_released_case_keeps_its_place(store: Store, clock: StillClock) -> None:
    officer = _officer(store, "ani")
    first = _open(store, "a")
    clock.advance(minutes=1)
    _open(store, "b")
    with store.write() as tx:
        claim(tx, first.id, officer_id=officer, actor="officer:1")
        release(tx, first.id, actor="officer:1")
    with store.read() as tx:
        assert waiting_cases(tx)[0].id == first.id


def test_stepping_in_takes_the_conversation_once(store: Store) -> None:
    with store.write() as tx:
        first, second = (create_account(tx, name, PASSWORD, "petugas") for name in ("ani", "budi"))
        conversation = open_conversation(tx, channel="webchat", address="a")
        decided = append_event(tx, conversation.id, type="decided", actor="bot", data={})
        note_attention(tx, conversation.id, event_id=decided.id, kind="handoff")
    with store.read() as tx:
        (item,) = attention_list(tx)
    with store.write() as tx:
        case = step_in(tx, item.id, officer=first, actor="officer:1", ticket="HK-TEST-0001")
    assert (case.state, case.officer_id) == (CaseState.CLAIMED, first.id)
    with pytest.raises(CaseConflictError), store.write() as tx:
        step_in(tx, item.id, officer=second, actor="officer:2", ticket="HK-TEST-0002")
    with pytest.raises(CaseConflictError), store.write() as tx:
        dismiss_attention(tx, item.id, officer=second)
    with store.read() as tx:
        assert attention_list(tx) == []


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["open", "claim", "release", "return", "resolve"]), st.integers(0, 1)
    ),
    max_size=12,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=ACTIONS)
def test_any_interleaving_has_one_owner_and_a_gapless_log(
    sqlite_store: Store, actions: list[tuple[str, int]]
) -> None:
    address = secrets.token_hex(4)
    officers = [_officer(sqlite_store, f"{address}{i}") for i in range(2)]
    case = _open(sqlite_store, address)
    for action, who in actions:
        actor = f"officer:{officers[who]}"
        try:
            with sqlite_store.write() as tx:
                if action == "claim":
                    claim(tx, case.id, officer_id=officers[who], actor=actor)
                elif action == "release":
                    release(tx, case.id, actor=actor)
                elif action == "return":
                    return_to_bot(tx, case.id, actor=actor)
                elif action == "resolve":
                    resolve(tx, case.id, outcome=Outcome.ANSWERED, actor=actor)
        except CaseConflictError:
            pass
        if action == "open":
            case = _open(sqlite_store, address)
        with sqlite_store.read() as tx:
            conversation = get_conversation(tx, case.conversation)
            now = get_case(tx, case.id)
            events = read_events(tx, case.conversation)
        assert conversation is not None
        assert conversation.owner == (now.officer_id if now.state is CaseState.CLAIMED else None)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_tickets_differ_and_avoid_look_alikes() -> None:
    tickets = {new_ticket(secrets.randbelow) for _ in range(500)}
    assert len(tickets) == 500
    assert not set("".join(tickets).replace("HK", "")) & set("01OIS5")
