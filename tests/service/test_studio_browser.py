"""Data staff in a real browser: labelling by keyboard alone; accessible pages in four looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from foundation.clock import StillClock, parse_moment
from storage import Store, active_edits
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn
from tests.service.browser_kit import a_page, violations
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TEXTS = (
    "saya dari Ciawi, ongkos notaris koperasi berapa",
    "minimal berapa orang biar sah jadi koperasi",
    "izin halal buat keripik rumahan",
    "bantuan gerobak masih ada tidak",
    "🙏🙏 dagang di Cibinong butuh modal kemana ya",
)
LOOKS = [(360, False), (360, True), (1280, False), (1280, True)]


@pytest.fixture(scope="module")
def turns(service: Service) -> tuple[Store, list[int]]:
    """Logged turns that wait for eyes."""
    clock = StillClock(parse_moment("2026-11-24T09:55"))
    store = Store.open(f"sqlite:///{service.data_dir / 'halo.sqlite3'}", clock=clock)
    chat = a_chat(store)
    ids = [a_turn(store, chat, text)[0] for text in TEXTS]
    for text in (TEXTS[1], f"{TEXTS[1]}?"):
        a_turn(store, chat, text)
    refreshed = service.command("labels", "refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    return store, ids


def _sign_in(browser: Browser, service: Service, *, width: int = 1280, dark: bool = False) -> Page:
    page = a_page(browser, width=width, dark=dark)
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", "data")
    page.fill("[name=password]", "peragaan-staf-data")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/kotak*")
    return page


def _labels(store: Store) -> dict[str, str]:
    with store.read() as tx:
        return {e.body["text"]: e.body["intent"] for e in active_edits(tx, "example")}


def _walk_to(page: Page, element_id: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        if page.evaluate("() => document.activeElement.id") == element_id:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{element_id} cannot be reached with Tab")


def _show(page: Page, service: Service, event_id: int, text: str) -> None:
    page.goto(f"{service.url}/studio/label?kelompok={event_id}")
    expect(page.locator("#pesan-warga")).to_have_text(text)


def test_four_turns_are_labelled_without_a_mouse(
    service: Service, browser: Browser, turns: tuple[Store, list[int]]
) -> None:
    store, ids = turns
    page = _sign_in(browser, service)
    page.get_by_role("link", name="Mulai melabeli").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pelabelan")).to_be_visible()

    # An entity is marked word by word, then the second suggestion is taken.
    _show(page, service, ids[0], TEXTS[0])
    page.keyboard.press("e")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    _walk_to(page, "jenis")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(page.locator("#jenis")).to_have_value("kecamatan")
    _walk_to(page, "tandai")
    page.keyboard.press("Enter")
    expect(page.locator("#tanda")).to_contain_text("Ciawi: Kecamatan")
    page.keyboard.press("2")
    expect(page.get_by_role("status")).to_contain_text("1 pesan diberi label")
    with store.read() as tx:
        [edit] = active_edits(tx, "example")
    assert edit.body["intent"] == COST
    [entity] = edit.body["entities"]
    assert (entity["entity"], entity["value"]) == ("kecamatan", "Ciawi")

    # A whole group with one key.
    _show(page, service, ids[1], TEXTS[1])
    page.keyboard.press("1")
    expect(page.get_by_role("status")).to_contain_text("3 pesan diberi label")
    assert _labels(store)[TEXTS[1]] == FOUNDERS

    # A label that is not among the suggestions is searched for; a worker finds it.
    _show(page, service, ids[2], TEXTS[2])
    page.keyboard.press("/")
    page.keyboard.type("cara daftar sertifikat halal gratis")
    # Enter may come before the answer to the whole words; what was found before is not taken.
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 pesan diberi label halal/")
    assert _labels(store)[TEXTS[2]].startswith("halal/")

    # Passed over, taken back, and shown again.
    _show(page, service, ids[3], TEXTS[3])
    # Keys are heard from the end of loading; the words stand on the page a little earlier.
    with page.expect_navigation():
        page.keyboard.press("l")
    expect(page.get_by_role("status")).to_contain_text("1 pesan dilewati")
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("dikembalikan ke antrean")
    expect(page.locator("#pesan-warga")).to_have_text(TEXTS[3])
    assert len(_labels(store)) == 3


def test_words_are_marked_with_the_mouse_behind_signs_that_are_two_units_long(
    service: Service, browser: Browser, turns: tuple[Store, list[int]]
) -> None:
    store, ids = turns
    page = _sign_in(browser, service)
    _show(page, service, ids[4], TEXTS[4])
    middle = page.evaluate(
        """() => {
          const words = document.getElementById("pesan-warga").firstChild;
          const range = document.createRange();
          const start = words.data.indexOf("Cibinong");
          range.setStart(words, start);
          range.setEnd(words, start + "Cibinong".length);
          const box = range.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.dblclick(*middle)
    page.locator("#jenis").select_option("kecamatan")
    page.locator("#tandai").click()
    expect(page.locator("#tanda")).to_contain_text("Cibinong: Kecamatan")
    with page.expect_navigation():
        page.locator("[data-key='1'][name=label]").click()
    with store.read() as tx:
        [edit] = [one for one in active_edits(tx, "example") if one.body["text"] == TEXTS[4]]
    [entity] = edit.body["entities"]
    assert (entity["entity"], entity["value"]) == ("kecamatan", "Cibinong")


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_page_of_the_studio_is_accessible(
    service: Service, browser: Browser, turns: tuple[Store, list[int]], width: int, dark: bool
) -> None:
    page = _sign_in(browser, service, width=width, dark=dark)
    last = turns[1][3]
    found: dict[str, list[str]] = {}
    for path in (
        "kotak",
        f"kotak/{last}",
        f"label?kelompok={last}",
        f"label/baru?kelompok={last}",
        "daftar-label",
        "jawaban?q=pendiri",
        f"jawaban/{FOUNDERS}",
        "leksikon?tabel=salah_ketik.tsv&q=kop",
        "tren",
        "pelatihan",
        "gerbang",
        "versi",
        "ambang",
        "ditarik?q=biaya",
        f"ditarik/{FOUNDERS}",
    ):
        answer = page.goto(f"{service.url}/studio/{path}")
        assert answer is not None
        assert answer.status == 200, path
        if wrong := violations(page):
            found[path] = wrong
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            found.setdefault(path, []).append("the page is wider than the screen")
        _picture(page, f"{path.split('?')[0].replace('/', '-')}-{width}{'-gelap' if dark else ''}")
    assert found == {}


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HALO_TEST_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
