import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

STORY = "petugasnya jutek waktu saya datang ke kantor kemarin"
MEANINGS = {
    "mau komplain": "keluhan",
    STORY: "keluhan",
    "botnya ga ngerti pertanyaan saya": "keluhan",
    "syarat nib apa?": "izin_usaha/cara_buat_nib",
}


def test_complaint_is_asked_in_order_and_opens_a_case(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    said = ("mau komplain", "Rina", "Cibinong", "0812 3456 7890", STORY)
    assert [talk(text).asks for text in said] == ["nama", "kecamatan", "no_hp", "uraian", None]
    turn = talk("ya")
    assert turn.case_request.reason == "keluhan"
    assert turn.case_request.card["slots"]["uraian"] == STORY


@pytest.mark.parametrize(
    "text", ["saya ada keluhan", "mw ngajuin komplen", "abdi bade ngadukeun palayanan kantor"]
)
def test_bare_complaint_starts_the_form_without_the_nlu(assets: Assets, text: str) -> None:
    turn = Talk(assets)(text)
    assert (turn.intent, turn.asks) == ("keluhan", "nama")


def test_complaint_that_was_told_already_is_not_asked_again(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(STORY, "Rina", "Cibinong")
    turn = talk("081234567890")
    assert turn.asks is None
    assert STORY in words_of(turn)


def test_question_instead_of_the_story_is_a_digression(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau komplain", "Rina", "Cibinong", "081234567890")
    turn = talk("syarat nib apa?")
    assert turn.answers == ("izin_usaha/cara_buat_nib",)
    assert turn.asks == "uraian"


def test_story_that_mentions_a_cancellation_is_not_one(assets: Assets) -> None:
    story = "sudah daftar tapi dibatalkan sepihak sama petugas"
    talk = Talk(assets, {**MEANINGS, story: "batal"})
    talk.each("mau komplain", "Rina", "Cibinong", "081234567890")
    assert talk(story).slots["uraian"] == story


def test_complaint_about_the_bot_is_heard_and_offers_a_person(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("botnya ga ngerti pertanyaan saya")
    assert "Chat dengan CS" in titles_of(turn)
    assert turn.attention
    assert talk("ya").case_request is not None
