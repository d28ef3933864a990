"""The readable pages of the public site."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import segno
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from dialogue import source_ledger
from foundation.clock import WIB
from foundation.errors import ModelUnavailableError, NotFoundError
from web.context import services
from web.ratelimit import Limit, RateLimiter
from web.site.catalogue import Catalogue, CatalogueCache
from web.site.frame import site_frame
from web.site.search import QUERY_LIMIT, search
from web.site.structured_data import faq_page

_SEARCHES = Limit(burst=40, per_second=1)


@dataclass(frozen=True)
class SiteViews:
    """The views with what they share."""

    limiter: RateLimiter
    shelf: CatalogueCache = field(default_factory=CatalogueCache)

    def home(self) -> ResponseReturnValue:
        """Show what the service is, hours now, search and topics."""
        return render_template("site/home.html", catalogue=self._catalogue())

    def topic(self, topic: str) -> ResponseReturnValue:
        """Show the answers of one topic."""
        found = self._ready_catalogue().topics.get(topic)
        if found is None:
            raise NotFoundError("no such topic")
        return render_template("site/topic.html", topic=found)

    def answer(self, topic: str, key: str) -> ResponseReturnValue:
        """Show one answer with its sources and review date."""
        catalogue = self._ready_catalogue()
        entry = catalogue.entries.get(f"{topic}/{key}")
        if entry is None:
            raise NotFoundError("no such answer")
        if entry.withdrawn:
            return render_template("site/withdrawn.html", entry=entry)
        today = services().clock().astimezone(WIB).date()
        return render_template(
            "site/answer.html",
            entry=entry,
            topic=catalogue.topics[topic],
            related=catalogue.related(entry),
            overdue=entry.overdue(today),
            today=today,
            words=catalogue.part_words,
            structured=faq_page(entry, url=request.base_url),
        )

    def search(self) -> ResponseReturnValue:
        """Show the best answers to ``q``."""
        query = request.args.get("q", "").strip()[:QUERY_LIMIT]
        catalogue = self._catalogue()
        result = None
        if query and catalogue:
            self.limiter.spend_for_address("search", request.remote_addr or "", _SEARCHES)
            result = search(services(), catalogue, query)
        return render_template("site/search.html", query=query, result=result, catalogue=catalogue)

    def privacy(self) -> ResponseReturnValue:
        """Show the privacy notice."""
        return render_template("site/privacy.html")

    def sources(self) -> ResponseReturnValue:
        """Show the ledger: every answer with what it rests on."""
        catalogue = self._ready_catalogue()
        told = [entry for entry in catalogue.entries.values() if not entry.withdrawn]
        return render_template("site/sources.html", catalogue=catalogue, ledger=source_ledger(told))

    def whatsapp_code(self) -> ResponseReturnValue:
        """Return the QR code of the WhatsApp address."""
        address = site_frame().whatsapp
        if not address:
            raise NotFoundError("no WhatsApp number is set")
        picture = io.BytesIO()
        segno.make(address, error="m").save(
            picture, kind="svg", scale=6, border=3, dark="#0b3f3b", light="#ffffff"
        )
        return Response(picture.getvalue(), mimetype="image/svg+xml")

    def _catalogue(self) -> Catalogue | None:
        bundle = services().live_bundle()
        return self.shelf.of(bundle) if bundle else None

    def _ready_catalogue(self) -> Catalogue:
        catalogue = self._catalogue()
        if catalogue is None:
            raise ModelUnavailableError("no bundle is live")
        return catalogue


def site_blueprint(limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of the public pages."""
    views = SiteViews(limiter)
    blueprint = Blueprint("site", __name__)
    blueprint.add_url_rule("/", "home", views.home)
    blueprint.add_url_rule("/topik/<topic>", "topic", views.topic)
    blueprint.add_url_rule("/jawaban/<topic>/<key>", "answer", views.answer)
    blueprint.add_url_rule("/cari", "search", views.search)
    blueprint.add_url_rule("/privasi", "privacy", views.privacy)
    blueprint.add_url_rule("/sumber", "sources", views.sources)
    blueprint.add_url_rule("/whatsapp.svg", "whatsapp_code", views.whatsapp_code)
    return blueprint
