"""Who the emulated office is, and how the emulated platform behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from foundation.errors import InvalidFormError


@dataclass(frozen=True)
class EmulatorConfig:
    """The business number that the emulator plays Meta for. The secrets never appear in a repr."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    access_token: str = field(repr=False)
    phone_number_id: str = "104857600012345"
    display_phone_number: str = "6281000000001"
    """Digits with country code."""
    account_id: str = "208577700054321"
    verified_name: str = "HALO KOP-UKM"
    country_code: str = "62"


@dataclass(frozen=True)
class Behaviour:
    """What can be changed while the emulator runs. Durations are seconds of its own clock."""

    duplicates: float = 0.0
    """Share of webhook bodies that are posted a second time."""
    shuffle: float = 0.0
    """Each body is held back by a random time up to this, so that bodies overtake each other."""
    batch: int = 1
    """Events in one body, at most."""
    hold: bool = False
    """Keep every webhook back; letting go delivers them with their old timestamps."""
    window_breach: Literal["status", "answer"] = "status"
    """Where 131047 is told: in a status after the message was accepted, or in the answer."""
    skip_delivered: bool = False
    """A message that is read at once has no ``delivered`` status."""
    prepend_country_code: bool = True
    """``to`` without a plus sign gets our own country code put in front."""
    messages_per_second: int = 80
    """Of the business number, in and out together."""
    free_service_messages: int = 1000
    """Delivered service messages a month that cost nothing."""
    payment_method: bool = True
    """Without one, delivery stops after the free messages although sends are accepted."""
    allowed_recipients: tuple[str, ...] = ()
    """Digits. When set, the number is a test number, and only these may be written to."""
    sent_after: float = 0.3
    delivered_after: float = 0.6
    read_after: float = 1.2

    def changed(self, changes: Mapping[str, Any]) -> Behaviour:
        """Return a copy with ``changes`` (from JSON).

        Raises :class:`InvalidFormError` for an unknown name or a value of the wrong kind.
        """
        values = {known.name: getattr(self, known.name) for known in fields(self)}
        for name, value in changes.items():
            if name not in values:
                raise InvalidFormError(f"there is no behaviour called {name!r}")
            values[name] = _like(values[name], value, name)
        return Behaviour(**values)


def _like(present: Any, value: Any, name: str) -> Any:
    if isinstance(present, bool):
        accepted = isinstance(value, bool)
    elif isinstance(present, int):
        accepted = type(value) is int and value >= 0
    elif isinstance(present, float):
        accepted = type(value) in (int, float) and value >= 0
    elif isinstance(present, tuple):
        accepted = isinstance(value, list) and all(isinstance(item, str) for item in value)
        value = tuple(value) if accepted else value
    else:
        accepted = value in ("status", "answer")
    if not accepted:
        raise InvalidFormError(f"{name} cannot be {value!r}")
    return value
