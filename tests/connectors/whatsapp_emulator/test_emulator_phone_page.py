"""The phone page: what it shows, that it works without JavaScript, and at 360 px with it."""

import io
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from connectors.whatsapp_emulator import Emulator, EmulatorServer, ResidentSide, create_app
from connectors.whatsapp_emulator.chat_text import chat_html
from connectors.whatsapp_emulator.faults import read_fault
from connectors.whatsapp_emulator.phone_page import presets
from foundation.clock import StillClock
from tests.connectors.whatsapp_emulator.emulator_kit import (
    PIXEL,
    Receiver,
    a_resident,
    an_emulator,
    interactive,
    put,
    run,
    to,
)
from tests.patience import eventually
from tests.service.browser_kit import a_page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*tebal* _miring_ ~coret~", "<strong>tebal</strong> <em>miring</em> <s>coret</s>"),
        ("2*3*4 dan nama_berkas_ini", "2*3*4 dan nama_berkas_ini"),
        ("* bukan tebal *", "* bukan tebal *"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("`NIB`", "<code>NIB</code>"),
    ],
)
def test_formatting_marks_become_safe_html(text: str, html: str) -> None:
    assert str(chat_html(text)) == html


def test_link_is_made_and_cannot_break_out() -> None:
    html = str(chat_html('lihat https://oss.go.id/a_b_c?x="><img>'))
    assert html.startswith('lihat <a href="https://oss.go.id/a_b_c?x=" rel="noreferrer noopener"')
    assert html.endswith("</a>&#34;&gt;&lt;img&gt;")


@pytest.fixture
def emulator(clock: StillClock) -> Emulator:
    return an_emulator(clock)


def test_chat_shows_text_buttons_list_and_ticks(emulator: Emulator) -> None:
    euis = a_resident(emulator)
    emulator.send(to(euis, "interactive", interactive("button")))
    emulator.send(to(euis, "interactive", interactive("list")))
    emulator.send(to(euis, "interactive", interactive("cta_url")))
    run(emulator, Receiver(), 3)
    page = create_app(emulator).test_client().get(f"/telepon/{euis.user_id}").get_data(as_text=True)
    assert "assalamualaikum min" in page
    assert "Buat NIB" in page
    assert "Pilih layanan" in page
    assert "Layanan 0" in page
    assert 'href="https://oss.go.id"' in page
    assert "sampai di kantor" in page


def test_message_that_failed_is_marked_and_offers_no_choice(emulator: Emulator) -> None:
    euis = a_resident(emulator, speaks=False)
    emulator.send(to(euis, "interactive", interactive("button")))
    run(emulator, Receiver(), 2)
    page = create_app(emulator).test_client().get(f"/telepon/{euis.user_id}").get_data(as_text=True)
    assert "kode 131047" in page
    assert "Buat NIB" not in page


def test_names_and_texts_are_escaped(emulator: Emulator) -> None:
    euis = a_resident(emulator, name="<b>Euis</b>")
    ResidentSide(emulator).say_text(euis.user_id, "<img src=x onerror=alert(1)>")
    client = create_app(emulator).test_client()
    for path in ("/", f"/telepon/{euis.user_id}"):
        page = client.get(path).get_data(as_text=True)
        assert "<b>Euis" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    "item",
    [
        {"type": "text", "text": None},
        {"type": "location", "location": {}},
        {"type": "image", "image": {"id": 5}},
        {"type": "interactive", "interactive": "apa"},
        {"type": "contacts", "contacts": [{}]},
        {"type": "button", "button": {"payload": "a", "text": "Tidak perlu"}},
        {"type": "order", "order": {"text": 3}},
        {"type": "masa_depan", "masa_depan": {"a": 1}, "context": "x"},
        {},
    ],
)
def test_odd_items_do_not_break_the_page(emulator: Emulator, item: dict[str, Any]) -> None:
    euis = a_resident(emulator)
    ResidentSide(emulator).say_item(euis.user_id, item)
    client = create_app(emulator).test_client()
    assert client.get(f"/telepon/{euis.user_id}").status_code == 200
    assert client.get("/").status_code == 200


