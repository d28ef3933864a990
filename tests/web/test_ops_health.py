from typing import Any

from flask.testing import FlaskClient

from foundation.clock import StillClock
from foundation.errors import WorkerTimeoutError
from storage import Store


def test_a_ready_installation(store: Store, make_fixture: Any) -> None:
    client = make_fixture(store).client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {"ready": True, "problems": []}


def test_no_model_is_said_in_indonesian(sqlite_store: Store, make_fixture: Any) -> None:
    client = make_fixture(sqlite_store, model=False).client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["ready"] is False
    assert any("halo train" in problem for problem in ready.json["problems"])


def test_no_worker_is_said(fixture: Any) -> None:
    def nobody(request: Any) -> Any:
        raise WorkerTimeoutError("none")

    object.__setattr__(fixture.services, "ask_worker", nobody)
    ready = fixture.client().get("/readyz")
    assert ready.status_code == 503
    assert "pekerja" in ready.json["problems"][0]


def test_an_old_schema_is_said(empty_url: str, clock: StillClock, make_fixture: Any) -> None:
    store = Store.open(empty_url, clock=clock)
    ready = make_fixture(store).client().get("/readyz")
    assert ready.status_code == 503
    assert "migrasi" in ready.json["problems"][0]
    store.close()


def test_a_store_out_of_reach(fixture: Any, clock: StillClock) -> None:
    nowhere = Store.open("postgresql://nobody@127.0.0.1:1/none", clock=clock)
    object.__setattr__(fixture.services, "store", nowhere)
    assert fixture.client().get("/healthz").status_code == 503
    assert fixture.client().get("/readyz").json["problems"][0].startswith("Basis data")


def test_metrics_count_routes_and_hide_what_was_asked(fixture: Any) -> None:
    client: FlaskClient = fixture.client()
    client.get("/jawaban/pendirian_koperasi/jumlah_pendiri")
    client.get("/tidak-ada/3201012345678901")
    fixture.wakeups.idle = True
    token = client.post("/api/chat/sessions").json["token"]
    client.post(
        "/api/chat/messages",
        json={"client_message_id": "a", "text": "x"},
        headers={"Authorization": f"Bearer {token}"},
    )
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    text = answer.text
    assert (
        'halo_http_requests_total{method="GET",route="/jawaban/<topic>/<key>",status="200"} 1.0'
        in text
    )
    assert "halo_inbox_waiting 1.0" in text
    assert "halo_open_streams 0.0" in text
    assert "halo_http_request_seconds_bucket" in text
    assert "3201012345678901" not in text


def test_the_access_log_has_no_personal_data(fixture: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    fixture.client().get("/cari?q=nik+saya+3201012345678901")
    assert "GET /cari 200" in caplog.text
    assert "3201012345678901" not in caplog.text
