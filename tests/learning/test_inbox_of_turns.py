"""Every turn is in the inbox with its outcome, and the inbox can be built again from the log."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from foundation.clock import StillClock
from foundation.errors import NotFoundError
from learning import (
    ControlSample,
    InboxRefresher,
    members_of,
    queue_counts,
    read_groups,
    read_turn,
    rebuild_inbox,
    take_in,
)
from storage import Store, append_event, erase_content, open_conversation, read_events
from storage.learning_tables import learning_turn
from tests.learning.learning_kit import COST, FOUNDERS, SURE, a_chat, a_turn, look, take_all_in

NOBODY, ALL = ControlSample(share=0.0), ControlSample(share=1.0)


def _texts(store: Store, queue: str) -> list[str]:
    with store.read() as tx:
        return [group.turn.text for group in read_groups(tx, queue)]


def _rows(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        query = sa.select(learning_turn).order_by(learning_turn.c.event_id)
        return [dict(row._mapping) for row in tx.connection.execute(query)]


def test_a_turn_comes_with_ranking_decision_bundle_and_words(store: Store) -> None:
    event_id, _ = a_turn(store, a_chat(store), "biaya bikin koperasi brp")
    take_all_in(store, NOBODY)
    with store.read() as tx:
        turn = read_turn(tx, event_id)
    assert (turn.text, turn.channel, turn.bundle) == ("biaya bikin koperasi brp", "webchat", "uji")
    assert turn.ranking == ((FOUNDERS, 0.4), (COST, 0.35))
    assert (turn.decision, turn.handed_over, turn.thumb) == ("clarify", False, "")


def test_queues_follow_what_became_of_the_turn(store: Store) -> None:
    chat = a_chat(store)
    a_turn(store, chat, "jumlah pendiri berapa", ranking=SURE, decision="answer")
    a_turn(store, chat, "ongkosnya gimana ya", decision="clarify")
    a_turn(store, chat, "ini mah beda lagi urusannya", decision="handoff")
    _, rated = a_turn(store, chat, "minimal pendiri koperasi", ranking=SURE, decision="answer")
    _, meant = a_turn(store, chat, "kalau tarif notaris", ranking=SURE, decision="answer")
    with store.write() as tx:
        shown = [e for e in read_events(tx, chat.id) if e.turn_id == rated and e.type == "bot"]
        thumb = {"kind": "thumb", "value": "down", "seq": shown[0].seq, "answered": [FOUNDERS]}
        append_event(tx, chat.id, type="rated", actor="resident", data=thumb)
        label = {"turn_id": meant, "label": COST}
        append_event(tx, chat.id, type="intent_labelled", actor="petugas:1", data=label)
    look(store, NOBODY)
    assert set(_texts(store, "ditanya_balik")) == {"ongkosnya gimana ya"}
    assert set(_texts(store, "ke_petugas")) == {"ini mah beda lagi urusannya"}
    assert set(_texts(store, "ragu")) == {"ongkosnya gimana ya", "ini mah beda lagi urusannya"}
    assert _texts(store, "tidak_membantu") == ["minimal pendiri koperasi"]
    assert _texts(store, "maksud_petugas") == ["kalau tarif notaris"]
    # What somebody already said was wrong comes before what the assistant is unsure of.
    assert set(_texts(store, "semua")[:2]) == {"minimal pendiri koperasi", "kalau tarif notaris"}
    with store.read() as tx:
        assert queue_counts(tx)["semua"] == 4


def test_the_same_words_taken_differently_on_two_channels_are_a_queue(store: Store) -> None:
    a_turn(store, a_chat(store), "Biaya notaris?", ranking=SURE, decision="answer")
    other = a_chat(store, "62812", "whatsapp")
    a_turn(store, other, "biaya notaris", ranking=((COST, 0.95), (FOUNDERS, 0.01)))
    look(store, NOBODY)
    assert _texts(store, "beda_kanal") == ["Biaya notaris?"]
    with store.read() as tx:
        [group] = read_groups(tx, "beda_kanal")
        assert group.size == 2
        assert {turn.channel for turn in members_of(tx, group.turn.event_id)} == {
            "webchat",
            "whatsapp",
        }


def test_near_duplicates_are_one_group(store: Store) -> None:
    chat = a_chat(store)
    for text in ("cara urus nib gimana", "cara urus nib gimana?", "CARA URUS NIB GIMANA ya"):
        a_turn(store, chat, text)
    a_turn(store, chat, "sertifikat halal gratis")
    look(store, NOBODY)
    with store.read() as tx:
        sizes = {group.turn.text: group.size for group in read_groups(tx)}
    assert sizes == {"cara urus nib gimana": 3, "sertifikat halal gratis": 1}


def test_buttons_and_form_values_wait_for_nobody(store: Store) -> None:
    chat = a_chat(store)
    a_turn(store, chat, "/minta_cs", how="payload")
    a_turn(store, chat, "Siti Rahayu", resolved="isian")
    look(store, ALL)
    assert _texts(store, "semua") == []
    assert len(_rows(store)) == 2


def test_control_sample_is_the_same_share_wherever_it_is_drawn() -> None:
    sample = ControlSample(share=0.1, seed="kontrol")
    drawn = [number for number in range(10_000) if number in sample]
    assert drawn == [number for number in range(10_000) if number in ControlSample(0.1)]
    assert 900 < len(drawn) < 1100
    assert drawn != [number for number in range(10_000) if number in ControlSample(0.1, "lain")]


def test_erased_words_leave_every_queue(store: Store) -> None:
    chat = a_chat(store)
    event_id, _ = a_turn(store, chat, "ongkosnya gimana ya")
    look(store, ALL)
    with store.write() as tx:
        erase_content(tx, chat.id)
    assert _texts(store, "semua") == _texts(store, "kontrol") == []
    with store.read() as tx, pytest.raises(NotFoundError):
        read_turn(tx, event_id)


def test_building_again_gives_the_same_rows(store: Store) -> None:
    chat = a_chat(store)
    for number in range(7):
        _, turn = a_turn(store, chat, f"pertanyaan nomor {number}")
        take_all_in(store, ALL, batch=2)
    with store.write() as tx:
        label = {"turn_id": turn, "label": COST}
        append_event(tx, chat.id, type="intent_labelled", actor="petugas:1", data=label)
    look(store, ALL)
    before = _rows(store)
    rebuild_inbox(store, ALL, batch=3)
    look(store, ALL)
    assert _rows(store) == before
    assert before[-1]["real_intent"] == COST


def test_refresher_looks_again_only_when_there_is_news(
    sqlite_store: Store, clock: StillClock
) -> None:
    refresher = InboxRefresher(sqlite_store, NOBODY)
    assert not refresher.once()
    a_turn(sqlite_store, a_chat(sqlite_store), "ongkosnya gimana ya")
    assert refresher.once()
    assert _texts(sqlite_store, "semua") == ["ongkosnya gimana ya"]
    a_turn(sqlite_store, a_chat(sqlite_store), "syarat jadi anggota apa")
    assert not refresher.once(), "not so soon"
    clock.advance(minutes=2)
    assert refresher.once()
    assert not refresher.once()


def test_text_is_worked_on_before_the_store_is_written(sqlite_store: Store) -> None:
    """While one writes nobody else can: sixty long texts made sign-in answer 503."""
    a_turn(sqlite_store, a_chat(sqlite_store), "0812-" * 4000)
    writers: list[str] = []

    class Asked(ControlSample):
        def __contains__(self, event_id: object) -> bool:
            # Asked for each row that is made: another must be able to write meanwhile.
            with sqlite_store.write() as tx:
                writers.append(open_conversation(tx, channel="webchat", address="lain").id)
            return False

    take_in(sqlite_store, Asked())
    assert len(writers) == 1
    assert len(_rows(sqlite_store)) == 1


def test_what_another_process_took_in_meanwhile_is_not_taken_twice(sqlite_store: Store) -> None:
    a_turn(sqlite_store, a_chat(sqlite_store), "biaya bikin koperasi brp")

    class Slow(ControlSample):
        def __contains__(self, event_id: object) -> bool:
            take_in(sqlite_store, NOBODY)
            return False

    assert take_in(sqlite_store, Slow()) == 0
    assert len(_rows(sqlite_store)) == 1
