"""The spelling index: nearest word, careful about what is no slip of the finger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.spelling import (
    SpellingIndex,
    build_vocabulary,
    common_words,
    edit_distance,
    neighbouring_keys,
)

LETTERS = st.text(alphabet="abcd", max_size=7)


def reference_distance(first: str, second: str) -> int:
    """Optimal string alignment by its recursive definition."""
    if not first or not second:
        return len(first) + len(second)
    best = min(
        reference_distance(first[:-1], second) + 1,
        reference_distance(first, second[:-1]) + 1,
        reference_distance(first[:-1], second[:-1]) + (first[-1] != second[-1]),
    )
    if len(first) > 1 and len(second) > 1 and first[-2:] == second[-2:][::-1]:
        best = min(best, reference_distance(first[:-2], second[:-2]) + 1)
    return best


@settings(max_examples=150, deadline=None)
@given(first=st.text(alphabet="abc", max_size=5), second=st.text(alphabet="abc", max_size=5))
def test_distance_agrees_with_its_definition_up_to_the_limit(first: str, second: str) -> None:
    assert edit_distance(first, second, limit=2) == min(reference_distance(first, second), 3)


@settings(max_examples=200, deadline=None)
@given(
    word=st.text(alphabet="abdeikoprst", min_size=5, max_size=12),
    place=st.integers(min_value=0, max_value=10),
)
def test_every_swap_of_two_letters_finds_its_word(word: str, place: int) -> None:
    place %= len(word) - 1
    typed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if typed != word:
        assert SpellingIndex([word], {}).correct(typed) == word


def test_the_answer_does_not_depend_on_the_order_of_the_vocabulary() -> None:
    words = ["bayar", "bayan", "bawar", "buyar"]
    answers = {SpellingIndex(order, {}).correct("bayaar") for order in (words, words[::-1])}
    assert answers == {"bayar"}


def test_the_more_frequent_word_wins_between_equals() -> None:
    words = ["kalah", "kalau"]  # h and u are both beside j
    assert SpellingIndex(words, {"kalau": 0.5}).correct("kalaj") == "kalau"
    assert SpellingIndex(words, {"kalah": 0.5}).correct("kalaj") == "kalah"


@pytest.mark.parametrize(
    ("typed", "vocabulary"),
    [
        ("membubuhkan", ["membutuhkan"]),  # b and t are neither neighbours nor alike
        ("kuitansi", ["akuntansi"]),  # two edits and another first letter
        ("biasa", ["bisnis"]),
        ("abc", ["abcd"]),  # too short
        ("12345", ["12346"]),
    ],
)
def test_what_is_no_slip_stays(typed: str, vocabulary: list[str]) -> None:
    assert SpellingIndex(vocabulary, {}).correct(typed) is None


def test_keyboard_neighbours_are_mutual() -> None:
    keys = neighbouring_keys()
    assert set("qwsz") == set(keys["a"])
    assert all(key in keys[other] for key in keys for other in keys[key])


def test_vocabulary_leaves_out_the_typing_errors_of_the_training_texts() -> None:
    texts = ["koperasi simpan pinjam"] * 9 + ["koprrasi"] * 2 + ["mekaar"] * 2 + ["zzyzxq"]
    vocabulary = build_vocabulary(texts)
    assert {"koperasi", "simpan", "pinjam", "mekaar"} <= vocabulary
    assert not {"koprrasi", "zzyzxq"} & vocabulary


def test_common_words_are_ordinary_indonesian() -> None:
    assert {"kerajinan", "usaha", "bencana", "rencana"} <= common_words()
    assert 10_000 < len(common_words()) < 60_000
