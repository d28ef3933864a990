"""Ratings, the queue, files, the way to WhatsApp and erasing, as the widget asks for them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from foundation.clock import StillClock
from handoff import Outcome, claim, get_case, open_case_of, resolve
from storage import (
    CODE_LIFETIME,
    Store,
    create_account,
    read_events,
    tables,
    take_continuation,
)
from storage.webchat_tables import attachment
from tests.web.resident import PNG, Resident

QUESTION = "min brp org sih klo mau bikin koperasi"


def _closed_case(resident: Resident, store: Store) -> int:
    resident.say(payload="/minta_cs")
    with store.write() as tx:
        officer = create_account(tx, "sari", "sandi-cukup-panjang-1", "petugas").id
    with store.read() as tx:
        case = open_case_of(tx, resident.conversation)
    assert case is not None
    with store.write() as tx:
        claim(tx, case.id, officer_id=officer, actor=f"officer:{officer}")
        resolve(tx, case.id, outcome=Outcome.ANSWERED, actor=f"officer:{officer}")
    return case.id


class TestRatings:
    def test_an_answer_invites_a_thumb_and_names_what_was_answered(
        self, resident: Resident, store: Store
    ) -> None:
        resident.say(text=QUESTION)
        (answer,) = [event for event in resident.events() if event.get("rate") == "thumb"]
        assert resident.rate(kind="thumb", value="down", seq=answer["id"]).status_code == 201
        with store.read() as tx:
            rated = read_events(tx, resident.conversation)[-1]
        assert rated.type == "rated"
        assert rated.content is None
        assert rated.data == {
            "kind": "thumb",
            "value": "down",
            "seq": answer["id"],
            "answered": ["pendirian_koperasi/jumlah_pendiri"],
        }
        shown = resident.events()[-1]
        assert (shown["type"], shown["value"], shown["seq"]) == ("rated", "down", answer["id"])

    def test_the_same_rating_again_changes_nothing_and_another_replaces_it(
        self, resident: Resident
    ) -> None:
        resident.say(text=QUESTION)
        seq = next(event["id"] for event in resident.events() if event.get("rate"))
        first = resident.rate(kind="thumb", value="up", seq=seq).json
        count = len(resident.events())
        assert resident.rate(kind="thumb", value="up", seq=seq).json == first
        assert len(resident.events()) == count
        resident.rate(kind="thumb", value="down", seq=seq)
        assert [e["value"] for e in resident.events() if e["type"] == "rated"] == ["up", "down"]

    def test_the_end_of_a_case_is_rated_with_its_number(
        self, resident: Resident, store: Store
    ) -> None:
        case = _closed_case(resident, store)
        (end,) = [event for event in resident.events() if event.get("state") == "resolved"]
        assert resident.rate(kind="csat", value=5, seq=end["id"]).status_code == 201
        with store.read() as tx:
            data = read_events(tx, resident.conversation)[-1].data
        assert data == {
            "kind": "csat",
            "value": 5,
            "seq": end["id"],
            "answered": [],
            "case_id": case,
        }

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"kind": "csat", "value": 0, "seq": 1},
            {"kind": "csat", "value": 6, "seq": 1},
            {"kind": "csat", "value": True, "seq": 1},
            {"kind": "csat", "value": "5", "seq": 1},
            {"kind": "thumb", "value": 1, "seq": 1},
            {"kind": "thumb", "value": "up", "seq": 0},
            {"kind": "thumb", "value": "up", "seq": 2**40},
            {"kind": "bintang", "value": 1, "seq": 1},
            {"kind": "thumb", "value": "up", "seq": 1},
            {"kind": "csat", "value": 5, "seq": 1},
            {"kind": "csat", "value": 5, "seq": 999},
        ],
    )
    def test_nothing_else_is_a_rating(self, resident: Resident, body: dict[str, Any]) -> None:
        resident.say(text=QUESTION)
        before = resident.events()
        assert resident.rate(**body).status_code == 400
        assert resident.events() == before


class TestQueue:
    def queue(self, resident: Resident) -> Any:
        return resident.client.get("/api/chat/queue", headers=resident.bearer).json

    def test_without_a_waiting_case_there_is_no_place(self, resident: Resident) -> None:
        assert self.queue(resident)["place"] is None

    def test_the_second_who_waits_is_second_and_moves_up(
        self, resident: Resident, store: Store
    ) -> None:
        resident.say(payload="/minta_cs")
        second = Resident(resident.client)
        second.say(payload="/minta_cs")
        assert self.queue(resident)["place"] == 1
        told = self.queue(second)
        assert told == {"place": 2, "minutes": None, "at": None, "opens_at": None}
        _claim_first(store, resident)
        assert self.queue(second)["place"] == 1

    def test_outside_the_hours_the_next_opening_is_told(
        self, resident: Resident, clock: StillClock
    ) -> None:
        clock.advance(hours=12)
        resident.say(payload="/minta_cs")
        assert self.queue(resident)["opens_at"] == "2026-11-25T01:00:00+00:00"


def _claim_first(store: Store, resident: Resident) -> None:
    with store.write() as tx:
        officer = create_account(tx, "sari", "sandi-cukup-panjang-1", "petugas").id
        case = open_case_of(tx, resident.conversation)
        assert case is not None
        claim(tx, case.id, officer_id=officer, actor=f"officer:{officer}")


class TestContinuing:
    def test_the_code_leads_to_the_conversation_once(
        self, resident: Resident, store: Store
    ) -> None:
        link = resident.client.post("/api/chat/continue", headers=resident.bearer).json
        assert re.fullmatch(r"LANJUT-[A-Z2-9]{8}", link["code"])
        assert link["url"].startswith("https://wa.me/6281200000000?text=")
        assert link["code"] in link["url"]
        assert {len(row) for row in link["qr"]} == {len(link["qr"])}
        with store.write() as tx:
            assert take_continuation(tx, link["code"].lower() + " ") == resident.conversation
            assert take_continuation(tx, link["code"]) is None

    def test_the_code_dies_after_a_day(
        self, resident: Resident, store: Store, clock: StillClock
    ) -> None:
        link = resident.client.post("/api/chat/continue", headers=resident.bearer).json
        clock.advance(seconds=CODE_LIFETIME / timedelta(seconds=1))
        with store.write() as tx:
            assert take_continuation(tx, link["code"]) is None

    def test_without_a_number_there_is_no_way(self, client: FlaskClient) -> None:
        resident = Resident(client)
        answer = client.post("/api/chat/continue", headers=resident.bearer)
        assert answer.status_code == 404


class TestErasing:
    def erase(self, resident: Resident, **body: Any) -> Any:
        return resident.client.post("/api/chat/erase", json=body, headers=resident.bearer)

    def test_it_needs_a_confirmation(self, resident: Resident) -> None:
        resident.say(text=QUESTION)
        before = resident.events()
        assert self.erase(resident).status_code == 422
        assert self.erase(resident, confirm="ya").status_code == 422
        assert resident.events() == before

    def test_words_and_files_are_gone_and_the_waiting_case_is_closed(
        self, resident: Resident, store: Store
    ) -> None:
        resident.say(text=QUESTION)
        resident.attach(PNG)
        resident.say(payload="/minta_cs")
        with store.read() as tx:
            case = open_case_of(tx, resident.conversation)
        assert case is not None
        answer = self.erase(resident, confirm=True).json
        assert answer["erased"] > 0
        assert re.fullmatch(r"HAPUS-[A-Z2-9]{8}", answer["receipt"])
        assert {event["text"] for event in resident.events()} == {""}
        with store.read() as tx:
            assert get_case(tx, case.id).state == "expired"
            last = read_events(tx, resident.conversation)[-1]
            assert last.type == "erased"
            assert last.data == {"receipt": answer["receipt"], "contents": answer["erased"]}
            for table in (attachment, tables.event_content):
                assert tx.connection.execute(sa.select(table)).all() == []

    def test_who_said_nothing_has_nothing_to_erase(self, resident: Resident) -> None:
        answer = self.erase(resident, confirm=True).json
        assert (answer["erased"], answer["receipt"]) == (0, None)
