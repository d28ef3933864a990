"""A resident and an officer in two browser windows, from the question to the closed case."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000
"""Milliseconds that the browser waits for something to appear."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield chromium
        chromium.close()


def _window(browser: Browser, problems: list[str]) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="id-ID").new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    return page


def _say(widget: Page, text: str) -> None:
    widget.get_by_role("textbox").last.fill(text)
    widget.keyboard.press("Enter")


def _sign_in(console: Page, service: Service) -> None:
    console.goto(f"{service.url}/masuk")
    console.fill("[name=username]", "petugas")
    console.fill("[name=password]", "peragaan-petugas")
    console.keyboard.press("Enter")
    console.wait_for_url("**/petugas*")


def test_resident_and_officer_from_question_to_closed_case(
    service: Service, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE)
    problems: list[str] = []
    resident, officer = _window(browser, problems), _window(browser, problems)
    _sign_in(officer, service)

    resident.goto(service.url)
    resident.get_by_role("button", name="Tanya di sini").click()
    _say(resident, "min brp org sih klo mau bikin koperasi")
    log = resident.get_by_role("log")
    expect(log).to_contain_text("9 orang")
    expect(log).to_contain_text("Sumber:")

    _say(resident, "saya mau <b>chat</b> dengan CS")
    expect(log).to_contain_text("Nomor tiket")
    officer.get_by_text("Warga meminta petugas").first.click()
    officer.get_by_role("button", name="Ambil").first.click()
    expect(log).to_contain_text("sekarang menjawab Anda")
    expect(officer.locator("body")).to_contain_text("<b>chat</b>")

    officer.get_by_role("textbox").last.fill("Selamat pagi, ada yang bisa kami bantu?")
    officer.keyboard.press("Enter")
    expect(log).to_contain_text("ada yang bisa kami bantu?")

    _say(resident, "min brp org sih klo mau bikin koperasi, mau pastikan lagi")
    expect(officer.locator("body")).to_contain_text("mau pastikan lagi")

    officer.get_by_role("button", name="Selesaikan").first.click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("terjawab")
    dialog.get_by_role("button", name="Selesaikan").click()
    expect(log).to_contain_text("menutup tiket")

    _say(resident, "bikin NIB bayar gak")
    expect(log.get_by_text("NIB", exact=False).last).to_be_visible()
    resident.reload()
    resident.get_by_role("button", name="Tanya di sini").click()
    expect(resident.get_by_role("log")).to_contain_text("menutup tiket")
    spoken = [row for row in service.rows("events", "--json") if row["type"] in ("bot", "officer")]
    claimed = [row for row in service.rows("events", "--json") if row["type"] == "case_claimed"]
    closed = [row for row in service.rows("events", "--json") if row["type"] == "case_resolved"]
    between = [row for row in spoken if claimed[-1]["id"] < row["id"] < closed[-1]["id"]]
    assert [row["type"] for row in between] == ["officer"]
    assert problems == []
