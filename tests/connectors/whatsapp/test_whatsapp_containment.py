"""One bad item never hurts another; odd content is stored, read tolerantly, and kept raw."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from storage import get_conversation, tables
from tests.connectors.whatsapp.whatsapp_kit import (
    T0,
    WhatsAppFixture,
    envelope,
    status_item,
    text_item,
)


def _stored(fixture: WhatsAppFixture) -> list[Any]:
    with fixture.store.read() as tx:
        return list(tx.connection.execute(tables.inbox.select().order_by(tables.inbox.c.id)))


BROKEN: dict[str, Any] = {
    "null": None,
    "text": "teks",
    "list": [],
    "no id": {"from": "6281000000101", "type": "text", "text": {"body": "x"}},
    "empty id": {"id": "", "from": "6281000000101", "type": "text"},
    "blank id": {"id": "  ", "from": "6281000000101", "type": "text"},
    "id is an object": {"id": {}, "from": "6281000000101", "type": "text"},
    "no sender": {"id": "wamid.x", "type": "text", "text": {"body": "x"}},
    "sender is no number": {"id": "wamid.x", "from": "budi", "type": "text"},
    "group": {"id": "wamid.x", "from": "6281000000101", "group_id": "Z", "type": "text"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_item_is_skipped_and_its_siblings_are_stored(
    fixture: WhatsAppFixture, name: str
) -> None:
    items = [text_item("sebelum"), BROKEN[name], text_item("sesudah")]
    contacts = [{"wa_id": "6281000000101"}, {"wa_id": "6281000000102"}]
    assert fixture.post(envelope(messages=items, contacts=contacts)).status_code == 200
    assert [row.text for row in _stored(fixture)] == ["sebelum", "sesudah"]


@pytest.mark.parametrize(
    "status",
    [
        None,
        5,
        {},
        {"id": "wamid.a"},
        {"status": "sent"},
        {"id": {}, "status": "sent"},
        {"id": "wamid.a", "status": 3},
        {"id": "wamid.a", "status": "failed", "errors": "x"},
        {"id": "wamid.a", "status": "failed", "errors": [None]},
        {"id": "wamid.a", "status": "aneh"},
    ],
)
def test_a_broken_status_is_skipped(fixture: WhatsAppFixture, status: Any) -> None:
    body = envelope(messages=[text_item("halo")], statuses=[status, status_item("wamid.z", "read")])
    assert fixture.post(body).status_code == 200
    assert len(_stored(fixture)) == 1


def test_all_entries_and_changes_are_walked(fixture: WhatsAppFixture) -> None:
    bodies = [envelope(messages=[text_item(str(number))]) for number in range(6)]
    whole = envelope()
    whole["entry"] = [bodies[0]["entry"][0], {"changes": 3}, bodies[1]["entry"][0]]
    whole["entry"][0]["changes"] += [None, *(body["entry"][0]["changes"][0] for body in bodies[2:])]
    fixture.post(whole)
    assert sorted(row.text for row in _stored(fixture)) == list("012345")


def test_an_item_that_breaks_our_reading_is_stored_all_the_same(
    fixture: WhatsAppFixture, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(raw: Any) -> Any:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("connectors.whatsapp.inbound.ingest.read_item", defect)
    assert fixture.post(envelope(messages=[text_item("satu"), text_item("dua")])).status_code == 200
    rows = _stored(fixture)
    assert [row.media["type"] for row in rows] == ["unknown", "unknown"]
    assert [row.media["raw"]["text"]["body"] for row in rows] == ["satu", "dua"]
    assert "could not be handled" in caplog.text


def test_a_copy_changes_nothing_also_when_its_text_differs(
    any_fixture: WhatsAppFixture, caplog: pytest.LogCaptureFixture
) -> None:
    first, copy = text_item("pertama", id="wamid.1"), text_item("lain", id="wamid.1")
    any_fixture.post(envelope(messages=[first, copy, first]))
    any_fixture.post(envelope(messages=[copy]))
    assert [row.text for row in _stored(any_fixture)] == ["pertama"]
    assert len(any_fixture.events("user")) == 1
    assert caplog.text.count("the first stands") == 2
    assert "lain" not in caplog.text


def test_numbers_are_read_as_digits_and_separators_are_dropped(fixture: WhatsAppFixture) -> None:
    item = text_item("halo", user=None, number=None)
    item |= {"id": 123456789, "from": 6281000000101, "timestamp": T0 + 5}
    fixture.post(envelope(messages=[item]))
    other = text_item("lagi", user=None, number="+62 810-0000-0101")
    fixture.post(envelope(messages=[other]))
    rows = _stored(fixture)
    assert rows[0].channel_message_id == "123456789"
    assert rows[0].sent_at == fixture.at(5)
    assert rows[0].conversation_id == rows[1].conversation_id


@pytest.mark.parametrize(
    "stamp",
    [None, "", "kemarin", {}, [], True, "99999999999999999999", str(T0 + 3600), "1e9", "-5"],
)
def test_an_unusable_time_counts_as_the_time_of_receipt(
    fixture: WhatsAppFixture, stamp: Any
) -> None:
    item = text_item("halo")
    item["timestamp"] = stamp
    fixture.post(envelope(messages=[item]))
    assert _stored(fixture)[0].sent_at == fixture.clock()


def test_order_in_a_body_is_by_time_then_arrival(fixture: WhatsAppFixture) -> None:
    items = [
        text_item("tiga", at=T0 + 3),
        text_item("satu", at=T0 + 1),
        text_item("dua", at=T0 + 1),
    ]
    fixture.post(envelope(messages=items))
    said = [(event.content or {})["text"] for event in fixture.events("user")]
    assert said == ["satu", "dua", "tiga"]


def test_text_is_kept_raw_and_cleaned_for_understanding(any_fixture: WhatsAppFixture) -> None:
    body = "n\u200bi\u2066b\x00 \ud800 gratis\u202e?"
    item = text_item(body)
    item["tidak dikenal"] = {"a": [1, 2]}
    any_fixture.post(json.dumps(envelope(messages=[item])).encode())
    [row] = _stored(any_fixture)
    assert row.text == "nib \ufffd gratis?"
    assert row.media["raw"]["tidak dikenal"] == {"a": [1, 2]}
    assert row.media["raw"]["text"]["body"] == "n\u200bi\u2066b\ufffd \ufffd gratis\u202e?"


def test_a_very_long_text_is_stored_whole_and_answered(fixture: WhatsAppFixture) -> None:
    fixture.say("nib " * 20_000)
    assert len(_stored(fixture)[0].text) > 79_000
    assert fixture.work() == 1


@pytest.mark.parametrize("depth", [30, 100, 400])
def test_deep_nesting_and_huge_numbers_are_stored_in_some_form(
    any_fixture: WhatsAppFixture, depth: int
) -> None:
    raw = json.dumps(envelope(messages=[text_item("dalam", aneh="X"), text_item("sebelah")]))
    nest = "[" * depth + "]" * depth
    raw = raw.replace('"X"', f'{{"a": {nest}, "b": 1e999, "c": {"9" * 5000}}}')
    assert any_fixture.post(raw.encode()).status_code == 200
    assert [row.text for row in _stored(any_fixture)] == ["dalam", "sebelah"]


def test_an_overlong_id_still_keeps_copies_out(fixture: WhatsAppFixture) -> None:
    long = "wamid." + "A" * 5_000
    for _ in range(2):
        fixture.post(envelope(messages=[text_item("halo", id=long)]))
    assert len(_stored(fixture)) == 1


def _item(type_: Any, **content: Any) -> dict[str, Any]:
    item = text_item("x")
    del item["text"]
    return {**item, "type": type_, **content}


PLEASE_TYPE: dict[str, dict[str, Any]] = {
    "empty text": _item("text", text={"body": ""}),
    "white space": _item("text", text={"body": " \n\t "}),
    "invisible text": _item("text", text={"body": "\u200b\u200e\ufeff"}),
    "text is a list": _item("text", text=["halo"]),
    "body is a number": _item("text", text={"body": 5}),
    "no content": _item("text"),
    "interactive without its object": _item("interactive"),
    "interactive of another kind": _item("interactive", interactive={"type": "payment"}),
    "broken form answer": _item(
        "interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}
    ),
    "form answer null": _item(
        "interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": "null"}}
    ),
    "image with blank caption": _item("image", image={"id": "1", "caption": "  "}),
    "image is null": _item("image", image=None),
    "audio with a caption": _item("audio", audio={"id": "1", "caption": "halo"}),
    "old voice note": _item("voice", voice={"id": "1"}),
    "contact request without a number": _item("contacts", contacts=[{"origin": "contact_request"}]),
    "contacts are no list": _item("contacts", contacts={}),
    "unsupported without errors": _item("unsupported"),
    "unsupported, errors are text": _item("unsupported", errors="131051"),
    "type of the future": _item("event_invite", event_invite={"title": "Bazar"}),
    "type is an object": _item({"a": 1}),
    "type absent, photo there": {**_item("x", image={"id": "1"}), "type": None},
    "type absent, nothing known": {**_item("x"), "type": ""},
}

ANSWERED: dict[str, dict[str, Any]] = {
    "type absent": {**_item("x", text={"body": "cara bikin NIB"}), "type": None},
    "quote of an unknown message": text_item("yang nomor 2", context={"id": "wamid.tak.dikenal"}),
    "context is a text": text_item("halo", context="aneh"),
    "referral is a list": text_item("halo", referral=[]),
    "button without a title": _item(
        "interactive",
        interactive={"type": "button_reply", "button_reply": {"id": "/bantuan_menu"}},
    ),
    "strange button with a title": _item(
        "interactive",
        interactive={"type": "button_reply", "button_reply": {"id": 7, "title": "Buat NIB"}},
    ),
    "list choice, inner type absent": _item(
        "interactive", interactive={"list_reply": {"id": "aneh", "title": "Buat NIB"}}
    ),
    "template button without context": _item("button", button={"text": "Tidak perlu"}),
    "video with caption": _item("video", video={"caption": "ini produk saya, izinnya apa?"}),
    "first opening": _item("request_welcome"),
}

SILENT: dict[str, dict[str, Any]] = {
    "reaction without content": _item("reaction"),
    "system without content": _item("system", system=None),
    "system of another kind": _item("system", system={"type": "customer_identity_changed"}),
    "edit without content": _item("edit", edit="x"),
    "edit of an edit": _item("edit", edit={"message": {"type": "edit", "edit": {}}}),
    "revocation without content": _item("revoke"),
    "permission to call": _item("interactive", interactive={"type": "call_permission_reply"}),
    **{
        f"unsupported {kind}": _item(
            "unsupported", unsupported={"type": kind}, errors=[{"code": 131051}]
        )
        for kind in ("reaction", "pin", "keep_in_chat", "poll_update")
    },
}


@pytest.mark.parametrize("name", PLEASE_TYPE)
def test_unreadable_content_asks_to_type(fixture: WhatsAppFixture, name: str) -> None:
    fixture.post(envelope(messages=[PLEASE_TYPE[name]]))
    assert fixture.work() == 1
    [reply] = fixture.replies()
    assert "ketik" in reply


@pytest.mark.parametrize("name", ANSWERED)
def test_readable_content_is_answered(fixture: WhatsAppFixture, name: str) -> None:
    fixture.post(envelope(messages=[ANSWERED[name]]))
    assert fixture.work() == 1
    [reply] = fixture.replies()
    assert "belum bisa saya" not in reply


@pytest.mark.parametrize("name", SILENT)
def test_silent_content_is_stored_and_nothing_is_sent(fixture: WhatsAppFixture, name: str) -> None:
    fixture.post(envelope(messages=[SILENT[name]]))
    assert fixture.work() == 0
    assert len(_stored(fixture)) == 1
    assert fixture.outbox() == []


def test_a_reaction_does_not_open_the_window(fixture: WhatsAppFixture) -> None:
    fixture.post(envelope(messages=[SILENT["reaction without content"]]))
    [name] = fixture.conversations()
    with fixture.store.read() as tx:
        conversation = get_conversation(tx, name)
    assert conversation is not None
    assert conversation.last_resident_at is None


def test_the_window_counts_from_when_it_was_written(fixture: WhatsAppFixture) -> None:
    fixture.clock.advance(hours=20)
    fixture.say("terlambat sampai", at=T0)
    [name] = fixture.conversations()
    with fixture.store.read() as tx:
        conversation = get_conversation(tx, name)
    assert conversation is not None
    assert conversation.last_resident_at == fixture.at(0)
    assert conversation.last_resident_at < fixture.clock() - timedelta(hours=19)
