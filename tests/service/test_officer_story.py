"""Two officers, a supervisor and three residents in browser windows, from claim to reopening.

Two residents write in the widget, the third on WhatsApp, on the emulator's phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from connectors.whatsapp_emulator import Emulator, EmulatorConfig, EmulatorServer, http_post
from connectors.whatsapp_emulator.faults import read_fault
from foundation.clock import clock_starting_at, parse_moment
from storage import tables
from tests.patience import eventually
from tests.service.browser_kit import (
    OfficersDesk,
    a_page,
    open_widget,
    say,
    violations,
)
from tests.service.conftest import Chat, Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECOND_PASSWORD = "sandi-petugas-kedua"


LOOKS = [(360, False), (360, True), (1280, False), (1280, True)]
EUIS, ASEP = "6281000000101", "6281000000102"


@dataclass
class Phone:
    """The emulator's page of a resident's phone."""

    emulator: Emulator
    user_id: str
    url: str = ""

    def page(self, browser: Browser) -> Page:
        page = a_page(browser, width=360, height=740)
        page.goto(f"{self.url}/telepon/{self.user_id}")
        return page


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Phone, Service]]:
    """The emulator and a service that is connected to it."""
    config = EmulatorConfig(app_secret="rahasia-app", verify_token="kata", access_token="token")
    clock = clock_starting_at(parse_moment("2026-11-24T10:00"))
    emulator = Emulator(config, clock, Random(7))
    euis = emulator.people.add(name="Euis Rahmawati", wa_id=EUIS)
    running = Service(tmp_path_factory.mktemp("service"))
    with requests.Session() as session:
        post = http_post(f"{running.url}/webhooks/whatsapp", session)
        with EmulatorServer(emulator, posts=[post]) as server:
            running.environment = {
                "HALO_WHATSAPP_APP_SECRET": config.app_secret,
                "HALO_WHATSAPP_VERIFY_TOKEN": config.verify_token,
                "HALO_WHATSAPP_ACCESS_TOKEN": config.access_token,
                "HALO_WHATSAPP_PHONE_NUMBER_ID": config.phone_number_id,
                "HALO_WHATSAPP_NUMBER": config.display_phone_number,
                "HALO_WHATSAPP_TEMPLATE": "balasan_petugas_siap",
                "HALO_WHATSAPP_GRAPH_URL": server.url,
            }
            try:
                running.start()
                yield Phone(emulator, euis.user_id, server.url), running
            finally:
                running.stop()


@pytest.fixture(scope="module")
def service(phone: tuple[Phone, Service]) -> Service:
    return phone[1]


def _signed_in(
    browser: Browser,
    service: Service,
    name: str,
    password: str,
    *,
    width: int = 1280,
    dark: bool = False,
) -> Page:
    page = a_page(browser, width=width, height=780, dark=dark)
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
    field = officer.get_by_label("Balasan kepada warga")
    field.fill(text)
    field.press("Enter")


def _resolve(officer: Page) -> None:
    officer.get_by_role("button", name="Selesaikan").first.click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("terjawab")
    dialog.get_by_role("button", name="Selesaikan").click()


def _write(phone: Page, text: str) -> None:
    phone.get_by_placeholder("Ketik pesan").fill(text)
    phone.get_by_role("button", name="Kirim", exact=True).click()


def test_offer_claim_transfer_take_over_hand_back_close_and_reopen(
    phone: tuple[Phone, Service], service: Service, browser: Browser
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
    expect(ani.locator("#pembaca")).to_have_text("budi sedang membaca percakapan ini.")
    expect(budi.locator("#pembaca")).to_contain_text("sedang membaca percakapan ini.")
    assert violations(budi) == []
    ani.keyboard.press("a")
    expect(ani.get_by_text("Anda yang menjawab")).to_be_visible()
    expect(budi.locator("#tindakan")).to_contain_text("Anda hanya dapat membaca")
    expect(ani.get_by_label("Balasan kepada warga")).to_be_visible()
    ani.keyboard.press("b")
    ani.locator(".canned__item").first.click()
    expect(first.locator("halo-chat")).to_contain_text("sedang mengetik…")
    ani.get_by_label("Balasan kepada warga").press("Enter")
    log = first.get_by_role("log")
    expect(log).to_contain_text("Selamat pagi, ini")

    first.locator("halo-chat").get_by_role("textbox").press_sequentially("Pak")
    expect(ani.locator("#mengetik")).to_be_visible()

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
    expect(budi.locator("#pembaca")).not_to_contain_text("petugas sedang")
    expect(ani.get_by_role("button", name="Ambil")).to_be_visible()
    ani.get_by_role("button", name="Ambil").click()
    expect(ani.get_by_text("Anda yang menjawab")).to_be_visible()
    _resolve(ani)
    other = second.get_by_role("log")
    expect(other).to_contain_text("menutup tiket")
    second.get_by_role("button", name="4 dari 5 bintang").click()
    expect(other).to_contain_text("Anda memberi 4")
    say(second, "masalah saya belum selesai pak")
    expect(other).to_contain_text("Belum selesai")
    ani.locator("#tab-menunggu").click()
    expect(ani.locator("#antrean")).to_contain_text("HK-")
    opened = [row for row in service.rows("events", "--json") if row["type"] == "case_opened"]
    assert opened[-1]["data"].get("reopens") == opened[-2]["data"]["ticket"]
    rated = [row for row in service.rows("events", "--json") if row["type"] == "rated"]
    assert (rated[-1]["data"]["kind"], rated[-1]["data"]["value"]) == ("csat", 4)

    # The third resident writes on WhatsApp; the second officer answers there and closes.
    third = phone[0].page(browser)
    _write(third, "mau chat dengan CS")
    expect(third.get_by_role("log")).to_contain_text("tiket")
    budi.goto(f"{service.url}/petugas")
    budi.locator(".queue__item", has_text="WhatsApp").click()
    expect(budi.locator("#tindakan")).to_contain_text("Jendela WhatsApp")
    budi.get_by_role("button", name="Ambil").click()
    expect(budi.get_by_text("Anda yang menjawab")).to_be_visible()
    _answer(budi, "Selamat pagi, Bu Euis.")
    expect(third.get_by_role("log")).to_contain_text("Selamat pagi, Bu Euis.")
    _write(third, "terima kasih, sudah jelas")
    expect(budi.locator("#transkrip")).to_contain_text("sudah jelas")
    _resolve(budi)
    expect(third.get_by_role("log")).to_contain_text("menutup tiket")
    for page in (ani, budi, boss, first, second, third):
        page.context.close()


def _fine(page: Page, state: str) -> None:
    wider = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0, state
    assert violations(page) == [], state


def _dialogs(page: Page) -> None:
    """Open every dialog of the conversation on display."""
    for opener, dialog in (
        ("#telepon", "#pencatat-telepon"),
        ("[data-open=pengirim-berkas]", "#pengirim-berkas"),
        ("#teruskan", "#penerus"),
        ("#selesaikan", "#penutup"),
    ):
        page.locator(opener).click()
        expect(page.locator(dialog)).to_be_visible()
        _fine(page, dialog)
        page.locator(dialog).get_by_role("button", name="Batal").click()
        expect(page.locator(dialog)).to_be_hidden()
    page.locator("#buka-balasan").click()
    expect(page.locator("#daftar-balasan li").first).to_be_visible()
    _fine(page, "canned replies")
    page.keyboard.press("Escape")
    page.locator("#catatan-internal summary").click()
    _fine(page, "notes and labels")


@pytest.fixture(scope="module")
def failed(phone: tuple[Phone, Service], browser: Browser) -> str:
    """A claimed WhatsApp conversation with a reply that failed; its id."""
    here, running = phone
    asep = here.emulator.people.add(name="Asep Sunandar", wa_id=ASEP)
    resident = Phone(here.emulator, asep.user_id, here.url).page(browser)
    _write(resident, "mau chat dengan CS")
    expect(resident.get_by_role("log")).to_contain_text("tiket")
    desk = OfficersDesk.beside(running)
    with desk.store.read() as tx:
        found = sa.select(tables.case_.c.conversation_id).where(tables.case_.c.state == "waiting")
        chats = sa.select(tables.conversation.c.id).where(
            tables.conversation.c.channel == "whatsapp", tables.conversation.c.id.in_(found)
        )
        conversation = str(tx.connection.execute(chats).scalar_one())
    case = desk.take(conversation)
    here.emulator.faults.add(read_fault({"code": 131026, "where": "status"}))
    desk.sit().reply(case.id, "Balasan ini tidak sampai.")
    officer = _signed_in(browser, running, "petugas", "peragaan-petugas")
    officer.goto(f"{running.url}/petugas/percakapan/{conversation}")
    expect(officer.get_by_role("button", name="Kirim ulang")).to_be_visible()
    for page in (officer, resident):
        page.context.close()
    return conversation


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_dialog_of_the_console(
    service: Service, browser: Browser, failed: str, width: int, dark: bool
) -> None:
    page = _signed_in(browser, service, "petugas", "peragaan-petugas", width=width, dark=dark)
    desk = OfficersDesk.beside(service)
    for hours in (0, 25):
        with desk.store.write() as tx:
            tx.connection.execute(
                sa.update(tables.conversation)
                .where(tables.conversation.c.id == failed)
                .values(last_resident_at=tx.now - timedelta(hours=hours))
            )
        page.goto(f"{service.url}/petugas/percakapan/{failed}")
        expect(page.get_by_role("button", name="Kirim ulang")).to_be_visible()
        if hours:
            expect(page.get_by_role("button", name="Kirim templat")).to_be_visible()
            _fine(page, "template")
        else:
            _dialogs(page)
    page.context.close()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_supervisors_pages(service: Service, browser: Browser, width: int, dark: bool) -> None:
    page = _signed_in(browser, service, "supervisor", "peragaan-supervisor", width=width, dark=dark)
    for path in ("/petugas", "/petugas/pengawas", "/petugas/balasan", "/petugas/kalender"):
        page.goto(service.url + path)
        _fine(page, path)
    page.get_by_label("Jumat").first.fill("08.00-11.30, 13.00-16.00")
    page.keyboard.press("Tab")
    expect(page.locator("#pratinjau")).to_contain_text("sekarang buka 08.00–18.00")
    _fine(page, "calendar with a change")
    page.get_by_label("Jumat").first.fill("pagi")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("harus seperti 08.00-18.00")
    _fine(page, "calendar with a mistake")
    page.context.close()


def test_a_saved_calendar_reaches_the_assistant_in_its_own_process(
    service: Service, browser: Browser
) -> None:
    page = _signed_in(browser, service, "supervisor", "peragaan-supervisor")
    page.goto(f"{service.url}/petugas/kalender")
    hours = page.get_by_label("Selasa").first
    hours.fill("06.00-07.30")
    page.get_by_role("button", name="Simpan kalender").click()
    expect(page.get_by_text("berlaku", exact=True)).to_be_visible()
    expect(page.locator(".staff-bar__hours")).to_contain_text("Rabu, 25 November pukul 08.00")

    def promised() -> bool:
        chat = Chat.begin(service)
        chat.say("m-1", text="saya mau chat dengan CS")
        return "Rabu, 25 November" in chat.replies(1)[0]["text"]

    # Another process looks once a second; residents may still hear the hours before.
    eventually(promised)
    page.context.close()
