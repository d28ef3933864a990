"""The signed-in officer's desk, and the words that the assistant announces it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import requests

from connectors import Desk, DeskPost
from connectors.whatsapp import Attachments, graph_api
from dialogue import Assets
from storage import Account
from web.services import Services


@dataclass
class DeskFactory:
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

    def post_of(self, officer: Account) -> DeskPost:
        """Return what one officer sends files, templates and repetitions with."""
        services = self.services
        return DeskPost(
            store=services.store,
            officer=officer,
            new_id=services.new_id,
            whatsapp=self.whatsapp_files(),
            template=services.settings.whatsapp.template,
        )

    def whatsapp_files(self) -> Attachments | None:
        """Return the way to files on WhatsApp; ``None`` while no number is connected."""
        settings = self.services.settings.whatsapp
        if not settings.can_send:
            return None
        return Attachments(self.services.store, graph_api(settings, requests.Session()))

    @cached_property
    def _on_disk(self) -> Assets:
        return Assets.load(self.services.settings.training_data)
