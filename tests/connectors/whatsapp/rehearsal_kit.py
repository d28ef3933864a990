"""A rehearsal: the fixture, the emulator on a port of its own, and a resident with a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

import requests

from connectors import Retention
from connectors.whatsapp import Deliverer, make_deliverer, sign
from connectors.whatsapp_emulator import (
    Emulator,
    EmulatorConfig,
    EmulatorServer,
    Resident,
    ResidentSide,
)
from foundation.settings import WhatsAppSettings
from tests.connectors.whatsapp.whatsapp_kit import APP_SECRET, VERIFY_TOKEN, WhatsAppFixture

TOKEN = "contoh-token-akses"


@dataclass
class Rehearsal:
    """A fixture, an emulator, and a resident with a phone."""

    fixture: WhatsAppFixture
    emulator: Emulator
    deliverer: Deliverer
    resident: Resident

    @property
    def phone(self) -> ResidentSide:
        return ResidentSide(self.emulator)

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        assert headers["X-Hub-Signature-256"] == sign(body, APP_SECRET)
        return self.fixture.post(body, **headers).status_code

    def settle(self, *, rounds: int = 3) -> None:
        """Let webhooks, turns, sends and statuses happen until all is quiet."""
        for _ in range(rounds):
            self.emulator.settle(self.post)
            self.fixture.work()
            while self.deliverer.work_once():
                pass
            Retention(self.fixture.store).once()
            self.fixture.clock.advance(seconds=3)

    def say(self, text: str) -> None:
        self.phone.say_text(self.resident.user_id, text)
        self.emulator.settle(self.post)
        self.fixture.work()

    def shown(self) -> list[str]:
        """What the resident sees of ours."""
        chat = self.emulator.chats.of(self.resident.user_id)
        return [message.id for message in chat if message.from_office]

    def attempts(self) -> int:
        """Sends that Meta was asked for, read marks aside."""
        return len([send for send in self.emulator.sends if send.kind != "read"])


@contextmanager
def rehearsing(fixture: WhatsAppFixture) -> Iterator[Rehearsal]:
    """Give a rehearsal on the fixture's store and clock."""
    config = EmulatorConfig(app_secret=APP_SECRET, verify_token=VERIFY_TOKEN, access_token=TOKEN)
    emulator = Emulator(config, fixture.clock, Random(7))
    resident = emulator.people.add(name="Euis Rahmawati", wa_id="6281000000101")
    with EmulatorServer(emulator) as server, requests.Session() as session:
        channel = WhatsAppSettings(
            app_secrets=(APP_SECRET,),
            access_token=TOKEN,
            phone_number_id=config.phone_number_id,
            graph_url=server.url,
        )
        deliverer = make_deliverer(
            replace(fixture.settings, whatsapp=channel),
            fixture.store,
            session,
            new_ticket=lambda: "HK-TES",
            jitter=lambda: 1.0,
        )
        yield Rehearsal(fixture, emulator, deliverer, resident)
