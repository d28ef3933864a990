"""`halo check whatsapp`: each kind of wrong setting is named, and nothing secret is shown."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from commands.check_whatsapp import check_number_health, check_whatsapp
from connectors.whatsapp.outbound.number_health import stop_number
from connectors.whatsapp_emulator import EmulatorServer
from foundation.clock import StillClock
from foundation.settings import Settings, read_settings
from storage import Store
from tests.connectors.whatsapp_emulator.emulator_kit import (
    PHONE_ID,
    SECRET,
    TOKEN,
    VERIFY,
    a_webhook,
    an_emulator,
    nobody,
)


@pytest.fixture
def graph(clock: StillClock) -> Iterator[str]:
    with EmulatorServer(an_emulator(clock)) as server:
        yield server.url


def _settings(graph: str, **changes: str) -> Settings:
    right = {
        "HALO_WHATSAPP_VERIFY_TOKEN": VERIFY,
        "HALO_WHATSAPP_APP_SECRET": SECRET,
        "HALO_WHATSAPP_ACCESS_TOKEN": TOKEN,
        "HALO_WHATSAPP_PHONE_NUMBER_ID": PHONE_ID,
        "HALO_WHATSAPP_NUMBER": "6281000000001",
        "HALO_WHATSAPP_GRAPH_URL": graph,
    }
    return read_settings(right | changes)


def _bad(config: Settings, webhook: str) -> list[str]:
    with requests.Session() as session:
        findings = check_whatsapp(config, webhook, session=session, challenge="7788990011")
    text = " ".join(finding.text for finding in findings)
    assert not [secret for secret in (SECRET, VERIFY, TOKEN) if secret in text]
    return [finding.name for finding in findings if finding.state == "bad"]


def test_right_settings_have_no_bad_finding(graph: str) -> None:
    with a_webhook() as webhook:
        assert _bad(_settings(graph), webhook) == []


WRONG: list[tuple[dict[str, str], list[str]]] = [
    ({"HALO_WHATSAPP_APP_SECRET": ""}, ["setting"]),
    ({"HALO_WHATSAPP_ACCESS_TOKEN": ""}, ["setting"]),
    ({"HALO_WHATSAPP_ACCESS_TOKEN": "kedaluwarsa"}, ["number_token"]),
    ({"HALO_WHATSAPP_PHONE_NUMBER_ID": "104857600099999"}, ["number_refused"]),
    ({"HALO_WHATSAPP_NUMBER": "6281000000002"}, ["same_number"]),
    ({"HALO_WHATSAPP_GRAPH_VERSION": "v19.0"}, ["version", "number_refused"]),
    ({"HALO_WHATSAPP_VERIFY_TOKEN": "lain"}, ["webhook_refused"]),
    ({"HALO_WHATSAPP_GRAPH_URL": "http://graph.contoh.go.id"}, ["graph_url", "public_url"]),
    ({"HALO_WHATSAPP_GRAPH_URL": "http://127.0.0.1:9"}, ["number_unreachable"]),
]


@pytest.mark.parametrize(("changes", "bad"), WRONG)
def test_wrong_setting_is_named(graph: str, changes: dict[str, str], bad: list[str]) -> None:
    with a_webhook() as webhook:
        assert _bad(_settings(graph, **changes), webhook) == bad


@pytest.mark.parametrize(
    ("behaviour", "bad"),
    [({"forgery": 200}, ["forgery"]), ({"any_token": True}, ["wrong_token"])],
)
def test_webhook_that_trusts_anybody_is_found(
    graph: str, behaviour: dict[str, Any], bad: list[str]
) -> None:
    with a_webhook(**behaviour) as webhook:
        assert _bad(_settings(graph), webhook) == bad


def test_webhook_that_does_not_answer_is_found(graph: str) -> None:
    with nobody() as webhook:
        assert _bad(_settings(graph), webhook) == ["webhook_unreachable"]


def test_a_number_that_was_stopped_is_told_with_its_reason(graph: str, sqlite_store: Store) -> None:
    config = _settings(graph)
    with sqlite_store.write() as tx:
        assert check_number_health(tx, config).state == "ok"
        stop_number(tx, PHONE_ID, "131042", access_token=TOKEN)
        finding = check_number_health(tx, config)
    assert finding.state == "bad"
    for words in ("131042", "masalah pembayaran", "halo whatsapp resume"):
        assert words in finding.text
