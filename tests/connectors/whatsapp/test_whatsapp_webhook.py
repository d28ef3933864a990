"""The webhook's interface: verification, signatures, bodies of all kinds, a store that fails."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.whatsapp import sign, signature_is_valid
from foundation.counting import exposition
from foundation.errors import StoreUnavailableError
from foundation.settings import Settings, WhatsAppSettings, read_settings
from tests.connectors.whatsapp.whatsapp_kit import (
    APP_SECRET,
    PAYLOADS,
    VERIFY_TOKEN,
    WhatsAppFixture,
    envelope,
    text_item,
)
from web.whatsapp import whatsapp_metrics

RAW = (PAYLOADS / "text_question.json").read_bytes()


def _hex(secret: str, raw: bytes = RAW, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), raw, digest).hexdigest()


def _verify(fixture: WhatsAppFixture, **query: str) -> tuple[int, str, str]:
    answer = fixture.client.get(
        "/webhooks/whatsapp", query_string={f"hub.{key}": value for key, value in query.items()}
    )
    return answer.status_code, answer.text, answer.content_type


def test_verification_echoes_the_challenge_as_plain_text(fixture: WhatsAppFixture) -> None:
    challenge = "<script>alert(1)</script>"
    status, text, content_type = _verify(
        fixture, mode="subscribe", challenge=challenge, verify_token=VERIFY_TOKEN
    )
    assert (status, text) == (200, challenge)
    assert content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "challenge": "7788990011", "verify_token": "salah"},
        {"mode": "subscribe", "challenge": "7788990011", "verify_token": ""},
        {"mode": "subscribe", "challenge": "7788990011"},
        {"mode": "unsubscribe", "challenge": "7788990011", "verify_token": VERIFY_TOKEN},
        {"challenge": "7788990011", "verify_token": VERIFY_TOKEN},
        {"mode": "subscribe", "verify_token": VERIFY_TOKEN},
        {"mode": "subscribe", "challenge": "7788990011", "verify_token": "é"},
    ],
)
def test_any_other_verification_is_refused_without_an_echo(
    fixture: WhatsAppFixture, query: dict[str, str]
) -> None:
    status, text, _ = _verify(fixture, **query)
    assert status == 403
    assert "7788990011" not in text


def test_an_unset_token_never_matches(fixture: WhatsAppFixture) -> None:
    shut = WhatsAppFixture(
        fixture.store, fixture.clock, fixture.assets, fixture.calendar, settings=Settings()
    )
    assert _verify(shut, mode="subscribe", challenge="1", verify_token="")[0] == 403
    assert shut.post(RAW, secret="").status_code == 401
    assert shut.inbox() == []


FORGERIES: dict[str, dict[str, str]] = {
    "no header": {"X-Other": "1"},
    "empty": {"X-Hub-Signature-256": ""},
    "other secret": {"X-Hub-Signature-256": f"sha256={_hex('rahasia-lain')}"},
    "empty secret": {"X-Hub-Signature-256": f"sha256={_hex('')}"},
    "other bytes": {"X-Hub-Signature-256": f"sha256={_hex(APP_SECRET, RAW[:-1])}"},
    "bare digest": {"X-Hub-Signature-256": _hex(APP_SECRET)},
    "upper case": {"X-Hub-Signature-256": f"sha256={_hex(APP_SECRET).upper()}"},
    "other prefix": {"X-Hub-Signature-256": f"sha1={_hex(APP_SECRET)}"},
    "too short": {"X-Hub-Signature-256": f"sha256={_hex(APP_SECRET)[:-2]}"},
    "too long": {"X-Hub-Signature-256": f"sha256={_hex(APP_SECRET)}00"},
    "with blanks": {"X-Hub-Signature-256": f"sha256= {_hex(APP_SECRET)}"},
    "no hex": {"X-Hub-Signature-256": f"sha256={'z' * 64}"},
    "not ascii": {"X-Hub-Signature-256": "sha256=" + "é" * 64},
    "only the old header": {"X-Hub-Signature": f"sha1={_hex(APP_SECRET, digest='sha1')}"},
    "sha256 in the old header": {"X-Hub-Signature": f"sha256={_hex(APP_SECRET)}"},
    "two values": {"X-Hub-Signature-256": f"sha256={_hex('a')},sha256={_hex(APP_SECRET)}"},
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_bodies_are_refused_and_not_stored(fixture: WhatsAppFixture, name: str) -> None:
    answer = fixture.post(RAW, **FORGERIES[name])
    assert answer.status_code == 401
    assert fixture.inbox() == []
    assert 'halo_whatsapp_bodies_total{outcome="forged"} 1.0' in _metrics(fixture)


def _metrics(fixture: WhatsAppFixture) -> str:
    with fixture.app.app_context():
        return exposition([whatsapp_metrics()]).decode()


@given(position=st.integers(0, len(RAW) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_breaks_the_signature(position: int, flip: int) -> None:
    changed = RAW[:position] + bytes([RAW[position] ^ flip]) + RAW[position + 1 :]
    assert not signature_is_valid(changed, sign(RAW, APP_SECRET), (APP_SECRET,))


def test_the_signature_covers_the_bytes_not_their_meaning(fixture: WhatsAppFixture) -> None:
    """Meta signs ``\\uXXXX`` escapes as it sends them; parsing and dumping gives other bytes."""
    body = envelope(messages=[text_item("izin — café 🙏")])
    escaped = json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()
    plain = json.dumps(body, ensure_ascii=False).encode()
    assert escaped != plain
    header = {"X-Hub-Signature-256": sign(escaped, APP_SECRET)}
    assert fixture.post(escaped, **header).status_code == 200
    assert fixture.post(plain, **header).status_code == 401
    assert fixture.events("user")[0].content["text"] == "izin — café 🙏"  # type: ignore[index]


def test_two_secrets_are_accepted_while_one_is_changed() -> None:
    secrets = read_settings({"HALO_WHATSAPP_APP_SECRET": "lama, baru"}).whatsapp.app_secrets
    assert secrets == ("lama", "baru")
    for secret in secrets:
        assert signature_is_valid(RAW, sign(RAW, secret), secrets)
    assert not signature_is_valid(RAW, sign(RAW, "lama, baru"), secrets)
    assert not signature_is_valid(RAW, sign(RAW, ""), ())


def test_secrets_are_not_shown_in_a_repr() -> None:
    shown = repr(WhatsAppSettings("tok-verif", ("rahasia-app",), "tok-akses", "1"))
    assert not [word for word in ("tok-verif", "rahasia-app", "tok-akses") if word in shown]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        RAW[:200],
        b"\xff\xfe" + RAW,
        RAW.decode().encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"object": NaN}',
        b'{"object": Infinity}',
        b"object=whatsapp",
    ],
    ids=lambda raw: f"{raw[:12]!r}",
)
def test_what_is_not_json_gets_a_400_and_never_a_5xx(fixture: WhatsAppFixture, raw: bytes) -> None:
    assert fixture.post(raw).status_code == 400
    assert fixture.inbox() == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        [1],
        "teks",
        7,
        {},
        {"object": "page"},
        {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": None},
        {"object": "whatsapp_business_account", "entry": {"changes": []}},
        {"object": "whatsapp_business_account", "entry": [None, 1, "x", []]},
        {"object": "whatsapp_business_account", "entry": [{"changes": None}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages"}]}]},
    ],
)
def test_strange_documents_are_ignored_with_200(fixture: WhatsAppFixture, body: Any) -> None:
    assert fixture.post(body).status_code == 200
    assert fixture.inbox() == []


def test_a_body_of_three_megabytes_is_taken_whole(fixture: WhatsAppFixture) -> None:
    items = [text_item("x" * 60_000, id=f"wamid.besar.{number}") for number in range(50)]
    raw = json.dumps(envelope(messages=items)).encode()
    assert len(raw) > 3_000_000
    assert fixture.post(raw).status_code == 200
    assert fixture.post(raw).status_code == 200
    with fixture.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one() == 50


def test_a_store_that_fails_is_told_to_meta_so_that_it_sends_again(
    fixture: WhatsAppFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StoreUnavailableError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("connectors.whatsapp.inbound.records.receive", refuse)
        answer = fixture.post(RAW)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    assert fixture.inbox() == []
    assert fixture.wakeups.published == 0
    assert fixture.post(RAW).status_code == 200
    assert len(fixture.inbox()) == 1


def test_a_locked_store_gives_503_and_nothing_half_written(fixture: WhatsAppFixture) -> None:
    body = envelope(messages=[text_item("satu"), text_item("dua", number="62811", user="ID.B")])
    with fixture.store.write():
        assert fixture.post(body).status_code == 503
    assert fixture.inbox() == []


def test_workers_are_woken_only_when_there_is_something_to_do(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("template_status_update.json")
    fixture.post(b"{")
    assert fixture.wakeups.published == 0
    fixture.post(RAW)
    assert fixture.wakeups.published == 1


def test_other_methods_are_not_allowed(fixture: WhatsAppFixture) -> None:
    assert fixture.client.put("/webhooks/whatsapp").status_code == 405


def test_log_lines_of_refused_bodies_hold_no_content(
    fixture: WhatsAppFixture, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        fixture.post(RAW, secret="salah")
        fixture.post(RAW[:300])
    assert hashlib.sha256(RAW[:300]).hexdigest()[:16] in caplog.text
    assert "6281000000101" not in caplog.text
    assert "Euis" not in caplog.text


_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
_KEYS = st.sampled_from(
    [
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "messages",
        "statuses",
        "contacts",
        "id",
        "from",
        "type",
        "text",
        "body",
        "system",
        "interactive",
        "timestamp",
        "errors",
        "from_user_id",
        "context",
        "button_reply",
        "edit",
        "revoke",
        "reaction",
        "unsupported",
        "image",
        "caption",
        "location",
        "order",
    ]
)
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=30,
)


@given(node=_TREE, place=st.sampled_from(["body", "entry", "value", "message", "status"]))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_json_whatever_leads_to_a_5xx(fixture: WhatsAppFixture, node: Any, place: str) -> None:
    good = text_item("tetangga")
    body: Any = envelope(messages=[good])
    if place == "body":
        body = node
    elif place == "entry":
        body["entry"].insert(0, node)
    elif place == "value":
        body["entry"][0]["changes"].insert(0, {"field": "messages", "value": node})
    else:
        key = "messages" if place == "message" else "statuses"
        body["entry"][0]["changes"][0]["value"][key].insert(0, node)
    assert fixture.post(body).status_code == 200
    if place != "body":
        with fixture.store.read() as tx:
            statement = "SELECT count(*) FROM inbox WHERE channel_message_id = ?"
            found = tx.connection.exec_driver_sql(statement, (good["id"],)).scalar_one()
        assert found == 1


def test_metrics_tell_what_came_and_how_the_channel_stands(any_fixture: WhatsAppFixture) -> None:
    any_fixture.post(RAW)
    any_fixture.post(RAW)
    any_fixture.post_sample("value_errors.json")
    any_fixture.work()
    shown = _metrics(any_fixture)
    for line in (
        'halo_whatsapp_items_total{outcome="stored"} 1.0',
        'halo_whatsapp_items_total{outcome="duplicate"} 1.0',
        'halo_whatsapp_items_total{outcome="trouble"} 1.0',
        "halo_whatsapp_replies_waiting 1.0",
        "halo_whatsapp_stopped 0.0",
        "halo_whatsapp_service_messages_month 0.0",
    ):
        assert line in shown
