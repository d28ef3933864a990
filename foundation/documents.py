"""Reading JSON and YAML that somebody else wrote: whatever it is, it fails as a ``ValueError``.

The parsers call themselves for every level of nesting, so that 50,000 opening brackets end in a
``RecursionError``, or in C end the process; and Python reads ``1e999`` as infinity, which no store
keeps.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import yaml

MOST_LEVELS: Final = 100
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_json(text: str | bytes) -> Any:
    """Return the document. Raises ``ValueError`` for anything but finite, not too deep JSON.

    >>> read_json('{"a": [1]}')
    {'a': [1]}
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def check_yaml_depth(text: str) -> None:
    """Raise ``ValueError`` for YAML of more than 100 levels, ``yaml.YAMLError`` for no YAML.

    The events of the parser come one after the other; what composes documents of them calls itself,
    in C without any limit: it would end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_LEVELS:
            raise ValueError(f"nested more than {MOST_LEVELS} levels deep")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number too large")
    return number
