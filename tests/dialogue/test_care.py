"""Residents in danger: the right number first, an urgent case, and care until they are safe."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from dialogue import Assets, CaseView, IncomingMessage, Turn
from dialogue.danger import Danger, DangerReader
from foundation.clock import parse_moment
from handoff import Reason
from nlu.types import DangerLevel
from tests.dialogue.dialogue_kit import AFTER_HOURS, StubNlu, Talk, titles_of, words_of

THREAT = "ada yang ngamuk di warung"
DOUBT = "capek banget, rasanya pengen hilang"
MEANINGS = {
    "bikin nib bayar ga": "izin_usaha/biaya_nib",
    "yang itu jadinya bagaimana": ("izin_usaha/cara_buat_nib", "clarify"),
    "mau komplain": "keluhan",
    "makasih": "terima_kasih",
    "daftar pelatihan": "daftar_pelatihan",
    "menu": "bantuan_menu",
    "halo": "sapa",
    "mau ngomong sama petugas": "minta_cs",
    "diteror pinjol terus gimana": "pengaduan/lapor_pinjol",
}
DANGERS: Mapping[str, tuple[DangerLevel, str]] = {
    THREAT: ("danger", "kekerasan"),
    "dia balik lagi": ("danger", "lanjutan"),
    "anaknya dipukul": ("danger", "anak"),
    DOUBT: ("unsure", "bunuh_diri"),
    "pengen ilang aja": ("unsure", "bunuh_diri"),
    "diteror pinjol terus gimana": ("danger", "teror_penagih"),
}
CHANNELS = {
    "kekerasan": ["112", "110"],
    "teror_penagih": ["112", "110", "157"],
    "bunuh_diri": ["healing119.id", "112"],
    "bunuh_diri_orang_lain": ["112", "healing119.id"],
    "kdrt": ["129", "112"],
    "anak": ["129", "112"],
    "kebakaran_kecelakaan": ["112"],
    "terkurung": ["112", "110"],
    "lanjutan": ["112", "110", "healing119.id"],
}


@pytest.fixture
def talk(assets: Assets) -> Talk:
    return Talk(assets, MEANINGS, dangers=DANGERS)


def states_no_menu(turn: Turn) -> bool:
    """Whether a turn is neither menu nor fallback nor form."""
    return not (turn.fallback or turn.clarify or turn.asks) and not re.search(
        r"\bmenu\b", words_of(turn)
    )


@pytest.mark.parametrize("kind", CHANNELS)
def test_every_kind_gets_its_channels_in_their_order(assets: Assets, kind: str) -> None:
    turn = Talk(assets, dangers={"tolong": ("danger", kind)})("tolong")
    said = words_of(turn)
    places = [said.find(channel) for channel in CHANNELS[kind]]
    assert -1 not in places
    assert places == sorted(places)
    assert (turn.danger, turn.care) == (kind, kind)
    assert states_no_menu(turn)
    assert "Chat dengan CS" in titles_of(turn)
    assert len(said) < 900


def test_danger_opens_an_urgent_case_at_once(talk: Talk) -> None:
    turn = talk(THREAT)
    assert turn.case_request is not None
    assert turn.case_request.reason == Reason.DANGER
    assert turn.case_request.urgent
    assert turn.attention
    assert turn.decision == "handoff"


def test_likely_second_kind_adds_its_channel(assets: Assets) -> None:
    both = Talk(assets, dangers={"suami mukul saya dan anak": ("danger", "kekerasan")})
    said = words_of(both("suami mukul saya dan anak"))
    assert "112" in said
    assert "129" in said


def test_officers_hours_are_told_truthfully(assets: Assets) -> None:
    by_day = words_of(Talk(assets, dangers=DANGERS)(THREAT))
    at_night = words_of(Talk(assets, dangers=DANGERS, at=AFTER_HOURS)(THREAT))
    assert "18.00" in by_day
    assert "tutup" in at_night
    assert "25 November 2026 pukul 08.00" in at_night
    assert not re.search(r"{\w+}", by_day + at_night)


@pytest.mark.parametrize(
    "text",
    [
        "ya",
        "makasih",
        "hmm",
        "😭",
        "??",
        "menu",
        "halo",
        "daftar pelatihan",
        "mau komplain",
        "asdfgh",
    ],
)
def test_follow_up_is_answered_in_care_with_the_number(talk: Talk, text: str) -> None:
    talk(THREAT)
    turn = talk(text)
    assert "112" in words_of(turn)
    assert turn.care == "kekerasan"
    assert states_no_menu(turn)
    assert turn.case_request is None


def test_second_dangerous_message_does_not_repeat_everything(talk: Talk) -> None:
    first = talk(THREAT)
    turn = talk("dia balik lagi")
    assert turn.danger == "kekerasan"
    assert "112" in words_of(turn)
    assert len(words_of(turn)) < len(words_of(first))


def test_another_kind_in_care_gets_its_own_channel(talk: Talk) -> None:
    talk(THREAT)
    turn = talk("anaknya dipukul")
    assert "129" in words_of(turn)
    assert turn.care == "anak"


def test_care_goes_on_after_an_hour_of_silence(talk: Talk) -> None:
    talk(THREAT)
    talk.conversation.at = parse_moment("2026-11-24T11:10")
    assert "112" in words_of(talk("hmm"))


def test_business_question_in_care_is_answered_with_the_number_in_sight(talk: Talk) -> None:
    talk(THREAT)
    turn = talk("bikin nib bayar ga")
    assert turn.answers == ("izin_usaha/biaya_nib",)
    assert "112" in turn.replies[-1].text
    assert turn.care == "kekerasan"


def test_guess_is_no_answer_in_care(talk: Talk) -> None:
    talk(THREAT)
    turn = talk("yang itu jadinya bagaimana")
    assert turn.answers == ()
    assert states_no_menu(turn)


def test_question_that_belongs_to_the_danger_is_answered_at_once(talk: Talk) -> None:
    turn = talk("diteror pinjol terus gimana")
    assert turn.answers == ("pengaduan/lapor_pinjol",)
    assert words_of(turn).index("112") < words_of(turn).index("Sumber")


def test_person_asked_for_in_care_is_the_one_already_called(talk: Talk) -> None:
    talk(THREAT)
    turn = talk("mau ngomong sama petugas")
    assert "HK-TEST-0001" in words_of(turn)
    assert turn.case_request is None


def test_form_is_left_and_not_filled(talk: Talk) -> None:
    talk("mau komplain")
    turn = talk(THREAT)
    assert "112" in words_of(turn)
    assert turn.asks is None
    assert not turn.slots.get("nama")
    assert talk("Budi").slots.get("nama") is None


def test_officer_who_owns_the_talk_is_alarmed_and_the_bot_silent(talk: Talk) -> None:
    talk.case = CaseView("HK-TEST-0009", "claimed")
    turn = talk(THREAT)
    assert turn.decision == "silent"
    assert turn.replies == ()
    assert turn.danger == "kekerasan"
    assert turn.case_request is None


def test_open_case_is_alarmed_without_a_second_one(talk: Talk) -> None:
    talk.case = CaseView("HK-TEST-0009", "waiting", 3)
    turn = talk(THREAT)
    assert turn.danger == "kekerasan"
    assert turn.case_request is None
    assert "112" in words_of(turn)


def test_resident_says_all_is_well_and_is_asked_once_more(talk: Talk) -> None:
    talk(THREAT)
    asked = talk("udah aman kok")
    assert asked.care == "kekerasan"
    assert "Ya, sudah aman" in titles_of(asked)
    assert "112" in words_of(asked)
    ended = talk("ya")
    assert ended.care == ""
    assert talk("bikin nib bayar ga").replies[-1].response == "utter_jawaban"


def test_resident_who_is_not_safe_after_all_stays_in_care(talk: Talk) -> None:
    talk(THREAT)
    talk("udah gapapa")
    turn = talk("belum")
    assert turn.care == "kekerasan"
    assert "112" in words_of(turn)


def test_button_ends_care_after_the_question(talk: Talk) -> None:
    talk(THREAT)
    assert talk.press("/sudah_aman").care == "kekerasan"
    assert talk.press("/aman_pasti").care == ""


def test_still_in_danger_is_believed_long_after(talk: Talk) -> None:
    talk(THREAT)
    talk.press("/aman_pasti")
    turn = talk.press("/belum_aman")
    assert turn.care == "kekerasan"
    assert turn.danger == "kekerasan"


@pytest.mark.parametrize(
    ("event", "kept"), [("resolved", ""), ("returned", ""), ("expired", "kekerasan")]
)
def test_officer_ends_care_by_closing_the_case(talk: Talk, event: str, kept: str) -> None:
    talk(THREAT)
    conversation = talk.conversation
    conversation.tracker = conversation.tracker.apply(
        f"case_{event}", {"ticket": "HK-TEST-0001"}, None, conversation.at
    )
    talk.case = CaseView("HK-TEST-0001", event)
    assert talk("makasih").care == kept


def test_care_without_an_open_case_still_offers_a_person(talk: Talk) -> None:
    talk(THREAT)
    talk.case = CaseView("HK-TEST-0001", "expired")
    assert talk("dia balik lagi").case_request is not None


def test_doubt_asks_once_gently_and_names_no_number(talk: Talk) -> None:
    turn = talk(DOUBT)
    assert not re.search(r"\d{3}", words_of(turn))
    assert titles_of(turn) == ["Ya, tidak aman", "Tidak, aman"]
    assert turn.danger == turn.care == ""
    assert turn.case_request is None
    talk("tidak")
    assert "bahaya" not in words_of(talk(DOUBT))


def test_doubt_confirmed_is_danger(talk: Talk) -> None:
    talk(DOUBT)
    turn = talk("ya")
    assert "healing119.id" in words_of(turn)
    assert turn.danger == "bunuh_diri"
    assert turn.case_request is not None


def test_second_doubt_is_danger(talk: Talk) -> None:
    talk(DOUBT)
    assert talk("pengen ilang aja").danger == "bunuh_diri"


def test_doubt_denied_goes_on_as_before(talk: Talk) -> None:
    talk(DOUBT)
    assert "Syukurlah" in words_of(talk("tidak"))
    assert talk("bikin nib bayar ga").answers == ("izin_usaha/biaya_nib",)


def test_doubt_is_asked_again_on_another_day(talk: Talk) -> None:
    talk(DOUBT)
    talk("tidak")
    talk.conversation.at = parse_moment("2026-11-25T09:00")
    assert "Ya, tidak aman" in titles_of(talk(DOUBT))


def test_doubt_in_a_form_keeps_the_form(talk: Talk) -> None:
    talk("mau komplain")
    assert "Ya, tidak aman" in titles_of(talk(DOUBT))
    assert talk("tidak").asks == "nama"


def test_business_in_doubt_is_answered_below_the_question(assets: Assets) -> None:
    said = "usaha sekarat, bikin nib bayar ga"
    talk = Talk(assets, {said: "izin_usaha/biaya_nib"}, dangers={said: ("unsure", "bunuh_diri")})
    turn = talk(said)
    assert turn.answers == ("izin_usaha/biaya_nib",)
    assert "Ya, tidak aman" in titles_of(turn)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("saya mau bunuh diri aja", "119"),
        ("rasanya pengen mati aja pak", "119"),
        ("udah ga kuat hidup lagi", "119"),
        ("hayang paeh we", "119"),
        ("suami mukul saya terus", "129"),
        ("TOLONG ADA KEBAKARAN", "112"),
        ("saya disekap di gudang", "112"),
    ],
)
@pytest.mark.parametrize("model", [True, False])
def test_exact_words_suffice_without_detector_and_without_model(
    assets: Assets, text: str, number: str, model: bool
) -> None:
    talk = Talk(assets, model=model)
    assert number in words_of(talk(text))
    assert "112" in words_of(talk("hmm"))


@pytest.mark.parametrize(
    "text",
    [
        "koperasi saya mati suri",
        "usaha saya hampir mati min",
        "asuransi kebakaran kios ada ga",
        "izin jualan tabung gas",
        "jual pisau dapur",
    ],
)
def test_exact_words_do_not_take_business_for_danger(assets: Assets, text: str) -> None:
    assert Talk(assets)(text).danger == ""


def test_decided_event_tells_danger_and_care_and_no_words(talk: Talk) -> None:
    decided = talk(THREAT).events[-1]
    assert decided.data["danger"] == "kekerasan"
    assert decided.data["care"] == "kekerasan"
    assert THREAT not in str(decided.data)


def test_care_survives_a_snapshot(talk: Talk) -> None:
    talk(THREAT)
    before = talk.conversation.tracker
    again = type(before).from_state(before.to_state())
    assert again == before
    assert again.memory.care == replace(before.memory.care)


def test_several_bubbles_are_read_together(assets: Assets) -> None:
    dangers: Mapping[str, tuple[DangerLevel, str]] = {
        "tolong\ndia bawa golok": ("danger", "kekerasan")
    }
    reader = DangerReader(assets.safety, StubNlu(dangers=dangers))
    bubbles = [IncomingMessage(1, "tolong"), IncomingMessage(2, "dia bawa golok")]
    assert reader.read(bubbles[:1]).level == "safe"
    assert reader.read(bubbles) == Danger("danger", ("kekerasan",))


def test_pressed_button_is_no_danger(assets: Assets) -> None:
    reader = DangerReader(assets.safety, None)
    pressed = IncomingMessage(1, "saya mau bunuh diri", kind="payload", payload="/sapa")
    assert reader.read([pressed]).level == "safe"
