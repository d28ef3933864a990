"""The lexicon's tables as staff see them: the rows of the file with the studio's over them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from storage import StudioEdit

Cells = tuple[str, ...]


def table_header(path: Path) -> Cells:
    """Return the names of a table's columns."""
    with path.open(encoding="utf-8") as file:
        return tuple(file.readline().rstrip("\n").split("\t"))


def rows_in_force(path: Path, edits: Iterable[StudioEdit]) -> list[Cells]:
    """Return the rows of the file (no comments) after the edits of this table, oldest first."""
    lines = path.read_text(encoding="utf-8").split("\n")[1:]
    width = len(table_header(path))
    rows = [_padded(line, width) for line in lines if line.strip() and not line.startswith("#")]
    for edit in edits:
        before, after = edit.body.get("before"), edit.body.get("after")
        if before:
            rows = [row for row in rows if row != tuple(before)]
        if after:
            rows.append(tuple(str(cell) for cell in after))
    return rows


def _padded(line: str, width: int) -> Cells:
    cells = line.split("\t")
    return tuple(cells + [""] * (width - len(cells)))
