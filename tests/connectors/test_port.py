"""A channel that nobody has goes all the way by its port alone: ``invented_channel.py``."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
import requests

from connectors import (
    Bundle,
    Desk,
    Gateway,
    Retention,
    SenderTools,
    channel_of,
    channels,
    receive_from,
    register,
    reply_windows,
)
from connectors.registry import debounces
from dialogue import Assets
from foundation.clock import StillClock
from foundation.errors import BadMessageError, InvalidFormError
from foundation.settings import Settings
from handoff import Outcome, latest_case, to_ask, waiting_cases
from nlu.types import Intent, Understanding
from reports import volume_rows
from service_hours import Calendar
from storage import (
    Store,
    create_account,
    due_conversations,
    forget_resident,
    list_inbox,
    list_outbox,
    read_events,
)
from tests.connectors.invented_channel import NAME, Kiosk, installed
from tests.reports.report_kit import caught_up

LABEL = "pendirian_koperasi/jumlah_pendiri"


class OneMeaning:
    version = "stub"

    def understand(self, text: str) -> Understanding:
        intent = Intent(LABEL, 0.97)
        return Understanding(text, intent, (intent,), decision="answer", model_version="stub")


@dataclass
class Office:
    """A store with the channel, a worker's gateway, and an officer's desk."""

    store: Store
    clock: StillClock
    assets: Assets
    kiosk: Kiosk
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def say(self, text: object) -> str:
        with self.store.write() as tx:
            message_id = f"kios-{next(self.numbers)}"
            received = receive_from(
                tx, channel_of(NAME), text, address="lobi", message_id=message_id
            )
            return received.conversation.id

    def work(self) -> int:
        with self.store.read() as tx:
            due = due_conversations(tx, settle=debounces(), limit=10)
        return sum(self.gateway().take_turn(name) is not None for name in due)

    def gateway(self) -> Gateway:
        return Gateway(
            store=self.store,
            bundle=Bundle("v1", self.assets, OneMeaning()),
            calendar=Calendar(),
            new_ticket=self.ticket,
            new_turn_id=lambda: f"turn-{next(self.numbers)}",
        )

    def ticket(self) -> str:
        return f"HK-{next(self.numbers):08d}"

    def printed(self) -> list[str]:
        with requests.Session() as session:
            tools = SenderTools(Settings(), self.store, session, self.ticket, lambda: 0.5)
            sender = channel_of(NAME).sender(tools)
            assert sender is not None
            while sender.work_once():
                pass
        return [text for _, text in self.kiosk.copies]

    def desk(self) -> Desk:
        with self.store.write() as tx:
            officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
        return Desk(self.store, self.assets, officer, self.ticket)


@pytest.fixture
def office(store: Store, clock: StillClock, assets: Assets) -> Iterator[Office]:
    with installed(Kiosk()) as kiosk:
        yield Office(store, clock, assets, kiosk)


def test_the_assistant_answers_in_the_channels_form(office: Office) -> None:
    office.say("min brp org")
    office.clock.advance(seconds=2)
    assert office.work() == 1
    [printed] = office.printed()
    assert "9 ORANG" in printed
    with office.store.read() as tx:
        assert [row["state"] for row in list_outbox(tx)] == ["sent"]


def test_pieces_of_one_question_are_collected(office: Office) -> None:
    office.say("min")
    assert office.work() == 0, "one second after the last piece, not before"
    office.say("brp org")
    office.clock.advance(seconds=2)
    assert office.work() == 1
    with office.store.read() as tx:
        assert len({row["turn"] for row in list_inbox(tx)}) == 1


def test_what_the_channel_does_not_take_is_refused(office: Office) -> None:
    with pytest.raises(BadMessageError):
        office.say(7)
    with office.store.read() as tx:
        assert list_inbox(tx) == []


def test_a_case_goes_through_the_queue_within_the_channels_window(office: Office) -> None:
    conversation = office.say("mau bicara dengan petugas")
    office.clock.advance(seconds=2)
    office.work()
    with office.store.read() as tx:
        [case] = waiting_cases(tx)
    desk = office.desk()
    desk.claim(case.id)
    desk.reply(case.id, "ada yang bisa dibantu")
    assert office.printed()[-1] == "ada yang bisa dibantu"
    office.clock.advance(hours=2)
    with pytest.raises(InvalidFormError, match="window"):
        desk.reply(case.id, "masih di sana?")
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    with office.store.read() as tx:
        closed = latest_case(tx, conversation)
    assert closed is not None
    assert not closed.is_open


def test_a_waiting_case_is_asked_about_before_its_window_closes(office: Office) -> None:
    office.say("mau bicara dengan petugas")
    office.clock.advance(seconds=2)
    office.work()
    office.clock.advance(hours=13)
    with office.store.read() as tx:
        assert to_ask(tx, reply_windows()) == [], "two hours are over long ago"
    office.say("halo?")
    office.clock.advance(hours=1, minutes=1)
    with office.store.read() as tx:
        assert len(to_ask(tx, reply_windows())) == 1


def test_an_announcement_that_the_channel_does_without_is_dropped(
    store: Store, clock: StillClock, assets: Assets
) -> None:
    with installed(Kiosk(broken=True)) as kiosk:
        office = Office(store, clock, assets, kiosk)
        office.say("mau bicara dengan petugas")
        clock.advance(seconds=2)
        office.work()
        with store.read() as tx:
            [case] = waiting_cases(tx)
        office.desk().claim(case.id)
        with store.read() as tx:
            states = [row["state"] for row in list_outbox(tx)]
            assert states == ["pending", "dropped"]
            assert channel_of(NAME).health(tx, Settings()).stopped == "Kertas habis."


def test_it_is_counted_under_its_name(office: Office) -> None:
    office.say("min brp org")
    office.clock.advance(seconds=2)
    office.work()
    caught_up(office.store)
    with office.store.read() as tx:
        [row] = volume_rows(tx, date(2026, 11, 24), date(2026, 11, 24))
    assert (row.channel, row.chats, row.bot_answered) == (NAME, 1, 1)


def test_it_is_erased_and_its_copies_expire(office: Office) -> None:
    conversation = office.say("nama saya Euis")
    office.clock.advance(seconds=2)
    office.work()
    office.printed()
    with office.store.write() as tx:
        forget_resident(tx, conversation)
    with office.store.read() as tx:
        assert all(event.content is None for event in read_events(tx, conversation))
        assert [row.get("text", "") for row in list_inbox(tx)] == [""]
    assert Retention(office.store).once() == 0
    office.clock.advance(days=1)
    assert Retention(office.store).once() == 1
    assert office.kiosk.copies == []


def test_a_name_is_registered_once() -> None:
    with installed(Kiosk()), pytest.raises(ValueError, match="kios"):
        register(Kiosk())
    assert NAME not in {channel.name for channel in channels()}
    assert channel_of(NAME).capabilities.pulled, "an unknown channel only has readers"
