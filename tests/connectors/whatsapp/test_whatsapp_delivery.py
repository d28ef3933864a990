"""From outbox to Meta: addresses, order, crashes, changes of hands, limits, statuses."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from connectors import Desk
from connectors.whatsapp import contact_of, resend
from connectors.whatsapp_emulator.speed import PairLimit
from foundation.errors import CaseConflictError, NotFoundError
from handoff import Outcome
from storage import (
    FREE_SERVICE_MESSAGES,
    begin_attempt,
    create_account,
    delivered_messages,
    erase_content,
    forget_resident,
    list_inbox,
    lock_conversation,
    set_owner,
    tables,
    whatsapp_tables,
)
from tests.builders import at_once
from tests.connectors.whatsapp.whatsapp_kit import (
    WhatsAppHouse,
    body_of,
    envelope,
    failed_item,
    status_item,
    text_item,
)


def _asked(house: WhatsAppHouse, text: str = "berapa orang minimal?", **more: Any) -> None:
    house.say(text, **more)
    house.work()


def _desk(house: WhatsAppHouse) -> Desk:
    with house.store.write() as tx:
        officer = create_account(
            tx, "ani", "kata-sandi-panjang", "petugas", display_name="Bu *Ani*"
        )
    return Desk(house.store, house.assets, officer, lambda: "HK-MEJA")


def test_a_reply_goes_to_the_number_with_its_plus_and_our_opaque_id(
    any_house: WhatsAppHouse,
) -> None:
    _asked(any_house)
    any_house.deliver()
    [message] = any_house.meta.sent
    assert message["messaging_product"] == "whatsapp"
    assert message["recipient_type"] == "individual"
    assert message["to"] == "+6281000000101"
    assert "recipient" not in message
    row = any_house.row()
    assert (row.state, row.channel_message_id) == ("accepted", "wamid.keluar.1")
    with any_house.store.read() as tx:
        attempts = tx.connection.execute(tables.outbox_attempt.select()).all()
    assert [attempt.id for attempt in attempts] == [message["biz_opaque_callback_data"]]


def test_a_resident_without_a_number_is_answered_by_user_id(house: WhatsAppHouse) -> None:
    house.post_sample("text_username_only.json")
    house.work()
    house.deliver()
    [message] = house.meta.sent
    assert message["recipient"] == "ID.E1108F7E5C80D682"
    assert "to" not in message


def test_the_reply_is_what_the_transcript_shows(house: WhatsAppHouse) -> None:
    _asked(house)
    house.deliver()
    assert house.meta.bodies == house.replies()
    assert house.meta.sent[0]["interactive"]["footer"]["text"] == "Dijawab asisten otomatis"


def test_replies_of_a_conversation_leave_in_order_one_at_a_time(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    case = desk.claim(house.cases()[0].id)
    for number in range(3):
        desk.reply(case.id, f"balasan {number}")
    house.deliver()
    assert [body.split("\n")[-1] for body in house.meta.bodies][-3:] == [
        "balasan 0",
        "balasan 1",
        "balasan 2",
    ]


def test_a_refused_reply_holds_back_the_later_ones(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    house.deliver()
    case = desk.claim(house.cases()[0].id)
    house.deliver()
    house.meta.sent.clear()
    desk.reply(case.id, "pertama")
    desk.reply(case.id, "kedua")
    house.meta.script.append((400, {"error": {"code": 131016}}))
    house.deliver()
    assert [body_of(message).split("\n")[-1] for message in house.meta.sent] == ["pertama"]
    house.clock.advance(seconds=30)
    house.deliver()
    assert [body_of(message).split("\n")[-1] for message in house.meta.sent] == [
        "pertama",
        "pertama",
        "kedua",
    ]


def test_an_officer_is_named_and_the_name_cannot_format(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    case = desk.claim(house.cases()[0].id)
    desk.reply(case.id, "Selamat pagi, ada yang bisa dibantu?")
    house.deliver()
    assert house.meta.sent[-1]["text"]["body"] == (
        "*Bu Ani (petugas)*\nSelamat pagi, ada yang bisa dibantu?"
    )


def test_a_bot_reply_is_dropped_when_an_officer_was_quicker(any_house: WhatsAppHouse) -> None:
    desk = _desk(any_house)
    _asked(any_house, "Chat dengan CS")
    desk.claim(any_house.cases()[0].id)
    any_house.deliver()
    assert any_house.row(1).state == "dropped"
    assert [event.data["outbox_id"] for event in any_house.events("reply_dropped")] == [1]
    assert not [body for body in any_house.meta.bodies if "HK-" in body and "antre" in body]
    assert any_house.events("delivery_failed") == []


def test_a_dropped_reply_opens_a_case_when_the_officer_is_gone_again(
    house: WhatsAppHouse,
) -> None:
    desk = _desk(house)
    _asked(house)
    with house.store.write() as tx:
        [name] = house.conversations()
        set_owner(tx, name, desk.officer.id)
        set_owner(tx, name, None)
    house.deliver()
    assert house.meta.sent == []
    assert house.row().state == "dropped"
    assert [case.reason for case in house.cases()] == ["gagal_kirim"]


def test_an_officers_words_are_sent_although_the_case_was_closed_since(
    house: WhatsAppHouse,
) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    case = desk.claim(house.cases()[0].id)
    desk.reply(case.id, "Silakan datang ke kantor.")
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    house.deliver()
    assert any("Silakan datang" in body for body in house.meta.bodies)


def test_nothing_is_sent_after_24_hours_and_an_officer_sees_it(house: WhatsAppHouse) -> None:
    _asked(house)
    house.clock.set(house.at(24 * 3600))
    house.deliver()
    assert house.meta.sent == []
    assert (house.row().state, house.row().error_code) == ("failed", "131047")
    assert [case.reason for case in house.cases()] == ["gagal_kirim"]


def test_a_moment_before_the_window_ends_it_is_sent(house: WhatsAppHouse) -> None:
    _asked(house)
    house.clock.set(house.at(24 * 3600 - 1))
    house.deliver()
    assert len(house.meta.sent) == 1


def test_a_crash_during_the_call_leaves_the_outcome_unknown_and_is_not_repeated(
    house: WhatsAppHouse,
) -> None:
    _asked(house)
    with house.store.write() as tx:
        assert begin_attempt(tx, 1) is not None
    house.deliver()
    assert house.row().state == "sending"
    house.clock.advance(seconds=65)
    house.deliver()
    assert house.row().state == "unknown"
    house.clock.advance(minutes=16)
    house.deliver()
    assert house.meta.sent == []
    assert len(house.cases()) == 1


def test_a_status_with_our_id_settles_what_was_unknown(house: WhatsAppHouse) -> None:
    _asked(house)
    with house.store.write() as tx:
        attempt = begin_attempt(tx, 1)
    assert attempt is not None
    house.clock.advance(seconds=65)
    house.deliver()
    status = status_item("wamid.x", "delivered", biz_opaque_callback_data=attempt.id)
    house.post(envelope(statuses=[status]))
    house.clock.advance(hours=1)
    house.deliver()
    row = house.row()
    assert (row.state, row.channel_message_id) == ("delivered", "wamid.x")
    assert house.cases() == []


def test_a_closed_case_of_an_unknown_fate_is_not_opened_again(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house)
    house.meta.script.append((500, b""))
    house.deliver()
    house.clock.advance(minutes=16)
    house.deliver()
    case = desk.claim(house.cases()[0].id)
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    house.clock.advance(hours=1)
    house.deliver()
    assert len(house.cases()) == 1


STATUSES = ("sent", "delivered", "read")


@pytest.mark.parametrize("order", list(itertools.permutations(STATUSES)), ids="-".join)
def test_statuses_in_any_order_end_at_the_highest(
    house: WhatsAppHouse, order: tuple[str, ...]
) -> None:
    _asked(house)
    house.deliver()
    for status in order:
        for _ in range(2):
            house.post(envelope(statuses=[status_item("wamid.keluar.1", status)]))
    assert house.row().state == "read"


@pytest.mark.parametrize("status", [*STATUSES, "failed"])
@pytest.mark.parametrize("with_our_id", [True, False])
def test_a_status_may_overtake_the_answer_to_our_own_call(
    any_house: WhatsAppHouse, status: str, with_our_id: bool
) -> None:
    _asked(any_house)
    more: dict[str, Any] = {"errors": [{"code": 131026}]} if status == "failed" else {}

    def overtake() -> None:
        if with_our_id:
            more["biz_opaque_callback_data"] = any_house.meta.sent[0]["biz_opaque_callback_data"]
        status_body = envelope(statuses=[status_item("wamid.keluar.1", status, **more)])
        assert any_house.post(status_body).status_code == 200

    any_house.meta.before_answer = overtake
    any_house.deliver()
    assert any_house.row().state == status
    assert any_house.row().channel_message_id == "wamid.keluar.1"
    assert len(any_house.cases()) == (status == "failed")


def test_a_late_delivery_wins_over_a_failure_and_stops_the_retry(house: WhatsAppHouse) -> None:
    _asked(house)
    house.deliver()
    house.post(envelope(statuses=[failed_item("wamid.keluar.1", 131056)]))
    assert house.row().state == "pending"
    house.post(envelope(statuses=[status_item("wamid.keluar.1", "delivered")]))
    house.clock.advance(minutes=10)
    house.deliver()
    assert house.row().state == "delivered"
    assert len(house.meta.sent) == 1


def test_a_failure_after_delivery_changes_nothing(house: WhatsAppHouse) -> None:
    _asked(house)
    house.deliver()
    house.post(envelope(statuses=[status_item("wamid.keluar.1", "delivered")]))
    house.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)]))
    assert house.row().state == "delivered"
    assert house.cases() == []


def test_a_repeated_failure_opens_one_case(house: WhatsAppHouse) -> None:
    _asked(house)
    house.deliver()
    for _ in range(3):
        house.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)] * 2))
    assert len(house.cases()) == 1
    assert len(house.events("delivery_failed")) == 1


def test_statuses_of_unknown_messages_are_given_up_after_a_day(house: WhatsAppHouse) -> None:
    house.post(envelope(statuses=[status_item("wamid.asing", "read")] * 2))
    with house.store.read() as tx:
        assert len(tx.connection.execute(whatsapp_tables.waiting.select()).all()) == 1
    house.clock.advance(hours=25)
    house.deliver()
    with house.store.read() as tx:
        assert tx.connection.execute(whatsapp_tables.waiting.select()).all() == []


def test_one_resident_gets_no_more_than_the_pair_limit(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    case = desk.claim(house.cases()[0].id)
    for number in range(30):
        desk.reply(case.id, f"bagian {number}")
    sent_at = []
    house.meta.before_answer = lambda: sent_at.append(house.clock())
    for _ in range(140):
        house.deliver()
        house.clock.advance(seconds=1)
    assert len(sent_at) >= 30
    metas = PairLimit()
    for at in sent_at:
        metas.take("6281000000101", at)
    assert len([at for at in sent_at if at == sent_at[0]]) == 10


def test_the_number_keeps_its_pace(house: WhatsAppHouse) -> None:
    for number in range(60):
        house.say("tanya", number=f"62810000{number:05d}", user=f"ID.{number}")
    house.work()
    house.deliver()
    assert len(house.meta.sent) == 20
    house.clock.advance(seconds=0.5)
    house.deliver()
    assert 38 <= len(house.meta.sent) <= 41
    house.clock.advance(seconds=1)
    house.deliver()
    assert len(house.meta.sent) == 60


def test_two_deliverers_never_send_the_same_reply(any_house: WhatsAppHouse) -> None:
    for number in range(12):
        any_house.say("tanya", number=f"62810000{number:05d}", user=f"ID.{number}")
    any_house.work()
    deliverers = [any_house.new_deliverer() for _ in range(3)]

    def deliver(number: int) -> None:
        while deliverers[number].work_once():
            pass

    assert at_once(3, deliver) == [None] * 3
    any_house.deliver()
    to = [message["to"] for message in any_house.meta.sent]
    assert len(to) == len(set(to)) == 12


def test_berhenti_stops_everything_but_its_confirmation(house: WhatsAppHouse) -> None:
    _asked(house, "berapa orang?")
    house.say("BERHENTI")
    house.work()
    house.deliver()
    assert [row["state"] for row in house.outbox()] == ["dropped", "accepted"]
    assert "berhenti mengirim" in house.meta.bodies[0]
    assert house.events("reply_dropped")[0].data["reason"] == "opted_out"


def test_whoever_writes_again_after_berhenti_is_answered_again(house: WhatsAppHouse) -> None:
    house.say("Berhenti.", at=house_time(house, 1))
    house.work()
    house.deliver()
    house.say("eh, satu lagi: biayanya?", at=house_time(house, 5))
    house.work()
    house.deliver()
    assert len(house.meta.sent) == 2


def test_a_late_copy_of_an_older_message_does_not_undo_berhenti(house: WhatsAppHouse) -> None:
    house.say("berhenti", at=house_time(house, 10))
    house.say("sebelumnya", at=house_time(house, 5))
    with house.store.read() as tx:
        contact = contact_of(tx, house.conversations()[0])
    assert contact is not None
    assert contact.opted_out_at == house.at(10)


def house_time(house: WhatsAppHouse, seconds: int) -> int:
    return int(house.at(seconds).timestamp())


def test_an_officer_learns_that_words_after_berhenti_do_not_arrive(house: WhatsAppHouse) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    case = desk.claim(house.cases()[0].id)
    house.say("berhenti")
    house.deliver()
    desk.reply(case.id, "Halo?")
    house.deliver()
    assert house.meta.sent == []
    reasons = [event.data["reason"] for event in house.events("delivery_failed")]
    assert len(reasons) == 1
    assert "BERHENTI" in reasons[0]


def test_erased_words_are_not_sent(house: WhatsAppHouse) -> None:
    _asked(house)
    with house.store.write() as tx:
        erase_content(tx, house.conversations()[0])
    house.deliver()
    assert house.meta.sent == []


def test_a_forgotten_resident_leaves_no_trace_and_begins_anew(any_house: WhatsAppHouse) -> None:
    _asked(any_house, id="wamid.lama")
    any_house.deliver()
    [name] = any_house.conversations()
    with any_house.store.write() as tx:
        forget_resident(tx, name)
        assert contact_of(tx, name) is None
        for table in (whatsapp_tables.alias, whatsapp_tables.contact, whatsapp_tables.media):
            assert tx.connection.execute(table.select()).all() == []
        assert lock_conversation(tx, name).address.startswith("erased")
        assert not [row for row in list_inbox(tx) if "wamid" in row["channel_message_id"]]
    # Meta may bring copies for days: they must not make the resident known again.
    any_house.say("berapa orang minimal?", id="wamid.lama")
    assert any_house.conversations() == [name]
    any_house.say("halo lagi")
    assert len(any_house.conversations()) == 2


def test_what_waits_shows_as_read_and_typing_until_it_is_answered(house: WhatsAppHouse) -> None:
    house.say("berapa orang?")
    house.deliver()
    house.deliver()
    assert house.meta.marks == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": house.inbox()[0]["channel_message_id"],
            "typing_indicator": {"type": "text"},
        }
    ]


def test_nothing_is_marked_while_an_officer_has_the_talk_or_after_a_while(
    house: WhatsAppHouse,
) -> None:
    desk = _desk(house)
    _asked(house, "Chat dengan CS")
    desk.claim(house.cases()[0].id)
    house.say("halo?")
    house.deliver()
    assert house.meta.marks == []
    house.say("lain", number="6281000000102", user="ID.B")
    house.clock.advance(seconds=25)
    house.deliver()
    assert house.meta.marks == []


def test_delivered_service_messages_are_counted_once_each(any_house: WhatsAppHouse) -> None:
    pricing = {"pricing": {"type": "regular", "category": "service", "pricing_model": "PMP"}}
    for number in range(3):
        _asked(any_house, number=f"62810000{number:05d}", user=f"ID.{number}")
    any_house.deliver()
    for wamid in ("wamid.keluar.1", "wamid.keluar.2"):
        for status in ("sent", "delivered", "delivered", "read"):
            any_house.post(envelope(statuses=[status_item(wamid, status, **pricing)]))
    any_house.post(envelope(statuses=[status_item("wamid.keluar.3", "sent", **pricing)]))
    with any_house.store.read() as tx:
        counted = delivered_messages(tx, first=any_house.at(-3600), beyond=any_house.at(3600))
        before = delivered_messages(tx, first=any_house.at(-7200), beyond=any_house.at(-3600))
    assert counted == {("service", "regular"): 2}
    assert before == {}
    assert FREE_SERVICE_MESSAGES == 1000


def test_an_id_that_meta_gives_twice_does_no_harm(house: WhatsAppHouse) -> None:
    for number in range(2):
        _asked(house, number=f"62810000{number:05d}", user=f"ID.{number}")
    same = (200, {"messages": [{"id": "wamid.sama"}]})
    house.meta.script.extend([same, same])
    house.deliver()
    assert [row["state"] for row in house.outbox()] == ["accepted", "accepted"]


def test_a_reply_that_meets_a_defect_is_seen_and_the_others_go_on(
    house: WhatsAppHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.whatsapp import taking

    for number in range(3):
        _asked(house, number=f"62810000{number:05d}", user=f"ID.{number}")
    whole = taking.content_of

    def broken(row: Any, event: Any, *, public_url: str) -> Any:
        if row.id == 2:
            raise KeyError("a defect of ours")
        return whole(row, event, public_url=public_url)

    monkeypatch.setattr(taking, "content_of", broken)
    house.deliver()
    assert [row["state"] for row in house.outbox()] == ["accepted", "failed", "accepted"]
    assert len(house.cases()) == 1


def test_messages_that_pass_each_other_get_one_answer(house: WhatsAppHouse) -> None:
    items = [text_item("min mau tanya"), text_item("syarat koperasi?"), text_item("makasih")]
    house.post(envelope(messages=items))
    house.work()
    house.deliver()
    assert len(house.meta.sent) == 1


def test_only_an_officer_sends_again_what_failed(house: WhatsAppHouse) -> None:
    _asked(house)
    house.meta.script.append((500, b""))
    house.deliver()
    house.clock.advance(minutes=20)
    house.deliver()
    with house.store.write() as tx:
        resend(tx, 1, actor="officer:1")
        with pytest.raises(CaseConflictError):
            resend(tx, 1, actor="officer:1")
        with pytest.raises(NotFoundError):
            resend(tx, 99, actor="officer:1")
    house.deliver()
    row = house.row()
    assert (row.state, row.attempts, len(house.meta.sent)) == ("accepted", 2, 2)
    assert [event.actor for event in house.events("delivery_retried")] == ["officer:1"]


def test_a_template_may_be_sent_after_the_window(house: WhatsAppHouse) -> None:
    _asked(house)
    template = {"name": "balasan_petugas_siap", "language": {"code": "id"}}
    with house.store.write() as tx:
        tx.connection.execute(tables.outbox.update().values(payload={"template": template}))
    house.clock.advance(hours=30)
    house.deliver()
    [message] = house.meta.sent
    assert (message["type"], message["template"]) == ("template", template)
