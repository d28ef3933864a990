"""What the desk announces costs money on WhatsApp: only what a resident needs goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.alerts import Alarm
from connectors.desk import Desk
from connectors.scheduler import Scheduler
from foundation.settings import AlertSettings
from handoff import Outcome
from storage import create_account
from tests.connectors.whatsapp.whatsapp_kit import T0, WhatsAppFixture


@pytest.fixture
def desk(fixture: WhatsAppFixture) -> Desk:
    with fixture.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    return Desk(fixture.store, fixture.assets, officer, lambda: "HK-X")


def _asked_for_a_person(fixture: WhatsAppFixture) -> int:
    fixture.say("Chat dengan CS")
    fixture.work()
    fixture.deliver()
    return int(fixture.cases()[-1].id)


def _scheduler(fixture: WhatsAppFixture) -> Scheduler:
    alarm = Alarm(AlertSettings(), "")
    return Scheduler(fixture.store, fixture.calendar, alarm, timedelta(days=365))


def _hours_of_schedule(fixture: WhatsAppFixture, hours: int) -> None:
    for _ in range(hours):
        fixture.clock.advance(hours=1)
        _scheduler(fixture).once()
        fixture.deliver()


def test_a_whole_case_costs_the_promise_the_answer_and_the_closing(
    fixture: WhatsAppFixture, desk: Desk
) -> None:
    case = _asked_for_a_person(fixture)
    desk.claim(case)
    desk.release(case)
    desk.claim(case)
    desk.reply(case, "Baik, berkasnya sudah kami terima.")
    desk.resolve(case, outcome=Outcome.ANSWERED)
    fixture.clock.advance(minutes=1)
    fixture.deliver()
    assert len(fixture.meta.sent) == 3
    assert "berkasnya sudah kami terima" in fixture.meta.bodies[1]
    assert "menutup tiket" in fixture.meta.bodies[2]
    spared = [row for row in fixture.outbox() if row["state"] == "dropped"]
    assert [row["error_code"] for row in spared] == ["spared"] * 3
    assert len(fixture.events("system")) == 4


def test_officers_see_in_the_transcript_what_was_not_sent(
    fixture: WhatsAppFixture, desk: Desk
) -> None:
    desk.claim(_asked_for_a_person(fixture))
    [event] = fixture.events("system")
    assert "sekarang menjawab" in (event.content or {})["text"]
    assert fixture.events("reply_dropped") == []


def test_a_resident_is_asked_while_the_window_is_still_open(fixture: WhatsAppFixture) -> None:
    _asked_for_a_person(fixture)
    _hours_of_schedule(fixture, 22)
    assert len(fixture.meta.sent) == 1
    _hours_of_schedule(fixture, 1)
    assert "masih perlu" in fixture.meta.bodies[-1].lower()
    assert len(fixture.meta.sent) == 2


def test_an_unanswered_case_ends_once_and_makes_no_other(fixture: WhatsAppFixture) -> None:
    _asked_for_a_person(fixture)
    _hours_of_schedule(fixture, 24 * 10)
    assert [(case.state, case.reason) for case in fixture.cases()] == [("expired", "diminta")]
    assert len(fixture.meta.sent) == 2
    assert fixture.events("delivery_failed") == []


def test_whoever_answers_the_question_keeps_the_case(fixture: WhatsAppFixture) -> None:
    _asked_for_a_person(fixture)
    _hours_of_schedule(fixture, 23)
    fixture.say("masih kak", at=T0 + 23 * 3600 + 30)
    fixture.work()
    _hours_of_schedule(fixture, 20)
    assert [case.state for case in fixture.cases()] == ["waiting"]


def test_a_case_whose_resident_cannot_be_asked_stays_for_an_officer(
    fixture: WhatsAppFixture,
) -> None:
    _asked_for_a_person(fixture)
    fixture.clock.advance(hours=25)
    _hours_of_schedule(fixture, 100)
    assert [case.state for case in fixture.cases()] == ["waiting"]
    assert len(fixture.meta.sent) == 1
