"""Labels become examples, may be taken back, and a share of them is seen by a second person."""

from __future__ import annotations

import random
from typing import Any

import pytest

from foundation.errors import InvalidFormError
from learning import (
    ControlSample,
    Labeller,
    SecondLook,
    Span,
    agreement,
    agreement_so_far,
    label_turns,
    latest_judgements,
    read_groups,
    second_looks,
    skip_turns,
    undo_last,
)
from storage import Account, Store, active_edits, create_account
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn, look
from tests.web.staff import _QUICK, PASSWORD

ALONE, ALWAYS = SecondLook(share=0.0), SecondLook(share=1.0)


def _staff(store: Store, name: str) -> Account:
    with store.write() as tx:
        return create_account(tx, name, PASSWORD, "staf_data", display_name=name, hasher=_QUICK)


@pytest.fixture
def rina(store: Store) -> Account:
    return _staff(store, "rina")


@pytest.fixture
def tono(store: Store) -> Account:
    return _staff(store, "tono")


def _judge(store: Store, who: Account, batch: str, label: str, ids: list[int], **more: Any) -> int:
    by = Labeller(who, batch, more.pop("second", ALONE))
    with store.write() as tx:
        return label_turns(tx, ids, label, by, **more)


def _examples(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(e.body["text"], e.body["intent"]) for e in active_edits(tx, "example")]


def _waiting(store: Store) -> list[str]:
    with store.read() as tx:
        return [group.turn.text for group in read_groups(tx)]


def test_a_label_is_an_example_and_leaves_the_queue(store: Store, rina: Account) -> None:
    chat = a_chat(store)
    first, _ = a_turn(store, chat, "hp saya 0812-0000-1111, biaya notaris brp")
    a_turn(store, chat, "kalau halal gratis?")
    look(store, ControlSample(0.0))
    assert _judge(store, rina, "b1", COST, [first]) == 1
    assert _examples(store) == [("hp saya [telepon], biaya notaris brp", COST)]
    assert _waiting(store) == ["kalau halal gratis?"]
    assert _judge(store, rina, "b2", FOUNDERS, [first]) == 0, "judged already"


def test_of_near_copies_one_is_trained_and_all_are_judged(store: Store, rina: Account) -> None:
    chat = a_chat(store)
    texts = ("biaya notaris koperasi berapa", "biaya notaris koperasi berapa?", "notaris brp")
    ids = [a_turn(store, chat, text)[0] for text in texts]
    look(store, ControlSample(0.0))
    assert _judge(store, rina, "b1", COST, ids) == 3
    assert _examples(store) == [(texts[0], COST), (texts[2], COST)]
    assert _waiting(store) == []
    with store.read() as tx:
        [entry] = latest_judgements(tx)
        assert (entry.turns, entry.label, entry.batch) == (3, COST, "b1")


def test_undo_takes_back_a_whole_action_and_its_examples(store: Store, rina: Account) -> None:
    chat = a_chat(store)
    ids = [a_turn(store, chat, text)[0] for text in ("biaya notaris", "sertifikat halal")]
    look(store, ControlSample(0.0))
    _judge(store, rina, "b1", COST, ids[:1])
    with store.write() as tx:
        assert skip_turns(tx, ids[1:], Labeller(rina, "b2", ALONE)) == 1
    assert _waiting(store) == []
    with store.write() as tx:
        assert undo_last(tx, rina) == ids[1:]
        assert undo_last(tx, rina) == ids[:1]
        assert undo_last(tx, rina) == []
    assert _examples(store) == []
    assert len(_waiting(store)) == 2


def test_second_look_is_blind_and_only_agreement_trains(
    store: Store, rina: Account, tono: Account
) -> None:
    event_id, _ = a_turn(store, a_chat(store), "biaya notaris")
    look(store, ControlSample(0.0))
    _judge(store, rina, "b1", COST, [event_id], second=ALWAYS)
    assert _examples(store) == []
    with store.read() as tx:
        assert second_looks(tx, rina) == []
        [opinion] = second_looks(tx, tono)
        assert opinion.labels == ()
    assert _judge(store, rina, "b2", COST, [event_id], second=ALWAYS) == 0, "not one's own"
    assert _judge(store, tono, "b3", COST, [event_id], second=ALWAYS) == 1
    assert _examples(store) == [("biaya notaris", COST)]
    with store.write() as tx:
        assert second_looks(tx, tono) == []
        with pytest.raises(InvalidFormError):
            undo_last(tx, rina)
        assert undo_last(tx, tono) == [event_id]
    assert _examples(store) == []
    with store.read() as tx:
        assert len(second_looks(tx, tono)) == 1


def test_a_third_look_settles_a_difference(store: Store, rina: Account, tono: Account) -> None:
    event_id, _ = a_turn(store, a_chat(store), "notaris itu")
    look(store, ControlSample(0.0))
    _judge(store, rina, "b1", COST, [event_id], second=ALWAYS)
    _judge(store, tono, "b2", FOUNDERS, [event_id], second=ALWAYS)
    assert _examples(store) == []
    boss = _staff(store, "boss")
    with store.read() as tx:
        [opinion] = second_looks(tx, boss)
        assert opinion.labels == (COST, FOUNDERS)
        so_far = agreement_so_far(tx)
        assert (so_far.pairs, so_far.equal) == (1, 0)
    _judge(store, boss, "b3", COST, [event_id], second=ALWAYS)
    assert _examples(store) == [("notaris itu", COST)]


def test_entities_are_kept_and_must_lie_in_the_text(store: Store, rina: Account) -> None:
    event_id, _ = a_turn(store, a_chat(store), "saya dari Ciawi mau tanya nib")
    look(store, ControlSample(0.0))
    with pytest.raises(InvalidFormError):
        _judge(
            *(store, rina, "b1", COST, [event_id]), spans={event_id: [Span("kecamatan", 40, 45)]}
        )
    spans = {event_id: [Span("kecamatan", 10, 15)]}
    _judge(store, rina, "b1", COST, [event_id], spans=spans)
    with store.read() as tx:
        [edit] = active_edits(tx, "example")
    expected = {"entity": "kecamatan", "start": 10, "end": 15, "value": "Ciawi"}
    assert edit.body["entities"] == [expected]
    assert edit.body["source"] == event_id


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    rng = random.Random(7)
    pairs = [(rng.choice("abc"), rng.choice("abcc")) for _ in range(200)]
    wanted = cohen_kappa_score([one for one, _ in pairs], [two for _, two in pairs])
    assert agreement(pairs).kappa == pytest.approx(wanted, abs=1e-6)
    assert agreement([]).kappa is None
    assert agreement([("a", "a")]).kappa is None
