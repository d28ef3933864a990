import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import AFTER_HOURS, OPEN_HOURS, Talk, words_of

PAID = "saya sudah transfer dua juta ke orang yang ngaku dari dinas"
ASKED = "ada yang minta transfer biaya admin bantuan, benar tidak?"
MEANINGS = {PAID: "perlindungan/sudah_tertipu", ASKED: "perlindungan/modus_penipuan"}


def test_victim_is_sent_to_the_bank_first_then_iasc_and_police(assets: Assets) -> None:
    words = words_of(Talk(assets, MEANINGS)(PAID))
    order = [words.index(said) for said in ("bank", "https://iasc.ojk.go.id", "polisi")]
    assert order == sorted(order)
    assert "Jangan kirim KTP" in words


def test_who_has_not_paid_gets_the_warning(assets: Assets) -> None:
    words = words_of(Talk(assets, MEANINGS)(ASKED))
    assert "Jangan mentransfer uang" in words
    assert "iasc" not in words


@pytest.mark.parametrize("at", [OPEN_HOURS, AFTER_HOURS])
@pytest.mark.parametrize("consent", ["ya", "chat dengan cs"])
def test_victim_who_wants_a_person_gets_a_case_of_its_kind(
    assets: Assets, at: str, consent: str
) -> None:
    talk = Talk(assets, MEANINGS, at=at)
    assert talk(PAID).case_request is None
    turn = talk(consent)
    assert turn.case_request.reason == "korban_penipuan"
    assert turn.case_request.card["question"] == PAID
    assert turn.asks is None


def test_victim_is_offered_the_officer_once_while_a_case_waits(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("chat dengan cs")
    assert "sambungkan" not in words_of(talk(PAID))


def test_repeated_answer_still_leads_to_the_victims_case(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(PAID, PAID)
    assert talk("ya").case_request.reason == "korban_penipuan"


def test_no_thanks_opens_no_case(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk(PAID)
    assert talk("tidak").case_request is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("udah terlanjur saya transfer ke dia dua ratus ribu", "perlindungan/sudah_tertipu"),
        ("saldo dompet digital saya ludes habis klik tautan", "perlindungan/sudah_tertipu"),
        ("katanya suruh transfer, blm saya kirim", "perlindungan/modus_penipuan"),
        ("hampir saya kasih kodenya", "perlindungan/modus_penipuan"),
    ],
)
@pytest.mark.parametrize("likelier", ["perlindungan/sudah_tertipu", "perlindungan/modus_penipuan"])
def test_what_left_the_hands_decides_where_the_nlu_is_unsure_which(
    assets: Assets, text: str, label: str, likelier: str
) -> None:
    both = ("perlindungan/modus_penipuan", "perlindungan/sudah_tertipu")
    turn = Talk(assets, {text: (likelier, "clarify")}, likely=both)(text)
    assert turn.answers == (label,)


def test_what_the_nlu_is_sure_of_is_not_decided_by_words(assets: Assets) -> None:
    text = "sudah saya kirim berkas pendaftarannya"
    turn = Talk(assets, {text: "izin_usaha/cara_buat_nib"})(text)
    assert turn.answers == ("izin_usaha/cara_buat_nib",)


def test_word_for_a_fraud_alone_makes_no_victim(assets: Assets) -> None:
    text = "biar ga ketipu cek koperasi resmi di mana"
    turn = Talk(assets, {text: ("pengaduan/cek_legalitas_koperasi", "clarify")})(text)
    assert "perlindungan/sudah_tertipu" not in turn.answers


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("disuruh transfer lagi padahal sudah saya kirim sejuta", "perlindungan/sudah_tertipu"),
        ("diminta pin atm, belum saya kasih", "perlindungan/modus_penipuan"),
    ],
)
@pytest.mark.parametrize("taken", ["perlindungan/sudah_tertipu", "perlindungan/modus_penipuan"])
def test_what_left_the_hands_decides_also_where_the_nlu_is_sure(
    assets: Assets, text: str, label: str, taken: str
) -> None:
    assert Talk(assets, {text: taken})(text).answers == (label,)
