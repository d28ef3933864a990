"""Search over all answers: the model ranks; without a model the titles are compared."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from dialogue import KnowledgeEntry
from foundation.errors import WorkerTimeoutError
from nlu.types import OUT_OF_SCOPE
from web.services import Services
from web.site.catalogue import Catalogue

logger = logging.getLogger(__name__)

QUERY_LIMIT = 500
"""Characters of a query that are looked at."""

_MOST = 8
_FEW = 5
_LEAST_CONFIDENCE = 0.02
_LEAST_SIMILARITY = 55.0


@dataclass(frozen=True)
class SearchResult:
    """The best answers first. ``out_of_scope``: the office does not answer this."""

    entries: tuple[KnowledgeEntry, ...]
    out_of_scope: bool = False
    wants_officer: bool = False


def search(services: Services, catalogue: Catalogue, query: str) -> SearchResult:
    """Return the answers that fit ``query``."""
    try:
        parsed = services.ask_worker({"op": "parse", "text": query})
    except WorkerTimeoutError as error:
        logger.warning("search goes on without the model: %s", error)
        return SearchResult(by_title(catalogue, query))
    return _ranked(catalogue, parsed, query)


def by_title(catalogue: Catalogue, query: str) -> tuple[KnowledgeEntry, ...]:
    """Return the answers whose question or button is like ``query``, spelling aside."""
    titles = {
        label: f"{entry.judul} {entry.tombol} {entry.topic.replace('_', ' ')}"
        for label, entry in catalogue.entries.items()
        if not entry.withdrawn
    }
    found = process.extract(
        query,
        titles,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=_MOST,
        score_cutoff=_LEAST_SIMILARITY,
    )
    return tuple(catalogue.entries[label] for _, _, label in found)


def _ranked(catalogue: Catalogue, parsed: Mapping[str, Any], query: str) -> SearchResult:
    best = parsed["intent"]["name"]
    told = {label for label, entry in catalogue.entries.items() if not entry.withdrawn}
    likely = [
        intent["name"]
        for intent in parsed["intent_ranking"]
        if intent["confidence"] >= _LEAST_CONFIDENCE and intent["name"] in told
    ][:_MOST]
    if best in catalogue.entries:
        # A sure model names one answer; a reader who searches wants to see its neighbours too.
        similar = [entry.label for entry in by_title(catalogue, query)]
        likely = list(dict.fromkeys([*likely, *similar]))[: max(_FEW, len(likely))]
    return SearchResult(
        entries=tuple(catalogue.entries[label] for label in likely),
        out_of_scope=best == OUT_OF_SCOPE,
        wants_officer=best == "minta_cs",
    )
