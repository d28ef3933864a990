"""From outbox to Meta: addresses, order, crashes, changes of hands, limits, statuses."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from connectors import Desk
from connectors.whatsapp import contact_of, resend
from connectors.whatsapp_emulator.rate_limits import RecipientRateLimit
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
    WhatsAppFixture,
    body_of,
    envelope,
    failed_item,
    status_item,
    text_item,
)


def _asked(fixture: WhatsAppFixture, text: str = "berapa orang minimal?", **more: Any) -> None:
    fixture.say(text, **more)
    fixture.work()


def _desk(fixture: WhatsAppFixture) -> Desk:
    with fixture.store.write() as tx:
        officer = create_account(
            tx, "ani", "kata-sandi-panjang", "petugas", display_name="Bu *Ani*"
        )
    return Desk(fixture.store, fixture.assets, officer, lambda: "HK-MEJA")


def test_a_reply_goes_to_the_number_with_its_plus_and_our_opaque_id(
    any_fixture: WhatsAppFixture,
) -> None:
    _asked(any_fixture)
    any_fixture.deliver()
    [message] = any_fixture.meta.sent
    assert message["messaging_product"] == "whatsapp"
    assert message["recipient_type"] == "individual"
    assert message["to"] == "+6281000000101"
    assert "recipient" not in message
    row = any_fixture.row()
    assert (row.state, row.channel_message_id) == ("accepted", "wamid.keluar.1")
    with any_fixture.store.read() as tx:
        attempts = tx.connection.execute(tables.outbox_attempt.select()).all()
    assert [attempt.id for attempt in attempts] == [message["biz_opaque_callback_data"]]


def test_a_resident_without_a_number_is_answered_by_user_id(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("text_username_only.json")
    fixture.work()
    fixture.deliver()
    [message] = fixture.meta.sent
    assert message["recipient"] == "ID.E1108F7E5C80D682"
    assert "to" not in message


def test_the_reply_is_what_the_transcript_shows(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.deliver()
    assert fixture.meta.bodies == fixture.replies()
    assert fixture.meta.sent[0]["interactive"]["footer"]["text"] == "Dijawab asisten otomatis"


def test_replies_of_a_conversation_leave_in_order_one_at_a_time(fixture: WhatsAppFixture) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    case = desk.claim(fixture.cases()[0].id)
    for number in range(3):
        desk.reply(case.id, f"balasan {number}")
    fixture.deliver()
    assert [body.split("\n")[-1] for body in fixture.meta.bodies][-3:] == [
        "balasan 0",
        "balasan 1",
        "balasan 2",
    ]


def test_a_refused_reply_holds_back_the_later_ones(fixture: WhatsAppFixture) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    fixture.deliver()
    case = desk.claim(fixture.cases()[0].id)
    fixture.deliver()
    fixture.meta.sent.clear()
    desk.reply(case.id, "pertama")
    desk.reply(case.id, "kedua")
    fixture.meta.script.append((400, {"error": {"code": 131016}}))
    fixture.deliver()
    assert [body_of(message).split("\n")[-1] for message in fixture.meta.sent] == ["pertama"]
    fixture.clock.advance(seconds=30)
    fixture.deliver()
    assert [body_of(message).split("\n")[-1] for message in fixture.meta.sent] == [
        "pertama",
        "pertama",
        "kedua",
    ]


def test_an_officer_is_named_and_the_name_cannot_format(fixture: WhatsAppFixture) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    case = desk.claim(fixture.cases()[0].id)
    desk.reply(case.id, "Selamat pagi, ada yang bisa dibantu?")
    fixture.deliver()
    assert fixture.meta.sent[-1]["text"]["body"] == (
        "*Bu Ani (petugas)*\nSelamat pagi, ada yang bisa dibantu?"
    )


def test_a_bot_reply_is_dropped_when_an_officer_was_quicker(any_fixture: WhatsAppFixture) -> None:
    desk = _desk(any_fixture)
    _asked(any_fixture, "Chat dengan CS")
    desk.claim(any_fixture.cases()[0].id)
    any_fixture.deliver()
    assert any_fixture.row(1).state == "dropped"
    assert [event.data["outbox_id"] for event in any_fixture.events("reply_dropped")] == [1]
    assert not [body for body in any_fixture.meta.bodies if "HK-" in body and "antre" in body]
    assert any_fixture.events("delivery_failed") == []


def test_a_dropped_reply_opens_a_case_when_the_officer_is_gone_again(
    fixture: WhatsAppFixture,
) -> None:
    desk = _desk(fixture)
    _asked(fixture)
    with fixture.store.write() as tx:
        [name] = fixture.conversations()
        set_owner(tx, name, desk.officer.id)
        set_owner(tx, name, None)
    fixture.deliver()
    assert fixture.meta.sent == []
    assert fixture.row().state == "dropped"
    assert [case.reason for case in fixture.cases()] == ["gagal_kirim"]


def test_an_officers_words_are_sent_although_the_case_was_closed_since(
    fixture: WhatsAppFixture,
) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    case = desk.claim(fixture.cases()[0].id)
    desk.reply(case.id, "Silakan datang ke kantor.")
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    fixture.deliver()
    assert any("Silakan datang" in body for body in fixture.meta.bodies)


def test_nothing_is_sent_after_24_hours_and_an_officer_sees_it(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.clock.set(fixture.at(24 * 3600))
    fixture.deliver()
    assert fixture.meta.sent == []
    assert (fixture.row().state, fixture.row().error_code) == ("failed", "131047")
    assert [case.reason for case in fixture.cases()] == ["gagal_kirim"]


def test_a_moment_before_the_window_ends_it_is_sent(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.clock.set(fixture.at(24 * 3600 - 1))
    fixture.deliver()
    assert len(fixture.meta.sent) == 1


def test_a_crash_during_the_call_leaves_the_outcome_unknown_and_is_not_repeated(
    fixture: WhatsAppFixture,
) -> None:
    _asked(fixture)
    with fixture.store.write() as tx:
        assert begin_attempt(tx, 1) is not None
    fixture.deliver()
    assert fixture.row().state == "sending"
    fixture.clock.advance(seconds=65)
    fixture.deliver()
    assert fixture.row().state == "unknown"
    fixture.clock.advance(minutes=16)
    fixture.deliver()
    assert fixture.meta.sent == []
    assert len(fixture.cases()) == 1


def test_a_status_with_our_id_settles_what_was_unknown(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    with fixture.store.write() as tx:
        attempt = begin_attempt(tx, 1)
    assert attempt is not None
    fixture.clock.advance(seconds=65)
    fixture.deliver()
    status = status_item("wamid.x", "delivered", biz_opaque_callback_data=attempt.id)
    fixture.post(envelope(statuses=[status]))
    fixture.clock.advance(hours=1)
    fixture.deliver()
    row = fixture.row()
    assert (row.state, row.channel_message_id) == ("delivered", "wamid.x")
    assert fixture.cases() == []


def test_a_closed_case_of_an_unknown_status_is_not_opened_again(fixture: WhatsAppFixture) -> None:
    desk = _desk(fixture)
    _asked(fixture)
    fixture.meta.script.append((500, b""))
    fixture.deliver()
    fixture.clock.advance(minutes=16)
    fixture.deliver()
    case = desk.claim(fixture.cases()[0].id)
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    fixture.clock.advance(hours=1)
    fixture.deliver()
    assert len(fixture.cases()) == 1


STATUSES = ("sent", "delivered", "read")


@pytest.mark.parametrize("order", list(itertools.permutations(STATUSES)), ids="-".join)
def test_statuses_in_any_order_end_at_the_highest(
    fixture: WhatsAppFixture, order: tuple[str, ...]
) -> None:
    _asked(fixture)
    fixture.deliver()
    for status in order:
        for _ in range(2):
            fixture.post(envelope(statuses=[status_item("wamid.keluar.1", status)]))
    assert fixture.row().state == "read"


@pytest.mark.parametrize("status", [*STATUSES, "failed"])
@pytest.mark.parametrize("with_our_id", [True, False])
def test_a_status_may_overtake_the_answer_to_our_own_call(
    any_fixture: WhatsAppFixture, status: str, with_our_id: bool
) -> None:
    _asked(any_fixture)
    more: dict[str, Any] = {"errors": [{"code": 131026}]} if status == "failed" else {}

    def overtake() -> None:
        if with_our_id:
            more["biz_opaque_callback_data"] = any_fixture.meta.sent[0]["biz_opaque_callback_data"]
        status_body = envelope(statuses=[status_item("wamid.keluar.1", status, **more)])
        assert any_fixture.post(status_body).status_code == 200

    any_fixture.meta.before_answer = overtake
    any_fixture.deliver()
    assert any_fixture.row().state == status
    assert any_fixture.row().channel_message_id == "wamid.keluar.1"
    assert len(any_fixture.cases()) == (status == "failed")


def test_a_late_delivery_wins_over_a_failure_and_stops_the_retry(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.deliver()
    fixture.post(envelope(statuses=[failed_item("wamid.keluar.1", 131056)]))
    assert fixture.row().state == "pending"
    fixture.post(envelope(statuses=[status_item("wamid.keluar.1", "delivered")]))
    fixture.clock.advance(minutes=10)
    fixture.deliver()
    assert fixture.row().state == "delivered"
    assert len(fixture.meta.sent) == 1


def test_a_failure_after_delivery_changes_nothing(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.deliver()
    fixture.post(envelope(statuses=[status_item("wamid.keluar.1", "delivered")]))
    fixture.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)]))
    assert fixture.row().state == "delivered"
    assert fixture.cases() == []


def test_a_repeated_failure_opens_one_case(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.deliver()
    for _ in range(3):
        fixture.post(envelope(statuses=[failed_item("wamid.keluar.1", 131026)] * 2))
    assert len(fixture.cases()) == 1
    assert len(fixture.events("delivery_failed")) == 1


def test_statuses_of_unknown_messages_are_given_up_after_a_day(fixture: WhatsAppFixture) -> None:
    fixture.post(envelope(statuses=[status_item("wamid.asing", "read")] * 2))
    with fixture.store.read() as tx:
        assert len(tx.connection.execute(whatsapp_tables.waiting.select()).all()) == 1
    fixture.clock.advance(hours=25)
    fixture.deliver()
    with fixture.store.read() as tx:
        assert tx.connection.execute(whatsapp_tables.waiting.select()).all() == []


def test_one_resident_gets_no_more_than_the_recipient_limit(fixture: WhatsAppFixture) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    case = desk.claim(fixture.cases()[0].id)
    for number in range(30):
        desk.reply(case.id, f"bagian {number}")
    sent_at = []
    fixture.meta.before_answer = lambda: sent_at.append(fixture.clock())
    for _ in range(140):
        fixture.deliver()
        fixture.clock.advance(seconds=1)
    assert len(sent_at) >= 30
    metas = RecipientRateLimit()
    for at in sent_at:
        metas.take("6281000000101", at)
    assert len([at for at in sent_at if at == sent_at[0]]) == 10


def test_the_number_keeps_its_rate_limit(fixture: WhatsAppFixture) -> None:
    for number in range(60):
        fixture.say("tanya", number=f"62810000{number:05d}", user=f"ID.{number}")
    fixture.work()
    fixture.deliver()
    assert len(fixture.meta.sent) == 20
    fixture.clock.advance(seconds=0.5)
    fixture.deliver()
    assert 38 <= len(fixture.meta.sent) <= 41
    fixture.clock.advance(seconds=1)
    fixture.deliver()
    assert len(fixture.meta.sent) == 60


def test_two_deliverers_never_send_the_same_reply(any_fixture: WhatsAppFixture) -> None:
    for number in range(12):
        any_fixture.say("tanya", number=f"62810000{number:05d}", user=f"ID.{number}")
    any_fixture.work()
    deliverers = [any_fixture.new_deliverer() for _ in range(3)]

    def deliver(number: int) -> None:
        while deliverers[number].work_once():
            pass

    assert at_once(3, deliver) == [None] * 3
    any_fixture.deliver()
    to = [message["to"] for message in any_fixture.meta.sent]
    assert len(to) == len(set(to)) == 12


def test_berhenti_stops_everything_but_its_confirmation(fixture: WhatsAppFixture) -> None:
    _asked(fixture, "berapa orang?")
    fixture.say("BERHENTI")
    fixture.work()
    fixture.deliver()
    assert [row["state"] for row in fixture.outbox()] == ["dropped", "accepted"]
    assert "berhenti mengirim" in fixture.meta.bodies[0]
    assert fixture.events("reply_dropped")[0].data["reason"] == "opted_out"


def test_whoever_writes_again_after_berhenti_is_answered_again(fixture: WhatsAppFixture) -> None:
    fixture.say("Berhenti.", at=fixture_time(fixture, 1))
    fixture.work()
    fixture.deliver()
    fixture.say("eh, satu lagi: biayanya?", at=fixture_time(fixture, 5))
    fixture.work()
    fixture.deliver()
    assert len(fixture.meta.sent) == 2


def test_a_late_copy_of_an_older_message_does_not_undo_berhenti(fixture: WhatsAppFixture) -> None:
    fixture.say("berhenti", at=fixture_time(fixture, 10))
    fixture.say("sebelumnya", at=fixture_time(fixture, 5))
    with fixture.store.read() as tx:
        contact = contact_of(tx, fixture.conversations()[0])
    assert contact is not None
    assert contact.opted_out_at == fixture.at(10)


def fixture_time(fixture: WhatsAppFixture, seconds: int) -> int:
    return int(fixture.at(seconds).timestamp())


def test_an_officer_learns_that_words_after_berhenti_do_not_arrive(
    fixture: WhatsAppFixture,
) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    case = desk.claim(fixture.cases()[0].id)
    fixture.say("berhenti")
    fixture.deliver()
    desk.reply(case.id, "Halo?")
    fixture.deliver()
    assert fixture.meta.sent == []
    reasons = [event.data["reason"] for event in fixture.events("delivery_failed")]
    assert len(reasons) == 1
    assert "BERHENTI" in reasons[0]


def test_erased_words_are_not_sent(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    with fixture.store.write() as tx:
        erase_content(tx, fixture.conversations()[0])
    fixture.deliver()
    assert fixture.meta.sent == []


def test_a_forgotten_resident_leaves_no_trace_and_begins_anew(any_fixture: WhatsAppFixture) -> None:
    _asked(any_fixture, id="wamid.lama")
    any_fixture.deliver()
    [name] = any_fixture.conversations()
    with any_fixture.store.write() as tx:
        forget_resident(tx, name)
        assert contact_of(tx, name) is None
        for table in (whatsapp_tables.alias, whatsapp_tables.contact, whatsapp_tables.media):
            assert tx.connection.execute(table.select()).all() == []
        assert lock_conversation(tx, name).address.startswith("erased")
        assert not [row for row in list_inbox(tx) if "wamid" in row["channel_message_id"]]
    # Meta may bring copies for days: they must not make the resident known again.
    any_fixture.say("berapa orang minimal?", id="wamid.lama")
    assert any_fixture.conversations() == [name]
    any_fixture.say("halo lagi")
    assert len(any_fixture.conversations()) == 2


def test_what_waits_shows_as_read_and_typing_until_it_is_answered(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang?")
    fixture.deliver()
    fixture.deliver()
    assert fixture.meta.marks == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": fixture.inbox()[0]["channel_message_id"],
            "typing_indicator": {"type": "text"},
        }
    ]


def test_nothing_is_marked_while_an_officer_has_the_talk_or_after_a_while(
    fixture: WhatsAppFixture,
) -> None:
    desk = _desk(fixture)
    _asked(fixture, "Chat dengan CS")
    desk.claim(fixture.cases()[0].id)
    fixture.say("halo?")
    fixture.deliver()
    assert fixture.meta.marks == []
    fixture.say("lain", number="6281000000102", user="ID.B")
    fixture.clock.advance(seconds=25)
    fixture.deliver()
    assert fixture.meta.marks == []


def test_delivered_service_messages_are_counted_once_each(any_fixture: WhatsAppFixture) -> None:
    pricing = {"pricing": {"type": "regular", "category": "service", "pricing_model": "PMP"}}
    for number in range(3):
        _asked(any_fixture, number=f"62810000{number:05d}", user=f"ID.{number}")
    any_fixture.deliver()
    for wamid in ("wamid.keluar.1", "wamid.keluar.2"):
        for status in ("sent", "delivered", "delivered", "read"):
            any_fixture.post(envelope(statuses=[status_item(wamid, status, **pricing)]))
    any_fixture.post(envelope(statuses=[status_item("wamid.keluar.3", "sent", **pricing)]))
    with any_fixture.store.read() as tx:
        counted = delivered_messages(tx, first=any_fixture.at(-3600), beyond=any_fixture.at(3600))
        before = delivered_messages(tx, first=any_fixture.at(-7200), beyond=any_fixture.at(-3600))
    assert counted == {("service", "regular"): 2}
    assert before == {}
    assert FREE_SERVICE_MESSAGES == 1000


def test_an_id_that_meta_gives_twice_does_no_harm(fixture: WhatsAppFixture) -> None:
    for number in range(2):
        _asked(fixture, number=f"62810000{number:05d}", user=f"ID.{number}")
    same = (200, {"messages": [{"id": "wamid.sama"}]})
    fixture.meta.script.extend([same, same])
    fixture.deliver()
    assert [row["state"] for row in fixture.outbox()] == ["accepted", "accepted"]


def test_a_reply_that_meets_a_defect_is_seen_and_the_others_go_on(
    fixture: WhatsAppFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.whatsapp.outbound import send_guard

    for number in range(3):
        _asked(fixture, number=f"62810000{number:05d}", user=f"ID.{number}")
    whole = send_guard.content_of

    def broken(row: Any, event: Any, *, public_url: str) -> Any:
        if row.id == 2:
            raise KeyError("a defect of ours")
        return whole(row, event, public_url=public_url)

    monkeypatch.setattr(send_guard, "content_of", broken)
    fixture.deliver()
    assert [row["state"] for row in fixture.outbox()] == ["accepted", "failed", "accepted"]
    assert len(fixture.cases()) == 1


def test_messages_that_pass_each_other_get_one_answer(fixture: WhatsAppFixture) -> None:
    items = [text_item("min mau tanya"), text_item("syarat koperasi?"), text_item("makasih")]
    fixture.post(envelope(messages=items))
    fixture.work()
    fixture.deliver()
    assert len(fixture.meta.sent) == 1


def test_only_an_officer_sends_again_what_failed(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    fixture.meta.script.append((500, b""))
    fixture.deliver()
    fixture.clock.advance(minutes=20)
    fixture.deliver()
    with fixture.store.write() as tx:
        resend(tx, 1, actor="officer:1")
        with pytest.raises(CaseConflictError):
            resend(tx, 1, actor="officer:1")
        with pytest.raises(NotFoundError):
            resend(tx, 99, actor="officer:1")
    fixture.deliver()
    row = fixture.row()
    assert (row.state, row.attempts, len(fixture.meta.sent)) == ("accepted", 2, 2)
    assert [event.actor for event in fixture.events("delivery_retried")] == ["officer:1"]


def test_a_template_may_be_sent_after_the_window(fixture: WhatsAppFixture) -> None:
    _asked(fixture)
    template = {"name": "balasan_petugas_siap", "language": {"code": "id"}}
    with fixture.store.write() as tx:
        tx.connection.execute(tables.outbox.update().values(payload={"template": template}))
    fixture.clock.advance(hours=30)
    fixture.deliver()
    [message] = fixture.meta.sent
    assert (message["type"], message["template"]) == ("template", template)
