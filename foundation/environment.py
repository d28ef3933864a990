"""Typed look-ups in the environment; a value that cannot be understood raises ``SettingsError``.

The error names the variable and never guesses. A variable that is empty counts as not set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from foundation.clock import parse_moment
from foundation.errors import SettingsError


class Environment:
    """Look-ups of the variables of one process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        """Return the value, or the default."""
        return self._environ.get(name, "").strip() or default

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path; ``~`` is the home of whoever runs the process."""
        return Path(self.text(name, str(default))).expanduser().resolve()

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words, in capitals."""
        value = self.text(name, default).upper()
        if value not in allowed:
            raise SettingsError(
                f"{name} harus salah satu dari {', '.join(allowed)}, bukan {value!r}"
            )
        return value

    def count(self, name: str, default: int, *, least: int = 1) -> int:
        """Return a whole number that is not below ``least``."""
        value = self.text(name, str(default))
        if not value.isdigit() or int(value) < least:
            raise SettingsError(
                f"{name} harus bilangan bulat paling sedikit {least}, bukan {value!r}"
            )
        return int(value)

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list that is separated by commas or blanks."""
        return tuple(self.text(name, "").replace(",", " ").split())

    def percent(self, name: str, default: int) -> int:
        """Return a whole number from 0 to 100."""
        value = self.count(name, default, least=0)
        if value > 100:
            raise SettingsError(f"{name} harus bilangan bulat dari 0 sampai 100, bukan {value}")
        return value

    def matching(self, name: str, default: str, pattern: str, *, example: str) -> str:
        """Return a value that the whole pattern matches."""
        value = self.text(name, default)
        if value and not re.fullmatch(pattern, value):
            raise SettingsError(f"{name} harus seperti {example}, bukan {value!r}")
        return value

    def secret_url(self, name: str) -> str:
        """Return an address that an error must not repeat."""
        value = self.text(name, "")
        if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            # The value itself may be a secret.
            raise SettingsError(f"{name} harus alamat seperti https://contoh.go.id/kait")
        return value

    def moment(self, name: str) -> datetime | None:
        """Return an ISO 8601 moment in UTC."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            return parse_moment(value)
        except ValueError as error:
            raise SettingsError(f"{name} harus waktu ISO 8601, bukan {value!r}") from error

    def phone(self, name: str) -> str:
        """Return the digits of a phone number with country code."""
        value = self.text(name, "")
        digits = re.sub(r"[ ()+.\-]", "", value)
        if value and not re.fullmatch(r"[1-9]\d{7,14}", digits):
            raise SettingsError(f"{name} harus nomor seperti 6281234567890, bukan {value!r}")
        return digits

    def origins(self, name: str) -> tuple[str, ...]:
        """Return the origins of a list that is separated by commas or blanks."""
        origins = tuple(part.rstrip("/") for part in self.text(name, "").replace(",", " ").split())
        for origin in origins:
            if not re.fullmatch(r"https?://[a-z0-9.\-]+(:\d+)?", origin):
                raise SettingsError(
                    f"{name} harus asal situs seperti https://contoh.go.id, bukan {origin!r}"
                )
        return origins
