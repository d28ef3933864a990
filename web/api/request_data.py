"""Reading what a program sent: bodies, numbers in addresses, bearer tokens."""

from __future__ import annotations

from typing import Any

from flask import request

from foundation.documents import read_json
from foundation.errors import BadMessageError, InvalidFormError, NotSignedInError
from foundation.numbers import whole_number_up_to


def json_body() -> Any:
    """Return the parsed body, whatever its declared type.

    Raises ``BadMessageError`` for what is not JSON in UTF-8.
    """
    try:
        return read_json(request.get_data())
    except ValueError as error:
        raise BadMessageError("body is not JSON") from error


def whole_number(name: str, default: int, *, highest: int) -> int:
    """Return the query parameter ``name``, at most ``highest``.

    Raises ``InvalidFormError`` unless it is a whole number from 0.
    """
    text = request.args.get(name, "")
    if not text:
        return default
    number = whole_number_up_to(text, largest=highest)
    if number is None:
        raise InvalidFormError(f"query parameter {name} is not a whole number from 0")
    return number


def bearer_token() -> str:
    """Return the token of ``Authorization: Bearer``. Raises ``NotSignedInError``."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedInError("no bearer token")
    return token.strip()
