"""With an officer in the widget: files both ways, and each sees that the other types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from handoff import Case
from tests.service.browser_kit import OfficersDesk, a_page, conversation_of, open_widget, say
from tests.service.conftest import Service
from tests.service.widget_kit import PDF, picture

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SIGN = "Petugas sedang mengetik…"


@dataclass
class Talk:
    """A resident's widget whose case an officer has taken."""

    page: Page
    desk: OfficersDesk
    case: Case


@pytest.fixture
def talk(browser: Browser, service: Service) -> Iterator[Talk]:
    page = a_page(browser, width=360, height=740)
    page.clock.install()
    page.goto(service.url)
    log = open_widget(page)
    say(page, "saya mau chat dengan CS")
    expect(log).to_contain_text("Nomor tiket")
    desk = OfficersDesk.beside(service)
    case = desk.take(conversation_of(page))
    expect(log).to_contain_text("sekarang menjawab Anda")
    yield Talk(page, desk, case)
    page.context.close()


def test_an_officers_files_are_seen_and_saved(talk: Talk, tmp_path: Path) -> None:
    small, large = picture(40, 30), picture(1500, 900)
    talk.desk.send_file(talk.case, small, "contoh stempel.png", "Stempelnya seperti ini.")
    image = talk.page.get_by_role("img", name="Gambar: contoh stempel.png")
    expect(image).to_be_visible()
    assert image.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 40
    expect(talk.page.locator("halo-chat .from-officer .bubble").last).to_contain_text("Stempel")

    talk.desk.send_file(talk.case, PDF, "formulir.pdf")
    with talk.page.expect_download() as download:
        talk.page.get_by_role("button", name="Dokumen: formulir.pdf (59 KB) Unduh").click()
    assert download.value.suggested_filename == "formulir.pdf"
    download.value.save_as(tmp_path / "formulir.pdf")
    assert (tmp_path / "formulir.pdf").read_bytes() == PDF

    # A large picture costs nothing until it is wanted.
    asked: list[str] = []
    talk.page.on("request", lambda request: asked.append(request.url))
    talk.desk.send_file(talk.case, large + b"\0" * 500_000, "denah.png")
    talk.page.get_by_role("button", name="Tampilkan gambar").click()
    expect(talk.page.get_by_role("img", name="Gambar: denah.png")).to_be_visible()
    assert sum("/api/chat/files/" in url for url in asked) == 1


def test_the_own_picture_is_there_after_a_reload(talk: Talk) -> None:
    talk.page.locator("halo-chat input[type=file]").set_input_files(
        {"name": "ktp.png", "mimeType": "image/png", "buffer": picture(40, 30)}
    )
    expect(talk.page.get_by_role("img", name="Gambar: ktp.png")).to_be_visible()
    talk.page.reload()
    open_widget(talk.page)
    expect(talk.page.get_by_role("img", name="Gambar: ktp.png")).to_be_visible()


def test_a_file_that_does_not_come_is_told_and_comes_the_next_time(talk: Talk) -> None:
    held: list[Route] = []
    talk.page.route("**/api/chat/files/*", lambda route: held.append(route))
    talk.desk.send_file(talk.case, PDF, "formulir.pdf")
    save = talk.page.get_by_role("button", name="Dokumen: formulir.pdf")
    line = talk.page.locator("halo-chat .line")
    with talk.page.expect_request("**/api/chat/files/*"):
        save.click()
    held.pop().abort()
    expect(line).to_have_text("Berkas belum dapat dibuka. Periksa koneksi, lalu coba lagi.")
    with talk.page.expect_request("**/api/chat/files/*"):
        save.click()
    gone = {"error": {"code": "H060", "message": "tidak ada"}}
    held.pop().fulfill(status=404, json=gone)
    expect(line).to_have_text("Berkas ini sudah tidak ada.")
    talk.page.unroute("**/api/chat/files/*")
    with talk.page.expect_download():
        save.click()


def test_the_officers_typing_shows_until_the_answer_or_for_a_while(talk: Talk) -> None:
    sign = talk.page.locator("halo-chat .typing")
    expect(sign).to_be_hidden()
    talk.desk.type(talk.case.conversation)
    expect(sign).to_have_text(SIGN)
    talk.desk.sit().reply(talk.case.id, "Sudah saya cek.")
    expect(talk.page.get_by_role("log")).to_contain_text("Sudah saya cek.")
    expect(sign).to_be_hidden()
    talk.desk.type(talk.case.conversation)
    expect(sign).to_be_visible()
    talk.page.clock.fast_forward(6_100)
    expect(sign).to_be_hidden()


def test_the_residents_typing_is_told_now_and_then(talk: Talk) -> None:
    told: list[str] = []
    talk.page.on("request", lambda request: told.append(request.url))
    field = talk.page.locator("halo-chat textarea")
    with talk.page.expect_response("**/api/chat/typing"):
        field.press_sequentially("Pak")
    assert sum(url.endswith("/typing") for url in told) == 1
    assert talk.case.conversation in talk.desk.sees_typing()
    talk.page.clock.fast_forward(4_100)
    with talk.page.expect_response("**/api/chat/typing"):
        field.press_sequentially(" ya")
    assert sum(url.endswith("/typing") for url in told) == 2
