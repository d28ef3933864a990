"""The parts of the widget in a real browser: keyboard, announcements, files, leaving, erasing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service.browser_kit import (
    OfficersDesk,
    a_page,
    conversation_of,
    messages_shown,
    open_widget,
    say,
)
from tests.service.conftest import Service
from tests.service.widget_kit import PDF, PNG, close_case, menu_item, tab_to, wait_for_focus

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUESTION = "min brp org sih klo mau bikin koperasi"


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    opened = a_page(browser)
    opened.goto(service.url)
    yield opened
    opened.context.close()


def attach(page: Page, name: str, mime_type: str, content: bytes) -> None:
    page.locator("halo-chat input[type=file]").set_input_files(
        {"name": name, "mimeType": mime_type, "buffer": content}
    )


def test_a_whole_conversation_by_keyboard_alone(page: Page, service: Service) -> None:
    log = page.get_by_role("log")
    tab_to(page, "Tanya di sini")
    page.keyboard.press("Enter")
    wait_for_focus(page, "Tulis pesan")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(log).to_contain_text("9 orang")
    tab_to(page, "Membantu", back=True)
    page.keyboard.press("Space")
    expect(log).to_contain_text("Terima kasih.")
    wait_for_focus(page, "Membantu")
    tab_to(page, "Biaya pendirian", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("halo-chat .from-resident .bubble").last).to_have_text("Biaya pendirian")
    # Watched from before the way there, so that the browser is sure to hand the choice over.
    with page.expect_file_chooser() as chooser:
        tab_to(page, "Kirim gambar atau PDF, paling besar 5 MB")
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "surat.pdf", "mimeType": "application/pdf", "buffer": PDF})
    expect(page.locator("halo-chat .from-resident .file")).to_contain_text("surat.pdf")
    tab_to(page, "Chat dengan CS", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("halo-chat .banner")).to_contain_text("dalam antrean")
    desk = OfficersDesk.beside(service)
    case = desk.take(conversation_of(page))
    desk.sit().reply(case.id, "Ada yang bisa dibantu?")
    expect(log).to_contain_text("Ada yang bisa dibantu?")
    close_case(desk, case)
    expect(log).to_contain_text("Seberapa puas")
    tab_to(page, "4 dari 5 bintang", back=True)
    page.keyboard.press("Enter")
    expect(log).to_contain_text("Anda memberi 4 dari 5 bintang")
    tab_to(page, "Pilihan lain", back=True)
    page.keyboard.press("Enter")
    wait_for_focus(page, "Pilihan lain (judul)")
    page.keyboard.press("Escape")
    wait_for_focus(page, "Pilihan lain")
    page.keyboard.press("Escape")
    wait_for_focus(page, "Tanya di sini")


def test_the_past_is_not_read_out_and_what_comes_is_politely(page: Page) -> None:
    log = open_widget(page)
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    held: list[Route] = []
    page.route("**/api/chat/events*", lambda route: held.append(route))
    page.reload()
    open_widget(page)
    expect(log).to_have_attribute("aria-live", "off")
    page.unroute("**/api/chat/events*")  # which lets go what was held
    expect(log).to_contain_text("9 orang")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.locator("halo-chat .line")).to_have_attribute("role", "status")


def test_files_are_checked_before_and_their_errors_are_clear(page: Page) -> None:
    open_widget(page)
    problem = page.locator("halo-chat .problem").first
    attach(page, "catatan.txt", "text/plain", b"x")
    expect(problem).to_have_text(
        "catatan.txt tidak dapat dikirim. Yang diterima gambar (JPG, PNG, WEBP) atau PDF."
    )
    attach(page, "besar.pdf", "application/pdf", PDF + b"x" * (5 * 1024 * 1024))
    expect(problem).to_contain_text("besar.pdf terlalu besar (5,1 MB). Batasnya 5 MB")
    attach(page, "kosong.pdf", "application/pdf", b"")
    expect(problem).to_contain_text("kosong.pdf kosong")
    # What only calls itself a PDF is refused by the server, which says why.
    attach(page, "palsu.pdf", "application/pdf", b"MZ bukan PDF")
    expect(page.locator("halo-chat .is-failed .delivery")).to_contain_text("tidak dapat diterima")
    page.get_by_role("button", name="Batalkan").click()
    expect(page.locator("halo-chat .is-failed")).to_have_count(0)
    attach(page, "foto.png", "image/png", PNG)
    expect(page.locator("halo-chat .from-resident .file")).to_contain_text("Gambar: foto.png")
    expect(problem).to_be_empty()


def test_an_upload_shows_its_progress_and_can_be_called_off(page: Page) -> None:
    log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    held: list[Route] = []
    page.route("**/api/chat/attachments*", lambda route: held.append(route))
    attach(page, "surat.pdf", "application/pdf", PDF)
    expect(page.get_by_role("progressbar", name="surat.pdf")).to_be_visible()
    expect(page.locator("halo-chat .delivery")).to_contain_text("Mengirim")
    page.get_by_role("button", name="Batalkan").click()
    expect(page.locator("halo-chat .from-resident")).to_have_count(0)
    page.unroute("**/api/chat/attachments*")
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    assert messages_shown(page, "resident") == [QUESTION]


def test_a_large_photo_is_made_smaller_on_the_device(page: Page) -> None:
    open_widget(page)
    drawn = page.evaluate(
        """async () => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 1600;
          const context = canvas.getContext("2d");
          const noise = context.createImageData(1600, 1600);
          for (let i = 0; i < noise.data.length; i += 1) noise.data[i] = (i * 7919) % 251;
          context.putImageData(noise, 0, 0);
          const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
          const bytes = new Uint8Array(await blob.arrayBuffer());
          let text = "";
          for (const byte of bytes) text += String.fromCharCode(byte);
          return text;
        }"""
    )
    photo = drawn.encode("latin-1") + b"\x00" * (6 * 1024 * 1024)
    attach(page, "foto-hp.png", "image/png", photo)
    expect(page.locator("halo-chat .from-resident .file")).to_contain_text("foto-hp.jpg")


def test_what_was_written_survives_a_reload(page: Page) -> None:
    log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    page.route("**/api/chat/messages", lambda route: route.abort())
    say(page, QUESTION)
    expect(log).to_contain_text("Belum terkirim")
    page.unroute("**/api/chat/messages")
    page.reload()
    open_widget(page)
    expect(log).to_contain_text("9 orang")
    assert messages_shown(page, "resident") == [QUESTION]


def test_the_transcript_is_a_text_file(page: Page, tmp_path: Path) -> None:
    log = open_widget(page)
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    page.get_by_role("button", name="Pilihan lain").click()
    with page.expect_download() as download:
        menu_item(page, "Unduh percakapan (.txt)")
    download.value.save_as(tmp_path / "percakapan.txt")
    text = (tmp_path / "percakapan.txt").read_text(encoding="utf-8")
    assert QUESTION in text
    assert "Anda:" in text
    assert "Asisten otomatis:" in text
    assert "9 orang" in text
    assert "Selasa, 24 November" in text


def test_the_way_to_whatsapp_is_a_link_a_code_and_a_picture(page: Page) -> None:
    log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Lanjutkan di WhatsApp")
    code = page.locator("halo-chat .code strong").inner_text()
    link = page.get_by_role("link", name="Buka WhatsApp").get_attribute("href")
    assert code.startswith("LANJUT-")
    assert link is not None
    assert link.startswith("https://wa.me/6281200000000?text=")
    assert code in link
    expect(page.get_by_role("img", name="Kode QR")).to_be_visible()


def test_erased_words_leave_every_tab(page: Page, service: Service) -> None:
    log = open_widget(page)
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    other = page.context.new_page()
    other.goto(service.url)
    expect(open_widget(other)).to_contain_text("9 orang")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Hapus data saya")
    menu_item(page, "Batal")
    expect(log).to_contain_text("9 orang")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Hapus data saya")
    menu_item(page, "Ya, hapus untuk seterusnya")
    receipt = page.locator("halo-chat .code strong").inner_text()
    expect(other.get_by_role("log")).not_to_contain_text("9 orang")
    assert messages_shown(other, "resident") == []
    page.keyboard.press("Escape")
    assert messages_shown(page, "resident") == []
    erased = [row for row in service.rows("events", "--json") if row["type"] == "erased"]
    assert erased[-1]["data"]["receipt"] == receipt


def test_after_a_farewell_the_assistant_is_rated_by_stars(page: Page, service: Service) -> None:
    log = open_widget(page)
    say(page, "terima kasih ya min")
    stars = page.get_by_role("group", name="Seberapa puas Anda dengan asisten otomatis?")
    stars.get_by_role("button", name="3 dari 5 bintang").click()
    expect(log).to_contain_text("Anda memberi 3 dari 5 bintang")
    stars.get_by_role("button", name="5 dari 5 bintang").click()
    expect(log).to_contain_text("Anda memberi 5 dari 5 bintang")
    page.reload()
    open_widget(page)
    chosen = stars.get_by_role("button", name="5 dari 5 bintang")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    rated = [row for row in service.rows("events", "--json") if row["type"] == "rated"]
    assert [row["data"]["value"] for row in rated][-2:] == [3, 5]


def test_a_new_conversation_begins_in_every_tab(page: Page, service: Service) -> None:
    log = open_widget(page)
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    first = conversation_of(page)
    other = page.context.new_page()
    other.goto(service.url)
    expect(open_widget(other)).to_contain_text("9 orang")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Mulai percakapan baru")
    menu_item(page, "Ya, mulai baru")
    expect(log).not_to_contain_text("9 orang")
    say(page, "bikin NIB bayar gak")
    expect(other.get_by_role("log")).to_contain_text("bikin NIB bayar gak")
    expect(other.get_by_role("log")).not_to_contain_text("9 orang")
    assert conversation_of(page) != first


def test_a_tab_that_nobody_looks_at_gives_its_connection_back(
    browser: Browser, service: Service
) -> None:
    page = a_page(browser)
    page.clock.install()
    ended: list[str] = []
    page.on("requestfailed", lambda request: ended.append(request.url))
    with page.expect_request("**/api/chat/stream*"):
        page.goto(service.url)
        log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    _set_hidden(page, hidden=True)
    page.clock.fast_forward(31_000)
    page.wait_for_function("() => true")
    with page.expect_request("**/api/chat/events*"):
        page.clock.fast_forward(21_000)
    assert any("/api/chat/stream" in url for url in ended)
    with page.expect_request("**/api/chat/stream*"):
        _set_hidden(page, hidden=False)
    say(page, "bikin NIB bayar gak")
    expect(page.locator("halo-chat .from-bot")).to_have_count(3)
    page.context.close()


def _set_hidden(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_letters_stay_as_large_as_they_were_chosen(page: Page) -> None:
    log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    bubble = page.locator("halo-chat .bubble").first
    before = bubble.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Besar")
    page.reload()
    expect(open_widget(page)).to_contain_text("selamat datang")
    after = bubble.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    assert after >= 1.19 * before


def test_place_and_estimate_are_told_in_words(page: Page) -> None:
    known = {
        "place": 3,
        "minutes": 12,
        "at": "2026-11-24T03:17:00+00:00",
        "opens_at": "2026-11-25T01:00:00+00:00",
    }
    page.route("**/api/chat/queue", lambda route: route.fulfill(json=known))
    open_widget(page)
    say(page, "saya mau chat dengan CS")
    expect(page.locator("halo-chat .banner")).to_contain_text(
        "Anda nomor 3 dalam antrean, perkiraan 12 menit lagi (sekitar pukul 10.17). "
        "Petugas buka lagi Rabu, 25 November pukul 08.00 WIB."
    )
