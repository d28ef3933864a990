"""What is labelled first: uncertain, unlike each other; near-duplicates count once."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.selection import order_by_information
from learning.similarity import NEAR, grams, group_near_duplicates, similarity
from learning.turns import fingerprint, uncertainty

TOPICS = ("sertifikat halal untuk keripik", "syarat mendirikan koperasi", "bantuan modal usaha")


def test_first_batch_takes_one_of_each_subject_before_a_second_of_any() -> None:
    texts = [f"{topic} {word}" for topic in TOPICS for word in ("kak", "pak", "bu", "dong", "min")]
    order = order_by_information(texts, [0.9] * len(texts), batch=3, reach=5)
    assert {texts[place].rsplit(" ", 1)[0] for place in order[:3]} == set(TOPICS)


def test_doubtful_messages_come_before_sure_ones() -> None:
    texts = [f"pesan {letter * 4}" for letter in string.ascii_lowercase[:20]]
    doubt = [0.01] * 10 + [0.99] * 10
    order = order_by_information(texts, doubt, batch=5, reach=2)
    assert set(order[:10]) == set(range(10, 20))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=30), st.integers(1, 10))
def test_every_message_has_exactly_one_place(texts: list[str], batch: int) -> None:
    doubt = [(len(text) % 7) / 7 for text in texts]
    order = order_by_information(texts, doubt, batch=batch)
    assert sorted(order) == list(range(len(texts)))
    assert order == order_by_information(texts, doubt, batch=batch)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="abc ?", max_size=20), max_size=30))
def test_every_member_is_like_its_leader(texts: list[str]) -> None:
    leaders = group_near_duplicates(texts)
    for place, leader in enumerate(leaders):
        assert leaders[leader] == leader <= place
        assert similarity(grams(texts[place]), grams(texts[leader])) >= NEAR or place == leader


def test_identifiers_make_no_difference() -> None:
    texts = ["cek tiket nomor hp saya 0812-0000-1111", "cek tiket nomor hp saya 0812-0000-2222"]
    assert group_near_duplicates(texts) == [0, 0]
    assert fingerprint(texts[0]) == fingerprint(texts[1])


@pytest.mark.parametrize(
    ("ranking", "doubt"), [([], 1.0), ([["a", 1.0]], 0.0), ([["b", 0.3], ["a", 0.5]], 0.8)]
)
def test_uncertainty_is_the_missing_margin(ranking: list[list[object]], doubt: float) -> None:
    assert uncertainty(ranking) == doubt
