from datetime import timedelta

import pytest

from foundation.clock import parse_moment
from foundation.errors import SettingsError
from foundation.settings import read_settings


def test_defaults_are_loopback_and_sqlite() -> None:
    settings = read_settings({})
    assert settings.on_loopback
    assert settings.store_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HALO_BIND", "8000"),
        ("HALO_BIND", "127.0.0.1:99999"),
        ("HALO_WORKERS", "0"),
        ("HALO_WORKERS", "dua"),
        ("HALO_TEST_NOW", "kemarin"),
        ("HALO_LOG_LEVEL", "keras"),
        ("HALO_SECRET_KEY", "pendek"),
    ],
)
def test_bad_value_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HALO_BIND", "0.0.0.0:8000"),
        ("HALO_PROXY_HOPS", "1"),
        ("HALO_PUBLIC_URL", "https://halo.contoh.go.id"),
    ],
)
def test_a_service_that_others_reach_needs_a_secret_key(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match="HALO_SECRET_KEY"):
        read_settings({name: value})
    assert not read_settings({name: value, "HALO_SECRET_KEY": "x" * 32}).on_loopback


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8"]
)
def test_a_public_url_on_this_machine_opens_nothing(url: str) -> None:
    assert read_settings({"HALO_PUBLIC_URL": url}).on_loopback


def test_test_clock_is_refused_beyond_loopback() -> None:
    with pytest.raises(SettingsError, match="HALO_TEST_NOW"):
        read_settings(
            {
                "HALO_BIND": "0.0.0.0:8000",
                "HALO_SECRET_KEY": "x" * 32,
                "HALO_TEST_NOW": "2026-11-24T09:00",
            }
        )


def test_test_clock_starts_there_and_ticks() -> None:
    start = parse_moment("2026-11-24T09:00")
    clock = read_settings({"HALO_TEST_NOW": "2026-11-24T09:00"}).clock()
    first = clock()
    assert start <= first < start + timedelta(minutes=1)
    assert clock() >= first


def test_secrets_are_not_shown() -> None:
    settings = read_settings(
        {"HALO_SECRET_KEY": "rahasia-" * 8, "HALO_REST_TOKEN": "token-rahasia"}
    )
    assert "rahasia" not in repr(settings)
