"""Failures that were ordered in advance, each used up by the sends that it hits."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from foundation.errors import InvalidFormError

_KEYS = {"code", "where", "http", "hold", "cut", "accepted", "to", "times"}


@dataclass(frozen=True)
class Fault:
    """What happens to the next send, or to the next sends to one recipient.

    With ``code`` the Graph API refuses (``where`` "answer") or accepts and reports a failure
    later (``where`` "status"). With ``http`` alone the answer is that status without JSON.
    ``hold`` delays the answer by real seconds; ``cut`` closes the connection without an answer.
    ``accepted`` tells whether the message goes on its way all the same.
    """

    code: int | None = None
    where: Literal["answer", "status"] = "answer"
    http: int | None = None
    hold: float = 0.0
    cut: bool = False
    accepted: bool = False
    to: str = ""
    times: int = 1

    @property
    def refuses(self) -> bool:
        """Whether the message is not accepted."""
        return not self.accepted


def read_fault(value: object) -> Fault:
    """Read a fault from JSON; what is cut or delayed counts as accepted unless it says otherwise.

    Raises :class:`InvalidFormError`.
    """
    if not isinstance(value, Mapping) or not set(value) <= _KEYS:
        raise InvalidFormError(f"a fault has only the keys {', '.join(sorted(_KEYS))}")
    where = value.get("where", "answer")
    by_default = where == "status" or bool(value.get("hold")) or bool(value.get("cut"))
    fault = Fault(
        code=_whole(value, "code", None, least=0),
        where=where,
        http=_whole(value, "http", None, least=400),
        hold=float(_number(value, "hold")),
        cut=value.get("cut", False) is True,
        accepted=value.get("accepted", by_default) is True,
        to=str(value.get("to", "")).lstrip("+"),
        times=_whole(value, "times", 1, least=1) or 1,
    )
    if where not in ("answer", "status") or (where == "status" and fault.code is None):
        raise InvalidFormError("a failure told by a status needs a code")
    if fault.code is None and fault.http is None and not fault.hold and not fault.cut:
        raise InvalidFormError("a fault needs one of code, http, hold and cut")
    return fault


def _whole(value: Mapping[str, Any], name: str, default: int | None, *, least: int) -> int | None:
    given = value.get(name, default)
    if given is not None and (type(given) is not int or given < least):
        raise InvalidFormError(f"{name} must be a whole number of at least {least}")
    return given


def _number(value: Mapping[str, Any], name: str) -> float:
    given = value.get(name, 0)
    if type(given) not in (int, float) or not 0 <= given <= 600:
        raise InvalidFormError(f"{name} must be a number of seconds up to 600")
    return float(given)


class FaultQueue:
    """Ordered faults; the first that fits a send is taken."""

    def __init__(self) -> None:
        self._faults: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Append a fault."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Drop all that are left."""
        self._faults.clear()

    def left(self) -> list[Fault]:
        """Return what has not been used up, in order."""
        return list(self._faults)

    def take(self, recipients: set[str]) -> Fault | None:
        """Use up and return the fault for a send to one of ``recipients`` (its names), if any."""
        for index, fault in enumerate(self._faults):
            if not fault.to or fault.to in recipients:
                del self._faults[index]
                if fault.times > 1:
                    self._faults.insert(index, replace(fault, times=fault.times - 1))
                return fault
        return None
