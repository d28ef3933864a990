import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.form_values import normal_phone


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "0812.3456.7890",
        "+62 812 3456 7890",
        "+6281234567890",
        "6281234567890",
        "62812-3456-7890",
        "(0812) 3456 7890",
        "81234567890",
        "no hp saya 081234567890 ya kak",
        "wa: 0812 34 56 78 90",
        "+62 (0)812 3456 7890",
        "nol delapan satu dua tiga empat lima enam tujuh delapan sembilan nol",
        "nol delapan satu dua 3456 7890",
    ],
)
def test_every_spelling_becomes_the_same_number(text: str) -> None:
    assert normal_phone(text) == "+6281234567890"


@pytest.mark.parametrize("text", ["(021) 87929919", "021-87929919", "0251 8312345"])
def test_landline_is_a_phone_number(text: str) -> None:
    assert normal_phone(text).startswith("+62")


@pytest.mark.parametrize(
    "text",
    ["", "0812", "3201012345678901", "nomor saya rahasia", "12345678901", "Rp 1.000.000.000"],
)
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    assert normal_phone(text) is None


@given(
    digits=st.text("0123456789", min_size=7, max_size=11),
    marks=st.lists(st.sampled_from(["", " ", "-", "."]), min_size=11),
)
def test_separators_do_not_matter(digits: str, marks: list[str]) -> None:
    plain = f"08{digits}"
    spelt = "08" + "".join(digit + mark for digit, mark in zip(digits, marks, strict=False)).strip(
        " -."
    )
    assert normal_phone(spelt) == normal_phone(plain) == f"+628{digits}"
