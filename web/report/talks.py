"""The way from a number to the conversations behind it, with identifiers masked."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from foundation.clock import WIB, read_day
from foundation.errors import InvalidFormError, NotFoundError
from foundation.masking import mask_identifiers
from reports import DRILL_DOWN_PAGE, READERS, Which, drill_down
from storage import add_audit_entry, get_conversation
from web.accounts import signed_in
from web.context import services
from web.officer.selection import display_names
from web.officer.transcript import Line, page_after
from web.report.frame import add, page

_LONGEST = 160


def talks() -> ResponseReturnValue:
    """List the chats of a day, or its turns that got no answer."""
    values = request.args
    named = values.get("tanggal", "").strip()
    day = read_day(named) if named else services().clock().astimezone(WIB).date()
    which = values.get("yang", "chat")
    if which not in get_args(Which):
        raise InvalidFormError(f"list of {which!r}", reader_text="Daftar itu tidak ada.")
    channel = values.get("kanal", "")
    after = values.get("sesudah", "")
    with services().store.read() as tx:
        found = drill_down(
            tx,
            day,
            channel=channel,
            which=which,  # type: ignore[arg-type]  # checked above
            after=int(after) if after.isascii() and after.isdigit() else 0,
        )
    shown = [replace(item, text=_masked(item.text)) for item in found]
    more = found[-1].event_id if len(found) == DRILL_DOWN_PAGE else None
    return page(
        "report/percakapan.html", day=day, which=which, channel=channel, found=shown, more=more
    )


def talk(conversation_id: str) -> ResponseReturnValue:
    """Show a conversation with identifiers masked, and note who looked."""
    after = request.args.get("sesudah", "")
    with services().store.write() as tx:
        conversation = get_conversation(tx, conversation_id)
        if conversation is None:
            raise NotFoundError(f"no conversation {conversation_id!r}")
        found = page_after(
            tx,
            conversation_id,
            display_names(tx),
            after=int(after) if after.isascii() and after.isdigit() else 0,
        )
        add_audit_entry(
            tx,
            "transcript_read",
            account_id=signed_in().id,
            data={"conversation": conversation_id, "first": found.first, "last": found.last},
        )
    lines = [_masked_line(line) for line in found.lines]
    more = found.last if found.last < conversation.last_seq else None
    return page("report/transkrip.html", conversation=conversation, lines=lines, more=more)


def add_talks(blueprint: Blueprint) -> None:
    """Attach the views."""
    add(blueprint, "/percakapan", talks, READERS, "GET")
    add(blueprint, "/percakapan/<conversation_id>", talk, READERS, "GET")


def _masked(text: str) -> str:
    text = " ".join(mask_identifiers(text).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _masked_line(line: Line) -> Line:
    return replace(line, text=mask_identifiers(line.text))