def test_everything_works_without_javascript(emulator: Emulator) -> None:
    euis = a_resident(emulator)
    offer = emulator.send(to(euis, "interactive", interactive("list")))
    client = create_app(emulator).test_client()
    base = f"/telepon/{euis.user_id}"
    forms: list[tuple[str, dict[str, Any]]] = [
        ("teks", {"teks": "syarat NIB?"}),
        ("pilih", {"pesan": offer.id, "pilihan": "r0"}),
        ("berkas", {"berkas": (_png(), "foto.png"), "teks": "stiker halal"}),
        ("lokasi", {"tempat": "0"}),
        ("keadaan", {"hidup": "0"}),
        ("jam", {"detik": "3600"}),
        ("gangguan", {"gangguan": "0"}),
    ]
    for path, fields in forms:
        answer = client.post(f"{base}/{path}", data=fields)
        assert (path, answer.status_code, answer.location) == (path, 303, base)
    kinds = [m.kind for m in emulator.chats.of(euis.user_id) if not m.from_office]
    assert kinds == ["text", "text", "interactive", "image", "location"]
    assert len(emulator.faults.left()) == 1


def _png() -> io.BytesIO:
    return io.BytesIO(PIXEL)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("teks", {"teks": "  "}),
        ("lokasi", {"tempat": "99"}),
        ("jam", {"detik": "-5"}),
        ("gangguan", {"gangguan": "99"}),
        ("berkas", {}),
        ("pilih", {"pesan": "wamid.X", "pilihan": "a"}),
    ],
)
def test_form_that_makes_no_sense_is_explained(
    emulator: Emulator, path: str, fields: dict[str, str]
) -> None:
    euis = a_resident(emulator)
    answer = create_app(emulator).test_client().post(f"/telepon/{euis.user_id}/{path}", data=fields)
    assert 400 <= answer.status_code < 500
    assert "Kembali ke daftar telepon" in answer.get_data(as_text=True)


def test_message_to_a_number_that_does_not_exist_is_shown_to_whoever_rehearses(
    emulator: Emulator,
) -> None:
    emulator.send(to("6281000000101"))
    run(emulator, Receiver(), 1)
    page = create_app(emulator).test_client().get("/").get_data(as_text=True)
    assert "626281000000101" in page
    assert "131026" in page


def test_click_to_chat_link_fills_the_input(emulator: Emulator) -> None:
    euis = a_resident(emulator)
    client = create_app(emulator).test_client()
    answer = client.get("/wa/6281000000001?text=Lanjut%20kode%20AB12", follow_redirects=True)
    assert "Lanjut+kode+AB12" in answer.get_data(as_text=True)
    page = client.get(f"/telepon/{euis.user_id}?text=Lanjut%20kode%20AB12")
    assert "Lanjut kode AB12</textarea>" in page.get_data(as_text=True)
    assert client.get("/wa/6281000000002?text=a").status_code == 404


def test_every_preset_fault_can_be_ordered() -> None:
    assert all(read_fault(row["fault"]) for row in presets().faults)


@pytest.mark.browser
def test_resident_chats_at_360_px(emulator: Emulator, browser: Browser) -> None:
    page = a_page(browser, width=360, height=740)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    euis = a_resident(emulator)
    receiver = Receiver()
    with EmulatorServer(emulator, posts=[receiver]) as server:
        page.goto(f"{server.url}/telepon/{euis.user_id}")
        field = page.get_by_placeholder("Ketik pesan")
        field.fill("syarat *NIB*?")
        field.press("Enter")
        expect(page.locator(".bubble--mine strong")).to_have_text("NIB")
        rows = put(interactive("list"), "action.sections.0.rows.0.title", "Sertifikat halal")
        emulator.send(to(euis, "interactive", rows))
        page.get_by_role("button", name="Pilih layanan").click()
        page.get_by_text("Sertifikat halal").click()
        page.locator(".sheet:popover-open").get_by_role("button", name="Kirim").click()
        expect(page.locator(".bubble--mine").last).to_contain_text("Sertifikat halal")
        emulator.send(to(euis, "interactive", interactive("button")))
        emulator.turn_clock(2)
        page.get_by_role("button", name="Buat NIB").click()
        expect(page.locator(".bubble--mine").last).to_contain_text("Buat NIB")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="Panel latihan").click()
        page.get_by_role("button", name="+25 jam").click()
        expect(page.locator("#p-keadaan")).to_contain_text("tertutup")
        eventually(lambda: len(receiver.messages()) >= 4)
        page.context.close()
    assert complaints == []
    assert [m["type"] for m in receiver.messages()] == ["text"] * 2 + ["interactive"] * 2
