"""The emulator on a real port: ordered failures, cut connections, media, the control API."""

import threading
from collections.abc import Iterator

import pytest
import requests

from connectors.whatsapp_emulator import (
    Emulator,
    EmulatorServer,
    Resident,
    ResidentSide,
    create_app,
)
from foundation.clock import StillClock
from tests.connectors.whatsapp_emulator.emulator_kit import (
    AUTH,
    PHONE_ID,
    PIXEL,
    SEND,
    Receiver,
    a_resident,
    an_emulator,
    run,
    to,
)
from tests.patience import eventually

MEDIA = f"/v24.0/{PHONE_ID}/media"


@pytest.fixture
def emulator(clock: StillClock) -> Emulator:
    return an_emulator(clock)


@pytest.fixture
def euis(emulator: Emulator) -> Resident:
    return a_resident(emulator)


@pytest.fixture
def url(emulator: Emulator, euis: Resident) -> Iterator[str]:
    with EmulatorServer(emulator) as server:
        yield server.url


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers.update(AUTH)
        yield session


def _order(http: requests.Session, url: str, *faults: dict[str, object]) -> None:
    assert http.post(f"{url}/control/faults", json=list(faults)).status_code == 201


def test_ordered_failures_come_in_turn_and_then_sending_works(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    codes = [130429, 190, 131047, 131056]
    _order(http, url, {"http": 500}, *({"code": code} for code in codes))
    first = http.post(url + SEND, json=to(euis))
    assert first.status_code == 500
    assert "json" not in first.headers["Content-Type"]
    answers = [http.post(url + SEND, json=to(euis)) for _ in codes]
    assert [a.json()["error"]["code"] for a in answers] == codes
    assert [m for m in emulator.chats.all() if m.from_office] == []
    assert http.post(url + SEND, json=to(euis)).status_code == 200
    assert http.get(f"{url}/control/state").json()["faults"] == []


@pytest.mark.parametrize("fault", [{"http": 500, "accepted": True}, {"cut": True}])
def test_message_may_be_accepted_although_the_answer_is_lost(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident, fault: dict[str, object]
) -> None:
    _order(http, url, fault)
    body = to(euis, biz_opaque_callback_data="kirim-1")
    if "cut" in fault:
        with pytest.raises(requests.ConnectionError):
            http.post(url + SEND, json=body)
    else:
        assert http.post(url + SEND, json=body).status_code == 500
    receiver = run(emulator, Receiver(), 2)
    assert [s["biz_opaque_callback_data"] for s in receiver.statuses()] == ["kirim-1"] * 2
    record = http.get(f"{url}/control/sends").json()[-1]
    assert record["message_id"].startswith("wamid.")
    assert record["http"] in (0, 500)


def test_cut_connection_may_also_mean_that_nothing_was_accepted(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    _order(http, url, {"cut": True, "accepted": False})
    with pytest.raises(requests.ConnectionError):
        http.post(url + SEND, json=to(euis))
    assert [m for m in emulator.chats.all() if m.from_office] == []


def test_late_answer_runs_into_the_time_out_and_the_message_is_accepted(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    _order(http, url, {"hold": 600})
    with pytest.raises(requests.ReadTimeout):
        http.post(url + SEND, json=to(euis), timeout=(5, 0.3))
    # Whoever gave up waiting may have done so before the other side had looked at it.
    eventually(lambda: [m.from_office for m in emulator.chats.all()].count(True) == 1)


def test_failure_can_be_told_by_a_status_after_the_message_was_accepted(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    _order(http, url, {"code": 131056, "where": "status"})
    assert http.post(url + SEND, json=to(euis)).status_code == 200
    statuses = run(emulator, Receiver(), 2).statuses()
    assert [(s["status"], s["errors"][0]["code"]) for s in statuses] == [("failed", 131056)]


def test_failure_for_one_recipient_leaves_the_others_alone(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    asep = a_resident(emulator, name="Asep", wa_id="6281000000104")
    _order(http, url, {"code": 131056, "to": asep.user_id, "times": 2})
    assert http.post(url + SEND, json=to(euis)).status_code == 200
    answers = [http.post(url + SEND, json=to(asep)).status_code for _ in range(3)]
    assert answers == [400, 400, 200]


@pytest.mark.parametrize(
    "fault", [{}, {"kode": 1}, {"where": "status"}, {"code": "190"}, {"hold": 601}, {"http": 200}]
)
def test_fault_that_makes_no_sense_is_refused(
    http: requests.Session, url: str, fault: dict[str, object]
) -> None:
    assert http.post(f"{url}/control/faults", json=fault).status_code in (400, 422)


def test_uploaded_file_can_be_sent_once_the_type_fits(
    http: requests.Session, url: str, euis: Resident
) -> None:
    answer = http.post(
        url + MEDIA,
        data={"messaging_product": "whatsapp", "type": "image/png"},
        files={"file": ("foto.png", PIXEL, "image/png")},
    )
    media_id = answer.json()["id"]
    assert http.post(url + SEND, json=to(euis, "image", {"id": media_id})).status_code == 200
    wrong = http.post(url + SEND, json=to(euis, "audio", {"id": media_id}))
    assert wrong.json()["error"]["code"] == 131053


def test_file_of_a_kind_that_whatsapp_does_not_carry_is_refused(
    http: requests.Session, url: str
) -> None:
    answer = http.post(
        url + MEDIA,
        data={"messaging_product": "whatsapp", "type": "application/x-msdownload"},
        files={"file": ("a.exe", b"MZ", "application/x-msdownload")},
    )
    assert answer.json()["error"]["code"] == 100


def test_residents_file_is_fetched_in_two_steps_with_the_token(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    sent = ResidentSide(emulator).send_file(euis.user_id, content=PIXEL, mime_type="image/png")
    about = http.get(f"{url}/v24.0/{sent.content['id']}").json()
    assert about["file_size"] == len(PIXEL)
    assert about["url"].startswith(url)
    assert http.get(about["url"]).content == PIXEL
    assert requests.get(about["url"], timeout=60).status_code == 401
    emulator.turn_clock(301)
    assert http.get(about["url"]).status_code == 404


def test_residents_file_is_gone_after_seven_days(
    http: requests.Session, url: str, emulator: Emulator, euis: Resident
) -> None:
    sent = ResidentSide(emulator).send_file(euis.user_id, content=PIXEL, mime_type="image/png")
    emulator.turn_clock(7 * 24 * 3600)
    error = http.get(f"{url}/v24.0/{sent.content['id']}").json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_deleted_file_is_gone(http: requests.Session, url: str, emulator: Emulator) -> None:
    file = emulator.media.upload(PIXEL, "image/png", "a.png", emulator.clock())
    assert http.delete(f"{url}/v24.0/{file.id}").json() == {"success": True}
    assert http.get(f"{url}/v24.0/{file.id}").status_code == 400


def test_business_profile_is_read_and_written(http: requests.Session, url: str) -> None:
    address = f"{url}/v24.0/{PHONE_ID}/whatsapp_business_profile"
    changes = {"messaging_product": "whatsapp", "about": "Dinas Koperasi", "vertical": "GOVT"}
    assert http.post(address, json=changes).json() == {"success": True}
    read = http.get(address, params={"fields": "about,vertical"}).json()["data"][0]
    assert read == {
        "about": "Dinas Koperasi",
        "vertical": "GOVT",
        "messaging_product": "whatsapp",
    }
    too_long = http.post(address, json=changes | {"about": "x" * 140})
    assert too_long.json()["error"]["code"] == 131009


def test_phone_number_tells_its_name(http: requests.Session, url: str) -> None:
    assert http.get(f"{url}/v24.0/{PHONE_ID}").json()["verified_name"] == "HALO KOP-UKM"
    only = http.get(f"{url}/v24.0/{PHONE_ID}", params={"fields": "display_phone_number"})
    assert only.json() == {"id": PHONE_ID, "display_phone_number": "+6281000000001"}


def test_running_server_brings_webhooks_by_itself(emulator: Emulator) -> None:
    came = threading.Event()

    def post(body: bytes, headers: object) -> int:
        came.set()
        return 200

    with EmulatorServer(emulator, posts=[post, post]):
        a_resident(emulator)
        assert came.wait(60)
    assert emulator.webhook_sender.pending() == 0


def test_control_api_acts_as_a_resident_and_turns_the_clock(
    http: requests.Session, url: str, emulator: Emulator
) -> None:
    made = http.post(f"{url}/control/residents", json={"name": "Asep", "wa_id": "6281000000104"})
    one = f"{url}/control/residents/{made.json()['user_id']}"
    assert http.patch(one, json={"reads": "auto", "online": False}).json()["online"] is False
    item = {"type": "sticker", "sticker": None, "timestamp": 12}
    assert http.post(f"{one}/messages", json=item).status_code == 201
    moved = http.post(f"{url}/control/clock", json={"advance": 3600})
    assert moved.json()["now"] == emulator.clock().isoformat()
    assert http.post(f"{url}/control/clock", json={"advance": -1}).status_code in (400, 422)
    assert http.post(f"{url}/control/webhook", data=b"{").status_code == 202
    receiver = run(emulator, Receiver())
    assert b"{" in receiver.bodies
    odd = [m for b in receiver.bodies if b != b"{" for m in [b] if b'"sticker":null' in m]
    assert len(odd) == 1
    assert b'"timestamp":12' in odd[0]


@pytest.mark.parametrize("change", [{"tidak": 1}, {"batch": -1}, {"hold": 1}, {"shuffle": "x"}])
def test_behaviour_that_makes_no_sense_is_refused(
    http: requests.Session, url: str, change: dict[str, object]
) -> None:
    assert http.post(f"{url}/control/behaviour", json=change).status_code in (400, 422)


def test_foreign_web_page_cannot_use_the_emulator(clock: StillClock) -> None:
    client = create_app(an_emulator(clock)).test_client()
    assert client.get("/control/state").status_code == 200
    stranger = {"Origin": "https://jahat.example"}
    assert client.post("/control/clock", json={"advance": 1}, headers=stranger).status_code == 403
    rebound = {"Host": "jahat.example:9100"}
    assert client.get("/control/state", headers=rebound).status_code == 403
