import csv
import io
import re
from datetime import date

import pytest
from flask import Flask

from foundation.clock import StillClock, parse_moment
from storage import Store
from tests.web.staff import a_case, a_chat, a_turn, an_account, signed_in, staff_app


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "rina", "auditor")
    return staff_app(sqlite_store, clock)


@pytest.fixture
def figures(sqlite_store: Store, clock: StillClock) -> None:
    """Two days: chats at night and by day, a second message, a question back, a case."""
    clock.set(parse_moment("2026-11-23T23:50"))
    night = a_chat(sqlite_store, "malam")
    a_turn(sqlite_store, night, "biaya NIB?")
    clock.set(parse_moment("2026-11-24T00:10"))
    a_turn(sqlite_store, night, "lalu?", decision="clarify")
    clock.set(parse_moment("2026-11-24T09:00"))
    day = a_chat(sqlite_store, "siang", "whatsapp")
    a_turn(sqlite_store, day, "chat dengan cs", decision="handoff")
    a_case(sqlite_store, day)


@pytest.mark.usefixtures("figures")
def test_figures_are_those_of_the_log(app: Flask) -> None:
    answer = signed_in(app, "rina").get("/laporan/unduh?format=json")
    assert answer.json is not None
    assert (answer.json["from"], answer.json["to"]) == ("2026-11-11", "2026-11-24")
    keys = ("chats", "messages", "bot_answered", "clarified", "handed_over", "outside_hours")
    rows = {
        (row["date"], row["channel"]): tuple(row[key] for key in keys)
        for row in answer.json["rows"]
    }
    assert rows == {
        ("2026-11-23", "webchat"): (1, 1, 1, 0, 0, 1),
        ("2026-11-24", "webchat"): (0, 1, 0, 1, 0, 1),
        ("2026-11-24", "whatsapp"): (1, 1, 0, 0, 1, 0),
    }


@pytest.mark.usefixtures("figures")
def test_page_shows_the_same_figures(app: Flask) -> None:
    page = signed_in(app, "rina").get("/laporan").text
    assert 'href="/laporan/percakapan?tanggal=2026-11-24&amp;kanal=whatsapp"' in page
    plain = re.sub(r"<a[^>]*><span.*?</span>|</a>", "", "".join(page.split()))
    assert (
        '<tr><thscope="row">24-11-2026</th><td>WhatsApp</td>'
        + "".join(f'<tdclass="number">{number}</td>' for number in (1, 1, 0, 0, 1, 0))
        in plain
    )
    assert (
        '<thscope="row">Jumlah</th><td></td>'
        + "".join(f'<tdclass="number">{number}</td>' for number in (2, 3, 1, 1, 1, 2))
        in plain
    )
    assert "24-11-2026: 1 chat; WhatsApp 1" in page
    assert "setelah 24 jam tanpa pesan" in page


@pytest.mark.usefixtures("figures")
def test_a_later_look_counts_what_came_since(app: Flask, sqlite_store: Store) -> None:
    staff = signed_in(app, "rina")
    path = "/laporan/unduh?format=csv&from=2026-11-24&to=2026-11-24"
    staff.get(path)
    a_turn(sqlite_store, a_chat(sqlite_store, "siang", "whatsapp"), "satu lagi")
    rows = list(csv.DictReader(io.StringIO(staff.get(path).text)))
    assert [(row["channel"], row["messages"]) for row in rows] == [
        ("webchat", "1"),
        ("whatsapp", "2"),
    ]


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(
    ("file_format", "mime", "start"),
    [
        ("json", "application/json", b"{"),
        ("csv", "text/csv", b"date,channel,chats"),
        ("xlsx", "application/vnd.openxmlformats", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
def test_files_to_take_along(app: Flask, file_format: str, mime: str, start: bytes) -> None:
    answer = signed_in(app, "rina").get(f"/laporan/unduh?format={file_format}")
    assert answer.status_code == 200
    assert answer.content_type.startswith(mime)
    assert answer.data.startswith(start)
    assert f"2026-11-24.{file_format}" in answer.headers["Content-Disposition"]


def test_an_empty_period_says_so(app: Flask) -> None:
    page = signed_in(app, "rina").get("/laporan?from=2026-01-01&to=2026-01-02")
    assert page.status_code == 200
    assert "Belum ada pesan warga pada periode ini" in page.text
    assert '<svg class="chart"' not in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-11-24&to=2026-11-01", "lebih awal"),
        ("from=kemarin", "TTTT-BB-HH"),
        ("from=2020-01-01&to=2026-01-01", "paling panjang"),
    ],
)
def test_an_impossible_period_is_explained(app: Flask, query: str, words: str) -> None:
    staff = signed_in(app, "rina")
    page = staff.get(f"/laporan?{query}")
    assert page.status_code == 422
    assert words in page.text
    assert 'value="2026-11-11"' in page.text
    assert staff.get(f"/laporan/unduh?format=csv&{query}").status_code == 422


@pytest.mark.parametrize("file_format", ["", "exe", "../csv"])
def test_an_unknown_file_format_is_refused(app: Flask, file_format: str) -> None:
    answer = signed_in(app, "rina").get("/laporan/unduh", part=False)
    assert answer.status_code == 422
    answer = signed_in(app, "rina").get(f"/laporan/unduh?format={file_format}")
    assert answer.status_code == 422


def test_days_begin_at_midnight_wib(app: Flask, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-25T00:30"))  # 24 November in UTC
    page = signed_in(app, "rina").get("/laporan").text
    assert f'value="{date(2026, 11, 25)}"' in page


def test_unknown_channel_names_stay_text(app: Flask, sqlite_store: Store) -> None:
    a_turn(sqlite_store, a_chat(sqlite_store, "x", "<b>kanal</b>"), "halo")
    page = signed_in(app, "rina").get("/laporan").text
    assert "<b>kanal" not in page
    assert "&lt;b&gt;" in page
