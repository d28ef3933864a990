"""What officers do, as the resident sees it: every change of hands is announced in the chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from connectors.gateway import put_out
from dialogue import Assets, Reply
from foundation.errors import BadMessageError, CaseConflictError, MessageTooLongError
from handoff import (
    Case,
    CaseState,
    Outcome,
    claim,
    get_case,
    release,
    resolve,
    return_to_bot,
    step_in,
)
from storage import (
    Account,
    Store,
    StoredEvent,
    Transaction,
    append_event,
    lock_conversation,
    read_latest_events,
)

OFFICER_TEXT_LIMIT = 4096
"""Characters; WhatsApp's limit for a text body, so that a reply fits every channel."""

_KEYS_KEPT = 200
"""Events in which a repeated reply is recognised; a form is sent twice within seconds."""


@dataclass(frozen=True)
class Desk:
    """The actions of one signed-in officer. Each is one transaction with the officer as actor."""

    store: Store
    assets: Assets
    officer: Account
    new_ticket: Callable[[], str]

    @property
    def actor(self) -> str:
        """The officer's name in the event log."""
        return f"officer:{self.officer.id}"

    def claim(self, case_id: int) -> Case:
        """Own a waiting case. Raises ``CaseConflictError`` when somebody else was quicker."""
        with self.store.write() as tx:
            already_mine = get_case(tx, case_id).officer_id == self.officer.id
            case = claim(tx, case_id, officer_id=self.officer.id, actor=self.actor)
            if not already_mine:
                self._announce(tx, case, "utter_petugas_bergabung")
            return case

    def step_in(self, attention_id: int) -> Case:
        """Take over the conversation of a turn on the list "Perlu dilihat"."""
        with self.store.write() as tx:
            case = step_in(
                tx,
                attention_id,
                officer_id=self.officer.id,
                actor=self.actor,
                ticket=self.new_ticket(),
            )
            self._announce(tx, case, "utter_petugas_bergabung")
            return case

    def reply(self, case_id: int, text: str, *, key: str = "") -> StoredEvent:
        """Say ``text`` to the resident.

        A second call with the same non-empty ``key`` says nothing and returns the first event, so
        that a form that is sent twice is one message.
        Raises ``CaseConflictError`` unless the officer owns the case, ``BadMessageError`` for an
        empty text and ``MessageTooLongError`` for one over ``OFFICER_TEXT_LIMIT``.
        """
        text = text.strip()
        if not text:
            raise BadMessageError("empty officer reply", reader_text="Balasan masih kosong.")
        if len(text) > OFFICER_TEXT_LIMIT:
            raise MessageTooLongError(f"officer reply of {len(text)} characters")
        with self.store.write() as tx:
            conversation = lock_conversation(tx, get_case(tx, case_id).conversation)
            if said := self._said_before(tx, conversation.id, key):
                return said
            case = self._owned(tx, case_id)
            return self._say(tx, case, "officer", Reply(text), key=key)

    def release(self, case_id: int) -> Case:
        """Put the case back into the queue for a colleague."""
        with self.store.write() as tx:
            case = release(tx, self._owned(tx, case_id).id, actor=self.actor)
            self._announce(tx, case, "utter_petugas_melepas")
            return case

    def return_to_bot(self, case_id: int, *, note: str | None = None) -> Case:
        """Hand the conversation back to the assistant and end the case."""
        with self.store.write() as tx:
            case = self._owned(tx, case_id)
            case = return_to_bot(tx, case.id, actor=self.actor, note=note)
            self._announce(tx, case, "utter_kembali_ke_asisten")
            return case

    def resolve(self, case_id: int, *, outcome: Outcome, note: str | None = None) -> Case:
        """Close the case with its outcome; the assistant answers again from then on."""
        with self.store.write() as tx:
            case = self._owned(tx, case_id)
            case = resolve(tx, case.id, outcome=outcome, actor=self.actor, note=note)
            self._announce(tx, case, "utter_kasus_selesai")
            return case

    def _owned(self, tx: Transaction, case_id: int) -> Case:
        lock_conversation(tx, get_case(tx, case_id).conversation)
        case = get_case(tx, case_id)
        if case.state is not CaseState.CLAIMED or case.officer_id != self.officer.id:
            raise CaseConflictError(f"case {case_id} is not owned by {self.actor}")
        return case

    def _said_before(self, tx: Transaction, conversation_id: str, key: str) -> StoredEvent | None:
        if not key:
            return None
        for event in read_latest_events(tx, conversation_id, _KEYS_KEPT):
            if event.actor == self.actor and event.data.get("key") == key:
                return event
        return None

    def _announce(self, tx: Transaction, case: Case, response: str) -> None:
        conversation = lock_conversation(tx, case.conversation)
        reply = self.assets.say(
            response,
            channel=conversation.channel,
            tiket=case.ticket,
            petugas=self.officer.display_name,
        )
        self._say(tx, case, "system", reply)

    def _say(
        self, tx: Transaction, case: Case, event_type: str, reply: Reply, *, key: str = ""
    ) -> StoredEvent:
        event = append_event(
            tx,
            case.conversation,
            type=event_type,
            actor=self.actor,
            data={
                "case_id": case.id,
                "response": reply.response,
                "officer": self.officer.display_name,
                "buttons": [asdict(button) for button in reply.buttons],
                "key": key,
            },
            content={"text": reply.text},
        )
        put_out(tx, lock_conversation(tx, case.conversation), event)
        return event
