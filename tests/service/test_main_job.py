"""A resident asks and gets a true, sourced answer; whatever is sent, nothing is lost."""

import json

import pytest
import requests

from tests.service.conftest import ANSWER_SECONDS, Chat, Service

pytestmark = pytest.mark.slow

QUESTION = "min brp org sih klo mau bikin koperasi"


def test_everyday_question_gets_the_sourced_answer(service: Service) -> None:
    chat = Chat.begin(service)
    assert chat.say("m1", text=QUESTION).status_code == 202
    (reply,) = chat.replies(1)
    assert "9 orang" in reply["text"]
    assert "UU" in reply["text"]


def test_event_ids_are_gapless_and_ordered(service: Service) -> None:
    chat = Chat.begin(service)
    for number in range(3):
        chat.say(f"m{number}", text=QUESTION if number else "halo")
        chat.replies(number + 1)
    ids = [event["id"] for event in chat.events()]
    assert ids == list(range(1, len(ids) + 1))
    assert [event["id"] for event in chat.events(after=2)] == ids[2:]


def test_second_copy_of_a_message_changes_nothing(service: Service) -> None:
    chat = Chat.begin(service)
    first = chat.say("m1", text=QUESTION).json()
    chat.replies(1)
    second = chat.say("m1", text="teks lain").json()
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first["message_id"] == second["message_id"]
    users = [event for event in chat.events() if event["from"] == "resident"]
    assert [event["text"] for event in users] == [QUESTION]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "🙏😭👍", "mau tanya nib " * 715, "\x00\x01\x02\ud800 \x7f", "asdkjh qwlekj zxmcn"],
    ids=["empty", "blank", "emoji", "10k", "binary", "gibberish"],
)
def test_odd_message_gets_a_polite_answer_and_is_kept(service: Service, text: str) -> None:
    chat = Chat.begin(service)
    body = json.dumps({"client_message_id": "m1", "text": text})
    answer = requests.post(
        f"{service.url}/api/chat/messages",
        data=body,
        headers={"Authorization": f"Bearer {chat.token}", "Content-Type": "application/json"},
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == 202, answer.text
    (reply,) = chat.replies(1)
    assert len(reply["text"]) > 10
    inbox = [
        row for row in service.rows("inbox", "--json") if row["conversation"] == chat.conversation
    ]
    assert [row["state"] for row in inbox] == ["processed"]


def test_asking_for_a_person_opens_a_waiting_case(service: Service) -> None:
    chat = Chat.begin(service)
    chat.say("m1", text="saya mau chat dengan CS")
    (reply,) = chat.replies(1)
    (case,) = [event for event in chat.events() if event["type"] == "case"]
    assert case["state"] == "opened"
    assert case["ticket"] in reply["text"]


def test_forged_and_missing_tokens_are_refused(service: Service) -> None:
    chat = Chat.begin(service)
    for token in ("", "x", chat.token[:-2] + "xx", chat.conversation):
        forged = Chat(service, token, chat.conversation)
        answer = forged.say("m1", text="halo")
        assert answer.status_code == 401
        assert "code" in answer.json()["error"]


def test_rest_channel_answers_as_rasa_does(service: Service) -> None:
    answer = requests.post(
        f"{service.url}/webhooks/rest/webhook",
        json={"sender": "penguji", "message": QUESTION},
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == 200
    (message,) = answer.json()
    assert message["recipient_id"] == "penguji"
    assert "9 orang" in message["text"]
    assert all({"title", "payload"} <= set(button) for button in message.get("buttons", []))


def test_parse_answers_as_rasa_does(service: Service) -> None:
    parsed = requests.post(
        f"{service.url}/model/parse", json={"text": QUESTION}, timeout=ANSWER_SECONDS
    ).json()
    label = "pendirian_koperasi/jumlah_pendiri"
    assert parsed["text"] == QUESTION
    assert parsed["intent"]["name"] == label
    assert parsed["intent_ranking"][0]["name"] == label
    selected = parsed["response_selector"]["pendirian_koperasi"]["response"]
    assert selected["intent_response_key"] == label
    assert parsed["decision"] == "answer"


def test_volume_counts_chats_by_channel(service: Service) -> None:
    report = json.loads(
        service.command("report", "volume", "--from", "2026-11-24", "--to", "2026-11-24").stdout
    )
    assert (report["from"], report["to"]) == ("2026-11-24", "2026-11-24")
    by_channel = {row["channel"]: row for row in report["rows"]}
    users = [row for row in service.rows("events", "--json") if row["type"] == "user"]
    assert sum(row["messages"] for row in by_channel.values()) == len(users)
    assert by_channel["rest"]["chats"] == 1
    assert by_channel["webchat"]["chats"] > 1


def test_pages_are_up_and_forbid_inline_script(service: Service) -> None:
    for path in ("/", "/masuk", "/widget.js", "/healthz", "/readyz", "/status", "/metrics"):
        answer = requests.get(service.url + path, timeout=ANSWER_SECONDS)
        assert answer.status_code == 200, path
    policy = requests.get(service.url, timeout=ANSWER_SECONDS).headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy
