from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.rest.messages import parse_inbound
from foundation.errors import WorkerTimeoutError
from handoff import claim, open_case_of
from storage import Receipt, Store, create_account, open_conversation, read_events, receive
from web.turns import wait_for_replies

QUESTION = "min brp org sih klo mau bikin koperasi"
TOKEN = "token-rest-yang-panjang"


def ask(client: FlaskClient, message: Any, sender: Any = "budi", **headers: str) -> Any:
    body = {"sender": sender, "message": message}
    return client.post("/webhooks/rest/webhook", json=body, headers=headers)


def test_it_answers_as_rasa_does(store: Store, make_fixture: Any) -> None:
    answer = ask(make_fixture(store).client(), QUESTION)
    assert answer.status_code == 200
    assert isinstance(answer.json, list)
    first = answer.json[0]
    assert set(first) <= {"recipient_id", "text", "buttons"}
    assert first["recipient_id"] == "budi"
    assert "9 orang" in first["text"]
    assert all(set(button) == {"title", "payload"} for button in first.get("buttons", ()))


def test_a_slash_is_a_payload(client: FlaskClient) -> None:
    texts = [reply["text"] for reply in ask(client, "/minta_cs").json]
    assert any("HK-TES-" in text for text in texts)


def test_senders_do_not_reach_other_channels(fixture: Any) -> None:
    store = fixture.services.store
    with store.write() as tx:
        web = open_conversation(tx, channel="webchat", address="sama", conversation_id="sama")
    ask(fixture.client(), QUESTION, sender="sama")
    with store.read() as tx:
        assert read_events(tx, web.id) == []


def test_while_an_officer_owns_it_the_list_is_empty(store: Store, make_fixture: Any) -> None:
    fixture = make_fixture(store)
    ask(fixture.client(), "/minta_cs")
    with store.write() as tx:
        officer = create_account(tx, "rina", "kata sandi panjang", "petugas")
        conversation = open_conversation(tx, channel="rest", address="budi")
        case = open_case_of(tx, conversation.id)
        assert case is not None
        claim(tx, case.id, officer_id=officer.id, actor=f"officer:{officer.id}")
    answer = ask(fixture.client(), QUESTION)
    assert answer.status_code == 200
    assert answer.json == []
    with store.read() as tx:
        assert [e.type for e in read_events(tx, conversation.id)].count("user") == 2


def test_two_messages_of_one_turn_are_answered_to_the_last(fixture: Any) -> None:
    store, client = fixture.services.store, fixture.client()
    ask(client, QUESTION)
    with store.read() as tx:
        conversation = open_conversation_of(store)
        last = next(e for e in read_events(tx, conversation) if e.type == "user")
    # The first message, waited for again, is still the last of its own turn.
    receipt = Receipt(inbox_id=last.data["inbox_id"], duplicate=False, seq=last.seq)
    replies = wait_for_replies(store, fixture.feed, conversation, receipt, timeout=0)
    assert replies
    fixture.wakeups.idle = True
    receipts = []
    for text in ("satu", "dua"):
        receipts.append(put(fixture, conversation, text))
    fixture.wakeups.idle = False
    fixture.wakeups.publish()
    first, second = (
        wait_for_replies(store, fixture.feed, conversation, receipt, timeout=0)
        for receipt in receipts
    )
    assert first == []
    assert second


def open_conversation_of(store: Store) -> str:
    with store.write() as tx:
        return open_conversation(tx, channel="rest", address="budi").id


def put(fixture: Any, conversation: str, text: str) -> Receipt:
    with fixture.services.store.write() as tx:
        inbound = parse_inbound(
            {"message": text}, conversation_id=conversation, message_id=text, now=tx.now
        )
        return receive(tx, inbound)


def test_without_a_worker_the_wait_ends_empty(fixture: Any) -> None:
    conversation = open_conversation_of(fixture.services.store)
    receipt = put(fixture, conversation, "halo")
    now = iter([0.0, 11.0])
    replies = wait_for_replies(
        fixture.services.store,
        fixture.feed,
        conversation,
        receipt,
        timeout=10,
        monotonic=lambda: next(now),
    )
    assert replies == []


