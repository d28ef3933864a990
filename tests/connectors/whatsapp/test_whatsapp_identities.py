"""One resident, one conversation: numbers, user ids, usernames, changes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.whatsapp import Contact, contact_of, conversations_of_resident
from storage import set_owner, tables
from tests.builders import at_once
from tests.connectors.whatsapp.whatsapp_kit import T0, WhatsAppFixture, envelope, text_item

NUMBER, USER = "6281000000101", "ID.748CD974B2652AD2"
NEW_NUMBER, NEW_USER = "6281000000201", "ID.F1B48BF36F2B596C"


def _say(fixture: WhatsAppFixture, text: str, number: str | None, user: str | None) -> str:
    """Return the conversation that the message was put into."""
    item = text_item(text, number=number, user=user)
    assert fixture.post(envelope(messages=[item])).status_code == 200
    with fixture.store.read() as tx:
        inbox = tables.inbox
        statement = inbox.select().where(inbox.c.channel_message_id == item["id"])
        return str(tx.connection.execute(statement).one().conversation_id)


def _contact(fixture: WhatsAppFixture, conversation: str) -> Contact:
    with fixture.store.read() as tx:
        contact = contact_of(tx, conversation)
    assert contact is not None
    return contact


def _system(change: str, at: int = T0, **content: Any) -> dict[str, Any]:
    item = text_item("x", number=None, user=None, at=at)
    del item["text"]
    sender = content.pop("sender", {})
    return {**item, **sender, "type": "system", "system": {"type": change, **content}}


def _number_changed(fixture: WhatsAppFixture) -> None:
    item = _system(
        "user_changed_number",
        sender={"from": NUMBER},
        wa_id=NEW_NUMBER,
        user_id=NEW_USER,
        previous_user_id=USER,
    )
    fixture.post(envelope(messages=[item]))


def test_number_and_user_id_lead_to_one_conversation(any_fixture: WhatsAppFixture) -> None:
    both = _say(any_fixture, "satu", NUMBER, USER)
    assert _say(any_fixture, "dua", None, USER) == both
    assert _say(any_fixture, "tiga", NUMBER, None) == both
    contact = _contact(any_fixture, both)
    assert (contact.user_id, contact.wa_id) == (USER, NUMBER)


def test_different_residents_never_share_one(fixture: WhatsAppFixture) -> None:
    assert _say(fixture, "a", NUMBER, USER) != _say(fixture, "b", NEW_NUMBER, NEW_USER)


def test_a_number_known_before_user_ids_keeps_its_conversation(fixture: WhatsAppFixture) -> None:
    old = _say(fixture, "dulu", NUMBER, None)
    assert _say(fixture, "sekarang", NUMBER, USER) == old
    assert _say(fixture, "nanti", None, USER) == old


def test_the_first_message_with_both_joins_two_conversations(any_fixture: WhatsAppFixture) -> None:
    by_number = _say(any_fixture, "dari nomor", NUMBER, None)
    by_user = _say(any_fixture, "dari nama pengguna", None, USER)
    assert by_number != by_user
    joined = _say(any_fixture, "keduanya", NUMBER, USER)
    assert joined == by_number
    assert _say(any_fixture, "lagi", None, USER) == joined
    merged = {event.conversation: event.data for event in any_fixture.events("merged")}
    assert merged == {by_number: {"from": by_user}, by_user: {"into": by_number}}
    with any_fixture.store.read() as tx:
        assert conversations_of_resident(tx, joined) == sorted([by_number, by_user])


def test_the_conversation_with_an_officer_goes_on_when_two_are_joined(
    fixture: WhatsAppFixture,
) -> None:
    from storage import create_account

    _say(fixture, "dari nomor", NUMBER, None)
    by_user = _say(fixture, "Chat dengan CS", None, USER)
    with fixture.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
        set_owner(tx, by_user, officer.id)
    assert _say(fixture, "keduanya", NUMBER, USER) == by_user


def test_replies_that_wait_in_the_joined_conversation_still_arrive(
    fixture: WhatsAppFixture,
) -> None:
    _say(fixture, "dari nomor", NUMBER, None)
    fixture.clock.advance(seconds=1)
    _say(fixture, "dari nama", None, USER)
    fixture.work()
    _say(fixture, "keduanya", NUMBER, USER)
    fixture.work()
    fixture.deliver()
    assert [message["to"] for message in fixture.meta.sent] == [f"+{NUMBER}"] * 3


def test_a_change_of_number_keeps_the_conversation(any_fixture: WhatsAppFixture) -> None:
    before = _say(any_fixture, "nomor lama", NUMBER, USER)
    _number_changed(any_fixture)
    assert _say(any_fixture, "nomor baru", NEW_NUMBER, NEW_USER) == before
    any_fixture.work()
    any_fixture.deliver()
    assert any_fixture.meta.sent[-1]["to"] == f"+{NEW_NUMBER}"


def test_a_message_from_the_new_number_may_come_before_the_change(
    any_fixture: WhatsAppFixture,
) -> None:
    before = _say(any_fixture, "nomor lama", NUMBER, USER)
    any_fixture.clock.advance(seconds=1)
    early = _say(any_fixture, "nomor baru", NEW_NUMBER, NEW_USER)
    assert early != before
    _number_changed(any_fixture)
    assert _say(any_fixture, "nomor baru lagi", NEW_NUMBER, NEW_USER) == before


def test_a_late_message_of_the_old_number_does_not_turn_the_address_back(
    fixture: WhatsAppFixture,
) -> None:
    before = _say(fixture, "nomor lama", NUMBER, USER)
    _number_changed(fixture)
    assert _say(fixture, "terlambat", NUMBER, USER) == before
    contact = _contact(fixture, before)
    assert (contact.user_id, contact.wa_id) == (NEW_USER, NEW_NUMBER)


def test_a_change_told_of_somebody_unknown_is_kept_for_later(fixture: WhatsAppFixture) -> None:
    _number_changed(fixture)
    [name] = fixture.conversations()
    assert _say(fixture, "halo", NEW_NUMBER, NEW_USER) == name
    assert _say(fixture, "lama", NUMBER, USER) == name


def test_a_change_of_user_id_keeps_the_conversation(fixture: WhatsAppFixture) -> None:
    before = _say(fixture, "halo", None, USER)
    item = _system("user_changed_user_id", user_id=NEW_USER, previous_user_id=USER)
    fixture.post(envelope(messages=[item]))
    assert _say(fixture, "lagi", None, NEW_USER) == before
    fixture.work()
    fixture.deliver()
    assert fixture.meta.sent[-1]["recipient"] == NEW_USER


def test_a_number_with_a_new_owner_does_not_show_the_former_ones_talk(
    any_fixture: WhatsAppFixture,
) -> None:
    former = _say(any_fixture, "rahasia pemilik lama", NUMBER, USER)
    owner = _say(any_fixture, "saya pemilik baru", NUMBER, NEW_USER)
    assert owner != former
    assert _say(any_fixture, "lagi", NUMBER, NEW_USER) == owner
    assert _say(any_fixture, "saya pindah", NEW_NUMBER, USER) == former
    assert any_fixture.events("merged") == []
    assert _contact(any_fixture, former).wa_id == NEW_NUMBER
    assert _contact(any_fixture, owner).wa_id == NUMBER


def test_a_user_id_in_the_place_of_a_number_is_a_user_id(fixture: WhatsAppFixture) -> None:
    name = _say(fixture, "halo", USER, None)
    assert _say(fixture, "lagi", None, USER) == name
    assert _contact(fixture, name).wa_id is None


def test_contacts_are_matched_by_id_never_by_position(fixture: WhatsAppFixture) -> None:
    contacts = [
        {"profile": {"name": "Lain"}, "wa_id": NEW_NUMBER, "user_id": NEW_USER},
        {"profile": {"name": "Euis", "username": "@euis"}, "wa_id": NUMBER, "user_id": USER},
    ]
    item = text_item("halo", number=NUMBER, user=None)
    fixture.post(envelope(messages=[item], contacts=contacts))
    [name] = fixture.conversations()
    contact = _contact(fixture, name)
    assert (contact.name, contact.username, contact.user_id) == ("Euis", "@euis", USER)


def test_an_unnamed_sender_is_the_only_contact(fixture: WhatsAppFixture) -> None:
    contacts = [{"profile": {"name": "Maya"}, "user_id": USER}]
    item = text_item("halo", number=None, user=None)
    fixture.post(envelope(messages=[item], contacts=contacts))
    [name] = fixture.conversations()
    assert _contact(fixture, name).user_id == USER


@pytest.mark.parametrize("contacts", [None, 3, [None], [{}], [{"profile": None}], {"wa_id": "1"}])
def test_odd_contacts_cost_the_name_only(fixture: WhatsAppFixture, contacts: Any) -> None:
    body = envelope(messages=[text_item("halo")])
    body["entry"][0]["changes"][0]["value"]["contacts"] = contacts
    fixture.post(body)
    assert len(fixture.inbox()) == 1


def test_a_number_given_on_request_is_kept_and_not_trusted_as_a_sender(
    fixture: WhatsAppFixture,
) -> None:
    fixture.post_sample("contacts_own_number.json")
    [name] = fixture.conversations()
    contact = _contact(fixture, name)
    assert (contact.phone, contact.wa_id, contact.has_phone) == ("6281000000114", None, True)
    fixture.work()
    assert fixture.replies() == ["Terima kasih, nomor Anda sudah kami catat."]
    assert _say(fixture, "orang lain?", "6281000000114", "ID.ORANGLAIN") != name


def test_a_username_is_never_a_key(fixture: WhatsAppFixture) -> None:
    def named(user: str) -> dict[str, Any]:
        return {"profile": {"name": "X", "username": "@sama"}, "user_id": user}

    for user in (USER, NEW_USER):
        item = text_item("halo", number=None, user=user)
        fixture.post(envelope(messages=[item], contacts=[named(user)]))
    assert len(fixture.conversations()) == 2


def test_many_first_messages_at_once_make_one_conversation(any_fixture: WhatsAppFixture) -> None:
    bodies = [
        envelope(messages=[text_item(f"ke-{n}", number=NUMBER, user=USER, id=f"wamid.{n}")])
        for n in range(6)
    ]
    answers = at_once(6, lambda n: any_fixture.post(bodies[n]).status_code)
    for body, answer in zip(bodies, answers, strict=True):
        assert answer in (200, 503)
        if answer == 503:
            # Meta sends it again.
            assert any_fixture.post(body).status_code == 200
    assert len(any_fixture.inbox()) == 6
    assert len(any_fixture.conversations()) == 1


@dataclass(frozen=True)
class Person:
    number: str
    user: str


PEOPLE = [Person(f"62810000{n:05d}", f"ID.ORANG{n}") for n in range(3)]
MESSAGE = st.tuples(st.integers(0, 2), st.sampled_from(["both", "number", "user"]), st.booleans())


@given(messages=st.lists(MESSAGE, max_size=12))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_however_they_sign_nobody_gets_into_anothers_conversation(
    fixture: WhatsAppFixture, messages: list[tuple[int, str, bool]]
) -> None:
    """Whatever mix of number and user id: after one message with both, all lead to one place."""
    with fixture.store.write() as tx:
        for table in reversed(tables.metadata.sorted_tables):
            tx.connection.execute(table.delete())
    owners: dict[str, set[int]] = {}
    for who, signs, twice in messages:
        person = PEOPLE[who]
        number = person.number if signs != "user" else None
        user = person.user if signs != "number" else None
        for _ in range(1 + twice):
            owners.setdefault(_say(fixture, "halo", number, user), set()).add(who)
    assert all(len(people) == 1 for people in owners.values())
    for who in {who for who, signs, _ in messages if signs == "both"}:
        person = PEOPLE[who]
        names = {
            _say(fixture, "x", person.number, None),
            _say(fixture, "x", None, person.user),
            _say(fixture, "x", person.number, person.user),
        }
        assert len(names) == 1
