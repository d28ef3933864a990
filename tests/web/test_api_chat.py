from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.webchat import SessionTokens
from foundation.clock import StillClock
from storage import Store, tables

QUESTION = "min brp org sih klo mau bikin koperasi"


def a_session(client: FlaskClient) -> dict[str, str]:
    answer = client.post("/api/chat/sessions")
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json['token']}"}


def events_of(client: FlaskClient, bearer: dict[str, str], after: int = 0) -> list[dict[str, Any]]:
    answer = client.get(f"/api/chat/events?after={after}", headers=bearer)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json["events"]
    assert answer.json["last"] == (found[-1]["id"] if found else after)
    return found


def test_a_session_greets_and_says_that_a_bot_speaks(client: FlaskClient) -> None:
    body = client.post("/api/chat/sessions").json
    assert set(body) == {"token", "conversation", "welcome", "whatsapp"}
    assert "asisten otomatis" in body["welcome"]["text"].lower()
    assert {"title": "Chat dengan CS", "payload": "/minta_cs"} in body["welcome"]["buttons"]


def test_a_session_without_a_model_says_that_officers_read(
    sqlite_store: Store, make_fixture: Any
) -> None:
    body = make_fixture(sqlite_store, model=False).client().post("/api/chat/sessions").json
    assert "petugas" in body["welcome"]["text"]


def test_a_question_is_answered_with_number_and_law(store: Store, make_fixture: Any) -> None:
    client = make_fixture(store).client()
    bearer = a_session(client)
    answer = client.post(
        "/api/chat/messages", json={"client_message_id": "a", "text": QUESTION}, headers=bearer
    )
    assert answer.status_code == 202
    assert answer.json["duplicate"] is False
    events = events_of(client, bearer)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert events[0] | {"at": ""} == {
        "id": 1,
        "type": "message",
        "from": "resident",
        "text": QUESTION,
        "buttons": [],
        "at": "",
        "client_message_id": "a",
    }
    said = [event for event in events if event["from"] == "bot" and event["type"] == "message"]
    assert "9 orang" in said[0]["text"]
    assert "UU Cipta Kerja" in said[0]["text"]


def test_a_second_copy_changes_nothing(store: Store, make_fixture: Any) -> None:
    client = make_fixture(store).client()
    bearer = a_session(client)
    message = {"client_message_id": "a", "text": QUESTION}
    first = client.post("/api/chat/messages", json=message, headers=bearer).json
    before = events_of(client, bearer)
    second = client.post("/api/chat/messages", json=message, headers=bearer)
    assert second.status_code == 202
    assert second.json == {"message_id": first["message_id"], "duplicate": True}
    assert events_of(client, bearer) == before


def test_the_same_client_id_in_two_conversations_is_two_messages(client: FlaskClient) -> None:
    for _ in range(2):
        bearer = a_session(client)
        answer = client.post(
            "/api/chat/messages", json={"client_message_id": "1", "text": "x"}, headers=bearer
        )
        assert answer.json["duplicate"] is False


def test_a_pressed_button_shows_its_title(client: FlaskClient) -> None:
    bearer = a_session(client)
    press = {"client_message_id": "a", "payload": "/minta_cs", "title": "Chat dengan CS"}
    assert client.post("/api/chat/messages", json=press, headers=bearer).status_code == 202
    events = events_of(client, bearer)
    assert events[0]["text"] == "Chat dengan CS"
    opened = [event for event in events if event["type"] == "case"]
    assert [event["state"] for event in opened] == ["opened"]
    assert opened[0]["ticket"]


def test_events_page_with_after_and_limit(client: FlaskClient) -> None:
    bearer = a_session(client)
    for number in range(3):
        message = {"client_message_id": str(number), "text": QUESTION}
        client.post("/api/chat/messages", json=message, headers=bearer)
    everything = events_of(client, bearer)
    paged: list[dict[str, Any]] = []
    while True:
        after = paged[-1]["id"] if paged else 0
        page = client.get(f"/api/chat/events?after={after}&limit=2", headers=bearer).json
        if not page["events"]:
            break
        assert len(page["events"]) <= 2
        paged += page["events"]
    assert paged == everything


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=1.5", "after=٣"])
def test_a_bad_number_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/chat/events?{query}", headers=a_session(client))
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "H064"


def test_an_enormous_number_is_no_failure(client: FlaskClient) -> None:
    answer = client.get(f"/api/chat/events?after={10**30}", headers=a_session(client))
    assert answer.status_code == 200
    assert answer.json["events"] == []


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer ", "Basic abc", "Bearer forged", "Bearer Imlk.xyz"]
)
@pytest.mark.parametrize("path", ["messages", "events", "stream"])
def test_without_a_good_token_nothing_is_shown(
    client: FlaskClient, path: str, header: str | None
) -> None:
    method = "POST" if path == "messages" else "GET"
    headers = {"Authorization": header} if header else {}
    answer = client.open(f"/api/chat/{path}", method=method, headers=headers, json={})
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "H060"


