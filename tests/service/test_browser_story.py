"""A resident and an officer in two browser windows, from the question to the closed case."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.browser_kit import a_page, open_widget, say
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def _window(browser: Browser, problems: list[str]) -> Page:
    page = a_page(browser)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    return page


def _sign_in(console: Page, service: Service) -> None:
    console.goto(f"{service.url}/masuk")
    console.fill("[name=username]", "petugas")
    console.fill("[name=password]", "peragaan-petugas")
    console.keyboard.press("Enter")
    console.wait_for_url("**/petugas*")


def test_resident_and_officer_from_question_to_closed_case(
    service: Service, browser: Browser
) -> None:
    problems: list[str] = []
    resident, officer = _window(browser, problems), _window(browser, problems)
    _sign_in(officer, service)

    resident.goto(service.url)
    log = open_widget(resident)
    say(resident, "min brp org sih klo mau bikin koperasi")
    expect(log).to_contain_text("9 orang")
    expect(log).to_contain_text("Sumber:")

    say(resident, "saya mau <b>chat</b> dengan CS")
    expect(log).to_contain_text("Nomor tiket")
    officer.get_by_text("Warga meminta petugas").first.click()
    officer.get_by_role("button", name="Ambil").first.click()
    expect(log).to_contain_text("sekarang menjawab Anda")
    expect(officer.locator("body")).to_contain_text("<b>chat</b>")

    officer.get_by_role("textbox").last.fill("Selamat pagi, ada yang bisa kami bantu?")
    officer.keyboard.press("Enter")
    expect(log).to_contain_text("ada yang bisa kami bantu?")

    say(resident, "min brp org sih klo mau bikin koperasi, mau pastikan lagi")
    expect(officer.locator("body")).to_contain_text("mau pastikan lagi")

    officer.get_by_role("button", name="Selesaikan").first.click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("terjawab")
    dialog.get_by_role("button", name="Selesaikan").click()
    expect(log).to_contain_text("menutup tiket")

    say(resident, "bikin NIB bayar gak")
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
