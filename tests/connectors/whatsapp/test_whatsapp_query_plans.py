"""Nothing on the channel's message path reads a whole growing table, on either store."""

from __future__ import annotations

from tests.connectors.whatsapp.whatsapp_kit import (
    WhatsAppFixture,
    envelope,
    error,
    failed_item,
    status_item,
)
from tests.query_plans import plans_of, reads_of_whole_tables, statements_of

GROWING = [
    "conversation",
    "event",
    "event_content",
    "inbox",
    "outbox",
    "outbox_attempt",
    "whatsapp_alias",
    "whatsapp_contact",
    "whatsapp_waiting",
    "whatsapp_charge",
    "whatsapp_media",
]


def _use_everything(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang minimal?")
    fixture.say("Chat dengan CS", number="6281000000102", user="ID.B")
    for sample in ("system_user_changed_number", "revoke", "reaction_added", "sticker"):
        fixture.post_sample(f"{sample}.json")
    fixture.work()
    fixture.meta.script.extend([error(131016), (500, b""), error(131026)])
    fixture.deliver()
    fixture.clock.advance(seconds=70)
    fixture.deliver()
    pricing = {"pricing": {"category": "service", "type": "regular"}}
    for status in ("sent", "delivered"):
        fixture.post(envelope(statuses=[status_item("wamid.keluar.1", status, **pricing)]))
    fixture.post(envelope(statuses=[failed_item("wamid.keluar.2", 131026)]))
    fixture.deliverer.next_due()
    fixture.clock.advance(hours=25)
    fixture.deliver()


def test_no_statement_of_the_channel_reads_a_whole_table(any_fixture: WhatsAppFixture) -> None:
    store = any_fixture.store
    plans = plans_of(store, statements_of(lambda: _use_everything(any_fixture)))
    assert len(plans) > 50
    assert reads_of_whole_tables(store, plans, GROWING) == {}
