import itertools
import re
from pathlib import Path

import pytest
from flask import Flask

from foundation.clock import StillClock, parse_moment
from handoff import CaseState, Outcome, Reason
from storage import Store, erase_content
from tests.web.staff import a_case, a_chat, a_turn, an_account, signed_in, staff_app

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "siti", display_name="Siti Rahma")
    an_account(sqlite_store, "dedi", display_name="Dedi <b>Kurniawan</b>")
    return staff_app(sqlite_store, clock)


def tickets(page: str) -> list[str]:
    return re.findall(r"· (HK-\d+)", page)


def test_the_longest_waiting_case_is_first(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    cases = []
    for number in range(3):
        clock.advance(minutes=10)
        cases.append(a_case(sqlite_store, a_chat(sqlite_store, f"warga-{number}")))
    page = signed_in(app, "siti").get("/petugas/antrean", part=True).text
    assert tickets(page) == [case.ticket for case in cases]


def test_waiting_time_is_told_in_service_minutes_and_on_the_clock(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    clock.set(parse_moment("2026-11-23T17:50"))
    a_case(sqlite_store, a_chat(sqlite_store, "warga"))
    clock.set(parse_moment("2026-11-24T08:05"))
    page = signed_in(app, "siti").get("/petugas").text
    assert "Menunggu 15 menit layanan" in page
    assert "14 jam 15 menit sejak dibuka" in page


def test_what_a_resident_writes_is_never_markup(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, SCRIPT, decision="handoff", attention=True, slots={"nama": SCRIPT})
    a_case(sqlite_store, chat)
    staff = signed_in(app, "siti")
    for path in (
        f"/petugas/percakapan/{chat.id}",
        "/petugas?tab=dilihat",
        "/petugas?tab=menunggu",
        f"/petugas/percakapan/{chat.id}/baru?after=0",
        f"/petugas/percakapan/{chat.id}/keadaan",
    ):
        page = staff.get(path, part="baru" in path or "keadaan" in path).text
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page, path
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_officers_name_is_never_markup(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    signed_in(app, "dedi").post(f"/petugas/kasus/{case.id}/ambil")
    page = signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    assert "<b>Kurniawan" not in page


def test_the_speakers_are_told_apart(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "NIK saya 3201012345678901", bot="Terima kasih.")
    case = a_case(sqlite_store, chat)
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    staff.post(f"/petugas/kasus/{case.id}/balas", text="Baik, Pak.", kunci="k")
    page = staff.get(f"/petugas/percakapan/{chat.id}").text
    who = [line.strip() for line in re.findall(r'<p class="line__who">([^<]+)', page)]
    assert who == ["Warga", "Asisten otomatis", "Pesan sistem", "Petugas Siti Rahma"]
    assert "3201012345678901" in page  # officers see identifiers


def test_the_transcript_continues_behind_the_last_line_seen(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "pertama")
    staff = signed_in(app, "siti")
    page = staff.get(f"/petugas/percakapan/{chat.id}", part=True).text
    last = re.findall(r'data-last="(\d+)"', page)[-1]
    nothing = staff.get(f"/petugas/percakapan/{chat.id}/baru?after={last}", part=True).text
    assert "line__text" not in nothing
    assert f'data-last="{last}"' in nothing
    a_turn(sqlite_store, chat, "kedua")
    more = staff.get(f"/petugas/percakapan/{chat.id}/baru?after={last}", part=True).text
    assert "kedua" in more
    assert "pertama" not in more


def test_older_lines_come_on_request_without_gap_or_double(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    for number in range(120):  # four events each
        a_turn(sqlite_store, chat, f"pesan-{number:03d}.")
    staff = signed_in(app, "siti")
    path, seen = f"/petugas/percakapan/{chat.id}", []
    while path:
        page = staff.get(path, part=True).text
        seen.append(re.findall(r"pesan-(\d{3})\.", page.split("<aside")[0]))
        found = re.search(r'hx-get="([^"]+/lama[^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 3
    assert list(itertools.chain(*reversed(seen))) == [f"{number:03d}" for number in range(120)]


def test_erased_words_are_gone_from_the_console(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "rahasia sekali", attention=True, decision="handoff")
    a_case(sqlite_store, chat)
    with sqlite_store.write() as tx:
        erase_content(tx, chat.id)
    staff = signed_in(app, "siti")
    for path in (f"/petugas/percakapan/{chat.id}", "/petugas?tab=dilihat", "/petugas"):
        assert "rahasia" not in staff.get(path).text
    assert "(isi sudah dihapus)" in staff.get(f"/petugas/percakapan/{chat.id}").text


def test_what_may_be_done_depends_on_who_has_the_case(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    path = f"/petugas/percakapan/{chat.id}/keadaan"
    assert 'id="ambil"' in siti.get(path, part=True).text
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    mine, other = siti.get(path, part=True).text, dedi.get(path, part=True).text
    assert all(f'id="{key}"' in mine for key in ("kembalikan", "lepas", "selesaikan"))
    assert 'id="ambil"' not in other + mine
    assert 'id="lepas"' not in other
    assert "Ditangani Dedi" not in other
    assert "Ditangani Siti Rahma" in other


def test_a_turn_to_look_at_can_be_entered_from_its_conversation(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "kumaha?", decision="handoff", attention=True)
    staff = signed_in(app, "siti")
    path = f"/petugas/percakapan/{chat.id}"
    page = staff.get(path).text
    assert "Belum ada kasus" in page
    [action] = set(re.findall(r'hx-post="(/petugas/dilihat/\d+/masuk)"', page))
    staff.post(action)
    page = staff.get(path).text
    assert "Anda yang menjawab" in page
    assert "/masuk" not in page.split('id="tindakan"')[1]


def test_my_cases_show_who_waits_for_an_answer(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    assert "Belum dibalas" not in staff.get("/petugas?tab=saya").text
    a_turn(sqlite_store, chat, "halo?")
    assert "Belum dibalas" in staff.get("/petugas?tab=saya").text
    staff.post(f"/petugas/kasus/{case.id}/balas", text="Ya, Pak.", kunci="k")
    assert "Belum dibalas" not in staff.get("/petugas?tab=saya").text


def test_an_unknown_conversation_is_not_found(app: Flask) -> None:
    staff = signed_in(app, "siti")
    for path in ("", "/keadaan"):
        assert staff.get(f"/petugas/percakapan/tidak-ada{path}").status_code == 404


def test_nothing_of_a_conversation_is_kept_by_browsers_or_proxies(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    staff = signed_in(app, "siti")
    for path in ("/petugas", f"/petugas/percakapan/{chat.id}", "/petugas/antrean"):
        assert staff.get(path).headers["Cache-Control"] == "no-store"


def test_pages_have_nothing_inline(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_case(sqlite_store, chat)
    page = signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|hx-vals", page)


@pytest.mark.parametrize(
    ("table", "names"),
    [("reasons", Reason), ("outcomes", Outcome), ("states", CaseState)],
)
def test_every_code_has_words(app: Flask, table: str, names: type[Reason]) -> None:
    words = app.jinja_env.get_template("officer/_kata.html").module
    assert set(getattr(words, table)) == {name.value for name in names}


def test_scripts_of_the_console_evaluate_nothing() -> None:
    folder = Path(__file__).parents[2] / "web" / "static" / "js"
    for path in folder.rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|insertAdjacentHTML|document\.write", source)
