import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from foundation.clock import StillClock, parse_moment
from handoff import claim, open_case_of
from storage import Store, create_account, get_conversation, tables

QUESTION = "min brp org sih klo mau bikin koperasi"
FOUNDERS = "/jawaban/pendirian_koperasi/jumlah_pendiri"


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return unescape(found[1])


class TestHours:
    @pytest.mark.parametrize(
        ("now", "words"),
        [
            ("2026-11-24T09:00", "Petugas buka sampai 18.00"),
            ("2026-11-24T07:59", "Petugas buka lagi Selasa, 24 November pukul 08.00"),
            ("2026-11-27T18:00", "Petugas buka lagi Senin, 30 November pukul 08.00"),
            ("2026-12-25T10:00", "buka lagi Senin, 28 Desember pukul 08.00"),
        ],
    )
    def test_the_front_page_says_when_officers_serve(
        self, client: FlaskClient, clock: StillClock, now: str, words: str
    ) -> None:
        clock.set(parse_moment(now))
        assert words in text_of(client.get("/").text)


class TestFrontPage:
    def test_topics_answers_and_the_chat_are_there(self, client: FlaskClient) -> None:
        html = client.get("/").text
        assert '<html lang="id">' in html
        assert html.count('href="/topik/') >= 25
        assert '<script src="/widget.js" defer></script>' in html
        assert 'href="/privasi"' in html
        assert 'action="/cari"' in html

    def test_whatsapp_follows_when_there_is_a_number(
        self, sqlite_store: Store, make_fixture: Any, client: FlaskClient
    ) -> None:
        assert "akan menyusul" in client.get("/").text
        assert client.get("/whatsapp.svg").status_code == 404
        with_number = make_fixture(sqlite_store, whatsapp_number="6281234567890").client()
        assert 'href="https://wa.me/6281234567890"' in with_number.get("/").text
        code = with_number.get("/whatsapp.svg")
        assert code.mimetype == "image/svg+xml"
        assert code.data.startswith(b"<?xml")

    def test_without_a_model_the_page_explains(
        self, sqlite_store: Store, make_fixture: Any
    ) -> None:
        client = make_fixture(sqlite_store, model=False).client()
        words = text_of(client.get("/").text)
        assert "sedang disiapkan" in words
        assert "dijawab petugas" in words
        assert client.get(FOUNDERS).status_code == 503
        assert client.get("/cari?q=nib").status_code == 200

    def test_the_first_view_is_light(self, client: FlaskClient) -> None:
        html = client.get("/").data
        assets = re.findall(rb'(?:href|src)="(/(?:static/|widget\.js)[^"]*)"', html)
        headers = {"Accept-Encoding": "gzip"}
        sizes = []
        for path in set(assets):
            with client.get(path.decode(), headers=headers) as answer:
                sizes.append(len(answer.data))
        assert len(sizes) >= 4
        assert len(html) + sum(sizes) <= 100_000


