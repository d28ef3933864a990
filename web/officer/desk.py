"""The signed-in officer's desk, and the words that the assistant announces it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from connectors import Desk
from dialogue import Assets
from storage import Account
from web.services import Services


@dataclass
class DeskMaker:
    """Makes desks of one web process; announcements come from the live bundle.

    Without one (nothing trained yet) officers work all the same, with the words of the training
    data on disk.
    """

    services: Services = field(repr=False)

    def assets(self) -> Assets:
        """Return the words in force. Raises ``TrainingDataError`` when there are none at all."""
        live = self.services.live_bundle()
        return live.assets if live else self._on_disk

    def intents(self) -> tuple[str, ...]:
        """Return every label that a resident's turn can mean."""
        assets = self.assets()
        return (*assets.knowledge, *(name for name in assets.domain.intents if "/" not in name))

    def desk_of(self, officer: Account) -> Desk:
        """Return the desk of one officer."""
        services = self.services
        return Desk(
            store=services.store,
            assets=self.assets(),
            officer=officer,
            new_ticket=services.new_ticket,
        )

    @cached_property
    def _on_disk(self) -> Assets:
        return Assets.load(self.services.settings.training_data)
