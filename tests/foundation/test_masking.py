import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.logs import MaskingFormatter
from foundation.masking import LEFT_OUT, LONGEST, mask_identifiers


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890",
        "+62 812 3456 7890",
        "62812.3456.7890",
        "08123456789",
        "(021) 8792 9919".replace("(", "").replace(")", ""),
        "3201012345678901",
        "3201 0123 4567 8901",
        "09.254.294.3-407.000",
        "1234567890123",
        "warga@contoh.id",
    ],
)
def test_identifier_is_masked(text: str) -> None:
    masked = mask_identifiers(f"ini {text} ya")
    assert not any(character.isdigit() for character in masked)
    assert "@" not in masked


@pytest.mark.parametrize("text", ["Rp500 juta", "UU 25/1992", "08.00-18.00", "2026-11-24", "157"])
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask_identifiers(text) == text


@given(st.from_regex(r"\A08[0-9]{8,11}\Z"), st.text(alphabet="abc .,", max_size=20))
def test_any_mobile_number_is_masked(number: str, around: str) -> None:
    assert number not in mask_identifiers(f"{around} {number} {around}")


def test_log_line_with_traceback_is_masked() -> None:
    try:
        raise ValueError("nomor 081234567890")
    except ValueError as error:
        record = logging.LogRecord(
            "halo", logging.ERROR, "f.py", 1, "gagal %s", ("3201012345678901",), None
        )
        record.exc_info = (type(error), error, error.__traceback__)
    line = MaskingFormatter("%(message)s").format(record)
    assert "081234567890" not in line
    assert "3201012345678901" not in line


def test_address_behind_an_address_is_masked() -> None:
    assert mask_identifiers("budi@a.id+siti@b.id, x@y@contoh.go.id") == "[surel][surel], x@[surel]"


def test_rest_of_an_endless_text_is_left_out_with_the_number_at_the_cut() -> None:
    masked = mask_identifiers("a" * (LONGEST - 12) + " 3201 0123 4567 8901 " + "b" * 50)
    assert masked.endswith(f"a {LEFT_OUT}")
    assert mask_identifiers("9" * (LONGEST + 1)).strip() == LEFT_OUT
