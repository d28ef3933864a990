"""The workbooks, opened and computed by LibreOffice: does every formula give the figure?

Run: ``python -m benchmarks.spreadsheet [--messages N] [--soffice PATH]`` (Debian:
``apt-get install libreoffice-calc-nogui``). Makes the workbooks of a small simulated month, lets
LibreOffice open and save each, and prints one JSON object: formulas, those that do not give the
figure that was counted (there must be none), and what LibreOffice said beside its result.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.month import CONTEXT, count_all, sqlite_store
from benchmarks.month_events import FIRST, LAST, write_month
from benchmarks.queue import NOW
from reports import (
    Document,
    Section,
    document_file,
    evaluation,
    evaluation_document,
    figures_document,
    period_before,
    read_figures,
    satisfaction,
    volume_rows,
    words,
)
from storage import Store, create_account

_HEAD_ROWS = 6


def documents(store: Store) -> Iterator[tuple[str, Document]]:
    """Give the evaluation, with questionnaires, and the figures of the month."""
    with store.write() as tx:
        rina = create_account(tx, "rina", "sandi-yang-panjang", "supervisor")
        for place in range(17):
            ratings = [1 + (place * element + place) % 4 for element in range(1, 10)]
            satisfaction.add_questionnaire(tx, FIRST, ratings, account=rina)
        opened = evaluation.open_evaluation(tx, FIRST, LAST)
        content = evaluation.document_content(tx, opened, CONTEXT)
        now = read_figures(tx, FIRST, LAST, with_answers=True)
        before = read_figures(tx, *period_before(FIRST, LAST))
        rows = volume_rows(tx, FIRST, LAST)
    yield "evaluasi", evaluation_document(content, NOW)
    yield "angka", figures_document(now, before, rows, names={}, made_at=NOW)


def computed(soffice: str, content: bytes, name: str, folder: Path) -> tuple[Any, str]:
    """Return the workbook with LibreOffice's values, and what LibreOffice wrote to stderr."""
    source, target = folder / f"{name}.xlsx", folder / "hasil"
    source.write_bytes(content)
    # The command is the operator's own LibreOffice; the file is ours.
    done = subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{folder / 'profil'}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(target),
            str(source),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return load_workbook(target / f"{name}.xlsx", data_only=True), done.stderr.strip()


def wrong_cells(part: Section, sheet: Worksheet) -> list[str]:
    """Return the cells of a table whose computed value is not the figure of the document."""
    wanted: dict[tuple[int, int], Any] = {}
    for number, row in enumerate(part.rows, start=_HEAD_ROWS + 1):
        wanted |= {(number, place): cell for place, cell in enumerate(row, start=1)}
        if part.change and not isinstance(row[1], str) and not isinstance(row[2], str):
            wanted[number, 4] = row[1] - row[2]
    last = _HEAD_ROWS + len(part.rows) + 1
    wanted |= {(last, place): cell for place, cell in enumerate(part.total_row, start=1) if cell}
    if part.respondents:
        wanted[last, 4] = float(part.note.split()[1].rstrip(",").replace(",", "."))
    return [
        f"{sheet.title}!{sheet.cell(*place).coordinate}: {sheet.cell(*place).value!r} ≠ {value!r}"
        for place, value in wanted.items()
        if not _same(sheet.cell(*place).value, value)
    ]


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return str(found).lstrip("'") == wanted.lstrip("'")
    # Element means are printed with three decimals and computed without rounding.
    return isinstance(found, int | float) and abs(found - wanted) <= 0.0005 + 1e-9


def measure(soffice: str, messages: int) -> dict[str, Any]:
    """Make, open and compare the workbooks."""
    found: dict[str, Any] = {}
    with sqlite_store() as store, tempfile.TemporaryDirectory() as scratch:
        write_month(store, messages)
        count_all(store)
        for name, document in documents(store):
            content = document_file(document, {}, "xlsx")
            book, said = computed(soffice, content, name, Path(scratch))
            plain = load_workbook(io.BytesIO(content))
            formulas = [
                cell
                for sheet in plain
                for row in sheet.iter_rows()
                for cell in row
                if cell.data_type == "f"
            ]
            sheets = words()["sheets"]
            wrong = [
                text
                for part in document.sections
                for text in wrong_cells(part, book[sheets[part.key]])
            ]
            found[name] = {
                "sheets": len(book.worksheets),
                "formulas": len(formulas),
                "wrong": wrong,
                "said": said,
            }
    return found


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--soffice", default="soffice")
    options = parser.parse_args()
    print(json.dumps(measure(options.soffice, options.messages), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
