"""Guided checks as residents meet them: talks by table, every row, digressions, ways out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogue import Assets, Turn
from dialogue.checks.engine import deciding_row
from dialogue.checks.lint import combinations
from dialogue.checks.table import UNKNOWN, CheckRow, CheckTable
from dialogue.checks.table_file import read_checks
from dialogue.checks.verdict_text import shown
from dialogue.findings import Findings
from tests.dialogue.dialogue_kit import TRAINING_DATA, Talk, titles_of, words_of

FILES = sorted((Path(__file__).parent / "cek").glob("*.yml"))
CHECKS = read_checks(TRAINING_DATA / "checks", Findings())
TAX = "omzet 600 juta kena pajak berapa?"
TAX_LABEL = "pajak/pph_final_umkm"
BUTTON = "cek"
NAMES = sorted(CHECKS.tables)
WORDS = ["Rp" + "9" * 300, "0", "-5 juta", "1,5", "99 kelas", "juta", "{omzet}", "ya tidak ya"]


def _talks() -> list[Any]:
    found = []
    for path in FILES:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for place, talk in enumerate(content["talks"]):
            case = (path.stem, content["label"], talk)
            found.append(pytest.param(*case, id=f"{path.stem}-{place}-{talk['baris']}"))
    return found


def _rows() -> list[Any]:
    return [
        pytest.param(table, row, id=f"{table.name}-{row.name}")
        for table in CHECKS.tables.values()
        for row in table.rows
    ]


def _concluded(turn: Turn) -> Mapping[str, str] | None:
    found = turn.events[-1].data.get("check")
    return found if isinstance(found, dict) else None


def test_each_table_has_ten_talks_and_each_row_one() -> None:
    assert {path.stem for path in FILES} == set(CHECKS.tables)
    for path in FILES:
        talks = yaml.safe_load(path.read_text(encoding="utf-8"))["talks"]
        assert len(talks) >= 10, path.stem
        rows = {row.name for row in CHECKS.tables[path.stem].rows}
        assert {talk["baris"] for talk in talks} == rows, path.stem


@pytest.mark.parametrize(("name", "label", "talk"), _talks())
def test_talk_ends_in_the_verdict(assets: Assets, name: str, label: str, talk: Any) -> None:
    texts = talk["kata"]
    said = Talk(assets, {} if texts[0] == BUTTON else {texts[0].casefold(): label})
    asked = []
    for text in texts:
        turn = said.press(f'/cek{{"cek": "{name}"}}') if text == BUTTON else said(text)
        asked.append(turn.asks)
    assert asked == [*talk["tanya"], None]
    assert _concluded(turn) == {"name": name, "row": talk["baris"]}
    assert turn.answers == (talk.get("jawab", label),)
    words = words_of(turn)
    for part in talk["memuat"]:
        assert part in words
    assert titles_of(turn)[-2:] == ["Ulangi cek", "Chat dengan CS"]


@pytest.mark.parametrize(("table", "row"), _rows())
def test_every_row_is_reached_by_its_buttons_and_by_its_values_typed(
    assets: Assets, table: CheckTable, row: CheckRow
) -> None:
    values = next(found for found in combinations(table) if deciding_row(table, found) == row)
    for typed in (False, True):
        talk = Talk(assets)
        turn = talk.press(f'/cek{{"cek": "{table.name}"}}')
        for _ in table.slots:
            if turn.asks is None:
                break
            slot = table.slot(turn.asks)
            assert slot is not None
            value = values[slot.name]
            by_button = not typed and any(
                f'"nilai": "{value}"' in button.payload for button in turn.replies[-1].buttons
            )
            if by_button:
                turn = talk.press(
                    f'/cek{{"cek": "{table.name}", "isian": "{slot.name}", "nilai": "{value}"}}'
                )
            else:
                turn = talk("tidak tahu" if value == UNKNOWN else shown(slot, value))
        assert _concluded(turn) == {"name": table.name, "row": row.name}
        assert turn.answers == (row.label,)
        words = words_of(turn)
        assert ("Belum pasti." in words) is bool(row.ask_whom)
        assert row.ask_whom in words
        assert "{" not in words
        assert "Sumber: " in words


def test_answers_offer_their_checks_and_the_button_begins_one(assets: Assets) -> None:
    talk = Talk(assets, {"pajak umkm berapa persen": TAX_LABEL})
    turn = talk("pajak umkm berapa persen")
    assert turn.answers == (TAX_LABEL,)
    [button] = [b for reply in turn.replies for b in reply.buttons if b.title == "Cek: pajak saya"]
    assert talk.press(button.payload).asks == "bentuk_usaha"


def test_digression_is_answered_and_the_check_goes_on(assets: Assets) -> None:
    label = "pembiayaan/bunga_kur"
    talk = Talk(assets, {TAX: TAX_LABEL, "bunga kur berapa?": label})
    assert talk(TAX).asks == "bentuk_usaha"
    aside = talk("bunga kur berapa?")
    assert aside.answers == (label,)
    assert aside.asks == "bentuk_usaha"
    assert "atas nama siapa" in aside.replies[-1].text
    assert _concluded(talk("orang pribadi")) == {"name": "pajak_usaha", "row": "pribadi_final"}


@pytest.mark.parametrize("words", ["batal", "ga jadi"])
def test_check_is_left_at_once(assets: Assets, words: str) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    talk(TAX)
    turn = talk(words)
    assert turn.asks is None
    assert _concluded(turn) is None
    assert turn.case_request is None


def test_person_is_had_in_the_middle_of_a_check(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    talk(TAX)
    turn = talk("mau ngomong sama petugas")
    assert turn.case_request is not None
    assert turn.asks is None


def test_three_answers_that_say_nothing_offer_a_person(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    talk(TAX)
    turn = talk.each("blablabla", "hmm gimana ya", "apaan tuh")
    assert "Mau saya sambungkan ke petugas" in words_of(turn)
    assert talk("tidak").asks == "bentuk_usaha"


def test_what_one_check_was_told_the_next_does_not_ask(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    talk.each(TAX, "orang pribadi")
    turn = talk.press('/cek{"cek": "skala_usaha"}')
    assert _concluded(turn) == {"name": "skala_usaha", "row": "mikro_berjalan"}


def test_check_can_be_done_again_from_the_start(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    verdict = talk.each(TAX, "orang pribadi")
    [again] = [b for b in verdict.replies[-1].buttons if b.title == "Ulangi cek"]
    assert talk.press(again.payload).asks == "bentuk_usaha"
    assert talk("koperasi").asks == "omzet"


def test_correction_before_the_verdict_is_taken(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL})
    talk(TAX)
    turn = talk("eh omzetnya 900 juta")
    assert turn.asks == "bentuk_usaha"
    assert "Rp2.000.000" in words_of(talk("orang pribadi"))


def test_correction_is_none_once_something_else_was_talked_of(assets: Assets) -> None:
    label = "pembiayaan/bunga_kur"
    talk = Talk(assets, {TAX: TAX_LABEL, "bunga kur berapa?": label})
    talk.each(TAX, "orang pribadi", "bunga kur berapa?")
    assert _concluded(talk("eh omzetnya 800 juta")) is None


def test_sum_beside_another_word_is_not_the_turnover(assets: Assets) -> None:
    question = "modal 300 juta kena pajak berapa?"
    turn = Talk(assets, {question: TAX_LABEL})(question)
    assert _concluded(turn) is None
    assert turn.asks is None
    assert turn.answers == (TAX_LABEL,)


def test_withdrawn_answer_takes_its_check_along(assets: Assets) -> None:
    without = assets.without_answers([TAX_LABEL])
    talk = Talk(without, {TAX: TAX_LABEL})
    assert talk(TAX).asks is None
    turn = talk.press('/cek{"cek": "pajak_usaha"}')
    assert "tidak tersedia" in words_of(turn)
    assert _concluded(turn) is None


def test_running_check_of_a_table_that_is_gone_lets_go(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL, "orang pribadi": TAX_LABEL})
    talk(TAX)
    tables = {n: t for n, t in assets.checks.tables.items() if n != "pajak_usaha"}
    gone = replace(assets, checks=replace(assets.checks, tables=tables))
    later = Talk(gone, {"orang pribadi": TAX_LABEL})
    later.conversation.tracker = talk.conversation.tracker
    assert later("orang pribadi").asks is None


@given(text=st.one_of(st.text(max_size=60), st.sampled_from(WORDS)), table=st.sampled_from(NAMES))
def test_no_message_breaks_a_running_check(assets: Assets, text: str, table: str) -> None:
    talk = Talk(assets)
    talk.press(f'/cek{{"cek": "{table}"}}')
    turn = talk(text)
    assert turn.replies
    assert turn.asks is None or "{" not in words_of(turn)


@pytest.mark.parametrize(
    "payload",
    [
        "/cek",
        '/cek{"cek": ["pajak_usaha"]}',
        '/cek{"cek": "tidak_ada"}',
        '/cek{"cek": "pajak_usaha", "isian": "omzet", "nilai": 1e400}',
        '/cek{"cek": "pajak_usaha", "isian": "omzet", "nilai": true}',
        '/cek{"cek": "pajak_usaha", "isian": "omzet", "nilai": -5}',
        f'/cek{{"cek": "pajak_usaha", "isian": "omzet", "nilai": {10**40}}}',
        '/cek{"cek": "pajak_usaha", "isian": "laba", "nilai": "ya"}',
        '/cek{"cek": "pajak_usaha", "isian": "bentuk_usaha", "nilai": "negara"}',
    ],
)
def test_strange_button_fills_nothing(assets: Assets, payload: str) -> None:
    turn = Talk(assets).press(payload)
    assert turn.replies
    assert _concluded(turn) is None
    assert not turn.slots.get("omzet")


def test_what_a_check_was_told_is_shown_to_its_resident_in_words(assets: Assets) -> None:
    talk = Talk(assets, {TAX: TAX_LABEL, "data saya apa aja": "data_saya"})
    talk.each(TAX, "orang pribadi")
    words = words_of(talk("data saya apa aja"))
    assert "- Omzet setahun: Rp600.000.000" in words
    assert "- Bentuk usaha: Orang pribadi" in words


def test_question_how_something_is_done_begins_no_check(assets: Assets) -> None:
    question = "cara daftar merek usaha kecil gimana"
    turn = Talk(assets, {question: "merek/biaya_daftar"})(question)
    assert turn.asks is None
    assert turn.answers == ("merek/biaya_daftar",)


@pytest.mark.parametrize(
    ("words", "row", "omzet"),
    [
        ("lebih dari 500 juta", None, None),
        ("500 juta lebih", None, None),
        ("antara 400 juta sampai 600 juta", None, None),
        ("di bawah 4 miliar", None, None),
        ("omzetnya bukan 600 juta tapi 800 juta", "pribadi_final", 800_000_000),
        ("omzet 600 juta, modalnya 100 juta", "pribadi_final", 600_000_000),
        ("modalnya 100 juta, omzetnya 600 juta", "pribadi_final", 600_000_000),
        ("sekitar 600 juta", "pribadi_final", 600_000_000),
        ("600jt/tahun", "pribadi_final", 600_000_000),
        ("40 juta tiap bulan", "pribadi_bebas", 480_000_000),
        ("1 juta sehari", None, None),
        ("rp. 600.000.000,-", "pribadi_final", 600_000_000),
        ("600", None, None),
    ],
)
def test_only_a_sum_beyond_doubt_makes_a_verdict(
    assets: Assets, words: str, row: str | None, omzet: int | None
) -> None:
    talk = Talk(assets)
    talk.press('/cek{"cek": "pajak_usaha"}')
    talk("orang pribadi")
    turn = talk(words)
    assert turn.slots.get("omzet") == omzet
    assert _concluded(turn) == ({"name": "pajak_usaha", "row": row} if row else None)
    assert turn.asks == (None if row else "omzet")
