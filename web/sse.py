"""Server-sent events: the wire form (WHATWG HTML, section 9.2) and the response around it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Response

HEARTBEAT_SECONDS = 15.0
"""Idle connections are cut by proxies after 30 seconds or more; a comment keeps them open."""

LIFETIME_SECONDS = 600.0
"""A stream ends by itself after this long and the client comes back, so that proxies are happy."""

HEARTBEAT = ": detak\n\n"


def event_text(data: Any, *, event_id: int | None = None, event: str | None = None) -> str:
    """Return one event; ``data`` is written as JSON on one line."""
    lines = []
    if event_id is not None:
        lines.append(f"id: {event_id}")
    if event is not None:
        lines.append(f"event: {event}")
    lines.append(f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}")
    return "\n".join(lines) + "\n\n"


def stream_response(chunks: Iterable[str]) -> Response:
    """Return the streaming response; nothing on the way may store or buffer it."""
    return Response(
        chunks,
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
