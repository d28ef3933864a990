"""A conversation as officers read it: who said what, and what happened to the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from connectors.whatsapp import CHANNEL_EVENTS, sentence_for
from storage import StoredEvent, Transaction, get_outbox_row, read_events

PAGE = 200
"""Events that are read at once; older ones on request."""

INLINE_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What a browser shows as a picture and what can carry no program."""

Speaker = Literal["resident", "bot", "officer", "system", "case", "note"]

_SPEAKERS: Mapping[str, Speaker] = {
    "user": "resident",
    "bot": "bot",
    "officer": "officer",
    "system": "system",
}

_SHOWN_AS_CHANGES = frozenset({"turn_failed", "labels_changed", "call_logged", *CHANNEL_EVENTS})


@dataclass(frozen=True)
class FileView:
    """A file of a message. ``inline`` says that a browser shows it as a picture; size in bytes."""

    name: str
    kind: str
    size: int
    inline: bool


@dataclass(frozen=True)
class Line:
    """One visible line.

    ``name`` is the acting officer's display name or empty. ``change`` is what happened for the
    speakers ``case`` (the event's type without ``case_``) and empty else; ``sentence`` says it
    where the channel has words for it. ``erased`` says that there were words once. ``resend`` is
    the number of the reply that may be sent once more.
    """

    seq: int
    speaker: Speaker
    at: datetime
    text: str = ""
    name: str = ""
    buttons: tuple[str, ...] = ()
    media: str = ""
    file: FileView | None = None
    change: str = ""
    sentence: str = ""
    data: Mapping[str, Any] | None = None
    erased: bool = False
    resend: int | None = None


@dataclass(frozen=True)
class Page:
    """A stretch of the transcript. ``first`` and ``last`` are the ``seq`` of the events read."""

    lines: tuple[Line, ...]
    first: int
    last: int


def page_of(tx: Transaction, events: Sequence[StoredEvent], names: Mapping[int, str]) -> Page:
    """Return the page of consecutive events. ``names`` are display names by account id."""
    failed = _still_failed(tx, events)
    lines = (line for event in events if (line := _line(event, names)))
    return Page(
        lines=tuple(replace(line, resend=failed.get(line.seq)) for line in lines),
        first=events[0].seq if events else 0,
        last=events[-1].seq if events else 0,
    )


def page_after(
    tx: Transaction, conversation_id: str, names: Mapping[int, str], *, after: int
) -> Page:
    """Return what follows the event ``after``."""
    events = read_events(tx, conversation_id, after=after, limit=PAGE)
    return page_of(tx, events, names) if events else Page(lines=(), first=after + 1, last=after)


def page_before(
    tx: Transaction, conversation_id: str, names: Mapping[int, str], *, before: int
) -> Page:
    """Return the stretch that ends in front of the event ``before``; ``seq`` has no gaps."""
    after = max(0, before - 1 - PAGE)
    limit = max(0, before - 1 - after)
    events = read_events(tx, conversation_id, after=after, limit=limit) if limit else []
    return page_of(tx, events, names)


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
            file=_file(media),
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
        sentence = sentence_for(event)
        return Line(
            seq=event.seq,
            speaker="case",
            at=event.at,
            # The channel's sentence has the resident's words in it.
            text="" if sentence else str(content.get("note") or content.get("text") or ""),
            name=actor_name(event.actor, names),
            change=event.type.removeprefix("case_"),
            sentence=sentence,
            data=_with_receiver(event, names),
        )
    return None


def _with_receiver(event: StoredEvent, names: Mapping[int, str]) -> Mapping[str, Any]:
    """Add the name of the officer who has the case after a change of hands."""
    receiver = event.data.get("officer_id")
    told = {**event.data, "actor": event.actor}
    return {**told, "to": names.get(receiver, "")} if isinstance(receiver, int) else told


def _file(media: Any) -> FileView | None:
    """Return the file that can be opened, ``None`` for a place, a contact and the like."""
    if not isinstance(media, Mapping) or not (media.get("attachment") or media.get("id")):
        return None
    mime_type = str(media.get("mime_type") or "").partition(";")[0]
    size = media.get("size")
    return FileView(
        name=str(media.get("filename") or ""),
        kind=str(media.get("kind") or media.get("type") or "berkas"),
        size=size if isinstance(size, int) else 0,
        inline=mime_type in INLINE_PICTURES,
    )


def _still_failed(tx: Transaction, events: Sequence[StoredEvent]) -> dict[int, int]:
    """Return the outbox rows behind the failures, by the failure's ``seq``, as far as they stand.

    Of one reply only the last failure counts.
    """
    told = {
        event.data["outbox_id"]: event.seq for event in events if event.type == "delivery_failed"
    }
    rows = (get_outbox_row(tx, number) for number in told)
    return {told[row.id]: row.id for row in rows if row and row.state in ("failed", "unknown")}


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
