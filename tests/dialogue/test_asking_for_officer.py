import pytest

from dialogue import Assets, CaseView
from tests.dialogue.dialogue_kit import AFTER_HOURS, Talk, titles_of, words_of

ASKED = [
    "Chat dengan CS",
    "cs",
    "CS dong min",
    "petugas",
    "mau chat sama CS",
    "tolong sambungkan saya ke petugas dinas",
    "sambungin ke cs skrg",
    "hubungkan ke petgas",
    "saya mau ngomong sama orangnya langsung aja",
    "mw chat sm ptgs y",
    "hoyong nyarios sareng petugas",
    "punten hoyong nyarios sareng petugasna langsung",
    "bade ka CS",
    "hayang ngobrol jeung jelema na langsung lah",
    "abdi hoyong disambungkeun ka petugas, Pa",
    "oper ke manusia dong min",
    "costumer servis tolong",
    "SAYA MAU BICARA DENGAN ORANG DINAS BUKAN DENGAN ROBOT",
    "nomor hp saya 081234567890, tolong hubungi saya",
    "boleh ngomong sama petugasnya?",
    "tiasa ngobrol sareng jalmi?",
    "ngomong sama cs bisa?",
    "bosen sama bot, mau orang aja",
    "ada petugas yang bisa bantuin?",
    "mending sama orang beneran",
]
NOT_ASKED = [
    "cara chat sama petugas gmn",
    "gimana cara hubungi CS?",
    "CS itu apa",
    "nomor telepon kantor berapa",
    "jam layanan petugas sampai jam berapa",
    "petugas koperasi boleh digaji?",
    "apakah petugas dinas boleh minta uang",
    "petugas bank minta agunan",
    "orang tua saya jualan kue",
    "gausah disambungin ke petugas, saya nunggu jawaban bot aja",
    "kumaha carana upami hoyong chat sareng petugas?",
    "hubungi cs bank bri",
    "mau ngobrol sama cs shopee",
    "jangan dioper ke petugas",
    "teu kedah disambungkeun ka CS",
    "ngobrol sama petugasnya nanti aja",
    "kemarin sudah ngobrol sama petugas",
    "dilayani petugas dengan ramah kok",
    "chat cs gratis?",
]


@pytest.mark.parametrize("text", ASKED)
def test_who_asks_for_a_person_in_office_hours_gets_a_ticket(assets: Assets, text: str) -> None:
    talk = Talk(assets)
    turn = talk(text)
    assert turn.intent == "minta_cs"
    assert turn.decision == "handoff"
    assert turn.case_request is not None
    assert turn.case_request.reason == "diminta"
    assert turn.case_request.ticket in words_of(turn)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_questions_about_officers_hand_nothing_over(assets: Assets, text: str) -> None:
    turn = Talk(assets)(text)
    assert turn.intent != "minta_cs"
    assert turn.case_request is None


def test_question_how_to_reach_an_officer_is_answered(assets: Assets) -> None:
    turn = Talk(assets)("cara chat sama petugas gmn")
    assert turn.answers == ("layanan_kantor/cara_chat_cs",)


def test_second_request_repeats_ticket_and_place_and_opens_no_second_case(assets: Assets) -> None:
    talk = Talk(assets)
    ticket = talk("chat dengan cs").case_request.ticket
    turn = talk("mana petugasnya")
    assert turn.case_request is None
    assert ticket in words_of(turn)
    assert "ke-1" in words_of(turn)


def test_waiting_resident_still_gets_answers(assets: Assets) -> None:
    talk = Talk(assets, {"bunga kur berapa": "pembiayaan/bunga_kur"})
    talk("chat dengan cs")
    turn = talk("bunga kur berapa")
    assert turn.answers == ("pembiayaan/bunga_kur",)
    assert "Chat dengan CS" not in titles_of(turn)


def test_request_inside_a_form_leaves_it_and_keeps_what_was_said(assets: Assets) -> None:
    talk = Talk(assets, {"mau daftar pelatihan": "daftar_pelatihan"})
    talk.each("mau daftar pelatihan", "Budi Santoso")
    turn = talk("mau ngobrol sama petugas aja")
    assert turn.asks is None
    assert turn.case_request.reason == "diminta"
    assert turn.case_request.card["slots"] == {"nama": "Budi Santoso"}


