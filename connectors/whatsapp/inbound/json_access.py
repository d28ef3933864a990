"""The bytes of a webhook as JSON, and tolerant looks into it (SPEC section 4)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from foundation.errors import BadMessageError
from storage import storable

_LONGEST_INTEGER = 40
_DEEPEST = 40
_SEPARATORS = re.compile(r"[\s+\-\u2010-\u2015]")
_USER_ID = re.compile(r"[A-Za-z]{2}\.\S{1,200}")
_NUMBER = re.compile(r"[0-9]{1,32}")


def read_json(raw: bytes) -> Any:
    """Return the document.

    Raises ``BadMessageError`` for what is not JSON in UTF-8, or nested too deep to parse. Numbers
    that no store could keep (``1e999``, a thousand digits) stay the text that they were.
    """
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise BadMessageError(f"webhook body is not JSON: {type(error).__name__}") from error


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return the object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    """Return the list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Return a text, or a number as its digits; empty for anything else.

    >>> as_text(15.0), as_text(True), as_text([])
    ('15', '', '')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int) else ""


def user_id_of(value: Any) -> str | None:
    """Return a business-scoped user id (``ID.1234…``), ``None`` for anything else."""
    # As the store will keep it, so that it is found again.
    text = storable(as_text(value)).strip()
    return text if _USER_ID.fullmatch(text) else None


def number_of(value: Any) -> str | None:
    """Return a telephone number as bare digits, ``None`` for anything else.

    >>> number_of("+62 810-0000-0101")
    '6281000000101'
    """
    digits = _SEPARATORS.sub("", as_text(value))
    return digits if _NUMBER.fullmatch(digits) else None


def moment_of(value: Any, *, received_at: datetime) -> datetime:
    """Return the moment of a Unix time; one that is unreadable or in the future is the receipt's.

    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    >>> moment_of("kemarin", received_at=now) == now
    True
    """
    digits = as_text(value).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        return received_at
    seconds = int(digits)
    if seconds > received_at.timestamp():
        return received_at
    return datetime.fromtimestamp(seconds, UTC)


def storable_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw item in a form that the store takes, whatever its nesting."""
    return dict(item) if _depth_within(item, _DEEPEST) else {"json": _as_text(item)}


def _as_text(item: Mapping[str, Any]) -> str:
    try:
        return json.dumps(item)
    except RecursionError:
        # It could be read but not be written; what is left is its outline.
        return json.dumps({key: type(value).__name__ for key, value in item.items()})


def _depth_within(value: Any, depth: int) -> bool:
    level: list[Any] = [value]
    for _ in range(depth):
        level = [child for node in level for child in _children(node)]
        if not level:
            return True
    return False


def _children(node: Any) -> list[Any]:
    if isinstance(node, Mapping):
        return list(node.values())
    return node if isinstance(node, list) else []


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _float(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
