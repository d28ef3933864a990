import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

LIKELY = ("pembiayaan/bunga_kur", "pembiayaan/plafon_kur", "pembiayaan/syarat_kur")
FACT_MARKS = ("Sumber:", "Rujukan")


def test_first_miss_says_so_offers_choices_and_is_seen_by_officers(assets: Assets) -> None:
    turn = Talk(assets, likely=LIKELY)("pinjaman begitu")
    assert turn.fallback
    assert turn.attention
    assert turn.decision == "handoff"
    assert turn.case_request is None
    assert titles_of(turn)[:2] == [assets.knowledge[label].tombol for label in LIKELY[:2]]
    assert titles_of(turn)[-1] == "Chat dengan CS"
    assert not any(mark in words_of(turn) for mark in FACT_MARKS)


def test_second_miss_in_a_row_offers_a_person_and_consent_opens_the_case(assets: Assets) -> None:
    talk = Talk(assets, likely=LIKELY)
    talk("pinjaman begitu")
    second = talk("yang begitu lho pak")
    assert second.fallback
    assert second.case_request is None
    assert "sambungkan ke petugas" in words_of(second)
    assert talk("ya mau").case_request.reason == "kurang_yakin"


def test_refused_offer_opens_no_case(assets: Assets) -> None:
    talk = Talk(assets, likely=LIKELY)
    talk.each("pinjaman begitu", "yang begitu lho pak")
    assert talk("ga usah").case_request is None
    assert talk("ya").case_request is None


def test_understood_message_between_two_misses_breaks_the_row(assets: Assets) -> None:
    talk = Talk(assets, {"bunga kur berapa": "pembiayaan/bunga_kur"}, likely=LIKELY)
    talk.each("pinjaman begitu", "bunga kur berapa")
    assert "masih belum paham" not in words_of(talk("yang begitu lho pak"))


def test_unsure_meaning_is_asked_back_without_a_fact(assets: Assets) -> None:
    meanings = {"pinjaman kur": ("pembiayaan/bunga_kur", "clarify")}
    turn = Talk(assets, meanings, likely=LIKELY)("pinjaman kur")
    assert turn.clarify
    assert turn.decision == "clarify"
    assert not turn.fallback
    assert 2 <= len(titles_of(turn)) - 1 <= 3
    assert titles_of(turn)[-1] == "Chat dengan CS"
    assert assets.knowledge["pembiayaan/bunga_kur"].judul in words_of(turn)
    assert not any(mark in words_of(turn) for mark in FACT_MARKS)


@pytest.mark.parametrize(
    ("typed", "place"),
    [("2", 1), ("nomor 1", 0), ("yang pertama", 0), ("yg ketiga", 2), ("Plafon KUR", 1)],
)
def test_typed_choice_is_taken_for_the_button(assets: Assets, typed: str, place: int) -> None:
    meanings = {"pinjaman kur": ("pembiayaan/bunga_kur", "clarify")}
    talk = Talk(assets, meanings, likely=LIKELY)
    talk("pinjaman kur")
    assert talk(typed).answers == (LIKELY[place],)


def test_number_beyond_the_choices_is_no_choice(assets: Assets) -> None:
    meanings = {"pinjaman kur": ("pembiayaan/bunga_kur", "clarify")}
    talk = Talk(assets, meanings, likely=LIKELY)
    talk("pinjaman kur")
    assert talk("9").answers == ()


def test_miss_while_a_case_waits_opens_no_second_one(assets: Assets) -> None:
    talk = Talk(assets, likely=LIKELY)
    ticket = talk("chat dengan cs").case_request.ticket
    turn = talk("pinjaman begitu")
    assert turn.fallback
    assert turn.case_request is None
    assert ticket in words_of(turn)


def test_not_what_was_meant_offers_the_next_likely_labels(assets: Assets) -> None:
    talk = Talk(assets, {"bunga kur berapa": LIKELY[0]}, likely=LIKELY)
    talk("bunga kur berapa")
    turn = talk("bukan itu maksud saya")
    assert turn.clarify
    assert titles_of(turn)[:2] == [assets.knowledge[label].tombol for label in LIKELY[1:]]


def test_row_of_letters_is_not_understood_rather_than_off_topic(assets: Assets) -> None:
    talk = Talk(assets, {"asdfgh zxcv": "di_luar_topik", "lkjhg mnbvc": "di_luar_topik"})
    assert talk("asdfgh zxcv").fallback
    second = talk("lkjhg mnbvc")
    assert second.fallback
    assert talk("ya").case_request is not None


def test_off_topic_question_is_refused_and_is_no_miss(assets: Assets) -> None:
    turn = Talk(assets, {"resep bakso dong": "di_luar_topik"})("resep bakso dong")
    assert not turn.fallback
    assert "di luar layanan" in words_of(turn)


def test_second_unsure_turn_in_a_row_offers_a_person_too(assets: Assets) -> None:
    meanings = {
        "pinjaman kur": ("pembiayaan/bunga_kur", "clarify"),
        "yang kur itu": ("pembiayaan/plafon_kur", "clarify"),
    }
    talk = Talk(assets, meanings, likely=LIKELY)
    talk("pinjaman kur")
    again = talk("yang kur itu")
    assert again.clarify
    assert "sambungkan ke petugas" in words_of(again)
    assert talk("iya").case_request.reason == "kurang_yakin"


def test_unsure_pleasantry_is_answered_rather_than_asked_back(assets: Assets) -> None:
    turn = Talk(assets, {"met pagi semua": ("sapa", "clarify")})("met pagi semua")
    assert turn.intent == "sapa"
    assert not turn.clarify