def test_a_widget_that_has_seen_a_lost_conversation_must_begin_anew(fixture: Any) -> None:
    token = SessionTokens(fixture.services.secret_key).issue("id-hilang")
    bearer = {"Authorization": f"Bearer {token}"}
    client = fixture.client()
    assert client.get("/api/chat/events?after=7", headers=bearer).status_code == 401
    assert client.get("/api/chat/stream?after=7", headers=bearer).status_code == 401
    assert events_of(client, bearer) == []


def test_a_session_is_not_written_before_its_first_message(store: Store, make_fixture: Any) -> None:
    client = make_fixture(store).client()
    bearer = a_session(client)
    with store.read() as tx:
        assert tx.connection.execute(sa.select(tables.conversation)).all() == []
    client.post(
        "/api/chat/messages", json={"client_message_id": "a", "text": QUESTION}, headers=bearer
    )
    with store.read() as tx:
        assert len(tx.connection.execute(sa.select(tables.conversation)).all()) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"bukan json",
        b"\xff\xfe\x00",
        b"[]",
        b"[" * 60_000,
        b'{"client_message_id": "a"}',
        b'{"text": "x"}',
        b'{"client_message_id": "", "text": "x"}',
        b'{"client_message_id": 7, "text": "x"}',
        b'{"client_message_id": "a", "text": 7}',
        b'{"client_message_id": "a", "payload": ""}',
    ],
)
def test_a_body_that_is_no_message_gets_an_indonesian_400(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/chat/messages", data=body, headers=a_session(client))
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "H050"
    assert "Pesan" in answer.json["error"]["message"]


def test_ten_thousand_emoji_are_accepted(client: FlaskClient) -> None:
    bearer = a_session(client)
    message = {"client_message_id": "a", "text": "😀" * 10_000}
    answer = client.post("/api/chat/messages", json=message, headers=bearer)
    assert answer.status_code == 202
    said = [event for event in events_of(client, bearer) if event["from"] == "bot"]
    assert said


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/api/chat/messages", data=b"x" * (256 * 1024 + 1), headers=a_session(client)
    )
    assert answer.status_code == 413
    assert answer.json["error"]["code"] == "H051"


def test_when_the_store_is_away_the_sender_is_asked_to_retry(
    clock: StillClock, make_fixture: Any, sqlite_store: Store
) -> None:
    fixture = make_fixture(sqlite_store)
    nowhere = Store.open("postgresql://nobody@127.0.0.1:1/none", clock=clock)
    object.__setattr__(fixture.services, "store", nowhere)
    client = fixture.client()
    bearer = a_session(client)
    message = {"client_message_id": "a", "text": "x"}
    answer = client.post("/api/chat/messages", json=message, headers=bearer)
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "H040"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_flood_in_one_conversation_is_slowed_down_and_may_go_on(
    client: FlaskClient, clock: StillClock
) -> None:
    bearer = a_session(client)

    def post(number: int) -> Any:
        body = {"client_message_id": str(number)}
        return client.post("/api/chat/messages", json=body, headers=bearer)

    statuses = [post(number).status_code for number in range(301)]
    assert statuses == [400] * 300 + [429]
    refused = post(301)
    assert "tunggu" in refused.json["error"]["message"]
    clock.advance(seconds=int(refused.headers["Retry-After"]))
    assert post(302).status_code == 400


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=st.text(max_size=200))
def test_any_text_comes_back_as_it_was_sent(client: FlaskClient, text: str) -> None:
    bearer = a_session(client)
    message = {"client_message_id": "a", "text": text}
    assert client.post("/api/chat/messages", json=message, headers=bearer).status_code == 202
    assert events_of(client, bearer)[0]["text"] == text.replace("\x00", "\ufffd")


class TestEmbedding:
    SITE = "https://kecamatan.contoh.go.id"

    def test_a_listed_site_may_call_the_api(self, sqlite_store: Store, make_fixture: Any) -> None:
        client = make_fixture(sqlite_store, embed_origins=(self.SITE,)).client()
        preflight = client.options("/api/chat/messages", headers={"Origin": self.SITE})
        assert preflight.status_code == 200
        assert preflight.headers["Access-Control-Allow-Origin"] == self.SITE
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
        answer = client.post("/api/chat/sessions", headers={"Origin": self.SITE})
        assert answer.status_code == 201
        assert answer.headers["Access-Control-Allow-Origin"] == self.SITE
        assert "Access-Control-Allow-Credentials" not in answer.headers

    @pytest.mark.parametrize("origin", ["https://jahat.example", "null", SITE + ".jahat.example"])
    def test_another_site_is_refused(
        self, sqlite_store: Store, make_fixture: Any, origin: str
    ) -> None:
        client = make_fixture(sqlite_store, embed_origins=(self.SITE,)).client()
        answer = client.post("/api/chat/sessions", headers={"Origin": origin})
        assert answer.status_code == 403
        assert answer.json["error"]["code"] == "H066"
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_our_own_pages_need_no_listing(self, client: FlaskClient) -> None:
        answer = client.post("/api/chat/sessions", headers={"Origin": "http://localhost"})
        assert answer.status_code == 201
