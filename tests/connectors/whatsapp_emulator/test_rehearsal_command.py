"""`halo whatsapp emulate`: the settings that both sides share, and the webhook handshake."""

import stat
from pathlib import Path

import pytest
import requests

from commands.whatsapp import rehearsal_settings
from connectors.whatsapp_emulator import verify_webhook
from tests.connectors.whatsapp_emulator.emulator_kit import VERIFY, a_webhook, nobody


def test_secrets_are_fresh_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "baru" / "latihan.env"
    first = rehearsal_settings(path, port=9100, environ={})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first["HALO_WHATSAPP_APP_SECRET"]) >= 24
    second = rehearsal_settings(path, port=9200, environ={})
    changed = {key for key in first if first[key] != second[key]}
    assert changed == {"HALO_WHATSAPP_GRAPH_URL"}
    other = rehearsal_settings(tmp_path / "lain.env", port=9100, environ={})
    assert other["HALO_WHATSAPP_APP_SECRET"] != first["HALO_WHATSAPP_APP_SECRET"]


def test_environment_wins_and_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "latihan.env"
    environ = {"HALO_WHATSAPP_APP_SECRET": "rahasia-dari-lingkungan"}
    values = rehearsal_settings(path, port=9100, environ=environ)
    assert values["HALO_WHATSAPP_APP_SECRET"] == "rahasia-dari-lingkungan"
    assert "rahasia-dari-lingkungan" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("token", "echo", "outcome"),
    [(VERIFY, True, "verified"), ("lain", True, "refused"), (VERIFY, False, "wrong_answer")],
)
def test_handshake_tells_what_is_wrong(token: str, echo: bool, outcome: str) -> None:
    with a_webhook(echo=echo) as url, requests.Session() as session:
        assert verify_webhook(url, token, challenge="7788990011", session=session) == outcome


def test_handshake_with_nobody_there() -> None:
    with nobody() as url, requests.Session() as session:
        assert verify_webhook(url, VERIFY, challenge="1", session=session) == "unreachable"
