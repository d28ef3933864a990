import itertools
import json

import pytest

from dialogue import Assets, Assistant, ScriptSession
from foundation.clock import parse_moment
from foundation.errors import BadMessageError
from tests.dialogue.dialogue_kit import CALENDAR, StubNlu

MEANINGS = {"bunga kur": "pembiayaan/bunga_kur", "mau daftar pelatihan": "daftar_pelatihan"}


@pytest.fixture
def session(assets: Assets) -> ScriptSession:
    numbers = itertools.count(1)
    return ScriptSession(
        Assistant(assets, StubNlu(MEANINGS)),
        CALENDAR,
        now=parse_moment("2026-11-24T10:00"),
        tickets=lambda: f"HK-{next(numbers)}",
    )


def fed(session: ScriptSession, **line: object) -> dict:
    answer = session.feed(json.dumps(line))
    return json.loads(answer) if answer else {}


def test_turn_is_one_line_with_the_keys_of_the_contract(session: ScriptSession) -> None:
    line = session.feed('{"text": "bunga kur"}')
    assert "\n" not in line
    turn = json.loads(line)
    assert list(turn) == [
        "replies",
        "intent",
        "answers",
        "asks",
        "clarify",
        "fallback",
        "case",
        "slots",
        "danger",
        "care",
    ]
    assert turn["answers"] == ["pembiayaan/bunga_kur"]
    assert set(turn["replies"][0]) == {"text", "buttons"}
    assert set(turn["replies"][0]["buttons"][0]) == {"title", "payload"}


def test_new_conversation_starts_fresh_and_prints_nothing(session: ScriptSession) -> None:
    assert fed(session, text="chat dengan cs")["case"] == "waiting"
    assert session.feed('{"conversation": "b", "at": "2026-11-24T20:00"}') is None
    turn = fed(session, text="chat dengan cs")
    assert turn["case"] is None
    assert turn["asks"] == "uraian"


def test_payload_media_and_caption_are_turns(session: ScriptSession) -> None:
    assert fed(session, payload="/minta_cs")["intent"] == "minta_cs"
    assert fed(session, media="audio")["intent"] == "pesan_media"
    assert fed(session, media="image", caption="bunga kur")["answers"] == ["pembiayaan/bunga_kur"]


def test_slots_are_shown_and_nothing_is_asked_during_confirmation(session: ScriptSession) -> None:
    for text in ("mau daftar pelatihan", "Budi", "keripik", "Ciomas"):
        fed(session, text=text)
    turn = fed(session, text="081234567890")
    assert turn["asks"] is None
    assert turn["slots"]["no_hp"] == "+6281234567890"


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"text": 3}', '{"text": "a", "at": "besok"}'])
def test_line_outside_the_contract_is_refused(session: ScriptSession, line: str) -> None:
    with pytest.raises(BadMessageError):
        session.feed(line)


def test_blank_line_is_skipped(session: ScriptSession) -> None:
    assert session.feed("  \n") is None
