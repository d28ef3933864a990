"""How Meta names a resident. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sender:
    """Who wrote: business-scoped user id, number (digits), or both; names as Meta gave them."""

    user_id: str | None
    wa_id: str | None
    name: str = ""
    username: str = ""

    @property
    def aliases(self) -> tuple[str, ...]:
        """What is known of the two, the user id first; never empty."""
        return tuple(alias for alias in (self.user_id, self.wa_id) if alias)


@dataclass(frozen=True)
class NewIdentity:
    """The resident goes on under these; whatever is ``None`` stays."""

    user_id: str | None
    wa_id: str | None
    previous_user_id: str | None
