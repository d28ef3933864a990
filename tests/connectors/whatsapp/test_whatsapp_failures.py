"""The table of error codes as data: what each code does to the reply, the number, the officer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from connectors.whatsapp import read_number_health
from connectors.whatsapp.outbound.failures import (
    Action,
    failure_of,
    pause_before_retry,
    pause_for_number,
    pause_for_recipient,
    reason_text,
)
from tests.connectors.whatsapp.whatsapp_kit import (
    PHONE_NUMBER_ID,
    WhatsAppFixture,
    envelope,
    error,
    failed_item,
)

PERMANENT = "131047 131026 131021 131030 100 131008 131009 135000 132000 132012 132069 131049"
STOPS = "0 190 3 10 200 250 299 131005 368 131031 130497 131042 131045 133010 33 131037 131048"
PASSING = "2 131000 131016 133004 131057 1"
SLOW = "130429 80007 4"

ACTIONS = {
    **dict.fromkeys(f"{PERMANENT} 131050 130472 131051 131060 131052 131053".split(), "give_up"),
    **dict.fromkeys(STOPS.split(), "stop"),
    **dict.fromkeys(PASSING.split(), "retry"),
    **dict.fromkeys(SLOW.split(), "wait_number"),
    "131056": "wait_recipient",
    "131062": "plain",
    "999": "try_thrice",
    "132070": "try_thrice",
    "300": "try_thrice",
    "": "try_thrice",
}


@pytest.mark.parametrize(("code", "action"), ACTIONS.items())
def test_each_code_has_the_action_of_the_table(code: str, action: str) -> None:
    assert failure_of(code).action == Action(action)


@pytest.mark.parametrize("code", [*ACTIONS, "no_news", "no_address", "too_long", "opted_out"])
def test_each_failure_has_a_reason_for_officers(code: str) -> None:
    text = reason_text(code)
    assert text.endswith(".")
    assert "{" not in text


@given(st.text())
def test_any_code_whatever_has_an_action_and_a_reason(code: str) -> None:
    assert failure_of(code).action in Action
    assert reason_text(code)


@given(tries=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_pauses_grow_and_stay_within_an_hour(tries: int, jitter: float) -> None:
    for pause in (
        pause_before_retry(tries, jitter=jitter),
        pause_for_recipient(tries),
        pause_for_number(tries, jitter=jitter),
    ):
        assert timedelta(0) < pause <= timedelta(hours=1)
    assert pause_before_retry(tries, jitter=1) <= pause_before_retry(tries + 1, jitter=1)


def _asked(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang minimal bikin koperasi?")
    fixture.work()


@pytest.mark.parametrize("code", PERMANENT.split())
def test_a_permanent_failure_is_sent_once_and_seen_by_a_person(
    fixture: WhatsAppFixture, code: str
) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(int(code)))
    fixture.deliver()
    fixture.clock.advance(hours=2)
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    assert (fixture.row().state, fixture.row().error_code) == ("failed", code)
    [case] = fixture.cases()
    assert case.reason == "gagal_kirim"
    assert case.context["delivery"]["reason"] == reason_text(code)
    [event] = fixture.events("delivery_failed")
    assert event.data["reason"] == reason_text(code)


@pytest.mark.parametrize("code", STOPS.split())
def test_a_stop_keeps_the_queue_and_sends_nothing_more(fixture: WhatsAppFixture, code: str) -> None:
    _asked(fixture)
    fixture.say("satu lagi", number="6281000000102", user="ID.B")
    fixture.work()
    fixture.meta.script.append(error(int(code), http=401))
    fixture.meta.usable = False
    fixture.deliver()
    fixture.clock.advance(minutes=14)
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    assert [row["state"] for row in fixture.outbox()] == ["pending", "pending"]
    assert fixture.cases() == []
    with fixture.store.read() as tx:
        health = read_number_health(tx, PHONE_NUMBER_ID)
    assert (health.stopped, health.stopped_code) == (True, code)


def test_a_stop_is_an_alarm_in_the_log(
    fixture: WhatsAppFixture, caplog: pytest.LogCaptureFixture
) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(190, http=401))
    fixture.deliver()
    alarms = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(alarms) == 1
    assert "STOPPED" in alarms[0].message


def test_a_new_token_lets_the_number_go_on(fixture: WhatsAppFixture) -> None:
    from dataclasses import replace

    _asked(fixture)
    fixture.meta.script.append(error(190, http=401))
    fixture.deliver()
    renewed = replace(fixture.settings.whatsapp, access_token="token-baru")
    fixture.settings = replace(fixture.settings, whatsapp=renewed)
    fixture.deliverer = fixture.new_deliverer()
    fixture.deliver()
    assert [row["state"] for row in fixture.outbox()] == ["accepted"]


@pytest.mark.parametrize(("code", "goes_on"), [(190, True), (131005, True), (131048, False)])
def test_a_probe_finds_out_what_it_can_and_leaves_the_rest_to_people(
    fixture: WhatsAppFixture, code: int, goes_on: bool
) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(code))
    fixture.deliver()
    fixture.clock.advance(minutes=16)
    fixture.deliver()
    assert fixture.row().state == ("accepted" if goes_on else "pending")


@pytest.mark.parametrize("code", PASSING.split())
def test_a_passing_fault_is_tried_again_with_growing_pauses(
    fixture: WhatsAppFixture, code: str
) -> None:
    _asked(fixture)
    fixture.meta.script.extend([error(int(code))] * 3)
    pauses = []
    for _ in range(3):
        fixture.deliver()
        due = fixture.deliverer.next_due()
        assert due is not None
        pauses.append((due - fixture.clock()).total_seconds())
        fixture.clock.set(due - timedelta(milliseconds=1))
        fixture.deliver()
        assert fixture.row().state == "pending"
        fixture.clock.set(due)
    fixture.deliver()
    assert pauses == [5, 10, 20]
    assert (fixture.row().state, fixture.row().attempts) == ("accepted", 4)
    assert fixture.cases() == []


def test_a_fault_that_does_not_pass_ends_before_an_officer_when_the_window_ends(
    fixture: WhatsAppFixture,
) -> None:
    _asked(fixture)
    fixture.meta.script.extend([error(131000)] * 100)
    for _ in range(60):
        fixture.deliver()
        due = fixture.deliverer.next_due()
        if due is None:
            break
        fixture.clock.set(due)
    assert fixture.row().state == "failed"
    assert fixture.clock() - fixture.at(0) <= timedelta(hours=25)
    assert 25 <= len(fixture.meta.sent) <= 45
    assert len(fixture.cases()) == 1


def test_an_unknown_code_is_permanent_after_three_tries(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.extend([error(777)] * 5)
    for _ in range(5):
        fixture.deliver()
        fixture.clock.advance(hours=1)
    assert len(fixture.meta.sent) == 3
    assert fixture.row().state == "failed"
    assert "777" in fixture.cases()[0].context["delivery"]["reason"]


def test_the_recipient_limit_holds_up_one_resident_only(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.say("tanya juga", number="6281000000102", user="ID.B")
    fixture.work()
    fixture.meta.script.extend([error(131056, 429), *[{}] * 0])
    fixture.deliver()
    assert [row["state"] for row in fixture.outbox()] == ["pending", "accepted"]
    with fixture.store.read() as tx:
        assert not read_number_health(tx, PHONE_NUMBER_ID).rests_at(tx.now)


def test_pauses_for_one_resident_grow_as_meta_advises(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.extend([error(131056, 429)] * 4)
    pauses = []
    for _ in range(4):
        fixture.deliver()
        due = fixture.deliverer.next_due()
        assert due is not None
        pauses.append((due - fixture.clock()).total_seconds())
        fixture.clock.set(due)
    fixture.deliver()
    assert pauses == [1, 4, 16, 64]
    assert fixture.row().state == "accepted"


@pytest.mark.parametrize("code", SLOW.split())
def test_a_limit_of_the_number_slows_everybody_down(fixture: WhatsAppFixture, code: str) -> None:
    _asked(fixture)
    fixture.say("tanya juga", number="6281000000102", user="ID.B")
    fixture.work()
    fixture.meta.script.append(error(int(code), 429))
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    due = fixture.deliverer.next_due()
    assert due is not None
    assert due > fixture.clock()
    fixture.clock.set(due)
    for _ in range(4):
        fixture.deliver()
        fixture.clock.advance(seconds=1)
    assert [row["state"] for row in fixture.outbox()] == ["accepted", "accepted"]


def test_a_bare_429_counts_as_too_fast(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.append((429, b"Too Many Requests"))
    fixture.deliver()
    assert fixture.row().state == "pending"
    assert len(fixture.meta.sent) == 1


def test_what_cannot_go_to_a_user_id_goes_as_plain_text(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang?", number=None)
    fixture.work()
    fixture.meta.script.append(error(131062))
    fixture.deliver()
    first, second = fixture.meta.sent
    assert (first["type"], second["type"]) == ("interactive", "text")
    assert first["recipient"] == second["recipient"] == "ID.748CD974B2652AD2"
    assert "1. " in second["text"]["body"]
    assert fixture.row().state == "accepted"


@pytest.mark.parametrize("code", [131056, 130429])
def test_a_failure_told_by_a_status_is_treated_alike(fixture: WhatsAppFixture, code: int) -> None:
    _asked(fixture)
    fixture.deliver()
    fixture.post(envelope(statuses=[failed_item("wamid.keluar.1", code)] * 2))
    assert fixture.row().state == "pending"
    fixture.clock.advance(seconds=10)
    fixture.deliver()
    assert (fixture.row().state, fixture.row().attempts) == ("accepted", 2)


def _refused_connection() -> requests.ConnectionError:
    pool = HTTPConnectionPool("graph.contoh")
    cause = NewConnectionError(pool, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(pool, "/", cause))


@pytest.mark.parametrize(
    "fault",
    [
        requests.ReadTimeout("20 s"),
        requests.ConnectionError(ProtocolError("Connection aborted.")),
        requests.exceptions.ChunkedEncodingError("cut"),
        (500, b"Internal Server Error"),
        (503, b""),
        (502, {"message": "bad gateway"}),
        (500, {"error": {"message": "tanpa kode"}}),
        (200, b"<html>"),
        (200, {"messages": []}),
        (200, {"messages": [{"id": ""}]}),
    ],
    ids=repr,
)
def test_an_unknown_outcome_is_never_sent_again_by_itself(
    fixture: WhatsAppFixture, fault: requests.RequestException | tuple[int, bytes]
) -> None:
    _asked(fixture)
    fixture.meta.script.append(fault)
    fixture.deliver()
    assert fixture.row().state == "unknown"
    fixture.clock.advance(minutes=14)
    fixture.deliver()
    assert fixture.cases() == []
    fixture.clock.advance(minutes=2)
    fixture.deliver()
    fixture.clock.advance(hours=2)
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    assert fixture.row().state == "unknown"
    [case] = fixture.cases()
    assert "15 menit" in case.context["delivery"]["reason"]


@pytest.mark.parametrize("fault", [requests.ConnectTimeout("5 s"), _refused_connection()])
def test_a_call_that_never_left_is_tried_again(
    fixture: WhatsAppFixture, fault: requests.RequestException
) -> None:
    _asked(fixture)
    fixture.meta.script.append(fault)
    fixture.deliver()
    assert fixture.row().state == "pending"
    fixture.clock.advance(seconds=7)
    fixture.deliver()
    assert fixture.row().state == "accepted"


def test_a_server_error_with_a_code_is_looked_at_before_it_is_believed(
    fixture: WhatsAppFixture,
) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(131000, http=500))
    fixture.deliver()
    assert fixture.row().state == "unknown"
    fixture.clock.advance(seconds=59)
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    fixture.clock.advance(seconds=10)
    fixture.deliver()
    fixture.clock.advance(seconds=10)
    fixture.deliver()
    assert (len(fixture.meta.sent), fixture.row().state) == (2, "accepted")


def test_a_status_during_that_look_settles_it(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(131016, http=503))
    fixture.deliver()
    ours = fixture.meta.sent[0]["biz_opaque_callback_data"]
    status = {"id": "wamid.doch", "status": "sent", "biz_opaque_callback_data": ours}
    fixture.post(envelope(statuses=[status]))
    fixture.clock.advance(minutes=30)
    fixture.deliver()
    assert len(fixture.meta.sent) == 1
    assert fixture.row().state == "sent"
    assert fixture.cases() == []
