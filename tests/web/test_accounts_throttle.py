from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import StillClock, parse_moment
from storage import Store
from tests.web.staff import an_account, staff_app, try_to_sign_in
from web.accounts.throttle import FREE_FAILURES, LONGEST_WAIT, SignInThrottle

WRONG = "bukan-sandinya-ini"
KEY = ("siti", "10.0.0.7")


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "siti")
    return staff_app(sqlite_store, clock)


@pytest.mark.parametrize("name", ["siti", "tidak-ada"])
def test_five_failures_make_one_wait_known_name_or_not(app: Flask, name: str) -> None:
    client = app.test_client()
    for _ in range(5):
        assert try_to_sign_in(client, name, WRONG).status_code == 401
    answer = try_to_sign_in(client, name)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "Coba lagi dalam" in answer.text


def test_after_the_wait_the_right_password_is_let_in(app: Flask, clock: StillClock) -> None:
    client = app.test_client()
    for _ in range(5):
        try_to_sign_in(client, "siti", WRONG)
    clock.advance(seconds=30)
    assert try_to_sign_in(client, "siti").status_code == 303
    # The series is over: mistakes are free again.
    assert try_to_sign_in(app.test_client(), "siti", WRONG).status_code == 401


def test_the_wait_holds_for_one_address_only(app: Flask) -> None:
    for _ in range(5):
        try_to_sign_in(app.test_client(), "siti", WRONG)
    elsewhere = try_to_sign_in(app.test_client(), "siti", environ_base={"REMOTE_ADDR": "10.9.9.9"})
    assert elsewhere.status_code == 303


def test_spelling_the_name_differently_does_not_help(app: Flask) -> None:
    for name in ("siti", "SITI", " Siti", "sItI ", "siti"):
        try_to_sign_in(app.test_client(), name, WRONG)
    assert try_to_sign_in(app.test_client(), "Siti").status_code == 429


def test_waits_grow_up_to_a_limit() -> None:
    clock = StillClock(parse_moment("2026-11-24T09:00"))
    throttle = SignInThrottle(clock)
    for _ in range(FREE_FAILURES):
        assert throttle.begin(KEY) == timedelta()
    waits = []
    for _ in range(8):
        waits.append(throttle.begin(KEY))
        clock.moment += waits[-1]
        assert throttle.begin(KEY) == timedelta()
    assert waits == sorted(waits)
    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert waits[-1] == LONGEST_WAIT


def test_a_quiet_hour_is_forgiven() -> None:
    clock = StillClock(parse_moment("2026-11-24T09:00"))
    throttle = SignInThrottle(clock)
    for _ in range(FREE_FAILURES):
        throttle.begin(KEY)
    clock.advance(hours=1, seconds=1)
    for _ in range(FREE_FAILURES):
        assert throttle.begin(KEY) == timedelta()


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60))
def test_guesses_are_few_however_they_are_spaced(pauses: list[int]) -> None:
    clock = StillClock(parse_moment("2026-11-24T09:00"))
    throttle = SignInThrottle(clock)
    began = clock()
    tries = 0
    for pause in pauses:
        tries += throttle.begin(KEY) == timedelta()
        clock.advance(seconds=pause)
    # Free ones, the doubling ones (30 s … 15 min: six), then one per quarter of an hour at most;
    # every quiet hour starts anew.
    quarters = (clock() - began) / LONGEST_WAIT
    hours = (clock() - began) / timedelta(hours=1)
    assert tries <= (FREE_FAILURES + 6) * (1 + hours) + quarters


def test_one_address_cannot_keep_the_server_hashing(app: Flask, clock: StillClock) -> None:
    client = app.test_client()
    address = {"REMOTE_ADDR": "10.0.0.7"}
    answers = [
        try_to_sign_in(client, f"nama-{number}", "", environ_base=address).status_code
        for number in range(31)
    ]
    assert answers == [422] * 30 + [429]
    clock.advance(seconds=2)
    assert try_to_sign_in(client, "lagi", "", environ_base=address).status_code == 422
