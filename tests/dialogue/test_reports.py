import pytest

from dialogue import Assets, CaseView
from tests.dialogue.dialogue_kit import AFTER_HOURS, Talk, titles_of, words_of

LEVY = "pegawai kelurahan minta 200rb buat surat domisili, kalau tidak bayar tidak diurus"
MISUSE = "bantuan gerobak di desa kami dibagikan ke keluarga pak kades semua"
OFFICER = "petugas dinas minta uang rokok ke saya supaya berkas didahulukan"
ASKED = "kemana lapor pungli?"
STUCK = "simpanan saya di koperasi tidak bisa diambil sejak dua tahun yang lalu"
MEANINGS = {
    LEVY: "lapor_pungli",
    MISUSE: "lapor_penyelewengan",
    OFFICER: "lapor_petugas",
    ASKED: "pengaduan/kanal_laporan",
    STUCK: "pengaduan/lapor_koperasi_macet",
    "syarat nib apa?": "izin_usaha/cara_buat_nib",
    "minggu lalu dia juga begitu ke tetangga saya": "lapor_pungli",
}


@pytest.fixture
def talk(assets: Assets) -> Talk:
    return Talk(assets, MEANINGS)


@pytest.mark.parametrize("told", [LEVY, MISUSE, OFFICER])
def test_report_hears_the_channel_who_decides_and_who_sees_it(talk: Talk, told: str) -> None:
    words = words_of(talk(told))
    for said in ("lapor.go.id", "1708", "anonim", "bukan polisi", "memutuskan", "supervisor"):
        assert said in words


def test_three_questions_at_most_and_none_for_a_name(talk: Talk) -> None:
    asked = [talk(text).asks for text in ("mau lapor pungli", LEVY, "kantor kelurahan", "kemarin")]
    assert asked == ["uraian", "tempat_kejadian", "waktu_kejadian", None]


def test_what_was_told_is_not_asked_again_and_stays_word_for_word(talk: Talk) -> None:
    assert talk(LEVY).asks == "tempat_kejadian"
    talk.each("kantor kelurahan Ciomas", "senin pagi")
    request = talk("ya").case_request
    assert request.card["slots"] == {
        "uraian": LEVY,
        "tempat_kejadian": "kantor kelurahan Ciomas",
        "waktu_kejadian": "senin pagi",
    }
    assert (request.reason, request.confidential) == ("laporan", True)


@pytest.mark.parametrize("skip", ["lewati", "tidak", "lewati aja ya"])
def test_every_question_may_be_skipped(talk: Talk, skip: str) -> None:
    asked = [talk(text).asks for text in ("mau lapor pungli", "lewati", skip, "lewati")]
    assert asked == ["uraian", "tempat_kejadian", "waktu_kejadian", None]
    assert talk("ya").case_request.card["slots"] == {}


def test_report_is_sent_only_on_consent(talk: Talk) -> None:
    assert talk.each(LEVY, "kelurahan", "kemarin").case_request is None
    assert talk("batal").case_request is None
    assert "uraian" not in talk("ya").slots


def test_more_told_at_the_end_is_added(talk: Talk) -> None:
    more = "minggu lalu dia juga begitu ke tetangga saya"
    talk.each(LEVY, "kelurahan", "kemarin", more)
    assert talk("ya").case_request.card["slots"]["uraian"] == f"{LEVY}\n{more}"


def test_place_is_corrected_by_name(talk: Talk) -> None:
    talk.each(LEVY, "kelurahan", "kemarin", "tempatnya kantor desa")
    assert talk("ya").case_request.card["slots"]["tempat_kejadian"] == "kantor desa"


def test_question_on_the_way_is_answered_and_the_report_goes_on(talk: Talk) -> None:
    talk(LEVY)
    turn = talk("syarat nib apa?")
    assert turn.answers == ("izin_usaha/cara_buat_nib",)
    assert turn.asks == "tempat_kejadian"


def test_question_about_reporting_starts_no_form(talk: Talk) -> None:
    turn = talk(ASKED)
    assert turn.answers == ("pengaduan/kanal_laporan",)
    assert (turn.asks, turn.case_request) == (None, None)
    assert "Lapor rahasia" in titles_of(turn)
    assert talk("ya").asks == "uraian"


