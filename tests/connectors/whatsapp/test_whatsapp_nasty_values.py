"""Odd webhook values as data (``nasty_values.json``): what is stored, answered, asked, kept silent.

``{"$repeat": [before, word, times, after]}`` in the data is a long text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.whatsapp.whatsapp_kit import PHONE_NUMBER_ID, WhatsAppFixture

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("nasty_values.json").read_text(encoding="utf-8")
)


def _unfolded(value: Any) -> Any:
    if isinstance(value, list):
        return [_unfolded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$repeat"}:
        before, word, times, after = value["$repeat"]
        return f"{before}{word * times}{after}"
    return {key: _unfolded(item) for key, item in value.items()}


def _body(value: dict[str, Any]) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": PHONE_NUMBER_ID},
        **_unfolded(value),
    }
    entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def _figures(fixture: WhatsAppFixture) -> dict[str, int]:
    replies = fixture.replies()
    return {
        "rows": len(fixture.inbox()),
        "replies": len(replies),
        "asks": len([reply for reply in replies if "ketik" in reply and "belum" in reply]),
        "silent": len(fixture.events("noted")),
        "people": len(fixture.conversations()),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_each_odd_value_has_its_handling(fixture: WhatsAppFixture, case: dict[str, Any]) -> None:
    raw = _body(case["value"])
    for _ in range(2):
        assert fixture.post(raw).status_code == 200
    while fixture.work():
        pass
    assert fixture.post(raw).status_code == 200
    assert fixture.work() == 0
    wanted = {name: case[name] for name in ("rows", "replies", "asks", "silent", "people")}
    assert _figures(fixture) == wanted
    assert {row["state"] for row in fixture.inbox()} <= {"processed"}
    fixture.deliver()
    assert {row["state"] for row in fixture.outbox()} <= {"accepted"}


def test_the_other_store_takes_all_of_them_too(
    any_fixture: WhatsAppFixture, caplog: pytest.LogCaptureFixture
) -> None:
    for case in CASES:
        assert any_fixture.post(_body(case["value"])).status_code == 200, case["name"]
    assert "could not be handled" not in caplog.text
