"""What is wrong in the assistant's data files, each with file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from foundation.errors import TrainingDataError
from foundation.yaml_lines import line_of

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One complaint. An ``error`` makes the file unusable, a ``warning`` does not."""

    file: Path
    line: int
    severity: Severity
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass
class Findings:
    """Collects the complaints about one set of files."""

    items: list[Finding] = field(default_factory=list)

    def error(self, file: Path, where: Any, text: str, *, key: Any = None) -> None:
        """Note something that must be repaired; ``where`` and ``key`` give the line."""
        self.items.append(Finding(file, line_of(where, key), "error", text))

    def warning(self, file: Path, where: Any, text: str, *, key: Any = None) -> None:
        """Note something that somebody should look at."""
        self.items.append(Finding(file, line_of(where, key), "warning", text))

    def broken_file(self, error: TrainingDataError, file: Path) -> None:
        """Note a file that cannot be read at all; the error's text starts with ``file:line:``."""
        detail = str(error).removeprefix(f"{error.code}: ").removeprefix(f"{file}:")
        number, _, text = detail.partition(": ")
        line = int(number) if number.isdigit() else 1
        self.items.append(Finding(file, line, "error", text or detail))

    def raise_first_error(self) -> None:
        """Raise :class:`TrainingDataError` for the first error, if there is one."""
        for item in self.items:
            if item.severity == "error":
                raise TrainingDataError(str(item))
