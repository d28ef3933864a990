"""Typing errors are seeded, are errors, and mostly come out again in the normaliser."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.lexicon import default_lexicon
from nlu.normalize import Normalizer
from nlu.typos import add_typos

TEXT = "Bagaimana cara mendaftarkan merek dagang untuk usaha saya yang belum punya sertifikat?"


def test_the_same_seed_gives_the_same_noise() -> None:
    first, second = ([add_typos(TEXT, random.Random(seed)) for seed in range(20)] for _ in range(2))
    assert first == second
    assert len(set(first)) > 15


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60), seed=st.integers(0, 1000))
def test_any_text_can_be_disturbed(text: str, seed: int) -> None:
    assert isinstance(add_typos(text, random.Random(seed)), str)


def test_typos_disturb_about_the_share_asked_for_and_only_longer_words() -> None:
    rng = random.Random(0)
    words = ["koperasi", "dan", "di"] * 1_000
    noisy = add_typos(" ".join(words), rng, share=0.2).split()
    changed = [old for old, new in zip(words, noisy, strict=True) if old != new]
    assert set(changed) == {"koperasi"}
    assert 150 < len(changed) < 250


def test_no_share_no_noise() -> None:
    assert add_typos(TEXT, random.Random(0), share=0.0) == TEXT


def test_most_errors_come_out_again() -> None:
    normalizer = Normalizer(default_lexicon(), frozenset(TEXT.lower().rstrip("?").split()))
    clean = set(normalizer.normalize(TEXT).text.split())
    shares = []
    for seed in range(200):
        noisy = add_typos(TEXT, random.Random(seed))
        shares.append(len(clean & set(normalizer.normalize(noisy).text.split())) / len(clean))
    assert sum(shares) / len(shares) > 0.8
