"""The report's pages in a browser: nothing for axe to find, nothing wider than the screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from foundation.clock import StillClock
from storage import Store
from tests.service.browser_kit import a_page, violations
from tests.web.report_month import fill, served
from tests.web.staff import PASSWORD, a_chat, staff_app

pytestmark = pytest.mark.browser


@dataclass
class Office:
    url: str
    evaluation: int
    talk: str

    def paths(self) -> dict[str, str]:
        return {
            "angka": "/laporan?from=2026-10-01&to=2026-11-24",
            "daftar": "/laporan/percakapan?tanggal=2026-11-24&kanal=whatsapp",
            "transkrip": f"/laporan/percakapan/{self.talk}",
            "pemantauan": "/laporan/pemantauan",
            "hari": "/laporan/pemantauan/2026-11-24",
            "evaluasi": "/laporan/evaluasi",
            "satu": f"/laporan/evaluasi/{self.evaluation}",
            "kuesioner": "/laporan/kuesioner",
            "kesiapan": "/laporan/kesiapan",
        }


@pytest.fixture
def office(sqlite_store: Store, clock: StillClock) -> Iterator[Office]:
    evaluation = fill(sqlite_store, clock)
    talk = a_chat(sqlite_store, "telepon", "whatsapp").id
    with served(staff_app(sqlite_store, clock)) as url:
        yield Office(url, evaluation, talk)


def signed_in_page(browser: Browser, office: Office, *, width: int, dark: bool) -> Page:
    page = a_page(browser, width=width, dark=dark)
    page.goto(f"{office.url}/masuk")
    page.get_by_label("Nama").fill("rina")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(re.compile("/petugas"))
    return page


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_every_page_is_accessible_and_fits(
    browser: Browser, office: Office, width: int, dark: bool
) -> None:
    page = signed_in_page(browser, office, width=width, dark=dark)
    found = {}
    for name, path in office.paths().items():
        page.goto(office.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if problems := [*violations(page), *([f"{wide} px too wide"] if wide > 0 else [])]:
            found[name] = problems
    page.context.close()
    assert found == {}


def test_evaluation_is_written_and_approved_in_the_browser(
    browser: Browser, office: Office
) -> None:
    page = signed_in_page(browser, office, width=1280, dark=False)
    page.goto(f"{office.url}/laporan/evaluasi/{office.evaluation}")
    page.get_by_role("textbox", name="Temuan").fill("Chat naik.\nJawaban biaya terlalu panjang.")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_role("cell", name="Jawaban biaya terlalu panjang.")).to_be_visible()
    page.get_by_label("Keadaan: Ringkas jawaban").select_option("berjalan")
    page.get_by_role("button", name=re.compile("Simpan.*Ringkas jawaban")).click()
    page.get_by_role("button", name="Sahkan evaluasi").click()
    expect(page.get_by_text("001/HALO-KOPUKM/XI/2026").first).to_be_visible()
    expect(page.get_by_role("button", name="Sahkan evaluasi")).to_have_count(0)
    page.context.close()


def test_live_figures_renew_themselves(browser: Browser, office: Office) -> None:
    page = signed_in_page(browser, office, width=1280, dark=False)
    page.clock.install()
    page.goto(f"{office.url}/laporan")
    page.wait_for_function("() => 'htmx' in window")
    with page.expect_response(re.compile("/laporan/kini")) as asked:
        page.clock.run_for(16_000)
    assert asked.value.status == 200
    expect(page.locator("#kini")).to_contain_text("Menunggu petugas sekarang")
    page.context.close()
