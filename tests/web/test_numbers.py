"""A number that no column can hold is an unknown page on every address, not a failing statement."""

from typing import Any

from werkzeug.routing import IntegerConverter

from storage import Store


def test_every_number_in_an_address_has_a_bound(sqlite_store: Store, make_fixture: Any) -> None:
    app = make_fixture(sqlite_store).app
    numbers = [
        converter
        for rule in app.url_map.iter_rules()
        for converter in rule._converters.values()
        if isinstance(converter, IntegerConverter)
    ]
    assert len(numbers) > 15
    assert {converter.max for converter in numbers} == {2**31 - 1}


def test_beyond_the_bound_there_is_no_page(postgresql_store: Store, make_fixture: Any) -> None:
    client = make_fixture(postgresql_store).client()
    token = client.post("/api/chat/sessions", json={}).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"/api/chat/files/{2**31}", headers=headers).status_code == 404
    assert client.get(f"/api/chat/files/{2**31 - 1}", headers=headers).status_code == 404
