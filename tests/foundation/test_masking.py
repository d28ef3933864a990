import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.logs import MaskingFormatter
from foundation.masking import (
    LEFT_OUT,
    LONGEST,
    mask_identifiers,
    mask_pasted,
    masked_secrets,
)


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


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("kode otp saya 482913", "482913"),
        ("otpnya teh 4829", "4829"),
        ("PIN ATM saya: 123456", "123456"),
        ("cvv 123", "123"),
        ("kode nya 482917", "482917"),
        ("kode verifikasi wa 731-004", "731-004"),
        ("482913 itu kode otp saya", "482913"),
        ("kata sandi saya: kucingbelang", "kucingbelang"),
        ("password email saya Rahasia88", "Rahasia88"),
    ],
)
def test_secret_is_masked_and_its_name_stays(text: str, secret: str) -> None:
    masked = mask_identifiers(text)
    assert secret not in masked
    assert masked.split()[0] == text.split()[0].replace(secret, "[kode")


@pytest.mark.parametrize(
    "text",
    [
        "diminta otp 6 angka",
        "pin 500.000",
        "otp 2 kali",
        "minta pin 150rb",
        "password saya lupa",
        "kode pos 16913",
        "kode kbli 10792",
        "pinjam 500000",
    ],
)
def test_word_for_a_secret_without_one_stays(text: str) -> None:
    assert masked_secrets(text) == text


def test_officer_sees_phone_numbers_but_no_identity_or_card_number() -> None:
    text = "nik 3201990000000001 kartu 4111 1111 1111 1111 pin 123456 hp 0812-3456-7890"
    assert mask_pasted(text) == (
        "nik [nomor identitas] kartu [nomor identitas] pin [kode rahasia] hp 0812-3456-7890"
    )


@given(st.integers(1, 400), st.sampled_from(("otp ", "kode ", "1 ", "pin nya ", "password saya ")))
def test_masking_a_repeated_text_changes_no_more_than_once(times: int, part: str) -> None:
    masked = masked_secrets(part * times)
    assert masked_secrets(masked) == masked


def test_address_behind_an_address_is_masked() -> None:
    assert mask_identifiers("budi@a.id+siti@b.id, x@y@contoh.go.id") == "[surel][surel], x@[surel]"


def test_rest_of_an_endless_text_is_left_out_with_the_number_at_the_cut() -> None:
    masked = mask_identifiers("a" * (LONGEST - 12) + " 3201 0123 4567 8901 " + "b" * 50)
    assert masked.endswith(f"a {LEFT_OUT}")
    assert mask_identifiers("9" * (LONGEST + 1)).strip() == LEFT_OUT
