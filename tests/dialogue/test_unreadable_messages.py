import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue import Assets, Conversation
from tests.dialogue.dialogue_kit import AFTER_HOURS, OPEN_HOURS, Talk, words_of

MEANINGS = {"mau daftar pelatihan": "daftar_pelatihan", "mau komplain": "keluhan"}
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("", "pesan_kosong"),
        ("   \n ", "pesan_kosong"),
        ("???", "pesan_emoji"),
        ("😀😀", "pesan_emoji"),
        ("👍", "setuju"),
        ("🙏🙏", "terima_kasih"),
        ("⭐⭐⭐⭐⭐", "penilaian_layanan"),
        ("\x00\x01\x02ab\x03\x04\x05\x06", "pesan_rusak"),
        ("\ud800\udfff\ud800 a \ud800", "pesan_rusak"),
    ],
)
def test_message_without_words_gets_a_polite_answer(assets: Assets, text: str, intent: str) -> None:
    turn = Talk(assets)(text)
    assert turn.intent == intent
    assert words_of(turn)
    assert turn.case_request is None


def test_media_without_caption_is_acknowledged_and_offers_an_officer(assets: Assets) -> None:
    talk = Talk(assets)
    turn = talk.conversation.say({"media": "image"})
    assert "sudah kami terima" in words_of(turn)
    assert turn.answers == ()


def test_caption_of_a_picture_is_read(assets: Assets) -> None:
    talk = Talk(assets, {"bunga kur berapa": "pembiayaan/bunga_kur"})
    turn = talk.conversation.say({"media": "image", "caption": "bunga kur berapa"})
    assert turn.answers == ("pembiayaan/bunga_kur",)


def test_ten_thousand_characters_are_answered(assets: Assets) -> None:
    turn = Talk(assets)("koperasi saya macet pak " * 420)
    assert words_of(turn)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(ANY_TEXT, min_size=1, max_size=4), at=st.sampled_from([OPEN_HOURS, AFTER_HOURS])
)
def test_no_text_is_left_without_a_reply(assets: Assets, texts: list[str], at: str) -> None:
    talk = Talk(assets, at=at)
    for text in texts:
        assert words_of(talk(text)).strip()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    payload=st.one_of(
        ANY_TEXT,
        st.text('/abc{}":, ', max_size=30).map(lambda text: f"/{text}"),
        st.sampled_from(
            [
                '/bantuan_menu{"bagian": 3}',
                '/bantuan_menu{"bagian": "Pengaduan", "mulai": -1}',
                '/selengkapnya{"label": [1]}',
                '/ubah{"slot": {}}',
                '/hapus_data{"yakin": "ya"}',
                '/lanjut{"nama": 1}',
                "/pembiayaan/bunga_kur",
                "/tidak_ada",
                "/",
            ]
        ),
    ),
    within=st.sampled_from([(), ("mau daftar pelatihan",), ("mau komplain", "Rina")]),
)
def test_no_button_however_forged_stops_the_conversation(
    assets: Assets, payload: str, within: tuple[str, ...]
) -> None:
    talk = Talk(assets, MEANINGS)
    for text in within:
        talk(text)
    assert words_of(talk.press(payload))


def test_late_messages_of_a_turn_are_read_together(assets: Assets) -> None:
    talk = Talk(assets, {"min\nmau nanya\nbunga kur berapa": "pembiayaan/bunga_kur"})
    turn = _batch(talk.conversation, "min", "mau nanya", "bunga kur berapa")
    assert turn.answers == ("pembiayaan/bunga_kur",)
    assert [event.type for event in turn.events] == ["understood"] * 3 + ["decided"]


def test_questions_in_several_messages_are_all_answered(assets: Assets) -> None:
    meanings = {"bunga kur": "pembiayaan/bunga_kur", "cara bikin nib": "izin_usaha/cara_buat_nib"}
    talk = Talk(assets, {**meanings, "halo": "sapa"})
    turn = _batch(talk.conversation, "halo", "bunga kur", "cara bikin nib", "bunga kur")
    assert turn.answers == ("pembiayaan/bunga_kur", "izin_usaha/cara_buat_nib")


def _batch(conversation: Conversation, *texts: str):
    from dialogue import IncomingMessage, TurnContext

    messages = [IncomingMessage(number, text) for number, text in enumerate(texts, start=1)]
    context = TurnContext(
        now=conversation.at,
        service=conversation.calendar.status(conversation.at),
        channel="whatsapp",
        new_ticket="HK-1",
    )
    return conversation.assistant.handle(messages, conversation.tracker, context)
