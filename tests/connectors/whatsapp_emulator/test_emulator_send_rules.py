"""What a send may not be, and the code that says so (SPEC sections 8 and 11)."""

import json
from typing import Any

import pytest

from connectors.whatsapp_emulator import GraphError, Resident, create_app
from connectors.whatsapp_emulator.graph_errors import describe, known_codes
from foundation.clock import StillClock
from tests.connectors.whatsapp_emulator.emulator_kit import (
    AUTH,
    DATA,
    PHONE_ID,
    SEND,
    Receiver,
    a_resident,
    a_row,
    an_emulator,
    interactive,
    put,
    run,
    state_of,
    to,
)

CODES = json.loads((DATA / "error_codes.json").read_text(encoding="utf-8"))
TWO_ALIKE = [{"type": "reply", "reply": {"id": "a", "title": t}} for t in ("Satu", "Dua")]


def _template(name: str, *values: str, language: str = "id") -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}] if values else []
    template: dict[str, Any] = {"name": name, "language": {"code": language}}
    return template | ({"components": components} if components else {})


WRONG = {
    "no messaging_product": ({"messaging_product": None}, 131008),
    "another product": ({"messaging_product": "messenger"}, 131009),
    "group": ({"recipient_type": "group"}, 131009),
    "no recipient": ({"to": None}, 131008),
    "recipient is no number": ({"to": "+62abc"}, 131009),
    "recipient is no user id": ({"to": None, "recipient": "12345"}, 131009),
    "unknown type": ({"type": "poll", "poll": {}}, 131051),
    "unknown key": ({"tekst": "x"}, 100),
    "content missing": ({"text": None}, 131008),
    "content of the wrong shape": ({"text": "halo"}, 100),
    "body empty": ({"text": {"body": ""}}, 131009),
    "body blank": ({"text": {"body": " \n"}}, 131009),
    "body is a number": ({"text": {"body": 5}}, 100),
    "unknown key in text": ({"text": {"body": "x", "judul": "y"}}, 100),
    "opaque data too long": ({"biz_opaque_callback_data": "x" * 513}, 131009),
    "to ourselves": ({"to": "+6281000000001"}, 131021),
    "file that was never uploaded": ({"type": "image", "image": {"id": "123"}, "text": None}, 100),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_send_is_refused_with_its_code(clock: StillClock, name: str) -> None:
    changes, code = WRONG[name]
    emulator = an_emulator(clock)
    body = to(a_resident(emulator)) | changes
    with pytest.raises(GraphError) as refused:
        emulator.send({key: value for key, value in body.items() if value is not None})
    assert refused.value.code == code


BAD_INTERACTIVE = {
    "ids alike": put(interactive("button"), "action.buttons", TWO_ALIKE),
    "rows alike": put(interactive("list"), "action.sections.0.rows", [a_row(1), a_row(1)]),
    "kind unknown": put(interactive("button"), "type", "carousel"),
    "no body": {k: v for k, v in interactive("button").items() if k != "body"},
    "no action": {k: v for k, v in interactive("button").items() if k != "action"},
    "list header is a picture": put(interactive("list"), "header", {"type": "image"}),
    "section without title": put(
        interactive("list"), "action.sections", [{"rows": [a_row(1)]}, {"rows": [a_row(2)]}]
    ),
    "link without address": put(interactive("cta_url"), "action.parameters.url", "oss.go.id"),
    "key misspelt": put(interactive("list"), "action.buttons", []),
}


@pytest.mark.parametrize("name", BAD_INTERACTIVE)
def test_wrong_interactive_message_is_refused(clock: StillClock, name: str) -> None:
    emulator = an_emulator(clock)
    with pytest.raises(GraphError) as refused:
        emulator.send(to(a_resident(emulator), "interactive", BAD_INTERACTIVE[name]))
    assert refused.value.code in (100, 131008, 131009)


@pytest.mark.parametrize(
    "kind", ["button", "list", "cta_url", "location_request_message", "contact_request"]
)
def test_right_interactive_message_is_accepted(clock: StillClock, kind: str) -> None:
    emulator = an_emulator(clock)
    assert emulator.send(to(a_resident(emulator), "interactive", interactive(kind)))


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (_template("tidak_ada"), 132001),
        (_template("balasan_petugas_siap", "Euis", "T-1", language="en"), 132001),
        (_template("balasan_petugas_siap", "Euis"), 132000),
        (_template("balasan_petugas_siap", "Euis", "baris\nbaru"), 132018),
        (_template("balasan_petugas_siap", "Euis", "x" * 1000), 132005),
        (_template("pengingat_lama", "besok"), 132015),
    ],
)
def test_wrong_template_is_refused(clock: StillClock, template: dict[str, Any], code: int) -> None:
    emulator = an_emulator(clock)
    with pytest.raises(GraphError) as refused:
        emulator.send(to(a_resident(emulator), "template", template))
    assert refused.value.code == code


