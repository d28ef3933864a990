"""A turn that tells of danger makes the conversation's case urgent, whoever has it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from connectors.trackers import recall
from connectors.turn_writing import write_turn
from connectors.webchat.public_events import public_events
from dialogue.types import CaseRequest, EventDraft, Reply, Turn
from foundation.clock import StillClock
from foundation.errors import EpochConflictError
from handoff import (
    Case,
    attention_list,
    claim,
    latest_case,
    open_case,
    urgency_of,
)
from storage import (
    Conversation,
    InboxMessage,
    Store,
    create_account,
    get_conversation,
    read_events,
    receive,
    unprocessed,
)
from tests.builders import a_conversation, an_inbound

_numbers = itertools.count(1)

TURN = Turn(
    decision="answer",
    replies=(Reply("Telepon 112."),),
    events=(EventDraft("decided", {"decision": "answer"}, None),),
    danger="kekerasan",
)


def _message(store: Store, conversation: Conversation) -> list[InboxMessage]:
    with store.write() as tx:
        receive(tx, an_inbound(conversation, f"m-{next(_numbers)}", "dia bawa golok"))
    with store.read() as tx:
        return unprocessed(tx, conversation.id)


def _write(store: Store, conversation_id: str, turn: Turn, known: Case | None = None) -> None:
    with store.read() as tx:
        read = get_conversation(tx, conversation_id)
        assert read is not None
        recalled = recall(tx, conversation_id)
    messages = _message(store, read)
    with store.write() as tx:
        write_turn(
            tx,
            read,
            messages,
            turn,
            recalled,
            turn_id=f"t-{next(_numbers)}",
            bundle="uji",
            known_case=known,
        )


def _an_open_case(store: Store, conversation_id: str) -> Case:
    with store.write() as tx:
        return open_case(
            tx, conversation_id, reason="diminta", ticket="HK-ASAL", card={}, actor="bot"
        )


def _latest(store: Store, conversation_id: str) -> Case:
    with store.read() as tx:
        case = latest_case(tx, conversation_id)
    assert case is not None
    return case


def _kind(store: Store, case: Case) -> str:
    with store.read() as tx:
        return urgency_of(tx, [case.id])[case.id].kind


@pytest.mark.parametrize("confidential", [True, False])
def test_the_case_that_a_turn_asks_for_is_opened_as_it_asks(
    store: Store, confidential: bool
) -> None:
    talk = a_conversation(store)
    wanted = CaseRequest("bahaya", "HK-BARU", urgent=True, confidential=confidential)
    _write(store, talk.id, replace(TURN, case_request=wanted))
    case = _latest(store, talk.id)
    assert (case.urgent, case.confidential, case.ticket) == (True, confidential, "HK-BARU")
    assert _kind(store, case) == "kekerasan"
    with store.read() as tx:
        found = get_conversation(tx, talk.id)
    assert found is not None
    assert found.confidential is confidential


def test_danger_while_a_case_waits_makes_it_urgent(store: Store) -> None:
    talk = a_conversation(store)
    _an_open_case(store, talk.id)
    _write(store, talk.id, TURN)
    assert _latest(store, talk.id).urgent


def test_danger_while_an_officer_has_it_and_the_assistant_is_silent(
    store: Store, clock: StillClock
) -> None:
    talk = a_conversation(store)
    case = _an_open_case(store, talk.id)
    with store.write() as tx:
        ani = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
        claim(tx, case.id, officer_id=ani.id, actor="officer:1")
    _write(store, talk.id, replace(TURN, decision="silent", replies=()))
    case = _latest(store, talk.id)
    assert (case.urgent, case.officer_id) == (True, ani.id)
    with store.read() as tx:
        assert urgency_of(tx, [case.id])[case.id].sounds


def test_a_turn_that_knew_the_open_case_raises_it(store: Store) -> None:
    talk = a_conversation(store)
    known = _an_open_case(store, talk.id)
    wanted = CaseRequest("laporan", "HK-LAIN", confidential=True)
    _write(store, talk.id, replace(TURN, danger="", case_request=wanted), known)
    case = _latest(store, talk.id)
    assert (case.id, case.ticket, case.confidential) == (known.id, "HK-ASAL", True)


def test_a_turn_that_did_not_know_it_is_computed_again(store: Store) -> None:
    talk = a_conversation(store)
    _an_open_case(store, talk.id)
    wanted = CaseRequest("bahaya", "HK-LAIN", urgent=True)
    with pytest.raises(EpochConflictError):
        _write(store, talk.id, replace(TURN, case_request=wanted))
    assert not _latest(store, talk.id).urgent


def test_danger_without_any_case_is_shown_to_officers(store: Store) -> None:
    talk = a_conversation(store)
    _write(store, talk.id, TURN)
    with store.read() as tx:
        assert [item.kind for item in attention_list(tx)] == ["bahaya"]


def test_residents_see_nothing_of_urgency_and_confidentiality(store: Store) -> None:
    talk = a_conversation(store)
    wanted = CaseRequest("laporan", "HK-BARU", urgent=True, confidential=True)
    _write(store, talk.id, replace(TURN, case_request=wanted))
    with store.read() as tx:
        events = read_events(tx, talk.id)
        shown: list[dict[str, Any]] = public_events(tx, events)
    internal = {"urgency_raised", "made_confidential"}
    assert internal <= {event.type for event in events}
    for event, public in zip(events, shown, strict=True):
        if event.type in internal:
            assert (public["type"], public["text"], public["buttons"]) == ("turn", "", [])
    assert "kekerasan" not in str(shown)
