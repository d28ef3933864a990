"""What the console is told: fates of replies, the channel's events in words, templates, trouble."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.desk import Desk
from connectors.trackers import load_tracker
from connectors.whatsapp import (
    HAPPENINGS,
    conversations_of_resident,
    fates_of,
    propose_template,
    send_template,
    sentence_for,
    template_is_waiting,
    troubled_replies,
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
    WhatsAppHouse,
    envelope,
    error,
    failed_item,
    status_item,
)

TEMPLATE = "balasan_petugas_siap"


def _asked(house: WhatsAppHouse, **more: Any) -> None:
    house.say("berapa orang minimal?", **more)
    house.work()


def _words(house: WhatsAppHouse) -> list[str]:
    with house.store.read() as tx:
        fates = fates_of(tx, [event.id for event in house.events("bot")])
    return [fate.word for _, fate in sorted(fates.items())]


def test_a_reply_tells_its_fate_step_by_step(any_house: WhatsAppHouse) -> None:
    _asked(any_house)
    seen = _words(any_house)
    any_house.deliver()
    seen += _words(any_house)
    for status in ("sent", "delivered", "read"):
        any_house.post(envelope(statuses=[status_item("wamid.keluar.1", status)]))
        seen += _words(any_house)
    assert seen == ["menunggu dikirim", "diterima WhatsApp", "terkirim", "sampai", "dibaca"]


def test_a_failed_reply_says_why_and_may_be_sent_again(house: WhatsAppHouse) -> None:
    _asked(house)
    house.deliver()
    house.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)]))
    with house.store.read() as tx:
        [fate] = fates_of(tx, [house.events("bot")[0].id]).values()
        [trouble] = troubled_replies(tx, PHONE_NUMBER_ID)
    assert (fate.word, fate.may_resend) == ("gagal", True)
    assert "tidak dapat menyampaikan" in fate.reason
    assert (trouble.outbox_id, trouble.reason, trouble.may_resend) == (1, fate.reason, True)


def test_messages_of_other_channels_have_no_fate(house: WhatsAppHouse) -> None:
    with house.store.read() as tx:
        assert fates_of(tx, []) == {}
        assert fates_of(tx, [1, 2, 3]) == {}


def test_every_kind_of_trouble_is_on_the_list_and_nothing_else(any_house: WhatsAppHouse) -> None:
    house = any_house
    for number, step in enumerate([error(131026), (500, b""), error(131016), {}]):
        _asked(house, number=f"628100000020{number}", user=f"ID.T{number}")
        if step:
            house.meta.script.append(step)
        house.deliver()
    with house.store.read() as tx:
        listed = {reply.outbox_id: reply for reply in troubled_replies(tx, PHONE_NUMBER_ID)}
    assert {number: reply.state for number, reply in listed.items()} == {
        1: "failed",
        2: "unknown",
        3: "pending",
    }
    assert [reply.next_try_at is not None for reply in listed.values()].count(True) == 1
    assert all(reply.reason.endswith(".") for reply in listed.values())


def test_while_the_number_is_stopped_all_that_waits_is_on_the_list(house: WhatsAppHouse) -> None:
    for number in range(3):
        _asked(house, number=f"628100000020{number}", user=f"ID.T{number}")
    house.meta.script.append(error(190, http=401))
    house.deliver()
    with house.store.read() as tx:
        listed = troubled_replies(tx, PHONE_NUMBER_ID)
    assert [reply.code for reply in listed] == ["190"] * 3
    assert {reply.reason for reply in listed} == {"Token akses WhatsApp kedaluwarsa atau dicabut."}


def test_what_failed_long_ago_is_off_the_list(house: WhatsAppHouse) -> None:
    _asked(house)
    house.meta.script.append(error(131026))
    house.deliver()
    house.clock.advance(days=8)
    with house.store.read() as tx:
        assert troubled_replies(tx, PHONE_NUMBER_ID) == []


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
    assert event.type in HAPPENINGS


def test_other_events_have_none() -> None:
    assert sentence_for(_event("bot", {}, {"text": "x"})) == ""


def test_a_moved_case_is_known_to_both_trackers(any_house: WhatsAppHouse) -> None:
    with any_house.store.write() as tx:
        web = open_conversation(tx, channel="webchat", address="tamu").id
        save_continuation(tx, code="LANJUT-7QXM9RAE", conversation_id=web)
        open_case(tx, web, reason="diminta", ticket="HK-WEB", card={}, actor="bot")
    any_house.say("Kode: LANJUT-7QXM9RAE")
    any_house.work()
    with any_house.store.read() as tx:
        here = load_tracker(tx, any_house.conversations()[0])
        there = load_tracker(tx, web)
    assert (here.case_state, here.ticket) == ("waiting", "HK-WEB")
    assert (there.case_state, there.ticket) == (None, None)


def test_all_conversations_of_a_resident_are_found(any_house: WhatsAppHouse) -> None:
    _asked(any_house, user=None)
    _asked(any_house, number=None)
    _asked(any_house)
    first, second = any_house.conversations()
    with any_house.store.read() as tx:
        assert conversations_of_resident(tx, first) == [first, second]
        assert conversations_of_resident(tx, "tidak ada") == ["tidak ada"]


# --- after the window -------------------------------------------------------------------------


def _waiting_case(house: WhatsAppHouse) -> tuple[Desk, Any]:
    with house.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    house.say("Chat dengan CS")
    house.work()
    house.deliver()
    desk = Desk(house.store, house.assets, officer, lambda: "HK-X")
    [case] = house.cases()
    desk.claim(case.id)
    return desk, case


def _proposed(house: WhatsAppHouse, case: Any, template: str = TEMPLATE) -> Any:
    with house.store.read() as tx:
        return propose_template(tx, case.conversation_id, ticket=case.ticket, template=template)


def _sent(house: WhatsAppHouse, case: Any, proposal: Any) -> None:
    with house.store.write() as tx:
        send_template(
            tx, case.conversation_id, proposal, actor="officer:1", officer="Ani", case_id=case.id
        )


def test_a_template_is_proposed_only_when_nothing_else_may_be_sent(house: WhatsAppHouse) -> None:
    _, case = _waiting_case(house)
    assert _proposed(house, case) is None
    house.clock.set(house.at(24 * 3600))
    assert _proposed(house, case, template="") is None
    proposal = _proposed(house, case)
    assert proposal.text.startswith("Halo Bapak/Ibu, petugas kami sudah menyiapkan jawaban")
    assert case.ticket in proposal.text


def test_nobody_who_said_berhenti_gets_a_template(house: WhatsAppHouse) -> None:
    _, case = _waiting_case(house)
    house.say("BERHENTI", at=T0 + 30)
    house.clock.advance(hours=25)
    assert _proposed(house, case) is None


def test_one_template_is_enough_until_the_resident_writes(any_house: WhatsAppHouse) -> None:
    _, case = _waiting_case(any_house)
    any_house.clock.advance(hours=25)
    proposal = _proposed(any_house, case)
    _sent(any_house, case, proposal)
    with pytest.raises(CaseConflictError):
        _sent(any_house, case, proposal)
    assert _proposed(any_house, case) is None
    any_house.deliver()
    assert any_house.meta.sent[-1]["type"] == "template"
    now = int(any_house.clock().timestamp())
    any_house.say("mana jawabannya?", at=now)
    with any_house.store.read() as tx:
        assert not template_is_waiting(tx, case.conversation_id)


def test_a_refused_template_may_be_tried_again(house: WhatsAppHouse) -> None:
    _, case = _waiting_case(house)
    house.clock.advance(hours=25)
    _sent(house, case, _proposed(house, case))
    house.meta.script.append(error(132001))
    house.deliver()
    assert house.outbox()[-1]["state"] == "failed"
    assert _proposed(house, case) is not None


def test_the_template_on_the_phone_is_what_the_transcript_shows(rehearsal: Rehearsal) -> None:
    house = rehearsal.house
    rehearsal.say("Chat dengan CS")
    rehearsal.settle()
    [case] = house.cases()
    house.clock.advance(hours=25)
    proposal = _proposed(house, case)
    assert proposal.text.startswith("Halo Euis Rahmawati,")
    _sent(house, case, proposal)
    rehearsal.settle()
    chat = rehearsal.emulator.chats.of(rehearsal.resident.user_id)
    shown = [message for message in chat if message.from_office][-1]
    assert shown.content["text"] == proposal.text
    assert house.outbox()[-1]["state"] in ("delivered", "read")


# --- what it costs ----------------------------------------------------------------------------


def _delivered(house: WhatsAppHouse, number: int, category: str, kind: str) -> None:
    wamid = f"wamid.keluar.{number}"
    pricing = {"pricing": {"category": category, "type": kind}}
    house.post(envelope(statuses=[status_item(wamid, "delivered", **pricing)] * 2))


def test_messages_are_counted_by_the_month_of_the_office(any_house: WhatsAppHouse) -> None:
    house = any_house
    for number in range(1, 5):
        _asked(house, number=f"628100000030{number}", user=f"ID.M{number}")
    house.deliver()
    _delivered(house, 1, "service", "regular")
    _delivered(house, 2, "service", "free_entry_point")
    _delivered(house, 3, "utility", "regular")
    # 1 December, 00.30 WIB, is still November in UTC.
    house.clock.set(house.at((6 * 24 + 14.5) * 3600))
    _delivered(house, 4, "service", "regular")
    with house.store.read() as tx:
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
