from dialogue import Assets
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

MEANINGS = {
    "goblok lu bot": "hinaan",
    "bego": "hinaan",
    "bego banget bikin nib bayar ga sih": "hinaan",
    "banget bikin nib bayar ga sih": "izin_usaha/biaya_nib",
    "anjing petugasnya ga pernah ngangkat telepon": "hinaan",
    "petugasnya ga pernah ngangkat telepon": "keluhan",
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


def test_complaint_inside_abuse_is_heard_though_the_nlu_is_unsure(assets: Assets) -> None:
    said = "brengsek petugasnya, surat saya dihilangkan"
    turn = Talk(assets, {said: ("hapus_data", "clarify")})(said)
    assert (turn.intent, turn.asks) == ("keluhan", "nama")
    assert "kesal" in words_of(turn)
