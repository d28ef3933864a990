"""Reading of the tab-separated tables in ``training_data/lexicon/``; errors name file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import TrainingDataError


@dataclass(frozen=True)
class Row:
    """One line of a table; ``cells`` has an entry for every column of the header."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, detail: str) -> TrainingDataError:
        """Return the error that points at this line."""
        return TrainingDataError(f"{self.path}:{self.line}: {detail}")


def read_table(path: Path, *columns: str) -> Iterator[Row]:
    """Yield the rows of a table whose header line is exactly ``columns``.

    Blank lines and lines that begin with ``#`` are skipped; the first column may not be empty.
    Raises :class:`TrainingDataError` with ``file:line`` for anything else.
    """
    lines = _lines(path)
    header = tuple(lines[0].split("\t")) if lines else ()
    if header != columns:
        raise TrainingDataError(f"{path}:1: kepala tabel harus {columns!r}, bukan {header!r}")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        row = Row(path, number, dict(zip(columns, cells, strict=False)))
        if len(cells) != len(columns):
            raise row.error(f"{len(cells)} kolom, seharusnya {len(columns)}")
        if not cells[0]:
            raise row.error(f"kolom {columns[0]!r} kosong")
        yield row


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise TrainingDataError(f"{path}:1: tabel tidak ada") from error
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{path}:1: bukan UTF-8 (bita ke-{error.start})") from error
