"""Who is signed in on the embedding page: told only by that page's server."""

from typing import Any

import pytest

from connectors.webchat import sign_visitor
from foundation.clock import StillClock
from foundation.errors import SettingsError
from foundation.settings import read_settings
from storage import Store, erase_content

SECRET = "kunci bersama situs, cukup panjang untuk tes"


def opened(fixture: Any, visitor: Any) -> Any:
    return fixture.client().post("/api/chat/sessions", json={"visitor": visitor})


def shown(fixture: Any, session: Any) -> list[dict[str, Any]]:
    bearer = {"Authorization": f"Bearer {session.json['token']}"}
    found: list[dict[str, Any]] = (
        fixture.client().get("/api/chat/events", headers=bearer).json["events"]
    )
    return found


@pytest.fixture
def fixture(sqlite_store: Store, make_fixture: Any) -> Any:
    return make_fixture(sqlite_store, visitor_secret=SECRET)


def a_visitor(clock: StillClock, **changed: Any) -> dict[str, Any]:
    return {"id": "warga-17", "name": "Siti", "exp": clock().timestamp() + 60, **changed}


def test_a_signed_name_is_told_at_the_beginning(fixture: Any, clock: StillClock) -> None:
    session = opened(fixture, sign_visitor(a_visitor(clock), secret=SECRET))
    assert session.status_code == 201
    (event,) = shown(fixture, session)
    assert event["from"] == "system"
    assert "Anda masuk sebagai Siti" in event["text"]


def test_it_is_content_and_can_be_erased(fixture: Any, clock: StillClock) -> None:
    session = opened(fixture, sign_visitor(a_visitor(clock), secret=SECRET))
    with fixture.services.store.write() as tx:
        assert erase_content(tx, session.json["conversation"]) == 1
    assert shown(fixture, session)[0]["text"] == ""


def test_without_the_attribute_nothing_is_written(fixture: Any) -> None:
    session = fixture.client().post("/api/chat/sessions")
    assert session.status_code == 201
    assert shown(fixture, session) == []


@pytest.mark.parametrize(
    "changed",
    [{"id": ""}, {"id": 17}, {"id": "x" * 101}, {"name": 5}, {"exp": None}, {"exp": 0}],
)
def test_a_signed_value_must_still_be_right(
    fixture: Any, clock: StillClock, changed: dict[str, Any]
) -> None:
    assert (
        opened(fixture, sign_visitor(a_visitor(clock, **changed), secret=SECRET)).status_code == 400
    )


@pytest.mark.parametrize(
    "visitor", ["", "x", "x.y", 5, ["x"], "e30." + "0" * 64, "é.é", "x" * 3000]
)
def test_an_unsigned_value_is_refused(fixture: Any, visitor: Any) -> None:
    answer = opened(fixture, visitor)
    assert answer.status_code == 400
    assert "Tanda masuk" in answer.json["error"]["message"]


def test_another_secret_or_none_refuses(
    fixture: Any, sqlite_store: Store, make_fixture: Any, clock: StillClock
) -> None:
    signed = sign_visitor(a_visitor(clock), secret=SECRET)
    body, signature = signed.split(".")
    assert opened(fixture, f"{body}x.{signature}").status_code == 400
    assert opened(fixture, sign_visitor(a_visitor(clock), secret="x" * 40)).status_code == 400
    assert opened(make_fixture(sqlite_store), signed).status_code == 400


def test_it_is_over_after_its_time(fixture: Any, clock: StillClock) -> None:
    signed = sign_visitor(a_visitor(clock), secret=SECRET)
    clock.advance(seconds=61)
    assert opened(fixture, signed).status_code == 400


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="HALO_VISITOR_SECRET"):
        read_settings({"HALO_VISITOR_SECRET": "pendek"})
