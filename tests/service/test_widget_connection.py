"""The widget over a bad network: nothing lost, nothing twice, nothing out of order."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service.browser_kit import (
    OfficersDesk,
    Wire,
    a_page,
    conversation_of,
    messages_shown,
    open_widget,
    say,
)
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CUT_MS = 60_000
"""How long the network is away, on the clock of the page."""

ANSWERS = [f"Jawaban petugas nomor {number}." for number in range(1, 9)]


@pytest.fixture
def wire(service: Service) -> Iterator[Wire]:
    laid = Wire(("127.0.0.1", service.port))
    yield laid
    laid.close()


def _with_an_officer(page: Page, service: Service, url: str) -> tuple[OfficersDesk, int]:
    page.goto(url)
    log = open_widget(page)
    say(page, "saya mau chat dengan CS")
    expect(log).to_contain_text("Nomor tiket")
    desk = OfficersDesk.beside(service)
    case = desk.take(conversation_of(page))
    expect(log).to_contain_text("sekarang menjawab Anda")
    return desk, case.id


def test_a_cut_in_the_middle_of_an_officers_answers_loses_nothing(
    service: Service, browser: Browser, wire: Wire
) -> None:
    page = a_page(browser)
    page.clock.install()
    desk, case = _with_an_officer(page, service, wire.url)
    for text in ANSWERS[:2]:
        desk.sit().reply(case, text)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[1])
    wire.cut()
    for text in ANSWERS[2:6]:
        desk.sit().reply(case, text)
    say(page, "pesan dari terowongan")
    # Second by second, as a browser does: silence is noticed, tries begin and come to nothing.
    page.clock.run_for(CUT_MS)
    expect(page.locator("halo-chat .line")).to_contain_text("Koneksi terputus")
    assert messages_shown(page, "officer") == ANSWERS[:2]
    wire.mend()
    for text in ANSWERS[6:]:
        desk.sit().reply(case, text)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[-1], timeout=60_000)
    expect(page.locator("halo-chat .delivery")).to_have_count(0, timeout=60_000)
    assert messages_shown(page, "officer") == ANSWERS
    assert messages_shown(page, "resident").count("pesan dari terowongan") == 1
    page.context.close()


def test_a_restart_of_the_server_in_the_middle_of_answers_loses_nothing(
    fresh_service: Service, browser: Browser
) -> None:
    fresh_service.start()
    page = a_page(browser)
    desk, case = _with_an_officer(page, fresh_service, fresh_service.url)
    for text in ANSWERS[:3]:
        desk.sit().reply(case, text)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[2])
    fresh_service.kill()
    say(page, "ditulis saat server mati")
    for text in ANSWERS[3:6]:
        desk.sit().reply(case, text)
    fresh_service.start()
    for text in ANSWERS[6:]:
        desk.sit().reply(case, text)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[-1], timeout=60_000)
    expect(page.locator("halo-chat .delivery")).to_have_count(0, timeout=60_000)
    assert messages_shown(page, "officer") == ANSWERS
    assert messages_shown(page, "resident").count("ditulis saat server mati") == 1
    page.context.close()


def test_two_tabs_and_a_reload_show_the_same(service: Service, browser: Browser) -> None:
    first = a_page(browser)
    desk, case = _with_an_officer(first, service, service.url)
    second = first.context.new_page()
    second.goto(service.url)
    open_widget(second)
    desk.sit().reply(case, ANSWERS[0])
    say(second, "dari tab kedua")
    say(first, "dari tab pertama")
    for tab in (first, second):
        log = tab.get_by_role("log")
        for text in (ANSWERS[0], "dari tab kedua", "dari tab pertama"):
            expect(log).to_contain_text(text)
        expect(tab.locator("halo-chat .delivery")).to_have_count(0)
    rows = first.locator("halo-chat .bubble").all_inner_texts()
    assert rows == second.locator("halo-chat .bubble").all_inner_texts()
    first.reload()
    open_widget(first)
    expect(first.locator("halo-chat .bubble")).to_have_count(len(rows))
    assert first.locator("halo-chat .bubble").all_inner_texts() == rows
    first.context.close()


def test_where_streaming_is_blocked_the_widget_polls(service: Service, browser: Browser) -> None:
    page = a_page(browser)
    page.context.route("**/api/chat/stream*", lambda route: route.abort())
    desk, case = _with_an_officer(page, service, service.url)
    for text in ANSWERS[:3]:
        desk.sit().reply(case, text)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[2])
    assert messages_shown(page, "officer") == ANSWERS[:3]
    page.context.close()


def test_a_polling_widget_shows_that_the_officer_types(service: Service, browser: Browser) -> None:
    page = a_page(browser)
    page.clock.install()
    page.context.route("**/api/chat/stream*", lambda route: route.abort())
    desk, case = _with_an_officer(page, service, service.url)
    sign = page.locator("halo-chat .typing")
    expect(sign).to_be_hidden()
    desk.type(conversation_of(page))
    page.clock.run_for(3_000)
    expect(sign).to_have_text("Petugas sedang mengetik…")
    desk.sit().reply(case, ANSWERS[0])
    page.clock.run_for(3_000)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[0])
    expect(sign).to_be_hidden()
    with page.expect_response("**/api/chat/events*"):
        page.clock.run_for(3_000)
    expect(sign).to_be_hidden()
    page.context.close()


def test_a_proxy_that_holds_the_stream_back_is_noticed(service: Service, browser: Browser) -> None:
    page = a_page(browser)
    page.clock.install()
    held: list[Route] = []
    page.context.route("**/api/chat/stream*", lambda route: held.append(route))
    with page.expect_request("**/api/chat/stream*"):
        desk, case = _with_an_officer(page, service, service.url)
    # Not a byte within eight seconds: from then on it asks every three.
    page.clock.run_for(9_000)
    for text in ANSWERS[:3]:
        desk.sit().reply(case, text)
    page.clock.run_for(3_000)
    expect(page.get_by_role("log")).to_contain_text(ANSWERS[2])
    assert messages_shown(page, "officer") == ANSWERS[:3]
    page.context.close()


def test_a_proxy_that_cuts_idle_connections_costs_nothing(
    service: Service, browser: Browser, wire: Wire
) -> None:
    page = a_page(browser)
    page.clock.install()
    desk, case = _with_an_officer(page, service, wire.url)
    for number, text in enumerate(ANSWERS[:4]):
        page.clock.run_for(30_000)
        with page.expect_request("**/api/chat/stream*"):
            wire.mend()  # which drops every connection there is
        desk.sit().reply(case, text)
        expect(page.locator("halo-chat .message.from-officer")).to_have_count(number + 1)
    say(page, "masih tersambung")
    expect(page.locator("halo-chat .delivery")).to_have_count(0)
    assert messages_shown(page, "officer") == ANSWERS[:4]
    assert messages_shown(page, "resident").count("masih tersambung") == 1
    page.context.close()
