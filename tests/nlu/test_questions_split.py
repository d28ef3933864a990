"""Several questions in one message are parted, cautiously."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.lexicon import default_lexicon
from nlu.questions import QuestionSplitter

SPLITTER = QuestionSplitter(default_lexicon())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("syarat bikin NIB apa aja? terus bunga KUR berapa persen",
         ("syarat bikin NIB apa aja?", "terus bunga KUR berapa persen")),
        ("Halo. Saya mau tanya. Kantor buka jam berapa? Alamatnya di mana?",
         ("Halo. Saya mau tanya. Kantor buka jam berapa?", "Alamatnya di mana?")),
        ("1. syarat KUR apa?\n2. bunga KUR berapa?",
         ("1. syarat KUR apa?", "2. bunga KUR berapa?")),
        ("koperasi minimal berapa orang dan apakah NIB itu bayar",
         ("koperasi minimal berapa orang", "apakah NIB itu bayar")),
    ],
)  # fmt: skip
def test_two_questions_are_two(text: str, parts: tuple[str, ...]) -> None:
    assert SPLITTER.split(text) == parts


def test_a_question_without_subject_takes_that_of_the_one_before() -> None:
    assert SPLITTER.split("syarat pirt apa aja dan biayanya berapa") == (
        "syarat pirt apa aja",
        "pirt biayanya berapa",
    )


@pytest.mark.parametrize(
    "text",
    [
        "min boleh nanya? koperasi saya belum RAT gimana ya",
        "bagaimana cara dan berapa biaya daftar merek?",
        "kapan dan di mana pelatihan diadakan",
        "saya bisa pinjam dan bayar kapan saja",
        "apa bedanya KUR dan UMi, mana yang bisa saya ajukan",
        "Usaha saya di Ciawi. Saya belum punya NIB. Bagaimana caranya?",
        "gimana? berapa?",
        "halo",
        "",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert SPLITTER.split(text) == (text,)


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(["berapa", "biaya", "NIB", "dan", "terus", "apa saja", "?", ".", "ya"]),
            max_size=16,
        ).map(" ".join),
    )
)
def test_parts_are_pieces_of_the_message_in_order(text: str) -> None:
    parts = SPLITTER.split(text)
    assert parts
    if len(parts) > 1:
        assert 2 <= len(parts) <= 4
        place = 0
        for part in parts:
            tail = max(
                (part[cut:] for cut in range(len(part)) if part[cut:] in text[place:]), key=len
            )
            place = text.index(tail, place) + len(tail)
            assert len(tail) >= len(part) / 3


def test_a_very_long_message_takes_no_longer_than_its_share() -> None:
    started = time.process_time()
    SPLITTER.split("apakah dan " * 1_000)
    assert time.process_time() - started < 3
