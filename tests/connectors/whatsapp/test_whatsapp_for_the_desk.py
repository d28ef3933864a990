"""What the console is told: how replies fare, the channel's events in words, templates, trouble."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.desk import Desk
from connectors.trackers import load_tracker
from connectors.whatsapp import (
    CHANNEL_EVENTS,
    conversations_of_resident,
    delivery_statuses,
    propose_template,
    send_template,
    sentence_for,
    template_is_waiting,
    undelivered_replies,
)
from foundation.errors import CaseConflictError
from handoff import open_case
from storage import (
    FREE_SERVICE_MESSAGES,
    MonthOfMessages,
    StoredEvent,
    create_account,
    messages_by_month,
    open_conversation,
    save_continuation,
)
from tests.connectors.whatsapp.rehearsal_kit import Rehearsal
from tests.connectors.whatsapp.whatsapp_kit import (
    PHONE_NUMBER_ID,
    T0,
    WhatsAppFixture,
    envelope,
    error,
    failed_item,
    status_item,
)

TEMPLATE = "balasan_petugas_siap"


def _asked(fixture: WhatsAppFixture, **more: Any) -> None:
    fixture.say("berapa orang minimal?", **more)
    fixture.work()


def _words(fixture: WhatsAppFixture) -> list[str]:
    with fixture.store.read() as tx:
        statuses = delivery_statuses(tx, [event.id for event in fixture.events("bot")])
    return [status.word for _, status in sorted(statuses.items())]


def test_a_reply_tells_its_delivery_status_step_by_step(any_fixture: WhatsAppFixture) -> None:
    _asked(any_fixture)
    seen = _words(any_fixture)
    any_fixture.deliver()
    seen += _words(any_fixture)
    for status in ("sent", "delivered", "read"):
        any_fixture.post(envelope(statuses=[status_item("wamid.keluar.1", status)]))
        seen += _words(any_fixture)
    assert seen == ["menunggu dikirim", "diterima WhatsApp", "terkirim", "sampai", "dibaca"]


def test_a_failed_reply_says_why_and_may_be_sent_again(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.deliver()
    fixture.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)]))
    with fixture.store.read() as tx:
        [status] = delivery_statuses(tx, [fixture.events("bot")[0].id]).values()
        [trouble] = undelivered_replies(tx, PHONE_NUMBER_ID)
    assert (status.word, status.may_resend) == ("gagal", True)
    assert "tidak dapat menyampaikan" in status.reason
    assert (trouble.outbox_id, trouble.reason, trouble.may_resend) == (1, status.reason, True)


def test_messages_of_other_channels_have_no_delivery_status(fixture: WhatsAppFixture) -> None:
    with fixture.store.read() as tx:
        assert delivery_statuses(tx, []) == {}
        assert delivery_statuses(tx, [1, 2, 3]) == {}


def test_every_undelivered_reply_is_on_the_list_and_nothing_else(
    any_fixture: WhatsAppFixture,
) -> None:
    fixture = any_fixture
    for number, step in enumerate([error(131026), (500, b""), error(131016), {}]):
        _asked(fixture, number=f"628100000020{number}", user=f"ID.T{number}")
        if step:
            fixture.meta.script.append(step)
        fixture.deliver()
    with fixture.store.read() as tx:
        listed = {reply.outbox_id: reply for reply in undelivered_replies(tx, PHONE_NUMBER_ID)}
    assert {number: reply.state for number, reply in listed.items()} == {
        1: "failed",
        2: "unknown",
        3: "pending",
    }
    assert [reply.next_try_at is not None for reply in listed.values()].count(True) == 1
    assert all(reply.reason.endswith(".") for reply in listed.values())


def test_while_the_number_is_stopped_all_that_waits_is_on_the_list(
    fixture: WhatsAppFixture,
) -> None:
    for number in range(3):
        _asked(fixture, number=f"628100000020{number}", user=f"ID.T{number}")
    fixture.meta.script.append(error(190, http=401))
    fixture.deliver()
    with fixture.store.read() as tx:
        listed = undelivered_replies(tx, PHONE_NUMBER_ID)
    assert [reply.code for reply in listed] == ["190"] * 3
    assert {reply.reason for reply in listed} == {"Token akses WhatsApp kedaluwarsa atau dicabut."}


def test_what_failed_long_ago_is_off_the_list(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.append(error(131026))
    fixture.deliver()
    fixture.clock.advance(days=8)
    with fixture.store.read() as tx:
        assert undelivered_replies(tx, PHONE_NUMBER_ID) == []


def _event(kind: str, data: dict[str, Any], content: dict[str, Any] | None = None) -> StoredEvent:
    at = datetime.fromtimestamp(T0, UTC)
    return StoredEvent(1, "k", 1, kind, "system", at, None, data, content)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (_event("delivery_failed", {"code": "131047"}), "24 jam"),
        (_event("delivery_failed", {}), "tidak sampai"),
        (_event("reply_dropped", {"reason": "opted_out"}), "BERHENTI"),
        (_event("delivery_retried", {}), "mengirim ulang"),
        (_event("linked", {"from": "k2"}), "dari situs"),
        (_event("linked", {"to": "k2"}), "di WhatsApp"),
        (_event("merged", {"from": "k2"}), "digabung"),
        (_event("merged", {"into": "k2"}), "di sana"),
        (_event("case_moved", {"ticket": "HK-1", "here": True}), "HK-1 pindah ke sini"),
        (_event("case_moved", {"ticket": "HK-1"}), "HK-1 pindah ke WhatsApp"),
        (_event("noted", {"kind": "reaction"}, {"text": "{👍}", "media": {}}), "{👍}"),
        (_event("noted", {"kind": "reaction"}, {"text": ""}), "menghapus tanggapan"),
        (_event("noted", {"kind": "edit"}, {"text": "baru"}), "baru"),
        (_event("noted", {"kind": "revoke"}, None), "menghapus pesannya"),
        (_event("noted", {"kind": "aneh"}, None), "tidak perlu dijawab"),
    ],
    ids=lambda value: value.type if isinstance(value, StoredEvent) else value,
)
def test_events_of_the_channel_have_a_sentence(event: StoredEvent, words: str) -> None:
    assert words in sentence_for(event)
    assert event.type in CHANNEL_EVENTS


def test_other_events_have_none() -> None:
    assert sentence_for(_event("bot", {}, {"text": "x"})) == ""


def test_a_moved_case_is_known_to_both_trackers(any_fixture: WhatsAppFixture) -> None:
    with any_fixture.store.write() as tx:
        web = open_conversation(tx, channel="webchat", address="tamu").id
        save_continuation(tx, code="LANJUT-7QXM9RAE", conversation_id=web)
        open_case(tx, web, reason="diminta", ticket="HK-WEB", card={}, actor="bot")
    any_fixture.say("Kode: LANJUT-7QXM9RAE")
    any_fixture.work()
    with any_fixture.store.read() as tx:
        here = load_tracker(tx, any_fixture.conversations()[0])
        there = load_tracker(tx, web)
    assert (here.case_state, here.ticket) == ("waiting", "HK-WEB")
    assert (there.case_state, there.ticket) == (None, None)


def test_all_conversations_of_a_resident_are_found(any_fixture: WhatsAppFixture) -> None:
    _asked(any_fixture, user=None)
    _asked(any_fixture, number=None)
    _asked(any_fixture)
    first, second = any_fixture.conversations()
    with any_fixture.store.read() as tx:
        assert conversations_of_resident(tx, first) == [first, second]
        assert conversations_of_resident(tx, "tidak ada") == ["tidak ada"]


# --- after the window -------------------------------------------------------------------------


def _waiting_case(fixture: WhatsAppFixture) -> tuple[Desk, Any]:
    with fixture.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    fixture.say("Chat dengan CS")
    fixture.work()
    fixture.deliver()
    desk = Desk(fixture.store, fixture.assets, officer, lambda: "HK-X")
    [case] = fixture.cases()
    desk.claim(case.id)
    return desk, case


def _proposed(fixture: WhatsAppFixture, case: Any, template: str = TEMPLATE) -> Any:
    with fixture.store.read() as tx:
        return propose_template(tx, case.conversation_id, ticket=case.ticket, template=template)


def _sent(fixture: WhatsAppFixture, case: Any, proposal: Any) -> None:
    with fixture.store.write() as tx:
        send_template(
            tx, case.conversation_id, proposal, actor="officer:1", officer="Ani", case_id=case.id
        )


def test_a_template_is_proposed_only_when_nothing_else_may_be_sent(
    fixture: WhatsAppFixture,
) -> None:
    _, case = _waiting_case(fixture)
    assert _proposed(fixture, case) is None
    fixture.clock.set(fixture.at(24 * 3600))
    assert _proposed(fixture, case, template="") is None
    proposal = _proposed(fixture, case)
    assert proposal.text.startswith("Halo Bapak/Ibu, petugas kami sudah menyiapkan jawaban")
    assert case.ticket in proposal.text


def test_nobody_who_said_berhenti_gets_a_template(fixture: WhatsAppFixture) -> None:
    _, case = _waiting_case(fixture)
    fixture.say("BERHENTI", at=T0 + 30)
    fixture.clock.advance(hours=25)
    assert _proposed(fixture, case) is None


def test_one_template_is_enough_until_the_resident_writes(any_fixture: WhatsAppFixture) -> None:
    _, case = _waiting_case(any_fixture)
    any_fixture.clock.advance(hours=25)
    proposal = _proposed(any_fixture, case)
    _sent(any_fixture, case, proposal)
    with pytest.raises(CaseConflictError):
        _sent(any_fixture, case, proposal)
    assert _proposed(any_fixture, case) is None
    any_fixture.deliver()
    assert any_fixture.meta.sent[-1]["type"] == "template"
    now = int(any_fixture.clock().timestamp())
    any_fixture.say("mana jawabannya?", at=now)
    with any_fixture.store.read() as tx:
        assert not template_is_waiting(tx, case.conversation_id)


def test_a_refused_template_may_be_tried_again(fixture: WhatsAppFixture) -> None:
    _, case = _waiting_case(fixture)
    fixture.clock.advance(hours=25)
    _sent(fixture, case, _proposed(fixture, case))
    fixture.meta.script.append(error(132001))
    fixture.deliver()
    assert fixture.outbox()[-1]["state"] == "failed"
    assert _proposed(fixture, case) is not None


def test_the_template_on_the_phone_is_what_the_transcript_shows(rehearsal: Rehearsal) -> None:
    fixture = rehearsal.fixture
    rehearsal.say("Chat dengan CS")
    rehearsal.settle()
    [case] = fixture.cases()
    fixture.clock.advance(hours=25)
    proposal = _proposed(fixture, case)
    assert proposal.text.startswith("Halo Euis Rahmawati,")
    _sent(fixture, case, proposal)
    rehearsal.settle()
    chat = rehearsal.emulator.chats.of(rehearsal.resident.user_id)
    shown = [message for message in chat if message.from_office][-1]
    assert shown.content["text"] == proposal.text
    assert fixture.outbox()[-1]["state"] in ("delivered", "read")


# --- what it costs ----------------------------------------------------------------------------


def _delivered(fixture: WhatsAppFixture, number: int, category: str, kind: str) -> None:
    wamid = f"wamid.keluar.{number}"
    pricing = {"pricing": {"category": category, "type": kind}}
    fixture.post(envelope(statuses=[status_item(wamid, "delivered", **pricing)] * 2))


def test_messages_are_counted_by_the_month_of_the_office(any_fixture: WhatsAppFixture) -> None:
    fixture = any_fixture
    for number in range(1, 5):
        _asked(fixture, number=f"628100000030{number}", user=f"ID.M{number}")
    fixture.deliver()
    _delivered(fixture, 1, "service", "regular")
    _delivered(fixture, 2, "service", "free_entry_point")
    _delivered(fixture, 3, "utility", "regular")
    # 1 December, 00.30 WIB, is still November in UTC.
    fixture.clock.set(fixture.at((6 * 24 + 14.5) * 3600))
    _delivered(fixture, 4, "service", "regular")
    with fixture.store.read() as tx:
        november, december = messages_by_month(tx, date(2026, 11, 24), date(2026, 12, 1))
    assert november == MonthOfMessages(date(2026, 11, 1), service=1, free=1, templates=1)
    assert december == MonthOfMessages(date(2026, 12, 1), service=1, free=0, templates=0)
    assert (november.billable, november.free_left) == (1, FREE_SERVICE_MESSAGES - 1)


@pytest.mark.parametrize(
    ("service", "templates", "billable", "left"),
    [(0, 0, 0, 1000), (1000, 0, 0, 0), (1001, 0, 1, 0), (999, 2, 2, 1), (2500, 10, 1510, 0)],
)
def test_beyond_the_free_ones_every_message_costs(
    service: int, templates: int, billable: int, left: int
) -> None:
    month = MonthOfMessages(date(2026, 11, 1), service=service, free=7, templates=templates)
    assert (month.billable, month.free_left) == (billable, left)
