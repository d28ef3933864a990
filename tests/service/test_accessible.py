"""axe finds nothing on any public page or state of the widget, light and dark, wide and narrow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.browser_kit import (
    OfficersDesk,
    a_page,
    conversation_of,
    open_widget,
    say,
    violations,
)
from tests.service.conftest import Service
from tests.service.widget_kit import PDF, close_case, menu_item, picture

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES = (
    "/",
    "/topik/pangan",
    "/jawaban/pendirian_koperasi/jumlah_pendiri",
    "/cari?q=syrat+bikn+koprasi",
    "/cari?q=zzzzqqqq",
    "/tanya",
    "/privasi",
    "/masuk",
    "/tidak-ada",
)
LOOKS = [(360, False), (360, True), (1280, False), (1280, True)]


def wider(page: Page) -> int:
    """By how many pixels the page or the open chat is wider than the window."""
    found: int = page.evaluate(
        """() => {
          const log = document.querySelector("halo-chat")?.shadowRoot.querySelector(".log");
          const nodes = [document.documentElement, ...(log ? [log] : [])];
          return Math.max(...nodes.map((node) => node.scrollWidth - node.clientWidth));
        }"""
    )
    return found


def fine(page: Page, state: str) -> None:
    assert violations(page) == [], state
    assert wider(page) <= 0, state


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_public_pages(service: Service, browser: Browser, width: int, dark: bool) -> None:
    page = a_page(browser, width=width, height=780, dark=dark)
    for path in PAGES:
        page.goto(service.url + path)
        fine(page, path)
    page.context.close()


def test_nothing_is_wider_than_the_smallest_screen(service: Service, browser: Browser) -> None:
    """320 pixels: the smallest phone, and a window of 640 at a zoom of 200 %."""
    page = a_page(browser, width=320, height=568)
    for path in PAGES:
        page.goto(service.url + path)
        assert wider(page) <= 0, path
    page.goto(service.url)
    log = open_widget(page)
    expect(log).to_contain_text("Asisten otomatis")
    say(page, "kata" * 200)
    expect(page.locator("halo-chat .from-bot")).not_to_have_count(1)
    assert wider(page) <= 0
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Sangat besar")
    page.keyboard.press("Escape")
    assert wider(page) <= 0
    send = page.get_by_role("button", name="Kirim", exact=True).bounding_box()
    assert send is not None
    assert send["x"] + send["width"] <= 320
    assert send["y"] + send["height"] <= 568
    page.context.close()


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_state_of_the_widget(
    service: Service, browser: Browser, width: int, dark: bool
) -> None:
    page = a_page(browser, width=width, height=780, dark=dark)
    page.goto(service.url)
    log = open_widget(page)
    expect(log).to_contain_text("Asisten otomatis")
    fine(page, "welcome")
    _with_the_assistant(page)
    _with_an_officer(page, OfficersDesk.beside(service))
    _in_the_menu(page)
    page.context.close()


def _with_the_assistant(page: Page) -> None:
    log = page.get_by_role("log")
    say(page, "min brp org sih klo mau bikin koperasi")
    page.get_by_role("button", name="Tidak membantu").click()
    expect(log).to_contain_text("Anda bisa meminta petugas")
    fine(page, "answer with a rating")
    page.locator("halo-chat textarea").fill("x" * 2100)
    expect(page.locator("halo-chat .counter")).to_contain_text("Kelebihan 100 huruf")
    fine(page, "too long")
    page.locator("halo-chat textarea").fill("")
    picker = page.locator("halo-chat input[type=file]")
    picker.set_input_files({"name": "v.mp4", "mimeType": "video/mp4", "buffer": b"x"})
    expect(page.get_by_role("alert")).to_contain_text("v.mp4 tidak dapat dikirim")
    fine(page, "refused file")
    page.context.set_offline(True)
    say(page, "bikin NIB bayar gak")
    expect(log).to_contain_text("Belum terkirim")
    expect(page.locator("halo-chat .line")).to_contain_text("Koneksi terputus")
    fine(page, "offline")
    page.context.set_offline(False)
    expect(page.locator("halo-chat .delivery")).to_have_count(0)
    picker.set_input_files({"name": "surat.pdf", "mimeType": "application/pdf", "buffer": PDF})
    expect(page.locator("halo-chat .from-resident .file")).to_contain_text("Dokumen: surat.pdf")
    fine(page, "attachment")


def _with_an_officer(page: Page, desk: OfficersDesk) -> None:
    log = page.get_by_role("log")
    page.locator("halo-chat .composer").get_by_role("button", name="Chat dengan CS").click()
    expect(page.locator("halo-chat .banner")).to_contain_text("dalam antrean")
    fine(page, "waiting")
    case = desk.take(conversation_of(page))
    expect(page.locator("halo-chat .who")).to_contain_text("Petugas")
    desk.sit().reply(case.id, "Silakan lihat https://contoh.go.id/berkas")
    expect(log).to_contain_text("contoh.go.id")
    desk.send_file(case, picture(40, 30), "stempel.png", "Seperti ini.")
    desk.send_file(case, PDF, "formulir.pdf")
    expect(page.get_by_role("img", name="Gambar: stempel.png")).to_be_visible()
    expect(log).to_contain_text("formulir.pdf")
    desk.type(case.conversation)
    expect(page.locator("halo-chat .typing")).to_be_visible()
    fine(page, "with an officer")
    page.get_by_role("button", name="Tutup chat").click()
    desk.sit().reply(case.id, "Masih di sana?")
    expect(page.get_by_role("button", name="1 pesan belum dibaca")).to_be_visible()
    fine(page, "unread")
    page.get_by_role("button", name="Tanya di sini").click()
    close_case(desk, case)
    expect(log).to_contain_text("Seberapa puas Anda dengan layanan Petugas")
    page.get_by_role("button", name="5 dari 5 bintang").click()
    survey = page.locator("halo-chat").get_by_role("link", name="Isi kuesioner kepuasan")
    expect(survey).to_have_attribute("href", re.compile("/kuesioner$"))
    expect(log).to_contain_text("Anda memberi 5")
    fine(page, "stars")


def _in_the_menu(page: Page) -> None:
    page.get_by_role("button", name="Pilihan lain").click()
    fine(page, "menu")
    menu_item(page, "Sangat besar")
    fine(page, "menu in large letters")
    page.keyboard.press("Escape")
    fine(page, "conversation in large letters")
    for item, words in (
        ("Mulai percakapan baru", "Mulai baru?"),
        ("Lanjutkan di WhatsApp", "LANJUT-"),
        ("Hapus data saya", "untuk seterusnya"),
    ):
        page.get_by_role("button", name="Pilihan lain").click()
        menu_item(page, item)
        expect(page.locator("halo-chat .sheet")).to_contain_text(words)
        fine(page, item)
        if item != "Hapus data saya":
            page.keyboard.press("Escape")
    menu_item(page, "Ya, hapus untuk seterusnya")
    expect(page.locator("halo-chat .sheet")).to_contain_text("HAPUS-")
    fine(page, "erased")
