"""A report about persons with all that was said, learnt and done around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foundation.errors import WorkerTimeoutError
from handoff import (
    attention_list,
    mark_alerted,
    note_attention,
    open_case,
    set_labels,
)
from learning import ControlSample, Labeller, label_turns
from storage import (
    Account,
    Store,
    add_audit_entry,
    append_event,
    enqueue,
    lock_conversation,
    read_events,
    save_attachment,
    set_outbox_state,
)
from tests.learning import learning_kit
from tests.web.staff import a_chat, a_turn

MARK = "pungutan-liar-oleh-kepala-bidang"
LABEL = "label-kasus-rahasia"
TICKET = "HK-RAHA-SIA2"
DANGER = "terkurung"


@dataclass
class Secret:
    """The confidential conversation and what belongs to it."""

    conversation: str
    values: dict[str, Any]
    ticket: str = TICKET


def no_worker(_request: Mapping[str, Any]) -> Mapping[str, Any]:
    raise WorkerTimeoutError("no worker in this test")


def the_secret(store: Store, staff: dict[str, Account]) -> Secret:
    """What was said, learnt and done before the report, and the report."""
    chat = a_chat(store, "pelapor")
    a_turn(store, chat, f"saya mau cerita {MARK}", decision="clarify", attention=True)
    a_turn(store, chat, f"tentang {MARK}", decision="handoff", slots={"uraian": MARK})
    understood = {
        "ranking": [list(pair) for pair in learning_kit.UNSURE],
        "decision": "clarify",
        "how": "nlu",
        "resolved": learning_kit.FOUNDERS,
    }
    a_turn(store, chat, f"ini soal {MARK} lagi", decision="clarify", data=understood)
    with store.read() as tx:
        events = read_events(tx, chat.id)
    event_id = [event.id for event in events if event.type == "understood"][-1]
    learning_kit.look(store, ControlSample(1.0))
    with store.write() as tx:
        label_turns(tx, [event_id], learning_kit.FOUNDERS, Labeller(staff["staf_data"], "b-1"))
        case = open_case(
            tx,
            chat.id,
            reason="laporan",
            ticket=TICKET,
            card={"question": MARK},
            actor="bot",
            urgent=True,
            confidential=True,
            danger=DANGER,
        )
        set_labels(tx, case.id, [LABEL])
        mark_alerted(tx, case.id)
        save_attachment(
            tx,
            attachment_id="berkas-rahasia",
            conversation_id=chat.id,
            mime_type="application/pdf",
            filename=f"{MARK}.pdf",
            content=MARK.encode(),
        )
        file = append_event(
            tx,
            chat.id,
            type="user",
            actor="resident",
            data={"inbox_id": 0},
            content={"text": MARK, "media": {"attachment": "berkas-rahasia", "kind": "document"}},
        )
        append_event(
            tx,
            chat.id,
            type="officer_note",
            actor="officer:1",
            data={"case_id": case.id},
            content={"text": MARK},
        )
        note_attention(tx, chat.id, event_id=file.id, kind="bahaya")
        row = enqueue(
            tx, lock_conversation(tx, chat.id), event=file, state="failed", epoch=0, payload={}
        )
        set_outbox_state(tx, row.id, state="failed")
        entry = {"case_id": case.id, "ticket": TICKET, "to": staff["supervisor"].id}
        add_audit_entry(tx, "case_reassigned", account_id=staff["supervisor"].id, data=entry)
        add_audit_entry(tx, "alert_raised", account_id=None, data={"tickets": [TICKET]})
        # Seen by those who may only.
        item = next(one for one in attention_list(tx) if one.conversation == chat.id)
    values = {
        "conversation_id": chat.id,
        "case_id": case.id,
        "item_id": item.id,
        "outbox_id": row.id,
        "event_id": event_id,
        "seq": file.seq,
        "account_id": staff["petugas"].id,
        # What does not belong to conversations.
        "change_id": 1,
        "reply_id": 1,
        "day": "2026-11-24",
        "evaluation_id": 1,
        "task_id": 1,
        "label": learning_kit.FOUNDERS,
        "version": "uji",
        "topic": "pendirian_koperasi",
        "key": "jumlah_pendiri",
    }
    return Secret(chat.id, values)
