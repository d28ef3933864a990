"""The residents' questionnaire: what it asks, what it keeps, what it refuses."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from foundation.clock import WIB, StillClock
from reports import questionnaires, satisfaction
from storage import Store, office_tables
from tests.web.staff import an_account, csrf_token, signed_in, staff_app

FORM = "/kuesioner"
BEST = {f"u{number}": "4" for number in range(1, 10)}


@pytest.fixture
def app(store: Store, clock: StillClock) -> Flask:
    an_account(store, "rina", role="supervisor")
    an_account(store, "ahmad")
    return staff_app(store, clock, public_url="https://halo.contoh.go.id")


def fill_in(client: FlaskClient, **answers: str) -> TestResponse:
    page = client.get(FORM)
    key = re.search(r'name="kunci" value="([^"]+)"', page.text)
    assert key
    form = {"csrf_token": csrf_token(page), "kunci": key[1], **answers}
    return client.post(FORM, data=form, headers={"Referer": "https://localhost/kuesioner"})


def kept(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        rows = tx.connection.execute(
            sa.select(office_tables.satisfaction).order_by(office_tables.satisfaction.c.id)
        )
        return [dict(row._mapping) for row in rows]


def test_nine_questions_with_four_answers_each_and_nothing_checked(app: Flask) -> None:
    page = app.test_client().get(FORM).text
    assert re.findall(r'name="(u\d)" value="(\d)"', page) == [
        (f"u{number}", str(value)) for number in range(1, 10) for value in range(1, 5)
    ]
    assert " checked" not in page
    assert "<script" not in page


def test_questions_stand_in_the_order_of_the_elements() -> None:
    asked = questionnaires.questions()
    assert [one.element for one in asked] == list(satisfaction.ELEMENTS)
    assert all(len(one.answers) == 4 for one in asked)
    assert (asked[3].name, asked[3].answers[0]) == ("U4 Biaya/tarif", "Sangat mahal")
    assert "pengaduan" in asked[7].name
    assert "pengaduan" in asked[7].text
    assert "sarana" in asked[8].text


def test_what_a_resident_fills_in_counts_as_theirs(
    app: Flask, store: Store, clock: StillClock
) -> None:
    done = fill_in(
        app.test_client(),
        **BEST | {"u3": "2"},
        pendidikan="SMA",
        pekerjaan="bukan pilihan",
        saran="Hubungi saya di 0812-3456-7890",
    )
    assert (done.status_code, done.location) == (303, "/kuesioner/terima-kasih")
    day = clock().astimezone(WIB).date()
    [row] = kept(store)
    assert [row[element] for element in satisfaction.ELEMENTS] == [4, 4, 2, 4, 4, 4, 4, 4, 4]
    assert (row["date"], row["entered_by"]) == (day, None)
    assert row["profile"] == {"pendidikan": "SMA"}
    assert row["suggestion"] == "Hubungi saya di [telepon]"
    rina = an_account(store, "rina2")
    with store.write() as tx:
        satisfaction.add_questionnaire(tx, day, [1] * 9, account=rina)
        assert questionnaires.count_by_source(tx, day, day) == {"petugas": 1, "warga": 1}
        index = satisfaction.read_index(tx, day, day)
    assert index is not None
    assert index.respondents == 2


def test_an_open_question_is_named_and_nothing_is_lost(app: Flask, store: Store) -> None:
    answers = {name: value for name, value in BEST.items() if name != "u5"}
    page = fill_in(app.test_client(), **answers, saran="Antreannya lama")
    assert page.status_code == 422
    assert "Belum dijawab" in page.text
    assert page.text.count("Belum dijawab") == 1
    assert len(re.findall(r'value="4" required checked', page.text)) == 8
    assert "Antreannya lama" in page.text
    assert kept(store) == []


def test_a_form_that_is_sent_twice_counts_once(app: Flask, store: Store) -> None:
    client = app.test_client()
    page = client.get(FORM)
    form = {"csrf_token": csrf_token(page), "kunci": "satu-lembar", **BEST}
    assert client.post(FORM, data=form).status_code == 303
    # Again without the memory of the browser, as from a page that went back.
    with client.session_transaction() as session:
        del session["kuesioner"]
    assert client.post(FORM, data=form).status_code == 303
    assert len(kept(store)) == 1


def test_a_browser_fills_it_in_once_a_day(app: Flask, store: Store, clock: StillClock) -> None:
    client = app.test_client()
    token = csrf_token(client.get(FORM))
    fill_in(client, **BEST)
    assert "sudah diterima" in client.get(FORM).text
    again = {"csrf_token": token, "kunci": "lain", **BEST}
    assert client.post(FORM, data=again).status_code == 303
    assert len(kept(store)) == 1
    clock.advance(days=1)
    assert fill_in(client, **BEST).status_code == 303
    assert len(kept(store)) == 2


def test_a_flood_from_one_address_is_held_back(app: Flask) -> None:
    client = app.test_client()
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    token = csrf_token(client.get(FORM, environ_base=elsewhere))
    codes = [
        client.post(FORM, data={"csrf_token": token}, environ_base=elsewhere).status_code
        for _ in range(31)
    ]
    assert codes == [422] * 30 + [429]


def test_the_office_closes_and_opens_it(app: Flask, store: Store) -> None:
    visitor, officer, boss = app.test_client(), signed_in(app, "ahmad"), signed_in(app, "rina")
    assert "/kuesioner" in visitor.get("/").text
    token = csrf_token(visitor.get(FORM))
    assert officer.post("/laporan/kuesioner/situs", part=False, buka="tidak").status_code == 403
    boss.post("/laporan/kuesioner/situs", part=False, buka="tidak")
    assert "sedang ditutup" in visitor.get(FORM).text
    assert "/kuesioner" not in visitor.get("/").text
    assert visitor.post(FORM, data={"csrf_token": token, **BEST}).status_code == 409
    assert kept(store) == []
    boss.post("/laporan/kuesioner/situs", part=False, buka="ya")
    assert fill_in(visitor, **BEST).status_code == 303


def test_staff_see_where_answers_come_from_and_print_the_code(app: Flask) -> None:
    fill_in(app.test_client(), **BEST, saran="<b>Ramah</b>")
    page = signed_in(app, "rina").get("/laporan/kuesioner").text
    assert "0 lembar dimasukkan petugas, 1 diisi sendiri oleh warga" in page
    assert "&lt;b&gt;Ramah" in page
    poster = signed_in(app, "ahmad").get("/laporan/kuesioner/poster").text
    assert "https://halo.contoh.go.id/kuesioner" in poster
    code = app.test_client().get("/kuesioner.svg")
    assert (code.status_code, code.mimetype) == (200, "image/svg+xml")
