"""Two entries are compared by the parts that both have, and only then."""

from dataclasses import replace

import pytest

from dialogue import Assets
from dialogue.answer_parts import Part, Parts, Source
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

ONE, OTHER = "pangan/cara_urus_pirt", "pangan/izin_bpom_md"
QUESTION = "pirt vs bpom"
PLAIN = "bedanya pirt sama bpom apa"
LAW = Source(id="s1", title="Peraturan BPOM 4/2024", kind="peraturan", year=2024)


def _parts(**texts: str) -> Parts:
    return Parts({name: Part(name, text, sources=("s1",)) for name, text in texts.items()})


def _assets(assets: Assets, one: Parts, other: Parts) -> Assets:
    changed = {
        label: replace(
            assets.knowledge[label],
            parts=parts,
            sources=(LAW,),
            ringkas=parts.main,
            jawaban=parts.whole,
        )
        for label, parts in ((ONE, one), (OTHER, other))
    }
    return replace(assets, knowledge={**assets.knowledge, **changed})


PIRT = _parts(inti="Diajukan lewat OSS.", tempat="Kabupaten.", siapa="Bupati.", lama="Sehari.")
BPOM = _parts(inti="Diajukan ke BPOM, perlu dipastikan.", tempat="Balai Besar POM.", siapa="BPOM.")


@pytest.mark.parametrize("question", [QUESTION, PLAIN])
def test_common_parts_are_told_side_by_side(assets: Assets, question: str) -> None:
    turn = Talk(_assets(assets, PIRT, BPOM), {question: (ONE, "clarify")})(question)
    words = words_of(turn)
    assert words.startswith("P-IRT dan izin edar BPOM MD:\n- P-IRT: Diajukan lewat OSS.")
    assert "Tempat:\n- P-IRT: Kabupaten.\n- izin edar BPOM MD: Balai Besar POM." in words
    assert "Sehari" not in words
    assert "Sumber: Peraturan BPOM 4/2024" in words
    assert turn.answers == (ONE, OTHER)
    assert titles_of(turn) == ["Cara urus P-IRT", "Izin BPOM MD", "Chat dengan CS"]


def test_entries_without_common_parts_are_not_compared(assets: Assets) -> None:
    alone = _parts(inti="Diajukan ke BPOM, perlu dipastikan.")
    for one, other in ((PIRT, alone), (Parts(), BPOM), (Parts(), Parts())):
        turn = Talk(_assets(assets, one, other), {QUESTION: ONE})(QUESTION)
        assert turn.answers == (ONE,)
        assert "P-IRT dan izin edar" not in words_of(turn)


def test_part_on_the_difference_is_the_better_answer(assets: Assets) -> None:
    told = _parts(inti="Diajukan lewat OSS.", tempat="Kabupaten.", beda="BPOM untuk yang beku.")
    turn = Talk(_assets(assets, told, BPOM), {PLAIN: ONE})(PLAIN)
    assert turn.answers == (ONE,)
    assert "BPOM untuk yang beku." in words_of(turn)


def test_withdrawn_entry_is_not_compared(assets: Assets) -> None:
    without = _assets(assets, PIRT, BPOM).without_answers([OTHER])
    assert Talk(without, {QUESTION: ONE})(QUESTION).answers == (ONE,)


def test_subject_spread_over_entries_is_not_compared(assets: Assets) -> None:
    label, question = "pembiayaan/pnm_mekaar", "bedanya kur sama mekaar"
    assert Talk(assets, {question: label})(question).answers == (label,)
