"""What the emulator posts has the form of the sample bodies: same keys, same JSON types."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.whatsapp_emulator import ChatMessage, Emulator, Resident, ResidentSide, create_app
from foundation.clock import StillClock
from tests.connectors.whatsapp_emulator.emulator_kit import (
    PIXEL,
    SECRET,
    Receiver,
    a_resident,
    a_row,
    an_emulator,
    interactive,
    put,
    run,
    to,
)

SAMPLE_FOLDER = Path(__file__).parents[1] / "whatsapp" / "payloads"
MAYA = {"name": "Maya", "wa_id": "6281000000114", "username": "@mayakonveksi"}


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((SAMPLE_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return body


def shape(value: Any) -> Any:
    """The keys and JSON types of ``value``; integers and floats are one type."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return type(value).__name__
    return "number"


def _offer(emulator: Emulator, euis: Resident, content: dict[str, Any]) -> ChatMessage:
    return emulator.send(to(euis, "interactive", content))


def _file(mime_type: str, **named: str) -> Callable[[Emulator, Resident], Any]:
    return lambda emulator, euis: ResidentSide(emulator).send_file(
        euis.user_id, content=PIXEL, mime_type=mime_type, **named
    )


def _choose(emulator: Emulator, euis: Resident, content: dict[str, Any], choice: str) -> None:
    offer = _offer(emulator, euis, content)
    ResidentSide(emulator).choose(euis.user_id, offer.id, choice)


def _choose_template(emulator: Emulator, euis: Resident) -> None:
    parameters = [{"type": "text", "text": text} for text in ("Euis", "T-1")]
    template = {
        "name": "balasan_petugas_siap",
        "language": {"code": "id"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    offer = emulator.send(to(euis, "template", template))
    ResidentSide(emulator).choose(euis.user_id, offer.id, "Tidak perlu")


def _quote(emulator: Emulator, euis: Resident) -> None:
    answer = emulator.send(to(euis))
    ResidentSide(emulator).say_text(euis.user_id, "yang nomor 2?", quotes=answer.id)


ROW_WITH_DESCRIPTION = put(interactive("list"), "action.sections.0.rows", [a_row(0), a_row(1)])

MESSAGES: dict[str, Callable[[Emulator, Resident], Any]] = {
    "text_question": lambda e, r: ResidentSide(e).say_text(r.user_id, "syarat NIB?"),
    "text_context_reply": _quote,
    "interactive_button_reply": lambda e, r: _choose(e, r, interactive("button"), "nib"),
    "interactive_list_reply": lambda e, r: _choose(e, r, ROW_WITH_DESCRIPTION, "r1"),
    "button_quick_reply": _choose_template,
    "image_with_caption": _file("image/jpeg", caption="stiker halal"),
    "image_without_caption": _file("image/jpeg"),
    "document_with_caption": _file("application/pdf", filename="a.pdf", caption="draf"),
    "audio_voice": _file("audio/ogg; codecs=opus"),
    "video_without_caption": _file("video/mp4"),
    "sticker": _file("image/webp"),
    "location": lambda e, r: ResidentSide(e).send_location(
        r.user_id, -6.48, 106.85, name="Warung", address="Cibinong"
    ),
    "system_user_changed_number": lambda e, r: ResidentSide(e).change_number(
        r.user_id, "6281000000204"
    ),
}


def _last_body_with(receiver: Receiver, list_name: str) -> dict[str, Any]:
    bodies: list[dict[str, Any]] = [json.loads(body) for body in receiver.bodies]
    return [b for b in bodies if list_name in b["entry"][0]["changes"][0]["value"]][-1]


@pytest.mark.parametrize("name", MESSAGES)
def test_message_has_the_form_of_the_sample(clock: StillClock, name: str) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    MESSAGES[name](emulator, euis)
    body = _last_body_with(run(emulator, Receiver()), "messages")
    assert shape(body) == shape(sample(name))


def test_message_of_a_resident_with_a_username_has_the_form_of_the_sample(
    clock: StillClock,
) -> None:
    emulator = an_emulator(clock)
    maya = a_resident(emulator, **MAYA)
    hidden = run(emulator, Receiver())
    assert shape(json.loads(hidden.bodies[-1])) == shape(sample("text_username_only"))
    ResidentSide(emulator).share_number(maya.user_id)
    card = run(emulator, Receiver())
    assert shape(json.loads(card.bodies[-1])) == shape(sample("contacts_own_number"))
    ResidentSide(emulator).say_text(maya.user_id, "halo")
    shown = run(emulator, Receiver())
    assert shape(json.loads(shown.bodies[-1])) == shape(sample("text_username_with_phone"))


def test_statuses_have_the_form_of_the_samples(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.people.update(euis.user_id, reads="auto")
    run(emulator, Receiver())
    emulator.send(to(euis, biz_opaque_callback_data="kirim-1"))
    bodies = [json.loads(body) for body in run(emulator, Receiver(), 5).bodies]
    assert len(bodies) == 3
    for body, name in zip(bodies, ("sent", "delivered", "read"), strict=True):
        documented = sample(f"status_{name}")
        # The samples show our own id only once; it comes back in every status (SPEC section 8).
        status = documented["entry"][0]["changes"][0]["value"]["statuses"][0]
        status["biz_opaque_callback_data"] = "kirim-1"
        assert shape(body) == shape(documented)


@pytest.mark.parametrize("code", [131047, 131026])
def test_failure_has_the_form_of_the_sample(clock: StillClock, code: int) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator, speaks=False)
    emulator.people.update(euis.user_id, on_whatsapp=code != 131026)
    emulator.send(to(euis))
    body = json.loads(run(emulator, Receiver(), 2).bodies[-1])
    assert shape(body) == shape(sample(f"status_failed_{code}"))
    error = body["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"][0]
    documented = sample(f"status_failed_{code}")["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert (error["code"], error["title"]) == (code, documented["errors"][0]["title"])


def test_metadata_and_account_are_those_of_the_samples(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    body = json.loads(run(emulator, Receiver()).bodies[-1])
    documented = sample("text_question")
    assert body["entry"][0]["id"] == documented["entry"][0]["id"]
    assert (
        body["entry"][0]["changes"][0]["value"]["metadata"]
        == (documented["entry"][0]["changes"][0]["value"]["metadata"])
    )


def test_every_sample_body_can_be_replayed_byte_for_byte(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    client = create_app(emulator).test_client()
    bodies = [path.read_bytes() for path in sorted(SAMPLE_FOLDER.glob("*.json"))]
    assert len(bodies) > 40
    for body in bodies:
        assert client.post("/control/webhook", data=body).status_code == 202
    receiver = run(emulator, Receiver())
    assert receiver.bodies == bodies
    for body, headers in zip(bodies, receiver.headers, strict=True):
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
