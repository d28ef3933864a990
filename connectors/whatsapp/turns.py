"""What is particular to a turn on WhatsApp; the gateway asks before and after the assistant.

Unreadable items get one short request to type; a message that came a day late goes to a person;
BERHENTI is confirmed; and everything a turn says becomes one message, since each costs money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.whatsapp.inbound.continuing import LINK_OVER, LINKED, greeting, without_code
from connectors.whatsapp.outbound.failure_policy import WINDOW
from connectors.whatsapp.outbound.formatter import (
    TEXT_LIMIT,
    Choice,
    Outgoing,
    in_parts,
    links_to,
    message_content,
    numbered_choices,
)
from connectors.whatsapp.outbound.send_guard import OPT_OUT_RESPONSE
from connectors.whatsapp.texts import say, say_first
from dialogue.types import Button, CaseRequest, Reply, Turn
from foundation.errors import MessageTooLongError
from handoff import Reason, open_case_of, window_closed
from storage import Conversation, InboxMessage, Transaction, read_latest_events

PLEASE_TYPE: Final = "wa_ketik"
PLEASE_TYPE_AGAIN: Final = "wa_ketik_lagi"

_QUIET: Final = timedelta(minutes=1)
_AGAIN_WITHIN: Final = timedelta(hours=1)
_LOOK_BACK: Final = 60
_FILES: Final = frozenset({"image", "video", "document", "audio", "voice"})


@dataclass(frozen=True)
class ChannelTurn:
    """A turn's messages sorted by who answers them.

    ``messages`` are the assistant's; ``own`` is what the channel itself says; ``late`` are texts
    of messages that go to a person; ``unread_file``: a file came along that nobody has read;
    ``case_open``: a person is on the way already, and the transcript shows them the late texts.
    """

    messages: tuple[InboxMessage, ...]
    public_url: str = ""
    own: tuple[Reply, ...] = ()
    late: tuple[str, ...] = ()
    unread_file: bool = False
    case_open: bool = False

    def finish(self, turn: Turn | None, *, ticket: str) -> Turn:
        """Return the turn as WhatsApp carries it; ``turn`` is the assistant's, if it was asked."""
        turn = turn or Turn(decision="silent", replies=(), events=())
        replies = [*turn.replies]
        if replies and self.unread_file:
            replies.append(Reply(text=say("lampiran_tidak_dibaca")))
        case = turn.case_request
        if self.late and case is None and not self.case_open:
            case = CaseRequest(reason=Reason.LATE, ticket=ticket, card=self._card())
        merged = as_one_message([*self.own, *replies], public_url=self.public_url)
        return replace(turn, replies=merged, case_request=case)

    def _card(self) -> dict[str, Any]:
        return {
            "reason": Reason.LATE,
            "why": say("kartu.terlambat"),
            "question": "\n".join(self.late),
            "intents": [],
            "slots": {},
            "form": None,
        }


def plan_turn(
    tx: Transaction,
    conversation: Conversation,
    messages: Sequence[InboxMessage],
    *,
    public_url: str,
) -> ChannelTurn:
    """Sort the messages that a turn is going to take, in their order."""
    plan = ChannelTurn(messages=tuple(messages), public_url=public_url)
    if conversation.owner is not None:
        # All of it is the officer's; the assistant notes it and says nothing.
        return plan
    late = [message for message in messages if window_closed(message.sent_at, WINDOW, tx.now)]
    fresh = [message for message in messages if message not in late]
    plan = replace(
        plan,
        messages=(),
        late=tuple(message.text for message in late),
        case_open=bool(late) and open_case_of(tx, conversation.id) is not None,
    )
    if not fresh:
        return plan
    if _hint(fresh[-1]) == "opt_out":
        return replace(plan, own=(Reply(text=say("berhenti"), response=OPT_OUT_RESPONSE),))
    own, fresh = _linked(tx, fresh)
    unreadable = [message for message in fresh if _says(message, "action") == "please_type"]
    given = [message for message in fresh if _hint(message) == "own_number"]
    asked = [message for message in fresh if message not in unreadable and message not in given]
    if given:
        own.append(Reply(text=say("nomor_dicatat"), response="wa_nomor_dicatat"))
    if unreadable and not asked and (reply := _please_type(tx, unreadable[-1])):
        own.append(reply)
    return replace(
        plan,
        messages=tuple(asked),
        own=tuple(own),
        unread_file=any(_says(message, "type") in _FILES for message in fresh),
    )