@pytest.mark.parametrize(
    "text", ["lapor pungli kemana ya", "gimana cara lapor oknum", "ke siapa lapor korupsi"]
)
def test_question_taken_for_a_report_is_answered(assets: Assets, text: str) -> None:
    turn = Talk(assets, {text: ("lapor_pungli", "clarify")})(text)
    assert (turn.answers, turn.asks) == (("pengaduan/kanal_laporan",), None)


def test_complaint_about_an_officer_may_become_a_report(assets: Assets) -> None:
    told = "petugas loket membentak saya kemarin pagi"
    talk = Talk(assets, {told: "keluhan"})
    assert "Lapor rahasia" in titles_of(talk(told))
    turn = talk.press("/lapor")
    assert turn.asks == "tempat_kejadian"
    assert turn.slots["uraian"] == told


def test_report_by_button_starts_the_form(talk: Talk) -> None:
    assert talk.press("/lapor").asks == "uraian"


def test_absconding_board_is_answered_and_may_be_reported(talk: Talk) -> None:
    assert talk(STUCK).answers == ("pengaduan/lapor_koperasi_macet",)
    turn = talk("ya")
    assert turn.asks == "tempat_kejadian"
    assert turn.slots["uraian"] == STUCK


def test_nothing_of_a_report_is_on_the_card_of_a_later_case(talk: Talk) -> None:
    talk.each(STUCK, "ya", "Cibinong", "kemarin")
    sent = talk("ya")
    assert sent.slots.get("uraian") is None
    talk.case = CaseView("HK-TEST-0001", "resolved")
    card = talk("chat dengan cs").case_request.card
    assert STUCK not in str(card)
    assert "Cibinong" not in str(card)


def test_who_reports_is_not_named_on_the_card(talk: Talk) -> None:
    talk.each("mau daftar pelatihan", "nama saya Budi Santoso")
    talk.each("batal", LEVY, "kelurahan", "kemarin")
    assert "Budi" not in str(talk("ya").case_request.card)


@pytest.mark.parametrize("at", ["2026-11-24T10:00", AFTER_HOURS])
def test_officer_asked_for_within_a_report_sees_it_confidentially(assets: Assets, at: str) -> None:
    talk = Talk(assets, MEANINGS, at=at)
    talk(LEVY)
    request = talk("chat dengan cs").case_request
    assert request.confidential
    assert request.card["slots"]["uraian"] == LEVY


def test_report_beside_a_waiting_case_asks_for_confidence_under_its_ticket(talk: Talk) -> None:
    ticket = talk("chat dengan cs").case_request.ticket
    talk.each(LEVY, "kelurahan", "kemarin")
    request = talk("ya").case_request
    assert (request.ticket, request.confidential) == (ticket, True)
    assert request.card["slots"]["uraian"] == LEVY


def test_pasted_number_is_not_said_back_in_the_summary(talk: Talk) -> None:
    talk.each("mau lapor pungli", "saya dipaksa setor, nik saya 3201990000000001 dicatat", "desa")
    words = words_of(talk("kemarin"))
    assert "3201990000000001" not in words
    assert "dipaksa setor" in words


def test_dissolved_task_force_is_named_nowhere(assets: Assets) -> None:
    texts = [text for v in assets.domain.responses.values() for text in (item.text for item in v)]
    texts += [entry.jawaban + entry.ringkas for entry in assets.knowledge.values()]
    assert [text for text in texts if "Saber" in text or "1193" in text or " 193 " in text] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("saya mau melaporkan petugas dinas", "lapor_petugas"),
        ("pak mau lapor pungli", "lapor_pungli"),
    ],
)
def test_bare_wish_to_report_needs_no_nlu(talk: Talk, text: str, intent: str) -> None:
    assert talk(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("pak rt minta uang 50 ribu buat surat", "lapor_pungli"),
        ("bantuan gerobak dijual lagi sama ketua kelompok", "lapor_penyelewengan"),
        ("petugas dinas minta komisi ke saya", "lapor_petugas"),
    ],
)
def test_telling_words_decide_where_the_nlu_is_unsure(
    assets: Assets, text: str, intent: str
) -> None:
    turn = Talk(assets, {text: (intent, "clarify")})(text)
    assert (turn.intent, turn.asks) == (intent, "tempat_kejadian")


def test_unsure_report_without_telling_words_asks_first(assets: Assets) -> None:
    text = "yang itu ga beres menurut saya"
    turn = Talk(assets, {text: ("lapor_penyelewengan", "clarify")})(text)
    assert turn.clarify
    assert turn.asks is None
