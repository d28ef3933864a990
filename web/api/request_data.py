"""Reading what a program sent: bodies, numbers in addresses, bearer tokens."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from foundation.errors import BadMessageError, InvalidFormError, NotSignedInError


def json_body() -> Any:
    """Return the parsed body, whatever its declared type.

    Raises ``BadMessageError`` for what is not JSON in UTF-8.
    """
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        # A body of 60,000 opening brackets exhausts the parser, not only the patience.
        raise BadMessageError("body is not JSON") from error


def whole_number(name: str, default: int, *, highest: int) -> int:
    """Return the query parameter ``name``, at most ``highest``.

    Raises ``InvalidFormError`` unless it is a whole number from 0.
    """
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise InvalidFormError(f"query parameter {name} is not a whole number from 0")
    return min(int(text[:19]), highest)


def bearer_token() -> str:
    """Return the token of ``Authorization: Bearer``. Raises ``NotSignedInError``."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedInError("no bearer token")
    return token.strip()
