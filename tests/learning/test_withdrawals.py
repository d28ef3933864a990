"""An answer taken back is told no more, and who was given it is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import understanding_as_rasa
from dialogue import Assets
from foundation.errors import InvalidFormError, NotFoundError
from learning import (
    count_receivers,
    note_answers_given,
    receivers,
    restore_answer,
    withdraw_answer,
    withdrawals,
    withdrawn_labels,
)
from nlu.types import Intent, Understanding
from storage import Store, append_event, latest_audit_entries
from tests.builders import a_conversation

ASSETS = Assets.load(Path(__file__).parents[2] / "training_data")
LABEL = "pendirian_koperasi/jumlah_pendiri"


def _answered(store: Store, address: str, *labels: str) -> None:
    conversation = a_conversation(store, address)
    with store.write() as tx:
        append_event(
            tx,
            conversation.id,
            type="decided",
            actor="bot",
            data={"answers": list(labels), "bundle": "abc"},
        )


def test_withdrawing_and_restoring(store: Store) -> None:
    with store.write() as tx:
        first = withdraw_answer(tx, LABEL, reason="tarif salah", author="rina", account_id=None)
        again = withdraw_answer(tx, LABEL, reason="lain", author="budi", account_id=None)
        assert (first.id, again.reason) == (again.id, "tarif salah")
        assert withdrawn_labels(tx) == {LABEL}
        restore_answer(tx, LABEL, author="budi", account_id=None)
        assert withdrawn_labels(tx) == frozenset()
        with pytest.raises(NotFoundError):
            restore_answer(tx, LABEL, author="budi", account_id=None)
        withdraw_answer(tx, LABEL, reason="lagi", author="rina", account_id=None)
        assert [one.restored_by for one in withdrawals(tx)] == [None, "budi"]
        entries = [entry.action for entry in latest_audit_entries(tx)]
    assert entries[:2] == ["answer_withdrawn", "answer_restored"]


def test_withdrawal_needs_a_reason(store: Store) -> None:
    with store.write() as tx, pytest.raises(InvalidFormError):
        withdraw_answer(tx, LABEL, reason=" ", author="rina", account_id=None)


def test_receivers_are_counted_per_conversation_and_batch(sqlite_store: Store) -> None:
    store = sqlite_store
    for _ in range(2):
        _answered(store, "warga-1", LABEL)
    _answered(store, "warga-2", LABEL, "halal/biaya")
    _answered(store, "warga-3", "halal/biaya")
    assert note_answers_given(store, batch=2) >= 4
    assert note_answers_given(store) == 0
    _answered(store, "warga-4", LABEL)
    note_answers_given(store)
    with store.read() as tx:
        assert count_receivers(tx, LABEL) == (3, 4)
        listed = receivers(tx, LABEL)
    assert sorted(one.times for one in listed) == [1, 1, 2]


def test_withdrawn_answer_is_nowhere_in_the_words(store: Store) -> None:
    assets = ASSETS.without_answers({LABEL, "tidak/ada"})
    entry = assets.knowledge[LABEL]
    assert (entry.withdrawn, entry.ringkas, entry.jawaban, entry.sumber) == (True, "", "", ())
    assert ASSETS.without_answers({"tidak/ada"}) is ASSETS
    intent = Intent(LABEL, 0.9)
    parsed = understanding_as_rasa(Understanding("x", intent, (intent,)), assets)
    assert parsed["response_selector"]["pendirian_koperasi"]["response"]["responses"] == []
