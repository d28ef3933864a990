"""The lexicon: tables of spellings, changed row by row with a look at the effect first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError, NotFoundError, WorkerTimeoutError
from learning import rows_in_force, table_header
from storage import Transaction, active_edits, add_audit_entry, add_edit, edit_history, undo_edit
from web.accounts import signed_in
from web.context import services
from web.officer.selection import display_names
from web.studio.frame import label_titles, page, readers, writers

_SHOWN = 100
_LONGEST = 200


def lexicon_page() -> ResponseReturnValue:
    """Show the rows of a table that have the words of ``q``; one of them may be in the form."""
    old = request.args.get("ubah", "")
    cells = old.split("\t") if old else []
    values = {f"kolom{place}": cell for place, cell in enumerate(cells)}
    return _show("", {**values, "lama": old} if old else {}, None)


def change_row() -> ResponseReturnValue:
    """Show what a row would do, or keep it: added, changed or taken out."""
    table = _table(request.form.get("tabel", ""))
    values = {
        f"kolom{n}": request.form.get(f"kolom{n}", "") for n in range(len(table_header(table)))
    }
    values["contoh"] = request.form.get("contoh", "")
    values["lama"] = request.form.get("lama", "")
    try:
        body = _read_form(table)
        preview = _preview(table, body, values["contoh"])
        if request.form.get("tindakan") != "simpan" or preview.get("problem"):
            return _show(preview.get("problem", ""), values, preview)
        with services().store.write() as tx:
            key = (body["after"] or body["before"])[0]
            add_edit(tx, "lexicon", key=table.name, body=body, author=signed_in().name)
            data = {"table": table.name, "word": key}
            add_audit_entry(tx, "lexicon_edited", account_id=signed_in().id, data=data)
    except InvalidFormError as error:
        return _show(error.reader_text, values, None)
    flash("Perubahan disimpan. Berlaku setelah model berikutnya dilatih dan dipromosikan.")
    return redirect(url_for("studio.lexicon_page", tabel=table.name), 303)


def undo_row() -> ResponseReturnValue:
    """Take back one change of the lexicon."""
    number = request.form.get("suntingan", "")
    with services().store.write() as tx:
        if not number.isdigit() or int(number) not in {e.id for e in edit_history(tx, "lexicon")}:
            raise NotFoundError(f"edit {number!r} of the lexicon")
        edit = undo_edit(tx, int(number), author=signed_in().name)
    flash("Perubahan ditarik kembali.")
    return redirect(url_for("studio.lexicon_page", tabel=edit.key), 303)


def add_lexicon(blueprint: Blueprint) -> None:
    """Attach the views."""
    blueprint.add_url_rule("/leksikon", "lexicon_page", readers(lexicon_page))
    blueprint.add_url_rule("/leksikon", "change_row", writers(change_row), methods=["POST"])
    blueprint.add_url_rule("/leksikon/tarik", "undo_row", writers(undo_row), methods=["POST"])


def _show(
    problem: str, values: dict[str, str], preview: dict[str, Any] | None
) -> ResponseReturnValue:
    folder = services().settings.training_data / "lexicon"
    tables = sorted(path.name for path in folder.glob("*.tsv"))
    chosen = request.values.get("tabel", "") or "singkatan.tsv"
    table = _table(chosen)
    words = " ".join(request.args.get("q", "").split()).casefold()[:100]
    with services().store.read() as tx:
        rows = _rows(tx, table)
        found = [row for row in rows if words in "\t".join(row).casefold()]
        return page(
            "studio/leksikon.html",
            tables=tables,
            table=table.name,
            header=table_header(table),
            rows=found[:_SHOWN],
            total=len(found),
            q=words,
            values=values,
            preview=preview,
            problem=problem,
            history=edit_history(tx, "lexicon", key=table.name, limit=30),
            names=display_names(tx),
            titles=label_titles(tx),
        )


def _rows(tx: Transaction, table: Path) -> list[tuple[str, ...]]:
    return rows_in_force(table, [e for e in active_edits(tx, "lexicon") if e.key == table.name])


def _table(name: str) -> Path:
    folder = services().settings.training_data / "lexicon"
    path = folder / Path(name).name
    if path.suffix != ".tsv" or not path.is_file():
        raise NotFoundError(f"no table {name!r}")
    return path


def _read_form(table: Path) -> dict[str, Any]:
    count = len(table_header(table))
    cells = [" ".join(request.form.get(f"kolom{n}", "").split())[:_LONGEST] for n in range(count)]
    old = request.form.get("lama", "")
    before = old.split("\t") if old else None
    after = None if request.form.get("hapus") else cells
    if after and not after[0]:
        raise InvalidFormError("empty", reader_text="Kolom pertama harus diisi.")
    with services().store.read() as tx:
        rows = _rows(tx, table)
    if before is not None and tuple(before) not in rows:
        raise InvalidFormError("row is gone", reader_text="Baris itu sudah berubah. Muat ulang.")
    if before is None and after is None:
        raise InvalidFormError("nothing", reader_text="Tidak ada yang diubah.")
    return {"before": before, "after": after}


def _preview(table: Path, body: dict[str, Any], sample: str) -> dict[str, Any]:
    texts = [line.strip() for line in sample.splitlines() if line.strip()][:20]
    try:
        ask = {"op": "preview_lexicon", "table": table.name, "texts": texts, **body}
        return dict(services().ask_worker(ask))
    except WorkerTimeoutError as error:
        return {"problem": error.reader_text}
