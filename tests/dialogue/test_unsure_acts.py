"""An act that the NLU is not sure of asks before it does anything, or gives way to a question."""

import pytest

from dialogue import Assets
from nlu.types import Intent, Understanding
from tests.dialogue.dialogue_kit import StubNlu, Talk, titles_of, words_of


class Unsure(StubNlu):
    """Gives every text the same ranking, at the confidence of an act under the NLU's own bar."""

    ranking: tuple[tuple[str, float], ...] = ()

    def understand(self, text: str) -> Understanding:
        """Return the ranking, undecided."""
        known = super().understand(text)
        if text.strip().casefold() in self.meanings:
            return known
        ranking = tuple(Intent(name, confidence) for name, confidence in self.ranking)
        return Understanding(
            text=text, intent=ranking[0], ranking=ranking, decision="clarify", model_version="stub"
        )


def unsure_talk(
    assets: Assets, *ranking: tuple[str, float], meanings: dict[str, str] | None = None
) -> Talk:
    talk = Talk(assets)
    stub = Unsure(meanings or {})
    stub.ranking = ranking
    talk.conversation.assistant = type(talk.conversation.assistant)(assets, stub)
    return talk


def test_a_likely_complaint_is_taken(assets: Assets) -> None:
    talk = unsure_talk(assets, ("keluhan", 0.65), ("pengaduan/lapor_koperasi_macet", 0.1))
    assert talk("antreannya dipotong terus sama orang dalam").asks == "nama"


@pytest.mark.parametrize(
    "text", ["syarat kurnya apa aja sih", "balik ke kur lagi, jaminannya mana yang dipakai"]
)
def test_a_question_with_subject_and_aspect_is_no_complaint(assets: Assets, text: str) -> None:
    ranking = (("keluhan", 0.65), ("pembiayaan/syarat_kur", 0.1), ("pembiayaan/jaminan_kur", 0.1))
    turn = unsure_talk(assets, *ranking)(text)
    assert turn.asks is None
    assert [label.partition("/")[0] for label in turn.answers] == ["pembiayaan"]


def test_a_likely_complaint_that_is_put_as_a_question_asks_back(assets: Assets) -> None:
    talk = unsure_talk(assets, ("keluhan", 0.65), ("pengaduan/lapor_koperasi_macet", 0.1))
    turn = talk("itu ditulis di buku tamu juga?")
    assert (turn.asks, turn.clarify) == (None, True)
    assert "Sampaikan keluhan" in titles_of(turn)


@pytest.mark.parametrize("text", ["dua kali udah, boleh nyoba lagi kaga", "masih bisa teu ya"])
def test_no_goodbye_is_said_to_a_question(assets: Assets, text: str) -> None:
    turn = unsure_talk(assets, ("pamit", 0.5), ("keluhan", 0.2))(text)
    assert turn.clarify
    assert "Sampai jumpa" not in words_of(turn)


def test_an_unsure_goodbye_in_a_topic_offers_the_topic(assets: Assets) -> None:
    meanings = {"blt umkm masih ada": "bantuan_program/bpum_blt"}
    talk = unsure_talk(assets, ("pamit", 0.5), ("pembiayaan/bunga_kur", 0.2), meanings=meanings)
    talk("blt umkm masih ada")
    assert titles_of(talk("saya dulu udah dua kali, boleh sekali lagi kaga"))[0] == (
        "BPUM dan BLT UMKM"
    )


def test_a_likely_goodbye_without_a_question_is_returned(assets: Assets) -> None:
    turn = unsure_talk(assets, ("pamit", 0.5), ("keluhan", 0.2))("sakitu heula nya")
    assert not turn.clarify
    assert turn.intent == "pamit"


def test_a_talk_with_somebody_else_calls_no_officer(assets: Assets) -> None:
    text = "ngobrolnya bisa bareng anggotanya langsung"
    talk = Talk(assets, {text: "minta_cs"}, likely=("minta_cs", "keanggotaan/hak_kewajiban"))
    turn = talk(text)
    assert turn.clarify
    assert turn.case_request is None
    assert titles_of(turn)[-1] == "Chat dengan CS"


@pytest.mark.parametrize(
    "text",
    [
        "sambungkan saya dengan petugas soal anggota koperasi",
        "mau chat sama cs tentang pengurus",
        "hubungkan ke orang dinas",
    ],
)
def test_an_explicit_wish_for_an_officer_needs_no_model(assets: Assets, text: str) -> None:
    assert Talk(assets)(text).case_request is not None


@pytest.mark.parametrize(
    "text",
    [
        "ada yang ngaku petugas minta ditransfer ke dia",
        "terusin broadcast ini ke dua puluh orang",
        "oper kabar ini ke 12 orang",
    ],
)
def test_a_mention_of_people_calls_no_officer(assets: Assets, text: str) -> None:
    assert Talk(assets)(text).case_request is None


@pytest.mark.parametrize(
    "text",
    [
        "met pagi kak, csnya udah online belom",
        "operatornya masih jaga?",
        "udah buka belum chatnya min",
        "petugasna tos siap teu acan",
    ],
)
def test_whether_officers_are_there_is_answered_with_the_hours(assets: Assets, text: str) -> None:
    turn = Talk(assets)(text)
    assert turn.answers == ("layanan_kantor/jam_chat",)
    assert "Chat dengan CS" in titles_of(turn)


def test_checking_a_ticket_says_how_to_give_one(assets: Assets) -> None:
    turn = Talk(assets, {"status tiket saya gimana": "cek_tiket"})("status tiket saya gimana")
    assert "empat angka terakhir nomor HP" in words_of(turn)
    assert "cek tiket HK-" in words_of(turn)


@pytest.mark.parametrize(
    ("follow_up", "label"),
    [
        ("kalo koperasi?", "pajak/pph_koperasi"),
        ("kalau shu?", "pajak/shu_anggota"),
        ("terus simpanan?", "pajak/bunga_simpanan"),
    ],
)
def test_after_a_tax_the_tax_of_another_is_meant(
    assets: Assets, follow_up: str, label: str
) -> None:
    talk = Talk(assets, {"pph umkm berapa": "pajak/pph_final_umkm"})
    talk("pph umkm berapa")
    assert talk(follow_up).answers == (label,)


def test_whether_a_training_costs_anything_is_answered_honestly(assets: Assets) -> None:
    talk = Talk(assets, {"pelatihannya bayar kah": ("bantuan_program/jadwal_pelatihan", "clarify")})
    turn = talk("pelatihannya bayar kah")
    assert turn.answers == ("bantuan_program/jadwal_pelatihan",)
    assert "Biaya:" in words_of(turn)
