"""`halo whatsapp status` and `resume`: what stands still is told and goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.whatsapp import whatsapp
from connectors.whatsapp import read_number_health
from connectors.whatsapp.outbound.number_health import stop_number
from foundation.clock import StillClock
from storage import (
    Store,
    append_event,
    begin_attempt,
    enqueue,
    open_conversation,
    set_outbox_state,
)

NUMBER = "104857600012345"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("HALO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HALO_WHATSAPP_PHONE_NUMBER_ID", NUMBER)
    monkeypatch.delenv("HALO_DATABASE_URL", raising=False)
    monkeypatch.setenv("HALO_TEST_NOW", "2026-11-24T10:00:00+07:00")
    clock = StillClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    opened = Store.open(f"sqlite:///{tmp_path / 'halo.sqlite3'}", clock=clock)
    opened.migrate()
    return opened


def _run(*words: str) -> Result:
    return CliRunner().invoke(whatsapp, words, catch_exceptions=False)


def _reply(store: Store) -> int:
    with store.write() as tx:
        talk = open_conversation(tx, channel="whatsapp", address="6281000000101")
        event = append_event(
            tx, talk.id, type="bot", actor="bot", data={}, content={"text": "rahasia warga"}
        )
        return enqueue(tx, talk, event=event, state="pending", epoch=0, payload={}).id


def _stop(store: Store) -> None:
    with store.write() as tx:
        stop_number(tx, NUMBER, "190", access_token="token-lama")


def test_a_number_that_runs_has_nothing_to_show(store: Store) -> None:
    answer = _run("status")
    assert answer.exit_code == 0
    assert "berjalan" in answer.output
    assert "Tidak ada balasan yang perlu dilihat" in answer.output


def test_a_stop_is_told_with_its_reason_and_its_queue(store: Store) -> None:
    _reply(store)
    _stop(store)
    output = _run("status").output
    assert "BERHENTI sejak Selasa, 24 November 2026 pukul 09.00 WIB (kode 190)" in output
    assert "Token akses WhatsApp kedaluwarsa" in output
    assert "halo whatsapp resume" in output
    assert "Menunggu dikirim: 1." in output
    assert "rahasia warga" not in output


def test_resume_lets_it_go_on_once(store: Store) -> None:
    _reply(store)
    _stop(store)
    assert "1 balasan di antrean" in _run("resume").output
    with store.read() as tx:
        assert not read_number_health(tx, NUMBER).stopped
    assert "tidak sedang berhenti" in _run("resume").output


def test_every_unsettled_reply_is_a_row(store: Store) -> None:
    unknown, failed = _reply(store), _reply(store)
    with store.write() as tx:
        begin_attempt(tx, unknown)
        set_outbox_state(tx, unknown, state="unknown")
        set_outbox_state(tx, failed, state="failed", error_code="131026")
    shown = json.loads(_run("status", "--json").output)
    assert {reply["outbox_id"]: reply["state"] for reply in shown["replies"]} == {
        unknown: "unknown",
        failed: "failed",
    }
    assert all(reply["reason"].endswith(".") for reply in shown["replies"])
    assert shown["unknown"] == 1


def _many_failed(store: Store) -> list[int]:
    ids = [_reply(store) for _ in range(130)]
    with store.write() as tx:
        for number, outbox_id in enumerate(ids):
            code = "131026" if number < 90 else "131047"
            set_outbox_state(tx, outbox_id, state="failed", error_code=code)
    return ids


def test_many_replies_are_summed_up_and_the_newest_shown(store: Store) -> None:
    ids = _many_failed(store)
    lines = _run("status").output.splitlines()
    assert len(lines) < 15
    assert "Balasan yang perlu dilihat: 130." in lines
    assert sum(line.startswith("  90 gagal: WhatsApp tidak dapat") for line in lines) == 1
    assert sum(line.startswith("  40 gagal: Sudah lebih dari 24 jam") for line in lines) == 1
    shown = [line for line in lines if line.startswith("  No. ")]
    assert [line.split(",")[0] for line in shown] == [f"  No. {n}" for n in ids[:-6:-1]]
    assert lines[-1].startswith("  dan 125 lagi.")


def test_all_of_many_replies_are_shown_on_request(store: Store) -> None:
    ids = _many_failed(store)
    shown = [line for line in _run("status", "--all").output.splitlines() if "No. " in line]
    assert len(shown) == len(ids)
    told = json.loads(_run("status", "--json").output)
    assert {reply["outbox_id"] for reply in told["replies"]} == set(ids)
    assert [(kind["number"], kind["code"]) for kind in told["summary"]] == [
        (90, "131026"),
        (40, "131047"),
    ]


def test_without_a_number_it_says_what_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HALO_WHATSAPP_PHONE_NUMBER_ID")
    answer = CliRunner().invoke(whatsapp, ["status"])
    assert "HALO_WHATSAPP_PHONE_NUMBER_ID" in str(answer.exception)