class TestAnswers:
    def test_an_answer_is_told_to_search_engines(self, client: FlaskClient) -> None:
        page = client.get(FOUNDERS).text
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert block
        told = json.loads(block[1])
        assert told["@type"] == "FAQPage"
        assert "UU Cipta Kerja" in told["mainEntity"][0]["acceptedAnswer"]["text"]
        assert told["url"].endswith(FOUNDERS)

    def test_an_answer_shows_sources_and_review(self, client: FlaskClient) -> None:
        words = text_of(client.get(FOUNDERS).text)
        for part in ("9 orang", "Sumber", "UU 25/1992", "24 November 2027"):
            assert part in words
        assert "belum diperiksa" not in words, "the state of the review is the staff's"

    def test_every_topic_and_answer_can_be_read(self, client: FlaskClient) -> None:
        topics = set(re.findall(r'href="(/topik/[^"]+)"', client.get("/").text))
        answers: set[str] = set()
        for topic in topics:
            page = client.get(topic)
            assert page.status_code == 200
            answers |= set(re.findall(r'href="(/jawaban/[^"]+)"', page.text))
        assert len(answers) == 146
        assert {client.get(answer).status_code for answer in answers} == {200}

    def test_an_unsure_answer_is_hedged(self, client: FlaskClient, assets: Any) -> None:
        label = next(e.label for e in assets.knowledge.values() if e.uncertain)
        assert "Perlu dipastikan." in client.get(f"/jawaban/{label}").text

    def test_an_overdue_answer_says_so(self, client: FlaskClient, clock: StillClock) -> None:
        assert "Tinjauan terlambat" not in client.get(FOUNDERS).text
        clock.set(parse_moment("2027-11-25T09:00"))
        assert "Tinjauan terlambat" in client.get(FOUNDERS).text

    @pytest.mark.parametrize("path", ["/topik/x", "/jawaban/x/y", "/tidak-ada"])
    def test_what_is_not_there_is_a_page(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert "tidak ditemukan" in answer.text


class TestSearch:
    def parsed(self, *labels: str) -> dict[str, Any]:
        ranking = [{"name": label, "confidence": 0.5 / n} for n, label in enumerate(labels, 1)]
        return {"intent": ranking[0], "intent_ranking": ranking}

    def test_the_model_ranks_and_neighbours_follow(
        self, sqlite_store: Store, make_fixture: Any
    ) -> None:
        ranking = self.parsed("pendirian_koperasi/biaya", "shu/pembagian", "sapa")
        client = make_fixture(sqlite_store, parse=lambda text: ranking).client()
        html = client.get("/cari?q=sertifikat+halal").text
        found = re.findall(r'entry__title"><a href="/jawaban/([^"]+)"', html)
        assert found[0] == "pendirian_koperasi/biaya"
        assert len(found) == 5
        assert any(label.startswith("halal/") for label in found)

    def test_out_of_scope_is_said(self, sqlite_store: Store, make_fixture: Any) -> None:
        client = make_fixture(
            sqlite_store, parse=lambda text: self.parsed("di_luar_topik")
        ).client()
        assert "di luar layanan" in text_of(client.get("/cari?q=pajak+motor").text)

    def test_who_wants_an_officer_is_shown_the_way(
        self, sqlite_store: Store, make_fixture: Any
    ) -> None:
        client = make_fixture(sqlite_store, parse=lambda text: self.parsed("minta_cs")).client()
        assert "Chat dengan CS" in client.get("/cari?q=mau+ngobrol+sama+orang").text

    def test_without_a_worker_titles_are_compared(self, client: FlaskClient) -> None:
        html = client.get("/cari?q=brapa+orang+minimal+mendirkan+koprasi").text
        found = re.findall(r'entry__title"><a href="(/jawaban/[^"]+)"', html)
        assert FOUNDERS in found[:3]

    def test_nothing_alike_is_said(self, client: FlaskClient) -> None:
        assert "Belum ada jawaban" in text_of(client.get("/cari?q=zzzzqqqq").text)

    def test_the_query_is_escaped(self, client: FlaskClient) -> None:
        html = client.get("/cari?q=%3Cscript%3Ealert(1)%3C/script%3E").text
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


class TestAskWithoutJavaScript:
    def ask(self, client: FlaskClient, **fields: str) -> Any:
        page = client.get("/tanya").text
        form = {"csrf_token": hidden(page, "csrf_token"), "kunci": hidden(page, "kunci"), **fields}
        return client.post("/tanya", data=form, follow_redirects=True)

    def test_the_answer_is_on_the_page(self, store: Store, make_fixture: Any) -> None:
        client = make_fixture(store).client()
        answer = self.ask(client, teks=QUESTION)
        assert answer.status_code == 200
        assert answer.request.path == "/tanya"
        words = text_of(answer.text)
        assert QUESTION in words
        assert "9 orang" in words
        assert "Asisten otomatis" in words

    def test_a_question_without_a_token_is_refused(self, client: FlaskClient) -> None:
        answer = client.post("/tanya", data={"teks": QUESTION, "kunci": "a"})
        assert answer.status_code == 400
        assert "terlalu lama terbuka" in answer.text

    def test_sending_the_form_twice_asks_once(self, fixture: Any) -> None:
        client = fixture.client()
        page = client.get("/tanya").text
        form = {
            "csrf_token": hidden(page, "csrf_token"),
            "kunci": hidden(page, "kunci"),
            "teks": QUESTION,
        }
        for _ in range(2):
            assert client.post("/tanya", data=form).status_code == 303
        with fixture.services.store.read() as tx:
            assert len(tx.connection.execute(tables.inbox.select()).all()) == 1

    def test_an_empty_question_is_explained(self, client: FlaskClient) -> None:
        answer = self.ask(client, teks="   ")
        assert "masih kosong" in answer.text
        assert 'aria-invalid="true"' in answer.text

    def test_an_officer_is_reached_by_the_button(self, fixture: Any) -> None:
        client, store = fixture.client(), fixture.services.store
        page = self.ask(client, payload="/minta_cs", judul="Chat dengan CS")
        assert "HK-TES-" in text_of(page.text)
        with store.write() as tx:
            officer = create_account(tx, "rina", "kata sandi panjang", "petugas")
            row = tx.connection.execute(tables.conversation.select()).one()
            conversation = get_conversation(tx, row.id)
            assert conversation is not None
            case = open_case_of(tx, conversation.id)
            assert case is not None
            claim(tx, case.id, officer_id=officer.id, actor=f"officer:{officer.id}")
        assert "Petugas sudah bergabung" in client.get("/tanya").text

    def test_what_was_written_is_escaped(self, client: FlaskClient) -> None:
        html = self.ask(client, teks="<script>alert(1)</script> <b>tebal</b>").text
        assert "<script>alert" not in html
        assert "<b>tebal" not in html
        assert "&lt;script&gt;" in html

    def test_another_browser_does_not_see_it(self, fixture: Any) -> None:
        self.ask(fixture.client(), teks=QUESTION)
        assert QUESTION not in fixture.client().get("/tanya").text

    def test_a_new_conversation_forgets_the_old(self, client: FlaskClient) -> None:
        page = self.ask(client, teks=QUESTION).text
        form = {"csrf_token": hidden(page, "csrf_token")}
        answer = client.post("/tanya/baru", data=form, follow_redirects=True)
        assert QUESTION not in answer.text

    def test_words_are_kept_when_the_store_is_away(self, fixture: Any, clock: StillClock) -> None:
        client = fixture.client()
        page = client.get("/tanya").text
        nowhere = Store.open("postgresql://nobody@127.0.0.1:1/none", clock=clock)
        object.__setattr__(fixture.services, "store", nowhere)
        form = {"csrf_token": hidden(page, "csrf_token"), "kunci": "a", "teks": "pesan penting"}
        answer = client.post("/tanya", data=form)
        assert answer.status_code == 503
        assert "pesan penting" in answer.text
        assert "belum dapat disimpan" in answer.text


def test_the_privacy_notice_tells_what_the_law_asks(client: FlaskClient) -> None:
    words = text_of(client.get("/privasi").text)
    for told in (
        "Pengendali data adalah Dinas Koperasi dan UKM Kabupaten Bogor",
        "Pasal 20 ayat (2)",
        "Berapa lama",
        "Menarik persetujuan",
        "Menghapus isi percakapan",
        "menunda atau membatasi",
        "3 × 24 jam",
        "keputusan yang hanya dibuat otomatis",
        "WhatsApp milik Meta",
        "orang tua atau wali",
    ):
        assert told in words
