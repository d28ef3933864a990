"""The webhook's door: verification, signatures, bodies of all kinds, a store that fails."""

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
    WhatsAppHouse,
    envelope,
    text_item,
)
from web.whatsapp import whatsapp_metrics

RAW = (PAYLOADS / "text_question.json").read_bytes()


def _hex(secret: str, raw: bytes = RAW, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), raw, digest).hexdigest()


def _verify(house: WhatsAppHouse, **query: str) -> tuple[int, str, str]:
    answer = house.client.get(
        "/webhooks/whatsapp", query_string={f"hub.{key}": value for key, value in query.items()}
    )
    return answer.status_code, answer.text, answer.content_type


def test_verification_echoes_the_challenge_as_plain_text(house: WhatsAppHouse) -> None:
    challenge = "<script>alert(1)</script>"
    status, text, content_type = _verify(
        house, mode="subscribe", challenge=challenge, verify_token=VERIFY_TOKEN
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
    house: WhatsAppHouse, query: dict[str, str]
) -> None:
    status, text, _ = _verify(house, **query)
    assert status == 403
    assert "7788990011" not in text


def test_an_unset_token_never_matches(house: WhatsAppHouse) -> None:
    shut = WhatsAppHouse(
        house.store, house.clock, house.assets, house.calendar, settings=Settings()
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
def test_forged_bodies_are_refused_and_not_stored(house: WhatsAppHouse, name: str) -> None:
    answer = house.post(RAW, **FORGERIES[name])
    assert answer.status_code == 401
    assert house.inbox() == []
    assert 'halo_whatsapp_bodies_total{outcome="forged"} 1.0' in _metrics(house)


def _metrics(house: WhatsAppHouse) -> str:
    with house.app.app_context():
        return exposition([whatsapp_metrics()]).decode()


@given(position=st.integers(0, len(RAW) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_breaks_the_signature(position: int, flip: int) -> None:
    changed = RAW[:position] + bytes([RAW[position] ^ flip]) + RAW[position + 1 :]
    assert not signature_is_valid(changed, sign(RAW, APP_SECRET), (APP_SECRET,))


def test_the_signature_covers_the_bytes_not_their_meaning(house: WhatsAppHouse) -> None:
    """Meta signs ``\\uXXXX`` escapes as it sends them; parsing and dumping gives other bytes."""
    body = envelope(messages=[text_item("izin — café 🙏")])
    escaped = json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()
    plain = json.dumps(body, ensure_ascii=False).encode()
    assert escaped != plain
    header = {"X-Hub-Signature-256": sign(escaped, APP_SECRET)}
    assert house.post(escaped, **header).status_code == 200
    assert house.post(plain, **header).status_code == 401
    assert house.events("user")[0].content["text"] == "izin — café 🙏"  # type: ignore[index]


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
def test_what_is_not_json_gets_a_400_and_never_a_5xx(house: WhatsAppHouse, raw: bytes) -> None:
    assert house.post(raw).status_code == 400
    assert house.inbox() == []


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
def test_strange_documents_are_ignored_with_200(house: WhatsAppHouse, body: Any) -> None:
    assert house.post(body).status_code == 200
    assert house.inbox() == []


def test_a_body_of_three_megabytes_is_taken_whole(house: WhatsAppHouse) -> None:
    items = [text_item("x" * 60_000, id=f"wamid.besar.{number}") for number in range(50)]
    raw = json.dumps(envelope(messages=items)).encode()
    assert len(raw) > 3_000_000
    assert house.post(raw).status_code == 200
    assert house.post(raw).status_code == 200
    with house.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one() == 50


def test_a_store_that_fails_is_told_to_meta_so_that_it_sends_again(
    house: WhatsAppHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StoreUnavailableError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("connectors.whatsapp.records.receive", refuse)
        answer = house.post(RAW)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    assert house.inbox() == []
    assert house.wakeups.published == 0
    assert house.post(RAW).status_code == 200
    assert len(house.inbox()) == 1


def test_a_locked_store_gives_503_and_nothing_half_written(house: WhatsAppHouse) -> None:
    body = envelope(messages=[text_item("satu"), text_item("dua", number="62811", user="ID.B")])
    with house.store.write():
        assert house.post(body).status_code == 503
    assert house.inbox() == []


def test_workers_are_woken_only_when_there_is_something_to_do(house: WhatsAppHouse) -> None:
    house.post_sample("template_status_update.json")
    house.post(b"{")
    assert house.wakeups.published == 0
    house.post(RAW)
    assert house.wakeups.published == 1


def test_other_methods_are_not_allowed(house: WhatsAppHouse) -> None:
    assert house.client.put("/webhooks/whatsapp").status_code == 405


def test_log_lines_of_refused_bodies_hold_no_content(
    house: WhatsAppHouse, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        house.post(RAW, secret="salah")
        house.post(RAW[:300])
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
def test_no_json_whatever_leads_to_a_5xx(house: WhatsAppHouse, node: Any, place: str) -> None:
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
    assert house.post(body).status_code == 200
    if place != "body":
        with house.store.read() as tx:
            statement = "SELECT count(*) FROM inbox WHERE channel_message_id = ?"
            found = tx.connection.exec_driver_sql(statement, (good["id"],)).scalar_one()
        assert found == 1


def test_metrics_tell_what_came_and_how_the_channel_stands(any_house: WhatsAppHouse) -> None:
    any_house.post(RAW)
    any_house.post(RAW)
    any_house.post_sample("value_errors.json")
    any_house.work()
    shown = _metrics(any_house)
    for line in (
        'halo_whatsapp_items_total{outcome="stored"} 1.0',
        'halo_whatsapp_items_total{outcome="duplicate"} 1.0',
        'halo_whatsapp_items_total{outcome="trouble"} 1.0',
        "halo_whatsapp_replies_waiting 1.0",
        "halo_whatsapp_stopped 0.0",
        "halo_whatsapp_service_messages_month 0.0",
    ):
        assert line in shown
