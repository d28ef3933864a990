"""What the desk announces costs money on WhatsApp: only what a resident needs goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.alerts import Alarm
from connectors.desk import Desk
from connectors.upkeep import Upkeep
from foundation.settings import AlertSettings
from handoff import Outcome
from storage import create_account
from tests.connectors.whatsapp.whatsapp_kit import T0, WhatsAppHouse


@pytest.fixture
def desk(house: WhatsAppHouse) -> Desk:
    with house.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    return Desk(house.store, house.assets, officer, lambda: "HK-X")


def _asked_for_a_person(house: WhatsAppHouse) -> int:
    house.say("Chat dengan CS")
    house.work()
    house.deliver()
    return int(house.cases()[-1].id)


def _upkeep(house: WhatsAppHouse) -> Upkeep:
    alarm = Alarm(AlertSettings(), "")
    return Upkeep(house.store, house.calendar, alarm, timedelta(days=365))


def _hours_of_upkeep(house: WhatsAppHouse, hours: int) -> None:
    for _ in range(hours):
        house.clock.advance(hours=1)
        _upkeep(house).once()
        house.deliver()


def test_a_whole_case_costs_the_promise_the_answer_and_the_closing(
    house: WhatsAppHouse, desk: Desk
) -> None:
    case = _asked_for_a_person(house)
    desk.claim(case)
    desk.release(case)
    desk.claim(case)
    desk.reply(case, "Baik, berkasnya sudah kami terima.")
    desk.resolve(case, outcome=Outcome.ANSWERED)
    house.clock.advance(minutes=1)
    house.deliver()
    assert len(house.meta.sent) == 3
    assert "berkasnya sudah kami terima" in house.meta.bodies[1]
    assert "menutup tiket" in house.meta.bodies[2]
    spared = [row for row in house.outbox() if row["state"] == "dropped"]
    assert [row["error_code"] for row in spared] == ["spared"] * 3
    assert len(house.events("system")) == 4


def test_officers_see_in_the_transcript_what_was_not_sent(house: WhatsAppHouse, desk: Desk) -> None:
    desk.claim(_asked_for_a_person(house))
    [event] = house.events("system")
    assert "sekarang menjawab" in (event.content or {})["text"]
    assert house.events("reply_dropped") == []


def test_a_resident_is_asked_while_the_window_is_still_open(house: WhatsAppHouse) -> None:
    _asked_for_a_person(house)
    _hours_of_upkeep(house, 22)
    assert len(house.meta.sent) == 1
    _hours_of_upkeep(house, 1)
    assert "masih perlu" in house.meta.bodies[-1].lower()
    assert len(house.meta.sent) == 2


def test_an_unanswered_case_ends_once_and_makes_no_other(house: WhatsAppHouse) -> None:
    _asked_for_a_person(house)
    _hours_of_upkeep(house, 24 * 10)
    assert [(case.state, case.reason) for case in house.cases()] == [("expired", "diminta")]
    assert len(house.meta.sent) == 2
    assert house.events("delivery_failed") == []


def test_whoever_answers_the_question_keeps_the_case(house: WhatsAppHouse) -> None:
    _asked_for_a_person(house)
    _hours_of_upkeep(house, 23)
    house.say("masih kak", at=T0 + 23 * 3600 + 30)
    house.work()
    _hours_of_upkeep(house, 20)
    assert [case.state for case in house.cases()] == ["waiting"]


def test_a_case_whose_resident_cannot_be_asked_stays_for_an_officer(house: WhatsAppHouse) -> None:
    _asked_for_a_person(house)
    house.clock.advance(hours=25)
    _hours_of_upkeep(house, 100)
    assert [case.state for case in house.cases()] == ["waiting"]
    assert len(house.meta.sent) == 1