def test_senders_that_are_missing_or_numbers_are_taken_as_rasa_does(client: FlaskClient) -> None:
    answer = client.post("/webhooks/rest/webhook", json={"message": QUESTION})
    assert answer.json[0]["recipient_id"] == "default"
    assert ask(client, QUESTION, sender=62).json[0]["recipient_id"] == "62"


@pytest.mark.parametrize(
    "body", [[], {"sender": "x"}, {"sender": {}, "message": "x"}, {"sender": "x", "message": 1}]
)
def test_bad_bodies_are_refused(client: FlaskClient, body: Any) -> None:
    answer = client.post("/webhooks/rest/webhook", json=body)
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "H050"


def test_channel_health(client: FlaskClient) -> None:
    assert client.get("/webhooks/rest/").json == {"status": "ok"}


class TestToken:
    @pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/model/parse"])
    @pytest.mark.parametrize(
        ("settings", "environ", "headers"),
        [
            ({"bind": "0.0.0.0:8000"}, {}, {}),
            ({}, {"REMOTE_ADDR": "10.0.0.7"}, {}),
            ({}, {}, {"X-Forwarded-For": "10.0.0.7"}),
            ({}, {}, {"Sec-Fetch-Site": "cross-site"}),
        ],
    )
    def test_from_elsewhere_a_token_is_needed(
        self,
        sqlite_store: Store,
        make_fixture: Any,
        path: str,
        settings: Any,
        environ: Any,
        headers: Any,
    ) -> None:
        client = make_fixture(
            sqlite_store, rest_token=TOKEN, parse=lambda text: {"text": text}, **settings
        ).client()
        body = {"sender": "x", "message": QUESTION, "text": QUESTION}

        def post(**more: str) -> int:
            return client.post(
                path, json=body, headers={**headers, **more}, environ_base=environ
            ).status_code

        assert post() == 401
        assert post(Authorization="Bearer salah") == 401
        assert post(Authorization="Bearer tökèn") == 401
        assert post(Authorization=f"Bearer {TOKEN}") == 200

    def test_no_token_set_means_nobody_from_elsewhere(self, fixture: Any) -> None:
        answer = fixture.client().post(
            "/webhooks/rest/webhook",
            json={"message": "x"},
            headers={"Authorization": "Bearer "},
            environ_base={"REMOTE_ADDR": "10.0.0.7"},
        )
        assert answer.status_code == 401


class TestModelParse:
    def test_the_worker_answers(self, sqlite_store: Store, make_fixture: Any) -> None:
        parsed = {"text": "halo", "intent": {"name": "sapa", "confidence": 0.9}}
        fixture = make_fixture(sqlite_store, parse=lambda text: parsed)
        answer = fixture.client().post("/model/parse", json={"text": "halo", "message_id": "m"})
        assert answer.status_code == 200
        assert answer.json == {**parsed, "message_id": "m"}
        assert fixture.asked == [{"op": "parse", "text": "halo"}]

    def test_without_a_worker_it_says_so(self, sqlite_store: Store, make_fixture: Any) -> None:
        def nobody(text: str) -> Any:
            raise WorkerTimeoutError("none")

        client = make_fixture(sqlite_store, parse=nobody).client()
        answer = client.post("/model/parse", json={"text": "halo"})
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == "H030"

    @pytest.mark.parametrize("body", [{}, {"text": None}, [], {"text": ["x"]}])
    def test_no_text_is_refused(self, client: FlaskClient, body: Any) -> None:
        assert client.post("/model/parse", json=body).status_code == 400


def test_status_and_version_have_rasas_keys(sqlite_store: Store, make_fixture: Any) -> None:
    status = make_fixture(sqlite_store).client().get("/status").json
    assert status == {"model_id": "tes-1", "model_file": "tes-1", "num_active_training_jobs": 0}
    client = make_fixture(sqlite_store, model=False).client()
    assert client.get("/status").json["model_id"] is None
    assert set(client.get("/version").json) == {"version", "minimum_compatible_version"}
