"""Every sample body does what its table says: ``payloads/`` and ``payload_table.json`` as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storage import append_event, begin_attempt, enqueue, open_conversation
from storage.attempts import advance_attempt
from tests.connectors.whatsapp.whatsapp_kit import PAYLOADS, WhatsAppFixture

TABLE: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("payload_table.json").read_text(encoding="utf-8")
)
STORED = {"answered", "please type", "silent", "answered + status"}


def _rows(*actions: str) -> list[Any]:
    return [pytest.param(row, id=row["file"]) for row in TABLE if row["action"] in actions]


def _sent_before(fixture: WhatsAppFixture, file: str) -> None:
    """Put a reply in the outbox for every message that the sample's statuses name."""
    body = json.loads((PAYLOADS / file).read_text(encoding="utf-8"))
    wamids = dict.fromkeys(
        status["id"]
        for entry in body["entry"]
        for change in entry["changes"]
        for status in change["value"].get("statuses", ())
    )
    with fixture.store.write() as tx:
        conversation = open_conversation(tx, channel="whatsapp", address="ID.SEBELUMNYA")
        for wamid in wamids:
            event = append_event(
                tx, conversation.id, type="bot", actor="bot", data={}, content={"text": "Baik."}
            )
            row = enqueue(tx, conversation, event=event, state="pending", epoch=0, payload={})
            attempt = begin_attempt(tx, row.id)
            assert attempt is not None
            advance_attempt(tx, attempt.id, state="accepted", wamid=wamid)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["file"]))
def test_each_sample_is_answered_with_200_and_stored_once(
    fixture: WhatsAppFixture, row: dict[str, Any]
) -> None:
    for _ in range(2):
        assert fixture.post_sample(row["file"]).status_code == 200
    expected = row["messages"] if row["action"] in STORED else 0
    assert len(fixture.inbox()) == expected


@pytest.mark.parametrize("row", _rows("answered", "answered + status"))
def test_answered_samples_get_one_reply_in_each_conversation(
    fixture: WhatsAppFixture, row: dict[str, Any]
) -> None:
    fixture.post_sample(row["file"])
    assert fixture.work() == row["messages"]
    assert len(fixture.replies()) == row["messages"] == len(fixture.outbox())
    assert not [reply for reply in fixture.replies() if "belum bisa saya" in reply]
    assert {entry["state"] for entry in fixture.inbox()} == {"processed"}


@pytest.mark.parametrize("row", _rows("please type"))
def test_unreadable_samples_get_a_request_to_type(
    fixture: WhatsAppFixture, row: dict[str, Any]
) -> None:
    fixture.post_sample(row["file"])
    assert fixture.work() == 1
    [reply] = fixture.replies()
    assert "ketik" in reply
    assert len(reply) < 200


@pytest.mark.parametrize("row", _rows("silent"))
def test_silent_samples_are_in_a_turn_of_their_own_and_nothing_is_sent(
    fixture: WhatsAppFixture, row: dict[str, Any]
) -> None:
    fixture.post_sample(row["file"])
    assert fixture.work() == 0
    assert [entry["state"] for entry in fixture.inbox()] == ["processed"]
    assert fixture.outbox() == []
    assert len(fixture.events("noted")) == 1
    assert fixture.events("user") == []


@pytest.mark.parametrize("row", _rows("ignored"))
def test_ignored_samples_leave_nothing_but_a_log_line(
    fixture: WhatsAppFixture, row: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="connectors.whatsapp"):
        fixture.post_sample(row["file"])
    assert fixture.events() == []
    assert len(caplog.records) == 1
    assert not [line for line in caplog.messages if "62810000" in line or "wamid" in line]


@pytest.mark.parametrize("row", _rows("status", "answered + status"))
def test_status_samples_move_our_message(fixture: WhatsAppFixture, row: dict[str, Any]) -> None:
    _sent_before(fixture, row["file"])
    fixture.post_sample(row["file"])
    wanted = {
        "status_sent.json": "sent",
        "status_delivered.json": "delivered",
        "status_read.json": "read",
        "status_played.json": "read",
        "status_failed_131047.json": "failed",
        "status_failed_131026.json": "failed",
        "status_failed_131056.json": "pending",
        "status_failed_130429.json": "pending",
        "batch_messages_and_statuses.json": "delivered",
    }[row["file"]]
    assert fixture.row().state == wanted
    assert len(fixture.cases()) == (1 if wanted == "failed" else 0)


def test_all_samples_one_after_another_leave_41_rows_however_often(
    fixture: WhatsAppFixture,
) -> None:
    for _ in range(2):
        for row in TABLE:
            assert fixture.post_sample(row["file"]).status_code == 200
        assert len(fixture.inbox()) == 41


def test_samples_and_table_name_the_same_files() -> None:
    assert {row["file"] for row in TABLE} == {path.name for path in PAYLOADS.glob("*.json")}
