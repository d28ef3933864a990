import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

MEANINGS = {
    "goblok lu bot": "hinaan",
    "bego": "hinaan",
    "bego banget bikin nib bayar ga sih": "hinaan",
    "banget bikin nib bayar ga sih": "izin_usaha/biaya_nib",
    "anjing petugasnya ga pernah ngangkat telepon": "hinaan",
    "petugasnya ga pernah ngangkat telepon": "keluhan",
    "pengen mati dikejar pinjol": "pengaduan/lapor_pinjol",
    "diteror pinjol terus gimana": "pengaduan/lapor_pinjol",
    "cara ternak anjing buat usaha": "izin_usaha/cara_buat_nib",
}


def test_first_insult_is_answered_calmly_and_offers_to_hear_the_complaint(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("goblok lu bot")
    assert "Saya mengerti Anda kesal" in words_of(turn)
    assert "Sampaikan keluhan" in titles_of(turn)
    assert talk("ya").asks == "nama"


def test_calm_sentence_is_said_only_once(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("goblok lu bot")
    assert "kesal" not in words_of(talk("bego"))


def test_question_inside_abuse_is_answered(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("bego banget bikin nib bayar ga sih")
    assert turn.answers == ("izin_usaha/biaya_nib",)


def test_complaint_inside_abuse_is_heard(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("anjing petugasnya ga pernah ngangkat telepon")
    assert turn.intent == "keluhan"
    assert turn.asks == "nama"


def test_word_that_can_insult_is_no_insult_in_an_ordinary_question(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("cara ternak anjing buat usaha")
    assert "kesal" not in words_of(turn)
    assert turn.answers == ("izin_usaha/cara_buat_nib",)


@pytest.mark.parametrize(
    "text",
    [
        "saya mau bunuh diri aja",
        "rasanya pengen mati aja pak",
        "udah ga kuat hidup lagi",
        "mending mati daripada gini",
        "pengen bundir",
        "hayang paeh we",
    ],
)
def test_distress_is_answered_with_care_and_numbers(assets: Assets, text: str) -> None:
    turn = Talk(assets)(text)
    assert "112" in words_of(turn)
    assert "119" in words_of(turn)
    assert turn.attention
    assert not turn.fallback


def test_what_caused_the_distress_is_answered_too(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("pengen mati dikejar pinjol")
    assert turn.answers == ("pengaduan/lapor_pinjol",)
    assert "157" in words_of(turn)
    assert words_of(turn).index("112") < words_of(turn).index("Sumber")


def test_distress_is_heard_inside_a_form(assets: Assets) -> None:
    talk = Talk(assets, {**MEANINGS, "mau komplain": "keluhan"})
    talk("mau komplain")
    turn = talk("saya mau bunuh diri aja")
    assert "119" in words_of(turn)
    assert "nama" not in turn.slots


def test_threatened_resident_gets_sympathy_and_the_right_number(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("diteror pinjol terus gimana")
    assert "prihatin" in turn.replies[0].text
    assert "157" in words_of(turn)


@pytest.mark.parametrize("text", ["koperasi saya mati suri", "usaha saya hampir mati min"])
def test_dying_business_is_no_crisis(assets: Assets, text: str) -> None:
    assert "119" not in words_of(Talk(assets)(text))


def test_complaint_inside_abuse_is_heard_though_the_nlu_is_unsure(assets: Assets) -> None:
    said = "brengsek petugasnya, surat saya dihilangkan"
    turn = Talk(assets, {said: ("hapus_data", "clarify")})(said)
    assert (turn.intent, turn.asks) == ("keluhan", "nama")
    assert "kesal" in words_of(turn)
