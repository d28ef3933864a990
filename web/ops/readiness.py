"""What keeps this installation from answering residents by itself."""

from __future__ import annotations

import json
from pathlib import Path

from foundation.errors import StoreUnavailableError, WorkerTimeoutError
from web.services import Services

_TEXTS: dict[str, str] = json.loads(
    Path(__file__).with_name("problems.json").read_text(encoding="utf-8")
)


def problems(services: Services) -> list[str]:
    """Return what is wrong, in Indonesian; empty when everything is ready."""
    return [_TEXTS[name] for name in (*_of_store(services), *_of_model(services))]


def _of_store(services: Services) -> list[str]:
    try:
        return [] if services.store.schema_is_current() else ["schema"]
    except StoreUnavailableError:
        return ["store"]


def _of_model(services: Services) -> list[str]:
    found = [] if services.live_bundle() else ["no_bundle"]
    try:
        reply = services.ask_worker({"op": "ping"})
    except WorkerTimeoutError:
        return [*found, "no_worker"]
    if not reply.get("usable_model"):
        found.append("no_model")
    return found
