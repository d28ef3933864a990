"""The checks of the WhatsApp channel: settings, token and number at Meta, our own webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import requests

from connectors.whatsapp import channel_state, reason_text
from connectors.whatsapp_emulator import verify_webhook
from foundation.addresses import is_own_host
from foundation.settings import Settings
from storage import Transaction

OLDEST_VERSION = 24
"""Of the Graph API; before it, statuses and user ids look different (SPEC section 15)."""

_SECONDS = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``text`` is Indonesian and names the setting to change."""

    name: str
    state: Literal["ok", "bad", "skipped"]
    text: str


def check_whatsapp(
    config: Settings, webhook: str, *, session: requests.Session, challenge: str
) -> list[Finding]:
    """Return what was found. ``challenge`` is a fresh random number for the handshake.

    Nothing is sent to any resident, and no secret is part of a finding.
    """
    return [
        *_check_settings(config),
        *_check_number(config, session),
        *_check_webhook(config, webhook, session, challenge),
    ]


def check_number_health(tx: Transaction, config: Settings) -> Finding:
    """Return whether our own number sends, or why it was stopped and how it goes on."""
    state = channel_state(tx, config.whatsapp.phone_number_id)
    if state.stopped_code is None:
        return _finding("line", ok=True)
    return _bad(
        "line",
        code=state.stopped_code,
        reason=reason_text(state.stopped_code),
        waiting=state.waiting,
    )


def _check_settings(config: Settings) -> Iterator[Finding]:
    whatsapp = config.whatsapp
    values = {
        "HALO_WHATSAPP_VERIFY_TOKEN": whatsapp.verify_token,
        "HALO_WHATSAPP_APP_SECRET": whatsapp.app_secrets,
        "HALO_WHATSAPP_ACCESS_TOKEN": whatsapp.access_token,
        "HALO_WHATSAPP_PHONE_NUMBER_ID": whatsapp.phone_number_id,
        "HALO_WHATSAPP_NUMBER": config.whatsapp_number,
    }
    for setting, value in values.items():
        yield _finding("setting", ok=bool(value), setting=setting)
    version = int(whatsapp.graph_version[1:].partition(".")[0])
    yield _finding("version", ok=version >= OLDEST_VERSION, version=whatsapp.graph_version)
    graph = urlsplit(whatsapp.graph_url)
    yield _finding("graph_url", ok=graph.scheme == "https" or is_own_host(graph.hostname or ""))
    if is_own_host(graph.hostname or ""):
        yield _skipped("public_url")
    else:
        yield _finding("public_url", ok=config.public_url.startswith("https://"))


def _check_number(config: Settings, session: requests.Session) -> Iterator[Finding]:
    whatsapp = config.whatsapp
    graph = urlsplit(whatsapp.graph_url)
    safe = graph.scheme == "https" or is_own_host(graph.hostname or "")
    if not whatsapp.can_send or not safe:
        yield _skipped("number")
        return
    address = f"{whatsapp.graph_url}/{whatsapp.graph_version}/{whatsapp.phone_number_id}"
    try:
        answer = session.get(
            address,
            params={"fields": "display_phone_number,verified_name"},
            headers={"Authorization": f"Bearer {whatsapp.access_token}"},
            timeout=_SECONDS,
            allow_redirects=False,
        )
        body: Any = answer.json()
    except requests.RequestException:
        yield _bad("number_unreachable", url=whatsapp.graph_url)
        return
    error = body.get("error") if isinstance(body, dict) else None
    if answer.status_code != 200 or not isinstance(body, dict) or isinstance(error, dict):
        code = error.get("code") if isinstance(error, dict) else answer.status_code
        yield _bad("number_token" if code in (0, 190) else "number_refused", code=code)
        return
    shown = "".join(c for c in str(body.get("display_phone_number", "")) if c.isdecimal())
    yield _finding("number", ok=True, verified=body.get("verified_name", ""))
    if config.whatsapp_number:
        yield _finding("same_number", ok=shown == config.whatsapp_number, shown=shown)


def _check_webhook(
    config: Settings, webhook: str, session: requests.Session, challenge: str
) -> Iterator[Finding]:
    token = config.whatsapp.verify_token
    if not token:
        yield _skipped("webhook")
        return
    outcome = verify_webhook(webhook, token, challenge=challenge, session=session)
    if outcome != "verified":
        yield _bad(f"webhook_{outcome}", url=webhook)
        return
    yield _finding("webhook", ok=True, url=webhook)
    wrong = verify_webhook(webhook, f"{token}-salah", challenge=challenge, session=session)
    yield _finding("wrong_token", ok=wrong == "refused")
    forged = _post_forged(webhook, session)
    yield _finding("forgery", ok=forged in (401, 403), status=forged)


def _post_forged(webhook: str, session: requests.Session) -> int:
    """Post an empty event with a signature of zeros; return the HTTP status, 0 without one."""
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "Content-Type": "application/json"}
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    try:
        answer = session.post(
            webhook, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return answer.status_code


@cache
def _texts() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "check_whatsapp.json"
    texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _finding(name: str, *, ok: bool, **values: object) -> Finding:
    state: Literal["ok", "bad"] = "ok" if ok else "bad"
    return Finding(name, state, _texts()[name][state].format(**values))


def _bad(name: str, **values: object) -> Finding:
    return _finding(name, ok=False, **values)


def _skipped(name: str) -> Finding:
    return Finding(name, "skipped", _texts()[name]["skipped"])
