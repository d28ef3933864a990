"""Makes the pictures of the guides anew: ``python -m tests.service.screenshots [FOLDER]``.

Starts the real service with a store of its own, plays a resident and an officer in chromium, and
saves small PNGs (a palette of 128 colours) under ``docs/gambar``. The service's clock begins at a
fixed moment; only the minutes in the pictures differ from run to run.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from foundation.settings import PROJECT_ROOT
from tests.chromium import PATIENCE, chromium
from tests.service.browser_kit import (
    OfficersDesk,
    a_page,
    conversation_of,
    open_widget,
    say,
)
from tests.service.conftest import Service
from tests.service.widget_kit import PDF, close_case, menu_item, picture

QUESTION = "min brp org sih klo mau bikin koperasi"
COLOURS = 128


@dataclass
class Camera:
    """Takes pictures of pages into one folder."""

    folder: Path

    def take(self, page: Page, name: str) -> None:
        """Save what the window shows."""
        self.keep(page.screenshot(animations="disabled"), name)

    def keep(self, png: bytes, name: str) -> None:
        """Save a picture."""
        image = Image.open(io.BytesIO(png))
        small = image.convert("RGB").quantize(COLOURS)
        small.save(self.folder / f"{name}.png", optimize=True)
        print(name)


def public_pages(browser: Browser, service: Service, camera: Camera) -> None:
    """Front page, search, an answer, the page without JavaScript."""
    desk = a_page(browser, width=1280, height=800)
    desk.goto(service.url)
    camera.take(desk, "beranda")
    phone = a_page(browser, width=360, height=740)
    phone.goto(service.url)
    camera.take(phone, "beranda-hp")
    phone.goto(f"{service.url}/cari?q=syrat+bikn+koprasi")
    camera.take(phone, "cari-hp")
    phone.goto(f"{service.url}/jawaban/pendirian_koperasi/jumlah_pendiri")
    camera.take(phone, "jawaban-hp")
    phone.goto(f"{service.url}/topik/pangan")
    camera.take(phone, "topik-hp")
    phone.goto(f"{service.url}/tanya")
    camera.take(phone, "tanya-hp")
    phone.get_by_label("Pertanyaan Anda").fill(QUESTION)
    phone.get_by_role("button", name="Kirim").click()
    talk = phone.get_by_role("list", name="Percakapan")
    expect(talk).to_contain_text("9 orang")
    talk.get_by_text("9 orang").first.evaluate("(node) => node.scrollIntoView()")
    camera.take(phone, "tanya-jawaban-hp")
    for page in (desk, phone):
        page.context.close()


def the_chat(browser: Browser, service: Service, camera: Camera) -> None:
    """A conversation on a phone, from the welcome to the erased data."""
    page = a_page(browser, width=360, height=740)
    page.goto(service.url)
    log = open_widget(page)
    expect(log).to_contain_text("Asisten otomatis")
    camera.take(page, "chat-awal")
    say(page, QUESTION)
    page.get_by_role("button", name="Membantu", exact=True).first.click()
    expect(log).to_contain_text("Terima kasih.")
    camera.take(page, "chat-jawaban")
    page.locator("halo-chat input[type=file]").set_input_files(
        {"name": "surat-keterangan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(log).to_contain_text("surat-keterangan.pdf")
    say(page, "saya mau chat dengan CS")
    expect(page.locator("halo-chat .banner")).to_contain_text("nomor 1")
    camera.take(page, "chat-menunggu")
    desk = OfficersDesk.beside(service)
    case = desk.take(conversation_of(page))
    desk.sit().reply(case.id, "Selamat pagi, suratnya sudah kami terima. Ada yang bisa dibantu?")
    expect(log).to_contain_text("suratnya sudah kami terima")
    camera.take(page, "chat-petugas")
    desk.send_file(case, picture(640, 400), "contoh-stempel.png", "Stempelnya seperti ini.")
    desk.send_file(case, PDF, "formulir.pdf", "Formulirnya terlampir.")
    expect(page.get_by_role("img", name="Gambar: contoh-stempel.png")).to_be_visible()
    expect(log).to_contain_text("Formulirnya terlampir.")
    desk.type(case.conversation)
    expect(page.locator("halo-chat .typing")).to_be_visible()
    camera.take(page, "chat-berkas")
    page.get_by_role("button", name="Tutup chat").click()
    desk.sit().reply(case.id, "Masih ada yang perlu dibantu?")
    expect(page.get_by_role("button", name="1 pesan belum dibaca")).to_be_visible()
    camera.take(page, "chat-belum-dibaca")
    page.get_by_role("button", name="Tanya di sini").click()
    close_case(desk, case)
    page.get_by_role("button", name="4 dari 5 bintang").click()
    expect(log).to_contain_text("Anda memberi 4")
    camera.take(page, "chat-penilaian")
    page.get_by_role("button", name="Pilihan lain").click()
    camera.take(page, "chat-menu")
    menu_item(page, "Lanjutkan di WhatsApp")
    expect(page.locator("halo-chat .code")).to_contain_text("LANJUT-")
    camera.take(page, "chat-whatsapp")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Hapus data saya")
    camera.take(page, "chat-hapus")
    menu_item(page, "Ya, hapus untuk seterusnya")
    expect(page.locator("halo-chat .code")).to_contain_text("HAPUS-")
    camera.take(page, "chat-terhapus")
    page.context.close()


def more_states(browser: Browser, service: Service, camera: Camera) -> None:
    """What the guide shows of a large screen, the dark, a bad network and large letters."""
    page = a_page(browser, width=1280, height=800, dark=True)
    page.goto(service.url)
    log = open_widget(page)
    say(page, QUESTION)
    expect(log).to_contain_text("9 orang")
    camera.take(page, "chat-komputer-gelap")
    page.context.close()
    page = a_page(browser, width=320, height=568)
    page.goto(service.url)
    log = open_widget(page)
    say(page, f"{'kata' * 40} {QUESTION}")
    expect(page.locator("halo-chat .from-bot")).to_have_count(2)
    page.locator("halo-chat .from-resident").evaluate("(node) => node.scrollIntoView()")
    camera.take(page, "chat-layar-kecil")
    page.context.close()
    page = a_page(browser, width=360, height=740)
    page.goto(service.url)
    log = open_widget(page)
    page.get_by_role("button", name="Pilihan lain").click()
    menu_item(page, "Sangat besar")
    page.keyboard.press("Escape")
    page.locator("halo-chat input[type=file]").set_input_files(
        {"name": "video.mp4", "mimeType": "video/mp4", "buffer": b"x"}
    )
    page.context.set_offline(True)
    say(page, "bikin NIB bayar gak")
    expect(log).to_contain_text("Belum terkirim")
    camera.take(page, "chat-terputus-huruf-besar")
    page.context.close()


def main() -> None:
    """Make all pictures."""
    expect.set_options(timeout=PATIENCE)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_ROOT / "docs" / "gambar"
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory(prefix="halo-gambar-") as data:
        service = Service(Path(data), environment={"HALO_WHATSAPP_NUMBER": "6281200000000"})
        service.start()
        try:
            with chromium() as browser:
                public_pages(browser, service, camera)
                the_chat(browser, service, camera)
                more_states(browser, service, camera)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
