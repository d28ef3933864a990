"""Alerts leave by real sockets: to a small mail server and a small web server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest

from connectors import Alarm, Drill, Scheduler
from foundation.clock import StillClock, parse_moment
from foundation.settings import AlertSettings
from handoff import Case, acknowledge, open_case
from service_hours import Calendar
from storage import Store, create_account, receive
from tests.builders import a_conversation, an_inbound
from tests.office_servers import Office, mail_server, web_hook


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def scheduler(office: Office, sqlite_store: Store) -> Iterator[Scheduler]:
    with mail_server(office) as mail_port, web_hook(office) as hook_port:
        settings = AlertSettings(
            smtp_host="127.0.0.1",
            smtp_port=mail_port,
            smtp_starttls=False,
            sender="halo@contoh.go.id",
            recipients=("kepala@contoh.go.id", "bidang@contoh.go.id"),
            webhook=f"http://127.0.0.1:{hook_port}/kait",
            urgent_recipients=("pengawas@contoh.go.id",),
            urgent_repeat_minutes=10,
        )
        alarm = Alarm(settings, "http://127.0.0.1:8000/petugas")
        yield Scheduler(sqlite_store, Calendar(), alarm, timedelta(minutes=15))
        alarm.session.close()


def _a_late_case(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        open_case(
            tx, conversation.id, reason="diminta", ticket="HK-AAAA-0001", card={}, actor="bot"
        )
    clock.advance(minutes=20)


def test_an_alert_arrives_by_mail_and_by_webhook(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    _a_late_case(sqlite_store, clock)
    scheduler.once()
    scheduler.once()
    assert office.envelopes == [
        ["<halo@contoh.go.id>", "<kepala@contoh.go.id>", "<bidang@contoh.go.id>"]
    ]
    [message] = office.messages
    assert message["To"] == "kepala@contoh.go.id, bidang@contoh.go.id"
    assert "HK-AAAA-0001" in office.bodies[0]
    [(path, body)] = office.calls
    assert path == "/kait"
    assert body["cases"][0] == {
        "ticket": "HK-AAAA-0001",
        "opened_at": "2026-11-24T02:00:00+00:00",
        "service_minutes": 20,
    }


def test_an_office_that_refuses_stops_nothing(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    office.refuses = True
    _a_late_case(sqlite_store, clock)
    assert scheduler.once() == 1
    assert (office.messages, office.calls) == ([], [])


WORDS = "tolong saya dikurung di kantor koperasi"


def _in_danger(store: Store, address: str = "warga-1", **more: Any) -> Case:
    conversation = a_conversation(store, address)
    with store.write() as tx:
        receive(tx, an_inbound(conversation, f"m-{address}", WORDS))
        return open_case(
            tx,
            conversation.id,
            reason="bahaya",
            ticket=f"HK-BAHA-{address[-4:].upper()}",
            card={"question": WORDS},
            actor="bot",
            urgent=True,
            danger="terkurung",
            **more,
        )


def test_danger_is_told_at_once_at_any_hour_and_again_until_acknowledged(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    clock.set(parse_moment("2026-11-28T02:00"))  # a Saturday night
    case = _in_danger(sqlite_store)
    scheduler.once()
    scheduler.once()
    assert office.envelopes == [["<halo@contoh.go.id>", "<pengawas@contoh.go.id>"]]
    clock.advance(minutes=9)
    scheduler.once()
    assert len(office.messages) == 1
    clock.advance(minutes=1)
    scheduler.once()
    assert [body["cases"][0]["told_before"] for _, body in office.calls] == [0, 1]
    with sqlite_store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas").id
        acknowledge(tx, case, officer_id=officer, actor=f"officer:{officer}")
    clock.advance(minutes=30)
    scheduler.once()
    assert (len(office.messages), len(office.calls)) == (2, 2)


def test_an_alert_of_danger_holds_ticket_kind_time_and_link_only(
    scheduler: Scheduler, office: Office, sqlite_store: Store
) -> None:
    case = _in_danger(sqlite_store)
    scheduler.once()
    [(_, body)] = office.calls
    link = f"http://127.0.0.1:8000/petugas/percakapan/{case.conversation}"
    assert body["event"] == "urgent_case"
    assert body["cases"] == [
        {
            "ticket": case.ticket,
            "kind": "terkurung",
            "since": "2026-11-24T02:00:00+00:00",
            "link": link,
            "told_before": 0,
        }
    ]
    told = office.bodies[0]
    for part in (case.ticket, "Terkurung atau ditahan", "pukul 09.00 WIB", link):
        assert part in told
    assert "DARURAT" in str(make_header(decode_header(office.messages[0]["Subject"])))
    for everything in (told, json.dumps(body)):
        assert "dikurung" not in everything
        assert "warga-1" not in everything


def test_an_alert_about_a_confidential_case_names_neither_ticket_nor_talk(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    case = _in_danger(sqlite_store, confidential=True)
    scheduler.once()
    clock.advance(minutes=20)
    scheduler.once()  # now it waits too long as well
    told = "".join(office.bodies) + json.dumps([body for _, body in office.calls])
    assert len(office.messages) == 3
    assert "kasus rahasia" in told
    assert case.ticket not in told
    assert case.conversation not in told


def test_a_drill_says_so_and_is_told_apart(
    scheduler: Scheduler, office: Office, sqlite_store: Store
) -> None:
    with sqlite_store.write() as tx:
        boss = create_account(tx, "bos", "kata-sandi-panjang", "supervisor")
    drill = Drill(sqlite_store, boss, lambda: "HK-LATI-HAN2").start()
    real = _in_danger(sqlite_store)
    scheduler.once()
    subjects = [str(make_header(decode_header(one["Subject"]))) for one in office.messages]
    assert [("LATIHAN" in subject, "DARURAT" in subject) for subject in subjects] == [
        (False, True),
        (True, False),
    ]
    assert drill.ticket not in office.bodies[0]
    assert real.ticket not in office.bodies[1]
    assert [body["drill"] for _, body in office.calls] == [False, True]