def test_login_code_cannot_go_to_a_user_id(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    body = to(a_resident(emulator), "template", _template("kode_masuk", "123456"))
    recipient = {"recipient": emulator.people.by_number("6281000000101").user_id}  # type: ignore[union-attr]
    assert emulator.send(body)
    del body["to"]
    with pytest.raises(GraphError) as refused:
        emulator.send(body | recipient)
    assert refused.value.code == 131062


def test_number_that_is_not_on_the_test_list_is_refused(clock: StillClock) -> None:
    emulator = an_emulator(clock, allowed_recipients=["6281000000102"])
    with pytest.raises(GraphError) as refused:
        emulator.send(to(a_resident(emulator)))
    assert refused.value.code == 131030


def test_number_without_plus_gets_our_country_code_and_does_not_arrive(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    message = emulator.send(to("6281000000101"))
    receiver = run(emulator, Receiver(), 1)
    assert state_of(emulator, message) == "failed"
    assert receiver.statuses()[0]["recipient_id"] == "626281000000101"
    assert receiver.statuses()[0]["errors"][0]["code"] == 131026


def test_with_both_addresses_the_number_wins(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    asep = a_resident(emulator, name="Asep", wa_id="6281000000104")
    message = emulator.send(to(euis, recipient=asep.user_id))
    assert message.user_id == euis.user_id


def _client(clock: StillClock) -> tuple[Any, Resident]:
    emulator = an_emulator(clock)
    resident = a_resident(emulator)
    return create_app(emulator).test_client(), resident


def test_answer_names_the_number_or_the_user_id_that_was_addressed(clock: StillClock) -> None:
    client, euis = _client(clock)
    by_number = client.post(SEND, headers=AUTH, json=to(euis)).get_json()
    assert by_number["contacts"] == [{"input": f"+{euis.wa_id}", "wa_id": euis.wa_id}]
    assert by_number["messages"][0]["id"].startswith("wamid.")
    body = to(euis, recipient=euis.user_id)
    del body["to"]
    by_id = client.post(SEND, headers=AUTH, json=body).get_json()
    assert by_id["contacts"] == [{"input": euis.user_id, "user_id": euis.user_id}]


def test_template_answer_carries_a_message_status(clock: StillClock) -> None:
    client, euis = _client(clock)
    body = to(euis, "template", _template("balasan_petugas_siap", "Euis", "T-1"))
    answer = client.post(SEND, headers=AUTH, json=body).get_json()
    assert answer["messages"][0]["message_status"] == "accepted"


@pytest.mark.parametrize(
    ("path", "headers", "code", "http"),
    [
        (SEND, {}, 190, 401),
        (SEND, {"Authorization": "Bearer salah"}, 190, 401),
        (f"/v23.0/{PHONE_ID}/messages", AUTH, 100, 400),
        (f"/terbaru/{PHONE_ID}/messages", AUTH, 100, 400),
        ("/v24.0/104857600099999/messages", AUTH, 100, 400),
    ],
)
def test_wrong_caller_or_address_is_refused(
    clock: StillClock, path: str, headers: dict[str, str], code: int, http: int
) -> None:
    client, euis = _client(clock)
    answer = client.post(path, headers=headers, json=to(euis))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (http, code)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"halo"'])
def test_body_that_is_no_json_object_is_refused(clock: StillClock, raw: bytes) -> None:
    client, _ = _client(clock)
    answer = client.post(SEND, headers=AUTH, data=raw)
    assert answer.get_json()["error"]["code"] == 100


def test_error_answer_has_the_form_of_the_graph_api(clock: StillClock) -> None:
    client, euis = _client(clock)
    error = client.post(SEND, headers=AUTH, json=to(euis, content={"body": ""})).get_json()["error"]
    assert error.keys() == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert error["type"] == "OAuthException"
    assert error["error_data"].keys() == {"messaging_product", "details"}


def test_every_code_of_the_table_is_known() -> None:
    listed = {code for group in CODES.values() if isinstance(group, list) for code in group}
    known = {code for code in listed if describe(code).title != "Unknown error"}
    assert known == listed
    assert set(known_codes()) <= listed


def test_read_mark_turns_the_ticks_blue_up_to_that_message(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    client = create_app(emulator).test_client()
    first = emulator.chats.all()[0]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": first.id}
    answer = client.post(SEND, headers=AUTH, json=body | {"typing_indicator": {"type": "text"}})
    assert answer.get_json() == {"success": True}
    assert state_of(emulator, first) == "read"


@pytest.mark.parametrize("message_id", ["wamid.TIDAKADA", ""])
def test_read_mark_for_an_unknown_message_is_refused(clock: StillClock, message_id: str) -> None:
    client, _ = _client(clock)
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    assert client.post(SEND, headers=AUTH, json=body).get_json()["error"]["code"] == 131009
