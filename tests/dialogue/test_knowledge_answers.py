from dataclasses import replace
from datetime import date

import pytest

from dialogue import Assets
from dialogue.actions.answers import _shortened
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

FOUNDERS = "pendirian_koperasi/jumlah_pendiri"
MEANINGS = {
    "brp org bikin koperasi": FOUNDERS,
    "bikin koperasi berapa orang": FOUNDERS,
    "biaya pendirian": "pendirian_koperasi/biaya",
    "lapor pinjol": "pengaduan/lapor_pinjol",
    "nanya aneh": "topik_baru/belum_ada",
}


def with_entry(assets: Assets, label: str, **changes: object) -> Assets:
    entry = replace(assets.knowledge[label], **changes)
    return replace(assets, knowledge={**assets.knowledge, label: entry})


def test_short_answer_comes_first_with_its_source_and_no_internal_state(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("brp org bikin koperasi")
    entry = assets.knowledge[FOUNDERS]
    assert entry.ringkas in words_of(turn)
    assert entry.jawaban not in words_of(turn)
    assert f"Sumber: {entry.sumber[0]}" in words_of(turn)
    assert entry.status_tinjau not in words_of(turn)
    assert turn.answers == (FOUNDERS,)
    assert not turn.clarify


def test_buttons_lead_to_the_full_answer_related_questions_and_an_officer(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("brp org bikin koperasi")
    titles = titles_of(turn)
    entry = assets.knowledge[FOUNDERS]
    parts = [words.button for name, words in assets.parts.words.items() if entry.parts.get(name)]
    assert titles[-1] == "Chat dengan CS"
    assert titles[0] in parts
    related = {assets.knowledge[label].tombol for label in entry.terkait}
    assert set(titles[:-1]) <= {*parts, *related, "Selengkapnya"}


def test_full_answer_on_demand_by_button_or_by_words(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("brp org bikin koperasi")
    parts = assets.knowledge[FOUNDERS].parts.by_name.values()
    for words in (
        words_of(talk.press(f'/selengkapnya{{"label": "{FOUNDERS}"}}')),
        words_of(talk("selengkapnya dong")),
    ):
        assert all(part.plain in words for part in parts)


def test_same_question_again_is_answered_as_before_with_the_offer_of_a_person(
    assets: Assets,
) -> None:
    talk = Talk(assets, MEANINGS)
    talk("brp org bikin koperasi")
    again = talk("bikin koperasi berapa orang")
    assert again.answers == (FOUNDERS,)
    assert words_of(again).startswith("Seperti saya jawab tadi")
    assert assets.knowledge[FOUNDERS].parts.main in words_of(again)
    assert talk("ya").case_request is not None


def test_uncertain_answer_is_hedged_and_shows_the_way_to_an_officer(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("biaya pendirian")
    assert "perlu dipastikan" in words_of(turn)
    assert "Chat dengan CS" in titles_of(turn)
    assert talk("ok makasih").case_request is None


def test_right_authority_is_named_where_the_office_is_not_the_one(assets: Assets) -> None:
    entry = assets.knowledge["pengaduan/lapor_pinjol"]
    assert entry.instansi
    assert entry.instansi in words_of(Talk(assets, MEANINGS)("lapor pinjol"))


def test_overdue_answer_is_softened(assets: Assets) -> None:
    due = with_entry(assets, FOUNDERS, tinjau_paling_lambat=date(2026, 11, 23))
    words = words_of(Talk(due, MEANINGS)("brp org bikin koperasi"))
    assert words.startswith("Jawaban ini sudah melewati jadwal tinjauan (23 November 2026)")


def test_answer_due_today_is_not_overdue(assets: Assets) -> None:
    due = with_entry(assets, FOUNDERS, tinjau_paling_lambat=date(2026, 11, 24))
    words = words_of(Talk(due, MEANINGS)("brp org bikin koperasi"))
    assert "melewati jadwal tinjauan" not in words


def test_label_without_an_answer_offers_a_person_and_is_put_on_the_list(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("nanya aneh")
    assert turn.answers == ()
    assert turn.attention
    assert talk("iya mau").case_request is not None


@pytest.mark.parametrize("label", [FOUNDERS, "izin_usaha/biaya_nib", "shu/dana_cadangan"])
def test_short_form_is_made_of_whole_sentences_of_the_answer(assets: Assets, label: str) -> None:
    entry = assets.knowledge[label]
    short = _shortened(entry)
    assert entry.ringkas.startswith(short)
    assert short.endswith(".")
    assert len(short) >= 60 or short == entry.ringkas


def test_no_answer_begins_with_a_bare_yes_or_no(assets: Assets) -> None:
    bare = ("ya", "tidak", "bisa", "boleh", "belum", "masih", "benar", "bukan", "wajib", "perlu")
    starts = [
        (entry.label, text)
        for entry in assets.knowledge.values()
        for text in (entry.ringkas, entry.jawaban)
        if text.casefold().split()[0].rstrip(".,:!") in bare and text.split()[0][-1] in ".,:!"
    ]
    assert starts == []
