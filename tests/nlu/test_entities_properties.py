"""Invariants of entity extraction over any text."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlu.entities import extract_entities

TODAY = date(2026, 11, 24)
PIECES = st.sampled_from(
    ["nama saya", "Siti", "M.", "hp", "0812", "3456", "7890", "nik", "npwp", "tgl", "31", "2,4",
     "februari", "2027", "bulan", "lalu", "depan", "senin", "rp", "1.500.000", "jt", "setengah",
     "M", "bojong", "gede", "cibinog", "bogor", "utara", "warung", "kopi", ",", ":", "\n", "፱",
     "é", "\ud800"]
)  # fmt: skip
MESSAGES = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=10).map(" ".join),
    st.lists(PIECES, max_size=6).map("".join),
)
SHAPES = {
    "no_hp": r"\+628\d{8,11}",
    "nik": r"\d{16}",
    "nib": r"\d{13}",
    "npwp": r"\d{15,16}",
    "uang": r"\d+",
    "tanggal": r"\d{4}-\d{2}-\d{2}",
}


@settings(max_examples=500, deadline=None)
@given(text=MESSAGES, today=st.dates(date(2000, 1, 2), date(2090, 1, 1)))
@example(text="nama saya e\u0301", today=TODAY)
@example(text="tanggal 31 bulan depan", today=date(2027, 1, 31))
def test_entities_lie_in_the_text_apart_and_in_shape(text: str, today: date) -> None:
    end = 0
    for entity in extract_entities(text, today=today):
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end].strip()
        assert entity.value
        assert 0 < entity.confidence <= 1
        assert re.fullmatch(SHAPES.get(entity.entity, r"(?s).+"), entity.value)
        if entity.entity == "tanggal":
            date.fromisoformat(entity.value)
        end = entity.end


@pytest.mark.parametrize(
    "piece", ["nama saya ", "0812345678 ", "08 ", "bojong ", "zqxwv ", "tgl 5 ", "satu ", "warung "]
)
def test_ten_thousand_characters_take_no_longer_than_their_share(piece: str) -> None:
    started = time.process_time()
    extract_entities((piece * 10_000)[:10_000], today=TODAY)
    assert time.process_time() - started < 3
