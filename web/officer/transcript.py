"""A conversation as officers read it: who said what, and what happened to the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage import StoredEvent, Transaction, read_events

PAGE = 200
"""Events that are read at once; older ones on request."""

Speaker = Literal["resident", "bot", "officer", "system", "case", "note"]

_SPEAKERS: Mapping[str, Speaker] = {
    "user": "resident",
    "bot": "bot",
    "officer": "officer",
    "system": "system",
}

_SHOWN_AS_CHANGES = ("turn_failed", "labels_changed")


@dataclass(frozen=True)
class Line:
    """One visible line.

    ``name`` is the acting officer's display name or empty. ``change`` is what happened for the
    speakers ``case`` (the event's type without ``case_``) and empty else. ``erased`` says that
    there were words once.
    """

    seq: int
    speaker: Speaker
    at: datetime
    text: str = ""
    name: str = ""
    buttons: tuple[str, ...] = ()
    media: str = ""
    change: str = ""
    data: Mapping[str, Any] | None = None
    erased: bool = False


@dataclass(frozen=True)
class Page:
    """A stretch of the transcript. ``first`` and ``last`` are the ``seq`` of the events read."""

    lines: tuple[Line, ...]
    first: int
    last: int


def page_of(events: Sequence[StoredEvent], names: Mapping[int, str]) -> Page:
    """Return the page of consecutive events. ``names`` are display names by account id."""
    return Page(
        lines=tuple(line for event in events if (line := _line(event, names))),
        first=events[0].seq if events else 0,
        last=events[-1].seq if events else 0,
    )


def page_after(
    tx: Transaction, conversation_id: str, names: Mapping[int, str], *, after: int
) -> Page:
    """Return what follows the event ``after``."""
    events = read_events(tx, conversation_id, after=after, limit=PAGE)
    return page_of(events, names) if events else Page(lines=(), first=after + 1, last=after)


def page_before(
    tx: Transaction, conversation_id: str, names: Mapping[int, str], *, before: int
) -> Page:
    """Return the stretch that ends in front of the event ``before``; ``seq`` has no gaps."""
    after = max(0, before - 1 - PAGE)
    limit = max(0, before - 1 - after)
    events = read_events(tx, conversation_id, after=after, limit=limit) if limit else []
    return page_of(events, names)


def _line(event: StoredEvent, names: Mapping[int, str]) -> Line | None:
    content = event.content or {}
    if speaker := _SPEAKERS.get(event.type):
        media = content.get("media") or {}
        return Line(
            seq=event.seq,
            speaker=speaker,
            at=event.at,
            text=str(content.get("text") or content.get("payload") or ""),
            name=str(event.data.get("officer") or "") if speaker == "officer" else "",
            buttons=_titles(event.data.get("buttons")),
            media=str(media.get("kind") or media.get("type") or "berkas") if media else "",
            erased=event.content is None,
        )
    if event.type == "officer_note":
        return Line(
            seq=event.seq,
            speaker="note",
            at=event.at,
            text=str(content.get("text") or ""),
            name=actor_name(event.actor, names),
            erased=event.content is None,
        )
    if event.type.startswith("case_") or event.type in _SHOWN_AS_CHANGES:
        return Line(
            seq=event.seq,
            speaker="case",
            at=event.at,
            text=str(content.get("note") or ""),
            name=actor_name(event.actor, names),
            change=event.type.removeprefix("case_"),
            data=_with_receiver(event, names),
        )
    return None


def _with_receiver(event: StoredEvent, names: Mapping[int, str]) -> Mapping[str, Any]:
    """Add the name of the officer who has the case after a change of hands."""
    receiver = event.data.get("officer_id")
    return {**event.data, "to": names.get(receiver, "") if isinstance(receiver, int) else ""}


def actor_name(actor: str, names: Mapping[int, str]) -> str:
    """Return the display name behind ``officer:<id>``; empty for the machine's own doings."""
    kind, _, number = actor.partition(":")
    return names.get(int(number), "") if kind == "officer" and number.isdigit() else ""


def _titles(buttons: Any) -> tuple[str, ...]:
    return tuple(
        str(button.get("title") or "")
        for button in (buttons if isinstance(buttons, list) else ())
        if isinstance(button, Mapping)
    )
