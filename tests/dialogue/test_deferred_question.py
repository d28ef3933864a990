from dialogue import Assets
from tests.dialogue.dialogue_kit import AFTER_HOURS, Talk, words_of

QUESTION = "koperasi saya tidak pernah RAT, harus bagaimana"
MEANINGS = {"brp org bikin koperasi": "pendirian_koperasi/jumlah_pendiri"}


def test_question_phone_and_time_are_taken_then_the_case_opens(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    said = ("chat dengan cs", QUESTION, "0812 3456 7890", "jam 10 pagi")
    assert [talk(text).asks for text in said] == ["uraian", "no_hp", "waktu_dihubungi", None]
    turn = talk("ya")
    assert turn.case_request.reason == "pertanyaan_tertunda"
    assert turn.case_request.card["slots"]["uraian"] == QUESTION
    assert "Rabu, 25 November 2026 pukul 08.00 WIB" in words_of(turn)


def test_question_asked_before_is_not_asked_again(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk("brp org bikin koperasi")
    turn = talk("mau bicara dengan petugas")
    assert turn.asks == "no_hp"
    assert turn.slots["uraian"] == "brp org bikin koperasi"


def test_known_phone_is_not_asked_for(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS, phone_known=True)
    talk("chat dengan cs")
    assert talk(QUESTION).asks == "waktu_dihubungi"


def test_phone_and_time_may_be_skipped(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk.each("chat dengan cs", QUESTION)
    assert talk("lewati aja").asks == "waktu_dihubungi"
    assert talk.press("/lewati").asks is None
    assert talk("ya").case_request is not None


def test_time_can_be_chosen_by_button(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk.each("chat dengan cs", QUESTION, "lewati")
    turn = talk.press('/lanjut{"waktu_dihubungi": "pagi"}')
    assert turn.slots["waktu_dihubungi"] == "pagi"


def test_asking_again_repeats_the_promise_and_goes_on(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk("chat dengan cs")
    turn = talk("mana petugasnya")
    assert turn.asks == "uraian"
    assert turn.case_request is None


def test_question_asked_on_the_way_goes_along(assets: Assets) -> None:
    meanings = {**MEANINGS, "syarat kur apa?": "pembiayaan/syarat_kur"}
    talk = Talk(assets, meanings, at=AFTER_HOURS)
    talk.each("chat dengan cs", QUESTION)
    turn = talk("syarat kur apa?")
    assert turn.answers == ("pembiayaan/syarat_kur",)
    assert turn.slots["uraian"] == f"{QUESTION} / syarat kur apa?"
    assert turn.asks == "no_hp"


def test_cancelled_question_is_not_sent(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk.each("chat dengan cs", QUESTION)
    turn = talk("batal")
    assert turn.asks is None
    assert "uraian" not in turn.slots


def test_story_of_an_unfinished_complaint_goes_along(assets: Assets) -> None:
    story = "petugasnya jutek waktu saya datang ke kantor kemarin"
    talk = Talk(assets, {story: "keluhan"}, at=AFTER_HOURS)
    talk(story)
    turn = talk("chat dengan cs")
    assert turn.slots["uraian"] == story
    assert turn.asks == "no_hp"


def test_what_is_told_on_the_way_is_not_lost(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS, at=AFTER_HOURS)
    talk.each("chat dengan cs", QUESTION)
    turn = talk("pengurusnya juga sudah tiga tahun menghilang")
    assert turn.asks == "no_hp"
    assert "menghilang" in turn.slots["uraian"]
