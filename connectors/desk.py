"""What officers do, as the resident sees it: every change of hands is announced in the chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.desk_words import desk_reply
from connectors.officer_messages import (
    actor_of,
    owned_case,
    require_open_window,
    send_as_officer,
    sent_before,
)
from dialogue import Assets, Reply
from foundation.errors import (
    BadMessageError,
    CaseConflictError,
    ForbiddenError,
    MessageTooLongError,
)
from handoff import (
    Case,
    CaseState,
    Outcome,
    Presence,
    cases_of_officer,
    claim,
    get_case,
    read_labels,
    record_heartbeat,
    release,
    resolve,
    return_to_bot,
    set_labels,
    set_presence,
    step_in,
    take_over,
    transfer,
)
from storage import (
    Account,
    Store,
    StoredEvent,
    Transaction,
    add_audit_entry,
    append_event,
    get_account,
    lock_conversation,
)

OFFICER_TEXT_LIMIT = 4096
"""Characters; WhatsApp's limit for a text body, so that a reply fits every channel."""

NOTE_LIMIT = 2000
"""Characters of an internal note."""

_SUPERVISORS = ("supervisor", "admin")


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
        return actor_of(self.officer)

    def claim(self, case_id: int) -> Case:
        """Own a waiting case. Raises ``CaseConflictError`` when somebody else was quicker."""
        with self.store.write() as tx:
            already_mine = get_case(tx, case_id).officer_id == self.officer.id
            case = claim(tx, case_id, officer_id=self.officer.id, actor=self.actor)
            record_heartbeat(tx, self.officer.id)
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
        empty text, ``MessageTooLongError`` for one over ``OFFICER_TEXT_LIMIT`` and
        ``InvalidFormError`` when WhatsApp takes no free text any more.
        """
        text = text.strip()
        if not text:
            raise BadMessageError("empty officer reply", reader_text="Balasan masih kosong.")
        if len(text) > OFFICER_TEXT_LIMIT:
            raise MessageTooLongError(f"officer reply of {len(text)} characters")
        with self.store.write() as tx:
            conversation = lock_conversation(tx, get_case(tx, case_id).conversation)
            if said := sent_before(tx, conversation.id, self.officer, key):
                return said
            case = self._owned(tx, case_id)
            require_open_window(tx, conversation)
            return send_as_officer(tx, case, self.officer, "officer", Reply(text), key=key)

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
            self._announce(tx, case, "utter_kasus_selesai", more=desk_reply("reopen"))
            return case

    def transfer(self, case_id: int, *, to_officer: int) -> Case:
        """Give one's own case to a colleague; a supervisor may give anybody's, or a waiting one.

        Raises ``CaseConflictError``, and ``InvalidFormError`` for a receiver who cannot have it.
        """
        with self.store.write() as tx:
            case = get_case(tx, case_id)
            lock_conversation(tx, case.conversation)
            case = get_case(tx, case_id)
            if case.state is CaseState.CLAIMED and case.officer_id == self.officer.id:
                case = transfer(
                    tx, case_id, owner=self.officer.id, to_officer=to_officer, actor=self.actor
                )
                receiver = _name_of(tx, case.officer_id)
                words = desk_reply(
                    "transferred",
                    dari=self.officer.display_name,
                    petugas=receiver,
                    tiket=case.ticket,
                )
                self._say(tx, case, words)
                return case
            if self.officer.role not in _SUPERVISORS:
                raise CaseConflictError(f"case {case_id} is not owned by {self.actor}")
            return self._put_into_hands(tx, case, to_officer)

    def take_over(self, case_id: int) -> Case:
        """Answer instead of whoever has the case. Raises ``ForbiddenError`` for an officer."""
        if self.officer.role not in _SUPERVISORS:
            raise ForbiddenError(f"{self.actor} may not take cases over")
        with self.store.write() as tx:
            return self._put_into_hands(tx, get_case(tx, case_id), self.officer.id)

    def set_presence(self, state: Presence, *, capacity: int | None = None) -> list[Case]:
        """Say whether one takes cases; whoever leaves gives theirs back, and they are returned."""
        with self.store.write() as tx:
            set_presence(tx, self.officer.id, state, capacity=capacity)
            data = {"state": state.value, **({"capacity": capacity} if capacity else {})}
            add_audit_entry(tx, "presence", account_id=self.officer.id, data=data)
            given_back = []
            if state is Presence.AWAY:
                for case in cases_of_officer(tx, self.officer.id):
                    released = release(tx, case.id, actor=self.actor)
                    self._announce(tx, released, "utter_petugas_melepas")
                    given_back.append(released)
            return given_back

    def note(self, case_id: int, text: str) -> StoredEvent:
        """Write an internal note into the conversation; no resident ever sees it.

        Raises ``BadMessageError`` for an empty text, ``MessageTooLongError`` for a long one.
        """
        text = text.strip()
        if not text:
            raise BadMessageError("empty note", reader_text="Catatan masih kosong.")
        if len(text) > NOTE_LIMIT:
            raise MessageTooLongError(
                f"note of {len(text)} characters",
                reader_text=f"Catatan paling banyak {NOTE_LIMIT} karakter.",
            )
        with self.store.write() as tx:
            case = get_case(tx, case_id)
            return append_event(
                tx,
                case.conversation,
                type="officer_note",
                actor=self.actor,
                data={"case_id": case.id, "user_id": self.officer.id},
                content={"text": text},
            )

    def label(self, case_id: int, labels: str) -> Case:
        """Give the case the labels of a comma-separated line. Raises ``InvalidFormError``."""
        chosen = read_labels(labels)
        with self.store.write() as tx:
            case = get_case(tx, case_id)
            lock_conversation(tx, case.conversation)
            set_labels(tx, case.id, chosen)
            self._record(tx, case.conversation, "labels_changed", case_id=case.id, labels=chosen)
            return case

    def label_intent(self, conversation_id: str, turn_id: str, label: str) -> StoredEvent:
        """Say what a turn of the resident really meant ("intent sebenarnya")."""
        with self.store.write() as tx:
            return self._record(
                tx, conversation_id, "intent_labelled", turn_id=turn_id, label=label
            )

    def _put_into_hands(self, tx: Transaction, case: Case, officer_id: int) -> Case:
        case = take_over(tx, case.id, officer_id=officer_id, actor=self.actor)
        add_audit_entry(
            tx,
            "case_reassigned",
            account_id=self.officer.id,
            data={"case_id": case.id, "ticket": case.ticket, "to": officer_id},
        )
        words = desk_reply("taken_over", petugas=_name_of(tx, officer_id), tiket=case.ticket)
        self._say(tx, case, words)
        return case

    def _record(
        self, tx: Transaction, conversation_id: str, event_type: str, **data: object
    ) -> StoredEvent:
        return append_event(tx, conversation_id, type=event_type, actor=self.actor, data=data)

    def _owned(self, tx: Transaction, case_id: int) -> Case:
        return owned_case(tx, case_id, self.officer)

    def _announce(
        self, tx: Transaction, case: Case, response: str, *, more: Reply | None = None
    ) -> None:
        conversation = lock_conversation(tx, case.conversation)
        reply = self.assets.say(
            response,
            channel=conversation.channel,
            tiket=case.ticket,
            petugas=self.officer.display_name,
        )
        if more:
            reply = replace(reply, buttons=(*reply.buttons, *more.buttons))
        self._say(tx, case, reply)

    def _say(self, tx: Transaction, case: Case, reply: Reply) -> None:
        send_as_officer(tx, case, self.officer, "system", reply)


def _name_of(tx: Transaction, account_id: int | None) -> str:
    account = get_account(tx, account_id) if account_id else None
    return account.display_name if account else ""
