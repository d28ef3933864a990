"""Two officers, a supervisor and two residents in browser windows, from claim to reopening."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.browser_kit import (
    a_page,
    open_widget,
    say,
    violations,
)
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECOND_PASSWORD = "sandi-petugas-kedua"


def _signed_in(browser: Browser, service: Service, name: str, password: str) -> Page:
    page = a_page(browser)
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/petugas*")
    expect(page.locator("#sambungan")).to_have_text("Tersambung")
    return page


def _resident(browser: Browser, service: Service) -> Page:
    page = a_page(browser, width=400, height=800)
    page.goto(service.url)
    log = open_widget(page)
    say(page, "saya mau chat dengan CS")
    expect(log).to_contain_text("tiket")
    return page


def _answer(officer: Page, text: str) -> None:
    officer.get_by_label("Balasan kepada warga").fill(text)
    officer.keyboard.press("Enter")


def _resolve(officer: Page) -> None:
    officer.get_by_role("button", name="Selesaikan").first.click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("terjawab")
    dialog.get_by_role("button", name="Selesaikan").click()


def test_offer_claim_transfer_take_over_hand_back_close_and_reopen(
    service: Service, browser: Browser
) -> None:
    added = service.command(
        *("user", "add", "budi", "--role", "petugas", "--password-stdin"), stdin=SECOND_PASSWORD
    )
    assert added.returncode == 0, added.stderr
    ani = _signed_in(browser, service, "petugas", "peragaan-petugas")
    budi = _signed_in(browser, service, "budi", SECOND_PASSWORD)
    boss = _signed_in(browser, service, "supervisor", "peragaan-supervisor")
    for problem_page in (ani, budi, boss):
        assert violations(problem_page) == []

    # A supervisor writes a canned reply; the officer who is ready is offered the case.
    boss.goto(f"{service.url}/petugas/balasan")
    boss.get_by_label("Judul").first.fill("Salam")
    boss.get_by_label("Isi").first.fill("Selamat pagi, ini {petugas} untuk tiket {tiket}.")
    boss.get_by_role("button", name="Tambah").click()
    expect(boss.get_by_role("form", name="Salam")).to_be_visible()
    ani.get_by_label("Kehadiran").select_option("siap")
    first = _resident(browser, service)
    expect(ani.get_by_text("Giliran Anda")).to_be_visible()
    expect(budi.get_by_text("Giliran Anda")).to_have_count(0)

    # Claimed by key, answered by a canned reply; the colleague can only read.
    budi.locator(".queue__item").first.click()
    ani.locator(".queue__item").first.click()
    expect(ani.get_by_role("button", name="Ambil")).to_be_visible()
    ani.keyboard.press("a")
    expect(ani.get_by_text("Anda yang menjawab")).to_be_visible()
    expect(budi.locator("#tindakan")).to_contain_text("Anda hanya dapat membaca")
    ani.keyboard.press("b")
    ani.locator(".canned__item").first.click()
    ani.keyboard.press("Enter")
    log = first.get_by_role("log")
    expect(log).to_contain_text("Selamat pagi, ini")

    # A note for colleagues only, then the case goes to the second officer.
    ani.locator("#catatan-internal summary").click()
    ani.get_by_label("Catatan, hanya dilihat petugas").fill("sudah kirim berkas RAHASIA")
    ani.get_by_role("button", name="Simpan catatan").click()
    expect(budi.locator("#transkrip")).to_contain_text("RAHASIA")
    ani.get_by_role("button", name="Teruskan…").click()
    ani.get_by_label("Kepada", exact=True).select_option(label="budi (belum siap)")
    ani.get_by_role("dialog").get_by_role("button", name="Teruskan").click()
    expect(log).to_contain_text("meneruskan percakapan ini kepada petugas budi")
    expect(budi.get_by_text("Anda yang menjawab")).to_be_visible()
    _answer(budi, "Saya lanjutkan.")
    expect(log).to_contain_text("Saya lanjutkan.")

    # The supervisor takes over, hands back; the assistant answers again.
    boss.goto(f"{service.url}/petugas/pengawas")
    assert violations(boss) == []
    boss.get_by_role("link", name="HK-").first.click()
    boss.get_by_role("button", name="Ambil alih").click()
    expect(boss.get_by_text("Anda yang menjawab")).to_be_visible()
    expect(budi.locator("#tindakan")).to_contain_text("Anda hanya dapat membaca")
    boss.get_by_role("button", name="Kembalikan ke asisten").click()
    expect(log).to_contain_text("mengembalikan percakapan ini ke asisten otomatis")
    expect(log).not_to_contain_text("RAHASIA")

    # A second resident: closed, then not solved after all.
    second = _resident(browser, service)
    ani.locator("#tab-menunggu").click()
    expect(ani.locator(".queue__item")).to_have_count(1)
    ani.locator(".queue__item").first.click()
    expect(ani.get_by_role("button", name="Ambil")).to_be_visible()
    ani.get_by_role("button", name="Ambil").click()
    expect(ani.get_by_text("Anda yang menjawab")).to_be_visible()
    _resolve(ani)
    other = second.get_by_role("log")
    expect(other).to_contain_text("menutup tiket")
    say(second, "masalah saya belum selesai pak")
    expect(other).to_contain_text("Belum selesai")
    ani.locator("#tab-menunggu").click()
    expect(ani.locator("#antrean")).to_contain_text("HK-")
    opened = [row for row in service.rows("events", "--json") if row["type"] == "case_opened"]
    assert opened[-1]["data"].get("reopens") == opened[-2]["data"]["ticket"]


@pytest.mark.parametrize("dark", [False, True])
def test_the_console_fits_a_phone(service: Service, browser: Browser, dark: bool) -> None:
    page = a_page(browser, width=360, height=780, dark=dark)
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", "supervisor")
    page.fill("[name=password]", "peragaan-supervisor")
    page.keyboard.press("Enter")
    page.wait_for_url("**/petugas*")
    for path in ("/petugas", "/petugas/pengawas", "/petugas/balasan"):
        page.goto(service.url + path)
        wider = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, path
        assert violations(page) == [], path
