import re
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import StillClock, parse_moment
from foundation.errors import TooManyRequestsError
from foundation.settings import PROJECT_ROOT
from storage import Store
from web.ratelimit import Limit, MemoryBuckets, RateLimiter

PAGES = (
    "/",
    "/topik/pangan",
    "/jawaban/pendirian_koperasi/jumlah_pendiri",
    "/cari?q=nib",
    "/tanya",
    "/privasi",
    "/masuk",
    "/tidak-ada",
)


@pytest.mark.parametrize("path", [*PAGES, "/widget.js", "/api/chat/events", "/healthz"])
def test_every_answer_is_fenced(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_nothing_inline_and_nothing_foreign(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    # A block of data for search engines is no script: browsers never run its type.
    assert not re.search(r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)', html)
    for address in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', html):
        assert address.startswith("/")


def test_templates_never_switch_escaping_off() -> None:
    for path in (PROJECT_ROOT / "web" / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8")), (
            path
        )


@pytest.mark.parametrize(
    ("public_url", "secure"), [("", False), ("https://halo.contoh.go.id", True)]
)
def test_cookies_are_locked_up(
    sqlite_store: Store, make_fixture: Any, public_url: str, secure: bool
) -> None:
    answer = make_fixture(sqlite_store, public_url=public_url).client().get("/tanya")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure
    assert ("Strict-Transport-Security" in answer.headers) is secure


@pytest.mark.parametrize("path", ["/", "/topik/pangan", "/privasi", "/cari?q=nib"])
def test_readers_get_no_cookie_and_fresh_pages(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "no-cache"


def test_a_page_with_a_conversation_is_not_kept(client: FlaskClient) -> None:
    assert client.get("/tanya").headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_good_under_their_version(client: FlaskClient) -> None:
    html = client.get("/").text
    address = re.search(r'href="(/static/css/base\.css\?v=\w+)"', html)
    assert address
    for path, for_good in ((address[1], True), ("/static/css/base.css", False)):
        with client.get(path) as answer:
            assert ("immutable" in answer.headers["Cache-Control"]) is for_good


@pytest.mark.parametrize("path", ["/api/tidak-ada", "/webhooks/x", "/model/x"])
def test_programs_get_json_errors(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json == {"error": {"code": "H063", "message": "Yang Anda cari tidak ditemukan."}}


def test_a_wrong_method_keeps_its_status_and_says_what_is_allowed(client: FlaskClient) -> None:
    answer = client.get("/api/chat/messages")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_defect_is_a_polite_page_without_details(fixture: Any) -> None:
    def broken() -> Any:
        raise ZeroDivisionError("rahasia dalam")

    object.__setattr__(fixture.services, "live_bundle", broken)
    fixture.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = fixture.client().get("/cari")
    assert answer.status_code == 500
    assert "rahasia" not in answer.text
    assert "gangguan" in answer.text


@pytest.mark.parametrize(("hops", "seen"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_the_proxy_is_believed_only_as_far_as_set(
    sqlite_store: Store, make_fixture: Any, hops: int, seen: str
) -> None:
    fixture = make_fixture(sqlite_store, proxy_hops=hops)
    addresses: list[str | None] = []
    fixture.app.before_request(lambda: addresses.append(request.remote_addr))
    fixture.client().get(
        "/healthz",
        headers={"X-Forwarded-For": "203.0.113.9"},
        environ_base={"REMOTE_ADDR": "10.0.0.1"},
    )
    assert addresses == [seen]


class TestRateLimit:
    @given(
        burst=st.integers(1, 20),
        per_second=st.floats(0.1, 10),
        pauses=st.lists(st.floats(0, 30), max_size=60),
    )
    def test_never_more_than_burst_and_rate(
        self, burst: int, per_second: float, pauses: list[float]
    ) -> None:
        clock = StillClock(parse_moment("2026-11-24T09:00"))
        began = clock()
        limiter = RateLimiter(clock)
        passed = 0
        for pause in pauses:
            clock.advance(seconds=pause)
            try:
                limiter.spend("tes", "k", Limit(burst, per_second))
            except TooManyRequestsError:
                continue
            passed += 1
            seconds = (clock() - began).total_seconds()
            assert passed <= burst + seconds * per_second + 1e-6

    def test_after_the_told_wait_it_passes(self) -> None:
        clock = StillClock(parse_moment("2026-11-24T09:00"))
        limiter = RateLimiter(clock)
        limit = Limit(burst=1, per_second=0.1)
        limiter.spend("tes", "k", limit)
        with pytest.raises(TooManyRequestsError) as refused:
            limiter.spend("tes", "k", limit)
        assert refused.value.retry_after == 10
        clock.advance(seconds=refused.value.retry_after)
        limiter.spend("tes", "k", limit)

    def test_keys_do_not_share(self) -> None:
        limiter = RateLimiter(StillClock(parse_moment("2026-11-24T09:00")))
        for key in "abc":
            limiter.spend("tes", key, Limit(burst=1, per_second=1))

    def test_memory_is_bounded(self) -> None:
        buckets = MemoryBuckets()
        limiter = RateLimiter(StillClock(parse_moment("2026-11-24T09:00")), buckets)
        for number in range(50_100):
            limiter.spend("tes", str(number), Limit(burst=1, per_second=1))
        assert len(buckets) == 50_000