def as_one_message(replies: Iterable[Reply], *, public_url: str) -> tuple[Reply, ...]:
    """Return the replies as one; as several only where nothing else keeps all of the text."""
    spoken = [reply for reply in replies if reply.text.strip() or reply.buttons]
    if not spoken:
        return ()
    whole = Reply(
        text="\n\n".join(reply.text.strip() for reply in spoken if reply.text.strip()),
        buttons=tuple(dict.fromkeys(button for reply in spoken for button in reply.buttons)),
        response=",".join(dict.fromkeys(reply.response for reply in spoken if reply.response)),
    )
    choices = tuple(Choice(button.title, button.payload) for button in whole.buttons)
    links = links_to(whole.response, public_url)
    try:
        message_content(Outgoing(whole.text, choices, links))
    except MessageTooLongError:
        return _in_parts(whole, choices)
    return (whole,)


def _linked(
    tx: Transaction, messages: Sequence[InboxMessage]
) -> tuple[list[Reply], list[InboxMessage]]:
    """Greet whoever comes from the web page; what they wrote besides the code stays to answer."""
    replies: list[Reply] = []
    left: list[InboxMessage] = []
    for message in messages:
        hint = _hint(message)
        if hint not in (LINKED, LINK_OVER):
            left.append(message)
            continue
        rest = without_code(message.text)
        if rest:
            left.append(replace(message, text=rest))
        if hint == LINKED:
            case = open_case_of(tx, message.conversation)
            text = greeting(case.ticket if case else None)
            replies.append(Reply(text=text, response="wa_tersambung"))
        elif not rest:
            replies.append(Reply(text=say("kode_hangus"), response="wa_kode_hangus"))
    return replies, left


def _in_parts(whole: Reply, choices: tuple[Choice, ...]) -> tuple[Reply, ...]:
    room = max(TEXT_LIMIT - len(numbered_choices(choices)) - 2, TEXT_LIMIT // 4)
    *before, last = in_parts(whole.text, room)
    parts = [Reply(text=text, response=whole.response) for text in before]
    return (*parts, replace(whole, text=last))


def _please_type(tx: Transaction, message: InboxMessage) -> Reply | None:
    """Ask to type, at most once a minute; the second time within an hour offer a person."""
    asked_at = _last_request(tx, message.conversation)
    if asked_at is not None and tx.now - asked_at < _QUIET:
        return None
    if asked_at is not None and tx.now - asked_at < _AGAIN_WITHIN:
        person = Button(title=say("chat_dengan_cs"), payload="/minta_cs")
        return Reply(text=say("ketik_lagi"), buttons=(person,), response=PLEASE_TYPE_AGAIN)
    names = [f"ketik_{word}" for word in (_hint(message), _says(message, "type")) if word]
    return Reply(text=say_first(*names, "ketik"), response=PLEASE_TYPE)


def _last_request(tx: Transaction, conversation_id: str) -> datetime | None:
    for event in reversed(read_latest_events(tx, conversation_id, _LOOK_BACK)):
        asked = str(event.data.get("response") or "").split(",")
        if event.type == "bot" and (PLEASE_TYPE in asked or PLEASE_TYPE_AGAIN in asked):
            return event.at
    return None


def _hint(message: InboxMessage) -> str:
    return _says(message, "hint")


def _says(message: InboxMessage, name: str) -> str:
    return str((message.media or {}).get(name) or "")
