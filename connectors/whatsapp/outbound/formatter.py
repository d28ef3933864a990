"""A reply in WhatsApp's form: SPEC section 9. Nothing is cut silently.

Up to three short choices are buttons, up to ten a list; more or longer ones become numbered text
(the number typed back is understood by the dialogue). A body that is too long for its kind becomes
text, and one over 4,096 characters a summary with a link to the whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.whatsapp.texts import say
from foundation.errors import MessageTooLongError

TEXT_LIMIT: Final = 4096
BUTTON_BODY_LIMIT: Final = 1024
MOST_BUTTONS, BUTTON_TITLE_LIMIT, BUTTON_ID_LIMIT = 3, 20, 256
MOST_ROWS, ROW_TITLE_LIMIT, ROW_ID_LIMIT = 10, 24, 200

_LABEL = re.compile(r"\b([a-z0-9_]+)/([a-z0-9_]+)\b")
_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Choice:
    """A choice: what it says and what pressing it sends."""

    title: str
    payload: str


@dataclass(frozen=True)
class Outgoing:
    """A message before it gets WhatsApp's form.

    ``links`` lead to the whole text where it can be read; ``footer`` is shown small, and only
    where the form has room for it.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    links: tuple[str, ...] = ()
    footer: str = ""


def message_content(outgoing: Outgoing, *, plain: bool = False) -> dict[str, Any]:
    """Return ``type`` and its object for the Graph API.

    ``plain`` forbids interactive forms. Raises ``MessageTooLongError`` for a text over the limit
    that has no link to be read at.
    """
    choices = _distinct(outgoing.choices)
    if not plain and fits_buttons(outgoing.text, choices):
        return _interactive(
            "button", outgoing, {"buttons": [_button(choice) for choice in choices]}
        )
    if not plain and fits_list(outgoing.text, choices):
        sections = [{"rows": [{"id": c.payload, "title": c.title} for c in choices]}]
        action = {"button": say("tombol_daftar"), "sections": sections}
        return _interactive("list", outgoing, action)
    body = _within_limit(outgoing, numbered_choices(choices))
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def fits_buttons(text: str, choices: Sequence[Choice]) -> bool:
    """Whether the message can have reply buttons."""
    return (
        0 < len(choices) <= MOST_BUTTONS
        and len(text) <= BUTTON_BODY_LIMIT
        and _all_fit(choices, title=BUTTON_TITLE_LIMIT, key=BUTTON_ID_LIMIT)
    )


def fits_list(text: str, choices: Sequence[Choice]) -> bool:
    """Whether the message can have a list. A long text with few choices is plain text instead."""
    if len(choices) <= MOST_BUTTONS and len(text) > BUTTON_BODY_LIMIT:
        return False
    return (
        0 < len(choices) <= MOST_ROWS
        and len(text) <= TEXT_LIMIT
        and _all_fit(choices, title=ROW_TITLE_LIMIT, key=ROW_ID_LIMIT)
    )


def links_to(response: str, public_url: str) -> tuple[str, ...]:
    """Return where the answers named in ``response`` (``topik/kunci`` …) can be read in full.

    >>> links_to("izin_usaha/nib", "https://halo.contoh.go.id")
    ('https://halo.contoh.go.id/jawaban/izin_usaha/nib',)
    """
    if not public_url:
        return ()
    found = dict.fromkeys(_LABEL.findall(response))
    return tuple(f"{public_url}/jawaban/{topic}/{key}" for topic, key in found)


def in_parts(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Return the text in pieces within the limit, broken where it hurts least; nothing is lost.

    Blanks at the breaks are left out.
    """
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        cut = _break_before(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _within_limit(outgoing: Outgoing, numbered: str) -> str:
    whole = "\n\n".join(filter(None, (outgoing.text, numbered)))
    if len(whole) <= TEXT_LIMIT:
        return whole
    links = "\n".join(say("selengkapnya", tautan=link) for link in outgoing.links)
    tail = "\n\n".join(filter(None, (links, numbered)))
    room = TEXT_LIMIT - len(tail) - 2
    if not links or room < 1:
        raise MessageTooLongError(f"text of {len(whole)} characters without a link to the whole")
    return f"{_summary(outgoing.text, room)}\n\n{tail}"


def _summary(text: str, room: int) -> str:
    """Return whole paragraphs, else whole sentences, from the beginning."""
    for separator, glue in ((_PARAGRAPH, "\n\n"), (_SENTENCE, " ")):
        kept = ""
        for piece in separator.split(text.strip()):
            longer = f"{kept}{glue}{piece}" if kept else piece
            if len(longer) > room:
                break
            kept = longer
        if kept:
            return kept
    return f"{text[: max(room - 1, 0)].rstrip()}…"


def _break_before(text: str, limit: int) -> int:
    for separator in ("\n\n", "\n", ". ", " "):
        at = text.rfind(separator, 1, limit)
        if at > limit // 2:
            return at + len(separator.rstrip())
    return limit


def numbered_choices(choices: Sequence[Choice]) -> str:
    """Return the choices as text; the number typed back picks one."""
    if not choices:
        return ""
    lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, start=1)]
    return "\n".join([*lines, "", say("pilih_angka")])


def _interactive(kind: str, outgoing: Outgoing, action: Mapping[str, Any]) -> dict[str, Any]:
    interactive: dict[str, Any] = {"type": kind, "body": {"text": outgoing.text}}
    if outgoing.footer:
        interactive["footer"] = {"text": outgoing.footer}
    return {"type": "interactive", "interactive": {**interactive, "action": dict(action)}}


def _button(choice: Choice) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": choice.payload, "title": choice.title}}


def _all_fit(choices: Sequence[Choice], *, title: int, key: int) -> bool:
    """Also no two may look alike or send the same, and none be blank: Meta refuses that."""
    titles, keys = {choice.title for choice in choices}, {choice.payload for choice in choices}
    return len(titles) == len(keys) == len(choices) and all(
        choice.title.strip() and len(choice.title) <= title and 0 < len(choice.payload) <= key
        for choice in choices
    )


def _distinct(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    return tuple(dict.fromkeys(choices))
