"""The one place where inbox, assistant and outbox meet.

A turn is computed from a read without locks and committed in one transaction under the lock of the
conversation's row. The commit is refused (``EpochConflictError``) when the conversation changed
hands or one of the messages already belongs to a turn: correctness rests on that alone, never on a
lease or a clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial

from connectors.case_withdrawal import WITHDRAW, commit_withdrawal, wants_withdrawal
from connectors.desk_words import says_unsolved
from connectors.registry import channel_of
from connectors.trackers import Recalled, recall
from connectors.turn_writing import say, write_turn
from dialogue import Assets, Assistant
from dialogue.types import CaseView, IncomingMessage, Turn, TurnContext
from foundation.errors import EpochConflictError, HaloError
from handoff import (
    Case,
    Reason,
    ServiceToggle,
    WaitingEstimate,
    apply_service_toggle,
    case_asked_for,
    estimate_for_new,
    latest_case,
    open_case,
    open_case_of,
    position,
    read_service_toggle,
    recently_closed,
    waiting_estimate,
)
from nlu.types import Understands
from service_hours import Calendar
from storage import (
    Conversation,
    InboxMessage,
    Store,
    Transaction,
    append_event,
    assign_turn,
    get_conversation,
    lock_conversation,
    record_failure,
    unprocessed,
)

logger = logging.getLogger(__name__)

MOST_IN_TURN, MOST_LETTERS_IN_TURN = 20, 8_000
"""Messages, and their characters together, that one turn takes of those that wait."""

MAX_ATTEMPTS = 3
"""After so many failed computations of the same messages a person gets them."""

UNDERSTOOD_CHARACTERS = 4096
"""So much of a message is read; its event keeps all of it, for people."""

_CASE_VISIBLE_AFTER_CLOSING = timedelta(days=30)


@dataclass(frozen=True)
class Bundle:
    """What answers a turn, as one piece: model, words and rules, under one version."""

    version: str
    assets: Assets
    model: Understands | None

    def assistant(self) -> Assistant:
        """Return the assistant of this bundle."""
        return Assistant(self.assets, self.model)


@dataclass(frozen=True)
class Gateway:
    """Takes the turns of conversations. All effects come in through the constructor."""

    store: Store
    bundle: Bundle
    calendar: Calendar
    new_ticket: Callable[[], str]
    new_turn_id: Callable[[], str]
    public_url: str = ""
    """Where long answers can be read in full; channels with short messages link there."""

    def take_turn(self, conversation_id: str) -> str | None:
        """Answer all unprocessed messages of the conversation; return the turn's id.

        Returns ``None`` when there is nothing to answer or the messages were taken meanwhile. A
        computation that fails is recorded; after ``MAX_ATTEMPTS`` the messages go to a person.
        """
        messages: Sequence[InboxMessage] = ()
        try:
            with self.store.read() as tx:
                conversation = get_conversation(tx, conversation_id)
                waiting = unprocessed(tx, conversation_id)
                messages = _of_one_turn([_beginning(message) for message in waiting])
                if conversation is None or not messages:
                    return None
                channel = channel_of(conversation.channel)
                plan = channel.plan_turn(tx, conversation, messages, public_url=self.public_url)
                recalled = recall(tx, conversation_id)
                case = latest_case(tx, conversation_id)
                in_force = read_service_toggle(tx)
                known = channel.phone_known(tx, conversation_id)
                context = self._context(tx, conversation, messages, case, in_force, known)
                taken_back = wants_withdrawal(tx, case, messages)
                reopens = _may_reopen(tx, conversation, case)
            if case is not None and taken_back:
                return self._withdraw(conversation, messages, case)
            assistant = self.bundle.assistant()
            asked = _incoming(plan.messages, reopens)
            own = assistant.handle(asked, recalled.tracker, context) if asked else None
            turn = plan.finish(own, ticket=context.new_ticket)
            return self._commit(conversation, messages, _announced(turn, in_force), recalled, case)
        except EpochConflictError:
            logger.info("turn of conversation %s is recomputed: it changed", conversation_id)
            return None
        except HaloError:
            raise
        except Exception:  # a defect in one turn must not stop the others; a person sees it
            logger.exception("turn of conversation %s failed", conversation_id)
            return self._fail(conversation_id, messages)

    def _context(
        self,
        tx: Transaction,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
        case: Case | None,
        in_force: ServiceToggle,
        phone_known: bool,
    ) -> TurnContext:
        return TurnContext(
            now=tx.now,
            service=apply_service_toggle(self.calendar.status(tx.now), in_force),
            channel=conversation.channel,
            new_ticket=self.new_ticket(),
            case=_case_view(tx, case),
            wait=cache(partial(self._wait, conversation.id)),
            asked_case=_asked_case(tx, messages),
            phone_known=phone_known,
            usable_model=self.bundle.model is not None,
        )

    def _wait(self, conversation_id: str) -> WaitingEstimate | None:
        with self.store.read() as tx:
            case = open_case_of(tx, conversation_id)
            if case is None:
                return estimate_for_new(tx, self.calendar)
            return waiting_estimate(tx, case, self.calendar)

    def _commit(
        self,
        read: Conversation,
        messages: Sequence[InboxMessage],
        turn: Turn,
        recalled: Recalled,
        case: Case | None,
    ) -> str:
        turn_id, bundle = self.new_turn_id(), self.bundle.version
        with self.store.write() as tx:
            write_turn(
                tx,
                read,
                messages,
                turn,
                recalled,
                turn_id=turn_id,
                bundle=bundle,
                known_case=case,
            )
        return turn_id

    def _withdraw(self, read: Conversation, messages: Sequence[InboxMessage], case: Case) -> str:
        turn_id = self.new_turn_id()
        with self.store.write() as tx:
            commit_withdrawal(tx, read, messages, case, turn_id=turn_id, bundle=self.bundle.version)
        return turn_id

    def _fail(self, conversation_id: str, messages: Sequence[InboxMessage]) -> str | None:
        ids = [message.id for message in messages]
        with self.store.write() as tx:
            if not ids or record_failure(tx, ids, error="TURN_FAILED") < MAX_ATTEMPTS:
                return None
            conversation = lock_conversation(tx, conversation_id)
            turn_id = self.new_turn_id()
            assign_turn(tx, ids, turn_id=turn_id, failed=True)
            append_event(
                tx,
                conversation_id,
                type="turn_failed",
                actor="system",
                data={"inbox_ids": ids, "bundle": self.bundle.version},
                turn_id=turn_id,
            )
            case = open_case(
                tx,
                conversation_id,
                reason=Reason.FAILURE,
                ticket=self.new_ticket(),
                card={},
                actor="system",
                turn_id=turn_id,
            )
            reply = self.bundle.assets.say(
                "utter_gangguan", channel=conversation.channel, tiket=case.ticket
            )
            say(tx, conversation, reply, turn_id=turn_id, bundle=self.bundle.version)
        return turn_id


def _case_view(tx: Transaction, case: Case | None) -> CaseView | None:
    if case is None:
        return None
    if case.closed_at and tx.now - case.closed_at > _CASE_VISIBLE_AFTER_CLOSING:
        return None
    return CaseView(ticket=case.ticket, state=case.state.value, position=position(tx, case))


def _asked_case(tx: Transaction, messages: Sequence[InboxMessage]) -> CaseView | None:
    for message in messages:
        if case := case_asked_for(tx, message.text):
            return CaseView(ticket=case.ticket, state=case.state.value)
    return None


def _announced(turn: Turn, in_force: ServiceToggle) -> Turn:
    """Put the supervisor's announcement before a promise that an officer answers.

    Where a life may be in danger it stands below: whom to call comes first.
    """
    if not in_force.off or turn.decision != "handoff" or not turn.replies:
        return turn
    first = turn.replies[0]
    parts = (in_force.announcement, first.text)
    told = replace(first, text="\n\n".join(reversed(parts) if turn.danger else parts))
    return replace(turn, replies=(told, *turn.replies[1:]))


def _may_reopen(tx: Transaction, conversation: Conversation, case: Case | None) -> bool:
    """Whether "belum selesai" would be about a case that an officer just closed."""
    if conversation.owner is not None or case is None or case.is_open:
        return False
    return recently_closed(tx, conversation.id) is not None


def _beginning(message: InboxMessage) -> InboxMessage:
    return replace(message, text=message.text[:UNDERSTOOD_CHARACTERS])


def _of_one_turn(messages: list[InboxMessage]) -> list[InboxMessage]:
    """Return the first messages, as many as one turn reads; the others have the next one.

    Conversations take turns, so a resident who sends two hundred messages at once keeps the others
    waiting for one of these turns and not for all of them.
    """
    letters = 0
    for number, message in enumerate(messages):
        letters += len(message.text)
        if number and (number >= MOST_IN_TURN or letters > MOST_LETTERS_IN_TURN):
            return messages[:number]
    return messages


def _incoming(messages: Sequence[InboxMessage], may_reopen: bool) -> list[IncomingMessage]:
    return [_read(message, may_reopen) for message in messages]


def _read(message: InboxMessage, may_reopen: bool) -> IncomingMessage:
    reopens = may_reopen and message.kind == "text" and says_unsolved(message.text)
    payload = "/terima_kasih" if message.payload == WITHDRAW else message.payload
    return IncomingMessage(
        id=message.id,
        text=message.text,
        kind="payload" if reopens else message.kind,
        payload="/minta_cs" if reopens else payload,
        media=message.media,
        late=message.late,
    )
