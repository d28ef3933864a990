"""The questionnaire in a browser: on a phone, by keyboard, without JavaScript, on paper."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from foundation.clock import StillClock
from reports import questionnaires
from storage import Store
from tests.chromium import PATIENCE
from tests.service.browser_kit import a_page, violations
from tests.web.report_month import served
from tests.web.staff import PASSWORD, an_account, staff_app

pytestmark = pytest.mark.browser

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def url(sqlite_store: Store, clock: StillClock) -> Iterator[str]:
    an_account(sqlite_store, "rina", role="supervisor")
    with served(staff_app(sqlite_store, clock)) as address:
        yield address


def fine(page: Page) -> None:
    assert violations(page) == []
    assert not page.evaluate(WIDER)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_every_state_is_accessible_and_fits(
    browser: Browser, url: str, sqlite_store: Store, clock: StillClock, width: int, dark: bool
) -> None:
    page = a_page(browser, width=width, dark=dark)
    page.goto(f"{url}/kuesioner")
    fine(page)
    # The browser itself would not send it; one without that check gets the page back.
    page.eval_on_selector_all("[required]", "all => all.forEach(one => one.required = false)")
    page.get_by_label("Sangat mudah").check()
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("alert")).to_contain_text("belum dijawab")
    expect(page.get_by_text("Belum dijawab.", exact=True)).to_have_count(8)
    expect(page.get_by_label("Sangat mudah")).to_be_checked()
    fine(page)
    for number in range(1, 10):
        page.locator(f"[name=u{number}]").last.check()
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih")
    fine(page)
    page.goto(f"{url}/kuesioner")
    expect(page.get_by_role("heading", level=1)).to_contain_text("sudah diterima")
    fine(page)
    page.goto(f"{url}/masuk")
    page.get_by_label("Nama").fill("rina")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(re.compile("/petugas"))
    for path in ("/laporan/kuesioner", "/laporan/kuesioner/poster"):
        page.goto(url + path)
        fine(page)
    page.goto(f"{url}/laporan/kuesioner")
    page.get_by_role("button", name="Tutup halaman").click()
    expect(page.get_by_text("Ditutup", exact=True)).to_be_visible()
    page.goto(f"{url}/kuesioner")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ditutup")
    fine(page)
    page.context.close()


def test_it_is_filled_in_without_javascript_on_a_phone(
    browser: Browser, url: str, sqlite_store: Store, clock: StillClock
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.get_by_role("link", name="Isi kuesioner kepuasan").click()
    for number in range(1, 10):
        page.locator(f"[name=u{number}]").nth(2).check()
    page.get_by_label("Pendidikan").select_option("SMA")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih")
    with sqlite_store.read() as tx:
        today = clock().date()
        assert questionnaires.count_by_source(tx, today, today) == {"petugas": 0, "warga": 1}
    context.close()


def test_it_is_filled_in_by_keyboard_alone(browser: Browser, url: str) -> None:
    page = a_page(browser)
    page.goto(f"{url}/kuesioner")
    page.locator("[name=u1]").first.focus()
    for _ in range(9):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
    for _ in range(3 + 2):  # profile, suggestion with the link in its hint
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Kirim jawaban")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih")
    page.context.close()
