"""Everything about the one conversation that an officer is looking at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.whatsapp import conversations_of_resident, template_is_waiting
from dialogue import KnowledgeEntry
from foundation.errors import NotFoundError
from handoff import (
    AttentionItem,
    Case,
    CaseState,
    Earlier,
    attention_of,
    cases_of_conversations,
    earlier_of,
    labels_of,
    latest_case,
    position,
    usual_labels,
    viewers_of,
)
from service_hours import Calendar
from storage import (
    Account,
    Conversation,
    Transaction,
    get_conversation,
    list_accounts,
    read_latest_events,
)
from web.officer.card import ContextCard, context_card
from web.officer.colleagues import Colleague, colleagues
from web.officer.transcript import PAGE, Page, page_of
from web.officer.windows import minutes_of_windows


@dataclass(frozen=True)
class Selection:
    """A conversation with its newest case, as of one moment.

    ``holder`` is the display name of the officer who has, or last had, the case. Minutes count
    from the opening of the case to now, or to its end; ``place`` is its place in the queue;
    ``attention`` is a turn that nobody has looked at. ``others`` are the same person's other
    cases, ``earlier`` the one that this one takes up again, ``colleagues`` to whom it may be given,
    ``viewers`` who of them has it open now.
    """

    conversation: Conversation
    case: Case | None
    holder: str
    mine: bool
    place: int | None
    attention: AttentionItem | None
    service_minutes: int
    page: Page
    card: ContextCard
    others: tuple[Case, ...] = ()
    earlier: Earlier | None = None
    labels: tuple[str, ...] = ()
    usual_labels: tuple[str, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    window_minutes: int | None = None
    template_sent: bool = False
    viewers: tuple[str, ...] = ()

    @property
    def window_over(self) -> bool:
        """Whether WhatsApp takes nothing but templates now."""
        return self.window_minutes is not None and self.window_minutes < 0

    @property
    def can_claim(self) -> bool:
        """Whether the case waits for somebody."""
        return self.case is not None and self.case.state is CaseState.WAITING

    @property
    def can_step_in(self) -> bool:
        """Whether the assistant has it and a turn of it should be looked at."""
        return self.attention is not None and not (self.case and self.case.is_open)

    @property
    def elsewhere(self) -> bool:
        """Whether a colleague has it now."""
        return self.case is not None and self.case.state is CaseState.CLAIMED and not self.mine


def read_selection(
    tx: Transaction,
    officer: Account,
    conversation_id: str,
    *,
    knowledge: Mapping[str, KnowledgeEntry],
    calendar: Calendar,
) -> Selection:
    """Read a conversation. Raises ``NotFoundError``.

    Ids are unguessable, so an officer comes here only from a list that shows the conversation.
    """
    conversation = get_conversation(tx, conversation_id)
    if conversation is None:
        raise NotFoundError("no such conversation")
    case = latest_case(tx, conversation_id)
    events = read_latest_events(tx, conversation_id, PAGE)
    names = display_names(tx)
    claimed = case is not None and case.state is CaseState.CLAIMED
    return Selection(
        conversation=conversation,
        case=case,
        holder=names.get(case.officer_id or 0, "") if case else "",
        mine=claimed and case is not None and case.officer_id == officer.id,
        place=position(tx, case) if case else None,
        attention=attention_of(tx, conversation_id),
        service_minutes=_service_minutes(tx, case, calendar),
        page=page_of(tx, events, names),
        card=context_card(events, knowledge, opened_with=case.card if case else {}),
        others=_others(tx, conversation_id, case),
        earlier=earlier_of(tx, [case.id]).get(case.id) if case else None,
        labels=labels_of(tx, [case.id])[case.id] if case else (),
        usual_labels=tuple(usual_labels(tx)),
        colleagues=colleagues(tx, without=officer.id),
        window_minutes=minutes_of_windows(tx, [conversation_id]).get(conversation_id),
        template_sent=template_is_waiting(tx, conversation_id),
        viewers=viewers_of(tx, conversation_id, without=officer.id),
    )


def display_names(tx: Transaction) -> dict[int, str]:
    """Return the staff's display names by account id."""
    return {account.id: account.display_name for account in list_accounts(tx)}


def _others(tx: Transaction, conversation_id: str, case: Case | None) -> tuple[Case, ...]:
    known = conversations_of_resident(tx, conversation_id)
    cases = cases_of_conversations(tx, known)
    return tuple(one for one in cases if case is None or one.id != case.id)


def _service_minutes(tx: Transaction, case: Case | None, calendar: Calendar) -> int:
    if case is None:
        return 0
    return int(calendar.service_minutes_between(case.opened_at, case.closed_at or tx.now))
