"""Numbers, user ids, usernames (SPEC section 7)."""

import re

import pytest

from connectors.whatsapp_emulator import ResidentSide
from foundation.clock import StillClock
from foundation.errors import InvalidFormError, NotFoundError
from tests.connectors.whatsapp_emulator.emulator_kit import (
    Receiver,
    a_resident,
    an_emulator,
    interactive,
    run,
    to,
)

DAY = 24 * 3600
MAYA = {"name": "Maya", "wa_id": "6281000000114", "username": "@mayakonveksi"}


def test_user_id_has_the_platforms_form(clock: StillClock) -> None:
    euis = a_resident(an_emulator(clock))
    assert re.fullmatch(r"ID\.[0-9A-F]{16}", euis.user_id)


def test_username_hides_the_number_everywhere(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    maya = a_resident(emulator, **MAYA)
    body = to(maya, recipient=maya.user_id)
    del body["to"]
    emulator.send(body)
    receiver = run(emulator, Receiver(), 2)
    assert maya.wa_id.encode() not in b"".join(receiver.bodies)
    assert receiver.values()[0]["contacts"][0]["profile"]["username"] == "@mayakonveksi"
    assert receiver.statuses()[0]["recipient_user_id"] == maya.user_id


def test_number_that_we_wrote_to_is_shown_for_thirty_days(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    maya = a_resident(emulator, **MAYA)
    emulator.send(to(maya))
    residents = ResidentSide(emulator)
    residents.say_text(maya.user_id, "sudah")
    emulator.turn_clock(30 * DAY + 1)
    residents.say_text(maya.user_id, "lama sekali")
    first, second, third = run(emulator, Receiver(), 2).messages()
    assert "from" not in first
    assert second["from"] == maya.wa_id
    assert "from" not in third


def test_shared_number_is_shown_from_then_on(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    maya = a_resident(emulator, **MAYA)
    body = to(maya, "interactive", interactive("contact_request"), recipient=maya.user_id)
    del body["to"]
    emulator.send(body)
    residents = ResidentSide(emulator)
    residents.share_number(maya.user_id)
    residents.say_text(maya.user_id, "itu nomor saya")
    _, card, after = run(emulator, Receiver()).messages()
    assert card["contacts"][0]["origin"] == "contact_request"
    assert card["contacts"][0]["phones"][0]["wa_id"] == maya.wa_id
    assert "from" not in card
    assert after["from"] == maya.wa_id


def test_new_number_means_new_user_id_and_a_system_message_that_links_them(
    clock: StillClock,
) -> None:
    emulator = an_emulator(clock)
    old = a_resident(emulator)
    new = ResidentSide(emulator).change_number(old.user_id, "6281000000204")
    assert new.user_id != old.user_id
    receiver = run(emulator, Receiver())
    system = receiver.messages()[-1]
    assert system["from"] == old.wa_id
    assert system["system"]["wa_id"] == new.wa_id
    assert system["system"]["previous_user_id"] == old.user_id
    assert system["system"]["user_id"] == new.user_id
    assert "contacts" not in receiver.values()[-1]
    assert [m.content["body"] for m in emulator.chats.of(new.user_id)] == ["assalamualaikum min"]


def test_old_number_reaches_nobody_and_old_user_id_still_does(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    old = a_resident(emulator)
    new = ResidentSide(emulator).change_number(old.user_id, "6281000000204")
    assert emulator.people.by_number(old.wa_id) is None
    found = emulator.people.by_user_id(old.user_id)
    assert found is not None
    assert found.user_id == new.user_id


@pytest.mark.parametrize("wa_id", ["", "0812345", "abc", "6281000000101"])
def test_impossible_or_taken_number_is_refused(clock: StillClock, wa_id: str) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    with pytest.raises(InvalidFormError):
        emulator.people.add(name="Orang Lain", wa_id=wa_id)


def test_choice_that_was_not_offered_cannot_be_made(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    offer = emulator.send(to(euis, "interactive", interactive("button")))
    residents = ResidentSide(emulator)
    with pytest.raises(NotFoundError):
        residents.choose(euis.user_id, offer.id, "tidak_ada")
    assert residents.choose(euis.user_id, offer.id, "nib").quotes == offer.id


def test_nobody_chooses_in_somebody_elses_chat(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    asep = a_resident(emulator, name="Asep", wa_id="6281000000104")
    offer = emulator.send(to(euis, "interactive", interactive("button")))
    with pytest.raises(NotFoundError):
        ResidentSide(emulator).choose(asep.user_id, offer.id, "nib")
