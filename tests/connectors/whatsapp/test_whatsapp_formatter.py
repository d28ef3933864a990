"""SPEC section 9: limits kept, nothing cut silently, numbered text beyond them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp.outbound.formatter import (
    Choice,
    Outgoing,
    in_parts,
    links_to,
    message_content,
)
from dialogue.choices import chosen
from foundation.errors import MessageTooLongError
from tests.connectors.whatsapp.whatsapp_kit import body_of

LINK = ("https://halo.contoh.go.id/jawaban/izin_usaha/nib",)


def _choices(number: int, length: int = 10) -> tuple[Choice, ...]:
    return tuple(Choice(f"{n:02d}".ljust(length, "x"), f"/pilih_{n}") for n in range(number))


def _kind(content: dict[str, Any]) -> str:
    return str(content["interactive"]["type"] if "interactive" in content else content["type"])


@pytest.mark.parametrize(
    ("text", "number", "length", "kind"),
    [
        (10, 0, 0, "text"),
        (4096, 0, 0, "text"),
        (10, 1, 20, "button"),
        (1024, 3, 20, "button"),
        (10, 3, 21, "list"),
        (10, 4, 20, "list"),
        (10, 10, 24, "list"),
        (4000, 10, 24, "list"),
        (10, 10, 25, "text"),
        (10, 11, 5, "text"),
        (1025, 3, 20, "text"),
        (1025, 2, 24, "text"),
    ],
)
def test_the_form_follows_number_and_lengths(
    text: int, number: int, length: int, kind: str
) -> None:
    assert _kind(message_content(Outgoing("a" * text, _choices(number, length)))) == kind


def test_buttons_carry_title_and_payload() -> None:
    content = message_content(Outgoing("Pilih", (Choice("Buat NIB", '/jawab{"x": "y"}'),)))
    assert content["interactive"] == {
        "type": "button",
        "body": {"text": "Pilih"},
        "action": {
            "buttons": [{"type": "reply", "reply": {"id": '/jawab{"x": "y"}', "title": "Buat NIB"}}]
        },
    }


def test_a_list_has_a_button_and_rows() -> None:
    content = message_content(Outgoing("Pilih", _choices(4), footer="Dijawab asisten"))
    action = content["interactive"]["action"]
    assert 0 < len(action["button"]) <= 20
    assert [row["id"] for row in action["sections"][0]["rows"]] == [f"/pilih_{n}" for n in range(4)]
    assert content["interactive"]["footer"] == {"text": "Dijawab asisten"}


def test_too_many_choices_become_numbered_text() -> None:
    body = message_content(Outgoing("Pilih:", _choices(12)))["text"]["body"]
    for number, choice in enumerate(_choices(12), start=1):
        assert f"{number}. {choice.title}" in body
    assert body.endswith("Balas dengan angka pilihannya.")


def test_choices_that_look_alike_become_numbered_text() -> None:
    twice = (Choice("Sama", "/a"), Choice("Sama", "/b"))
    assert _kind(message_content(Outgoing("Pilih", twice))) == "text"


def test_an_overlong_payload_is_not_cut() -> None:
    assert _kind(message_content(Outgoing("Pilih", (Choice("Ya", "/" + "a" * 256),)))) == "text"
    assert _kind(message_content(Outgoing("Pilih", (Choice("Ya", "/" + "a" * 255),)))) == "button"


def test_plain_forbids_interactive_forms() -> None:
    content = message_content(Outgoing("Pilih", _choices(2)), plain=True)
    assert content["type"] == "text"
    assert "2. 01" in content["text"]["body"]


def test_a_text_over_the_limit_becomes_a_summary_with_a_link() -> None:
    text = "Ringkasnya begini.\n\n" + "Rincian panjang sekali. " * 300
    content = message_content(Outgoing(text, _choices(2), LINK))
    body = content["text"]["body"]
    assert len(body) <= 4096
    assert body.startswith("Ringkasnya begini.")
    assert LINK[0] in body
    assert "2. 01" in body


def test_a_text_over_the_limit_without_a_link_is_refused_not_cut() -> None:
    with pytest.raises(MessageTooLongError):
        message_content(Outgoing("a" * 4097))


def test_a_summary_of_one_endless_word_says_that_it_was_cut() -> None:
    body = message_content(Outgoing("a" * 5000, links=LINK))["text"]["body"]
    assert "…" in body
    assert LINK[0] in body


@pytest.mark.parametrize(
    ("response", "links"),
    [
        ("izin_usaha/nib", LINK),
        ("izin_usaha/nib,izin_usaha/nib", LINK),
        ("utter_sapa", ()),
        ("", ()),
    ],
)
def test_links_lead_to_the_answers(response: str, links: tuple[str, ...]) -> None:
    assert links_to(response, "https://halo.contoh.go.id") == links
    assert links_to(response, "") == ()


TITLES = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
CHOICES = st.lists(st.builds(Choice, TITLES, TITLES), max_size=14)


@given(text=st.text(min_size=1, max_size=6000), choices=CHOICES, plain=st.booleans())
def test_every_form_keeps_every_limit(text: str, choices: list[Choice], plain: bool) -> None:
    content = message_content(Outgoing(text, tuple(choices), LINK, "kaki"), plain=plain)
    if content["type"] == "text":
        assert 0 < len(content["text"]["body"]) <= 4096
        shown = content["text"]["body"]
        assert all(choice.title in shown for choice in choices)
        return
    interactive = content["interactive"]
    assert interactive["body"]["text"] == text
    action = interactive["action"]
    if interactive["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        assert len(text) <= 1024
        assert 1 <= len(replies) <= 3
        limits = (20, 256)
    else:
        replies = [row for section in action["sections"] for row in section["rows"]]
        assert len(text) <= 4096
        assert 1 <= len(replies) <= 10
        limits = (24, 200)
    assert all(len(reply["title"]) <= limits[0] for reply in replies)
    assert all(len(reply["id"]) <= limits[1] for reply in replies)
    assert len({reply["id"] for reply in replies}) == len(replies)
    assert {reply["title"] for reply in replies} == {choice.title for choice in choices}


@given(text=st.text(alphabet="ab .\n", max_size=800), limit=st.integers(20, 200))
def test_parts_keep_every_letter(text: str, limit: int) -> None:
    parts = in_parts(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


TEXTS = st.builds(
    lambda words, times: (words * times)[:9000],
    st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip())),
    st.integers(1, 600),
)


@given(text=TEXTS, choices=CHOICES, plain=st.booleans())
def test_nothing_is_cut_in_silence(text: str, choices: list[Choice], plain: bool) -> None:
    """The whole text, or a beginning of it with a link to the whole; never less without a word."""
    content = message_content(Outgoing(text, tuple(choices), LINK), plain=plain)
    shown = body_of(content)
    if text in shown:
        return
    assert content["type"] == "text"
    assert len(text) > 4096 - len(LINK[0]) - sum(len(choice.title) + 10 for choice in choices) - 60
    assert LINK[0] in shown
    beginning = shown[: shown.index("Jawaban lengkap:")].strip().removesuffix("…")
    assert "".join(text.split()).startswith("".join(beginning.split()))


@given(choices=CHOICES.filter(bool), data=st.data())
def test_the_number_typed_back_is_understood_in_each_way(
    choices: list[Choice], data: st.DataObject
) -> None:
    """What is typed picks the choice that stands at this number in the text."""
    body = message_content(Outgoing("Pilih:", tuple(choices)), plain=True)["text"]["body"]
    distinct = list(dict.fromkeys(choices))
    number = data.draw(st.integers(1, len(distinct)))
    assert f"\n{number}. {distinct[number - 1].title}" in body
    typed = data.draw(
        st.sampled_from(("{}", " {} ", "{}.", "{})", "no {}", "nomor {}", "pilih {}"))
    )
    pairs = [(choice.title, choice.payload) for choice in distinct]
    assert chosen(typed.format(number), pairs) == distinct[number - 1].payload
