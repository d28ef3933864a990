"""Nothing on the channel's message path reads a whole growing table, on either store."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event as sqlalchemy_event

from tests.connectors.whatsapp.whatsapp_kit import (
    WhatsAppHouse,
    envelope,
    error,
    failed_item,
    status_item,
)

GROWING = (
    "conversation|event|event_content|inbox|outbox|outbox_attempt|whatsapp_alias|whatsapp_contact"
    "|whatsapp_waiting|whatsapp_charge|whatsapp_media"
)


def _use_everything(house: WhatsAppHouse) -> None:
    house.say("berapa orang minimal?")
    house.say("Chat dengan CS", number="6281000000102", user="ID.B")
    for sample in ("system_user_changed_number", "revoke", "reaction_added", "sticker"):
        house.post_sample(f"{sample}.json")
    house.work()
    house.meta.script.extend([error(131016), (500, b""), error(131026)])
    house.deliver()
    house.clock.advance(seconds=70)
    house.deliver()
    pricing = {"pricing": {"category": "service", "type": "regular"}}
    for status in ("sent", "delivered"):
        house.post(envelope(statuses=[status_item("wamid.keluar.1", status, **pricing)]))
    house.post(envelope(statuses=[failed_item("wamid.keluar.2", 131026)]))
    house.deliverer.next_due()
    house.clock.advance(hours=25)
    house.deliver()


@pytest.fixture
def statements(any_house: WhatsAppHouse) -> dict[str, Any]:
    sent: dict[str, Any] = {}

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        # A thread that another test left behind may still be at work on the other kind of store.
        if connection.dialect.name == any_house.store.dialect:
            sent.setdefault(statement, parameters)

    sqlalchemy_event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        _use_everything(any_house)
    finally:
        sqlalchemy_event.remove(sa.Engine, "before_cursor_execute", note)
    return sent


def test_no_statement_of_the_channel_reads_a_whole_table(
    any_house: WhatsAppHouse, statements: dict[str, Any]
) -> None:
    store = any_house.store
    explain, whole = {
        "sqlite": ("EXPLAIN QUERY PLAN ", rf"SCAN (?:{GROWING})(?: AS \w+)?(?: USING INTEGER.*)?$"),
        "postgresql": ("EXPLAIN (COSTS OFF) ", rf"Seq Scan on (?:{GROWING})\b.*$"),
    }[store.dialect]
    plans = {}
    with store.write() as tx:
        if store.dialect == "postgresql":
            tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements.items():
            if re.match("SELECT|UPDATE|DELETE|INSERT", statement):
                plan = tx.connection.exec_driver_sql(explain + statement, parameters)
                plans[statement] = "\n".join(str(row[-1]) for row in plan)
    assert len(plans) > 50
    bad = {
        statement: plan for statement, plan in plans.items() if re.search(whole, plan, re.MULTILINE)
    }
    assert bad == {}
