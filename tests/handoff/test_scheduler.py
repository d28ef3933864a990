"""What the desk does by itself: absent officers, offers, "masih perlu?", expiry, alerts."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, cast

import pytest
import requests

from connectors import Alarm, Scheduler
from foundation.clock import StillClock, parse_moment
from foundation.errors import SettingsError
from foundation.settings import AlertSettings, read_settings
from handoff import (
    ASK_AFTER,
    EXPIRE_AFTER,
    GONE_AFTER,
    Case,
    CaseState,
    Presence,
    alerted,
    claim,
    get_case,
    offers_to,
    open_case,
    record_heartbeat,
    set_presence,
)
from service_hours import Calendar
from storage import Store, StoredEvent, create_account, latest_audit_entries, read_events, receive
from tests.builders import a_conversation, an_inbound

SETTINGS = AlertSettings(
    smtp_host="surel.contoh.go.id",
    smtp_user="halo",
    smtp_password="rahasia-surel",
    recipients=("kepala@contoh.go.id",),
    webhook="https://kait.contoh.go.id/rahasia-kait",
)


@dataclass
class Mailbox:
    fails: bool = False
    said: list[str] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)

    @contextmanager
    def open(self, settings: AlertSettings) -> Iterator[smtplib.SMTP]:
        if self.fails:
            raise smtplib.SMTPAuthenticationError(535, b"rahasia-surel is wrong")
        yield cast(smtplib.SMTP, self)

    def starttls(self) -> None:
        self.said.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.said.append(f"login {user}")

    def send_message(self, message: EmailMessage) -> None:
        self.messages.append(message)


@dataclass
class Hook:
    fails: bool = False
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def post(self, url: str, *, json: Any, timeout: float) -> requests.Response:
        if self.fails:
            raise requests.ConnectionError(f"cannot reach {url}")
        self.calls.append((url, json))
        answer = requests.Response()
        answer.status_code = 204
        return answer


@dataclass
class Desk:
    store: Store
    mailbox: Mailbox = field(default_factory=Mailbox)
    hook: Hook = field(default_factory=Hook)

    def once(self, settings: AlertSettings = SETTINGS) -> int:
        alarm = Alarm(
            settings,
            "http://127.0.0.1:8000/petugas",
            session=cast(requests.Session, self.hook),
            open_smtp=self.mailbox.open,
        )
        return Scheduler(self.store, Calendar(), alarm, timedelta(minutes=15)).once()

    def officer(self, name: str = "ani") -> int:
        with self.store.write() as tx:
            return create_account(tx, name, "kata-sandi-panjang", "petugas").id

    def case(self, address: str = "warga", ticket: str = "HK-AAAA-0001") -> Case:
        conversation = a_conversation(self.store, address)
        with self.store.write() as tx:
            return open_case(
                tx, conversation.id, reason="diminta", ticket=ticket, card={}, actor="bot"
            )

    def again(self, case: Case) -> Case:
        with self.store.read() as tx:
            return get_case(tx, case.id)

    def events(self, case: Case) -> list[StoredEvent]:
        with self.store.read() as tx:
            return read_events(tx, case.conversation)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_an_absent_officers_case_goes_back_to_the_queue_and_the_resident_is_told(
    desk: Desk, clock: StillClock
) -> None:
    officer, case = desk.officer(), desk.case()
    with desk.store.write() as tx:
        set_presence(tx, officer, Presence.READY)
        claim(tx, case.id, officer_id=officer, actor=f"officer:{officer}")
    clock.moment += GONE_AFTER
    with desk.store.write() as tx:
        record_heartbeat(tx, officer)
    clock.advance(minutes=1)
    assert desk.once() == 0
    assert desk.again(case).state is CaseState.CLAIMED
    clock.moment += GONE_AFTER
    desk.once()
    assert desk.again(case).state is CaseState.WAITING
    last = desk.events(case)[-1]
    assert last.type == "system"
    assert "kembali ke antrean" in str(last.content)
    with desk.store.read() as tx:
        assert "presence_lost" in [row.action for row in latest_audit_entries(tx)]


def test_the_backlog_is_offered_when_somebody_comes_in(desk: Desk, clock: StillClock) -> None:
    cases = [desk.case(f"w-{n}", f"HK-AAAA-000{n}") for n in range(3)]
    desk.once()
    officer = desk.officer()
    with desk.store.write() as tx:
        set_presence(tx, officer, Presence.READY, capacity=2)
    desk.once()
    with desk.store.read() as tx:
        assert [offer.case_id for offer in offers_to(tx, officer)] == [c.id for c in cases[:2]]


def test_a_resident_who_waits_long_is_asked_once_and_an_unanswered_case_expires(
    desk: Desk, clock: StillClock
) -> None:
    case = desk.case()
    clock.moment += ASK_AFTER
    desk.once()
    desk.once()
    said = [event for event in desk.events(case) if event.type == "system"]
    assert len(said) == 1
    assert "masih perlu" in str(said[0].content)
    clock.moment += EXPIRE_AFTER
    desk.once()
    assert desk.again(case).state is CaseState.EXPIRED
    last = desk.events(case)[-1]
    assert "kami tutup karena belum sempat dijawab" in str(last.content)


def test_who_answers_that_it_is_still_needed_keeps_the_place(desk: Desk, clock: StillClock) -> None:
    case = desk.case()
    clock.moment += ASK_AFTER
    desk.once()
    clock.advance(minutes=1)
    conversation = a_conversation(desk.store, "warga")
    with desk.store.write() as tx:
        receive(tx, an_inbound(conversation, "m-1", "masih pak", sent_at=clock.moment))
    clock.moment += EXPIRE_AFTER
    desk.once()
    assert desk.again(case).state is CaseState.WAITING


def test_waiting_beyond_the_target_with_nobody_ready_alerts_once(
    desk: Desk, clock: StillClock
) -> None:
    desk.case()
    clock.advance(minutes=14)
    desk.once()
    assert desk.hook.calls == []
    clock.advance(minutes=1)
    desk.once()
    desk.once()
    [(url, body)] = desk.hook.calls
    assert url == SETTINGS.webhook
    assert body["cases"][0]["ticket"] == "HK-AAAA-0001"
    assert body["cases"][0]["service_minutes"] == 15
    [message] = desk.mailbox.messages
    assert message["To"] == "kepala@contoh.go.id"
    assert "HK-AAAA-0001" in message.get_content()
    assert desk.mailbox.said == ["starttls", "login halo"]
    with desk.store.read() as tx:
        assert [case.ticket for case in alerted(tx)] == ["HK-AAAA-0001"]


def test_no_alert_while_somebody_is_ready_or_the_office_is_closed(
    desk: Desk, clock: StillClock
) -> None:
    desk.case()
    officer = desk.officer()
    clock.advance(minutes=20)
    with desk.store.write() as tx:
        set_presence(tx, officer, Presence.READY)
    desk.once()
    clock.set(parse_moment("2026-11-24T20:00"))
    desk.once()
    assert desk.hook.calls == []
    assert desk.mailbox.messages == []


def test_a_way_that_fails_is_logged_without_secrets_and_stops_nothing(
    desk: Desk, clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.case()
    clock.advance(minutes=20)
    desk.mailbox.fails = desk.hook.fails = True
    assert desk.once() >= 1
    assert "alert e-mail was not sent" in caplog.text
    assert "alert webhook was not reached" in caplog.text
    assert "rahasia" not in caplog.text
    assert "rahasia" not in repr(replace(SETTINGS, smtp_host="x"))


def test_alert_settings_come_from_the_environment() -> None:
    settings = read_settings(
        {
            "HALO_SMTP_HOST": "surel",
            "HALO_SMTP_TO": "a@x.id, b@x.id",
            "HALO_SMTP_STARTTLS": "tidak",
            "HALO_ALERT_WEBHOOK": "https://x.id/kait",
            "HALO_WAIT_TARGET_MINUTES": "30",
        }
    )
    alerts = settings.alerts
    assert alerts.recipients == ("a@x.id", "b@x.id")
    assert (alerts.smtp_starttls, settings.wait_target_minutes) == (False, 30)
    with pytest.raises(SettingsError, match="HALO_WAIT_TARGET_MINUTES"):
        read_settings({"HALO_WAIT_TARGET_MINUTES": "20"})
    with pytest.raises(Exception, match="HALO_ALERT_WEBHOOK") as failed:
        read_settings({"HALO_ALERT_WEBHOOK": "rahasia"})
    assert "rahasia" not in str(failed.value)
