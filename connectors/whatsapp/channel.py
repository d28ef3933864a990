"""WhatsApp as the rest of the code sees it: :class:`connectors.port.Channel`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.port import Capabilities, Health, Sender, SenderTools
from connectors.whatsapp.attachments import drop_old_attachments, old_attachments_exist
from connectors.whatsapp.build import make_deliverer
from connectors.whatsapp.contacts.people import (
    CHANNEL,
    contact_of,
    conversations_of_number,
    conversations_of_resident,
)
from connectors.whatsapp.inbound.held_items import drop_expired, some_expired
from connectors.whatsapp.inbound.ingest import as_inbound
from connectors.whatsapp.inbound.reading import read_item
from connectors.whatsapp.outbound.announcing import why_not_announced
from connectors.whatsapp.outbound.failure_policy import WINDOW
from connectors.whatsapp.outbound.failures import reason_text
from connectors.whatsapp.state import channel_state
from connectors.whatsapp.turns import ChannelTurn, plan_turn
from foundation.errors import BadMessageError
from foundation.settings import Settings
from storage import Conversation, Inbound, InboxMessage, Settle, Transaction

TEXT_LIMIT = 65_536
"""Characters of a message; Meta's own limit, a longer one is stored all the same."""


_CAPABILITIES = Capabilities(pulled=False, text_limit=TEXT_LIMIT)
_DEBOUNCE = Settle(after_last=1.5, after_first=5.0)


@dataclass(frozen=True)
class WhatsAppChannel:
    """Meta's Cloud API: webhooks in, calls out, a window of 24 hours.

    Residents split a question over several messages, which are answered together; after the window
    only templates that Meta approved are taken (SPEC section 10).
    """

    name: str = CHANNEL
    capabilities: Capabilities = _CAPABILITIES
    reply_window: timedelta | None = WINDOW
    debounce: Settle | None = _DEBOUNCE

    def parse_inbound(
        self, raw: Any, *, conversation_id: str, message_id: str, now: datetime
    ) -> Inbound:
        """Return an item of a webhook's ``messages`` as a message."""
        if not isinstance(raw, Mapping):
            raise BadMessageError("an item of a webhook is no object")
        return as_inbound(
            raw, read_item(raw), conversation_id=conversation_id, message_id=message_id, now=now
        )

    def plan_turn(
        self,
        tx: Transaction,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
        *,
        public_url: str,
    ) -> ChannelTurn:
        """Sort the messages; what a turn says becomes one message."""
        return plan_turn(tx, conversation, messages, public_url=public_url)

    def why_not_announced(
        self, conversation: Conversation, data: Mapping[str, Any], now: datetime
    ) -> str | None:
        """Return why an announcement that costs money is spared."""
        return why_not_announced(conversation, data, now)

    def phone_known(self, tx: Transaction, conversation_id: str) -> bool:
        """Whether Meta tells the number, or the resident gave one."""
        contact = contact_of(tx, conversation_id)
        return contact is not None and contact.has_phone

    def conversations_of_resident(self, tx: Transaction, conversation_id: str) -> list[str]:
        """Return all conversations of whom Meta names the same: some were joined."""
        return conversations_of_resident(tx, conversation_id)

    def conversations_of_phone(self, tx: Transaction, number: str) -> list[str]:
        """Return all conversations of whoever writes from the number, or gave it."""
        return conversations_of_number(tx, number)

    def sender(self, tools: SenderTools) -> Sender | None:
        """Return the deliverer, when a number is connected."""
        if not tools.settings.whatsapp.can_send:
            return None
        return make_deliverer(
            tools.settings,
            tools.store,
            tools.session,
            new_ticket=tools.new_ticket,
            jitter=tools.jitter,
        )

    def something_expired(self, tx: Transaction) -> bool:
        """Whether held items or files have been kept long enough."""
        return some_expired(tx) or old_attachments_exist(tx)

    def drop_expired(self, tx: Transaction) -> int:
        """Give up held items after a day, delete fetched files after 30 days."""
        return drop_expired(tx) + drop_old_attachments(tx)

    def health(self, tx: Transaction, settings: Settings) -> Health:
        """Return the queue, and why the number stands still."""
        if not settings.whatsapp.phone_number_id:
            return Health()
        state = channel_state(tx, settings.whatsapp.phone_number_id)
        stopped = "" if state.stopped_code is None else reason_text(state.stopped_code)
        return Health(waiting=state.waiting, unknown=state.unknown, stopped=stopped)
