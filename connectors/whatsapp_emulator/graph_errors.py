"""The Graph API's errors: the table of codes, and the exception that carries one to the answer.

The codes are those of SPEC section 11. Only the code is the contract; titles and HTTP statuses
are there so that an answer looks like one of Meta's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HELP = (
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"
)


@dataclass(frozen=True)
class ErrorCode:
    """One line of the table."""

    code: int
    http: int
    title: str


@cache
def known_codes() -> dict[int, ErrorCode]:
    """Return the table, by code."""
    table = json.loads((Path(__file__).parent / "error_codes.json").read_text(encoding="utf-8"))
    return {
        int(code): ErrorCode(int(code), row["http"], row["title"]) for code, row in table.items()
    }


def describe(code: int) -> ErrorCode:
    """Return the line of ``code``; any of 200-299 is a missing permission, others are unknown."""
    if 200 <= code <= 299:
        return ErrorCode(code, 403, "API Permission")
    return known_codes().get(code) or ErrorCode(code, 400, "Unknown error")


class GraphError(Exception):
    """A refusal as the Graph API words it. Not an error of HALO: the emulator plays Meta."""

    def __init__(
        self, code: int, details: str, *, subcode: int | None = None, http: int | None = None
    ) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.http = http or describe(code).http

    def answer(self, trace_id: str) -> dict[str, Any]:
        """Return the body of the HTTP answer."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {describe(self.code).title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": trace_id,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


def status_error(code: int, details: str) -> dict[str, Any]:
    """Return an item of ``statuses[].errors``."""
    title = describe(code).title
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": _HELP,
    }