def test_officer_owns_the_conversation_so_the_bot_is_silent(assets: Assets) -> None:
    talk = Talk(assets, {"bunga kur berapa": "pembiayaan/bunga_kur"})
    talk("chat dengan cs")
    talk.case = CaseView("HK-1", "claimed")
    turn = talk("bunga kur berapa")
    assert (turn.decision, turn.replies) == ("silent", ())
    assert [event.type for event in turn.events] == ["understood", "decided"]


def test_after_the_officer_the_conversation_goes_on_where_it_was(assets: Assets) -> None:
    talk = Talk(assets, {"syarat kur": "pembiayaan/syarat_kur"})
    talk.each("syarat kur", "chat dengan cs")
    talk.case = CaseView("HK-1", "claimed")
    talk("terima kasih pak")
    talk.case = CaseView("HK-1", "returned")
    assert talk("kalo bunganya?").answers == ("pembiayaan/bunga_kur",)


def test_outside_hours_the_next_opening_is_promised(assets: Assets) -> None:
    turn = Talk(assets, at=AFTER_HOURS)("chat dengan cs")
    assert turn.case_request is None
    assert turn.asks == "uraian"
    assert "Rabu, 25 November 2026 pukul 08.00 WIB" in words_of(turn)


def test_without_a_model_everything_goes_to_the_queue_once(assets: Assets) -> None:
    talk = Talk(assets, model=False)
    turn = talk("bunga kur berapa")
    assert turn.case_request.reason == "tanpa_model"
    assert turn.case_request.ticket in words_of(turn)
    again = talk("halo?")
    assert again.case_request is None
    assert turn.case_request.ticket in words_of(again)


def test_officer_of_somebody_else_is_asked_back_even_if_the_nlu_is_sure(assets: Assets) -> None:
    turn = Talk(assets, {"hubungi cs bank bri": "minta_cs"})("hubungi cs bank bri")
    assert turn.clarify
    assert turn.case_request is None


@pytest.mark.parametrize(
    "text",
    [
        "jangan dioper ke petugas",
        "minggu kemarin sudah ngobrol sama petugas",
        "cs nya jam berapa mulai kerja",
        "petugasnya ramah kemarin",
    ],
)
def test_mention_of_officers_opens_no_case_even_if_the_nlu_is_sure(
    assets: Assets, text: str
) -> None:
    assert Talk(assets, {text: "minta_cs"})(text).case_request is None


def test_what_stands_beside_a_refused_officer_is_answered(assets: Assets) -> None:
    meanings = {
        "jangan dioper ke petugas, bunga kur berapa": "minta_cs",
        "bunga kur berapa": "pembiayaan/bunga_kur",
    }
    turn = Talk(assets, meanings)("jangan dioper ke petugas, bunga kur berapa")
    assert turn.answers == ("pembiayaan/bunga_kur",)


def test_goodbye_with_a_word_of_consent_consents_to_nothing(assets: Assets) -> None:
    talk = Talk(assets, {"biaya koperasi": "pendirian_koperasi/biaya"})
    talk("biaya koperasi")
    turn = talk("oke siap, dadah")
    assert (turn.intent, turn.case_request) == ("pamit", None)


def test_ticket_number_alone_asks_for_its_state(assets: Assets) -> None:
    talk = Talk(assets)
    talk("chat dengan cs")
    assert talk("hk-test-0001").intent == "cek_tiket"


def test_dunning_while_waiting_tells_ticket_and_place(assets: Assets) -> None:
    talk = Talk(assets)
    ticket = talk("chat dengan cs").case_request.ticket
    for text in ("kok belum dibales", "lama banget sih", "naha lami pisan"):
        turn = talk(text)
        assert turn.intent == "cek_tiket"
        assert ticket in words_of(turn)


def test_question_about_the_chat_is_no_question_for_the_officer(assets: Assets) -> None:
    talk = Talk(assets, {"csnya udah buka?": "layanan_kantor/jam_chat"}, at=AFTER_HOURS)
    talk("csnya udah buka?")
    assert talk("chat dengan cs").asks == "uraian"


def test_cancelling_while_waiting_says_that_the_case_stays(assets: Assets) -> None:
    talk = Talk(assets)
    ticket = talk("chat dengan cs").case_request.ticket
    turn = talk("batal deh")
    assert ticket in words_of(turn)
    assert turn.attention


def test_who_asks_who_is_speaking_is_told(assets: Assets) -> None:
    turn = Talk(assets)("kamu siapa sih")
    assert turn.intent == "bot_atau_manusia"
    assert "asisten otomatis" in words_of(turn)
