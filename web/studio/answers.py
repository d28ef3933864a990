"""Answers: read, changed with a look at the effect first, every version kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from dialogue import CONFIDENCES, KnowledgeEntry
from foundation.errors import InvalidFormError, NotFoundError, WorkerTimeoutError
from storage import Transaction, active_edits, add_audit_entry, add_edit, edit_history, undo_edit
from web.accounts import signed_in
from web.context import services
from web.officer.selection import display_names
from web.studio.frame import live_assets, page, readers, writers

_FIELDS = {
    "judul": (5, 120),
    "tombol": (3, 20),
    "ringkas": (10, 600),
    "jawaban": (10, 4000),
    "pemilik": (3, 120),
    "status_tinjau": (3, 120),
}
_SHOWN = 200


def answers_page() -> ResponseReturnValue:
    """Show the answers that have all the words of ``q``."""
    words = " ".join(request.args.get("q", "").split()).casefold()[:100]
    with services().store.read() as tx:
        entries = _entries(tx)
        changed = {edit.key for edit in active_edits(tx, "answer")}
    found = [
        (label, body)
        for label, body in sorted(entries.items())
        if all(
            word in f"{label} {body['judul']} {body['ringkas']}".casefold()
            for word in words.split()
        )
    ]
    return page("studio/jawaban.html", found=found[:_SHOWN], q=words, changed=changed)


def answer_page(label: str) -> ResponseReturnValue:
    """Show one answer with its versions."""
    return _show(label, None, None, "")


def save_answer(label: str) -> ResponseReturnValue:
    """Show what the change would do, or keep it; it is trained with the next bundle."""
    kept = {name: request.form.get(name, "").replace("\r\n", "\n") for name in _FIELDS}
    kept["sumber"], kept["keyakinan"] = (
        request.form.get("sumber", ""),
        request.form.get("keyakinan", ""),
    )
    try:
        body = _read_form()
        if request.form.get("tindakan") != "simpan":
            return _show(label, kept, _preview(label, body), "")
        _keep(label, body)
    except InvalidFormError as error:
        return _show(label, kept, None, error.reader_text)
    flash("Perubahan disimpan. Warga membacanya setelah model berikutnya dipromosikan.")
    return redirect(url_for("studio.answer_page", label=label), 303)


def _keep(label: str, body: dict[str, Any]) -> None:
    with services().store.write() as tx:
        entry = _entry(tx, label)
        change = {key: value for key, value in body.items() if entry.get(key) != value}
        if not change:
            raise InvalidFormError("nothing changed", reader_text="Tidak ada yang diubah.")
        add_edit(tx, "answer", key=label, body=change, author=signed_in().name)
        add_audit_entry(tx, "answer_edited", account_id=signed_in().id, data={"label": label})


def undo_answer(label: str) -> ResponseReturnValue:
    """Take back one change of an answer."""
    number = request.form.get("suntingan", "")
    with services().store.write() as tx:
        versions = {edit.id for edit in edit_history(tx, "answer", key=label)}
        if not number.isdigit() or int(number) not in versions:
            raise NotFoundError(f"edit {number!r} of {label}")
        undo_edit(tx, int(number), author=signed_in().name)
    flash("Perubahan ditarik kembali.")
    return redirect(url_for("studio.answer_page", label=label), 303)


def add_answers(blueprint: Blueprint) -> None:
    """Attach the views."""
    blueprint.add_url_rule("/jawaban", "answers_page", readers(answers_page))
    blueprint.add_url_rule("/jawaban/<path:label>", "answer_page", readers(answer_page))
    blueprint.add_url_rule(
        "/jawaban/<path:label>", "save_answer", writers(save_answer), methods=["POST"]
    )
    blueprint.add_url_rule(
        "/jawaban-tarik/<path:label>", "undo_answer", writers(undo_answer), methods=["POST"]
    )


def _show(
    label: str, values: dict[str, str] | None, preview: dict[str, Any] | None, problem: str
) -> ResponseReturnValue:
    with services().store.read() as tx:
        entry = _entry(tx, label)
        return page(
            "studio/satu_jawaban.html",
            label=label,
            entry=entry,
            values=values or {**entry, "sumber": "\n".join(entry.get("sumber") or ())},
            preview=preview,
            problem=problem,
            limits=_FIELDS,
            confidences=CONFIDENCES,
            history=edit_history(tx, "answer", key=label, limit=30),
            names=display_names(tx),
        )


def _preview(label: str, body: dict[str, Any]) -> dict[str, Any]:
    with services().store.read() as tx:
        kind = "answer" if label in live_assets().knowledge else "label"
        whole = body if kind == "answer" else {**_entry(tx, label), **body}
    try:
        ask = {"op": "preview_answer", "label": label, "kind": kind, "body": whole}
        return dict(services().ask_worker(ask))
    except WorkerTimeoutError as error:
        return {"problem": error.reader_text}


def _entries(tx: Transaction) -> dict[str, dict[str, Any]]:
    """Return the entries of the live words with the studio's changes laid over them."""
    entries = {label: _as_body(entry) for label, entry in live_assets().knowledge.items()}
    for kind in ("label", "answer"):
        for edit in active_edits(tx, kind):
            entries[edit.key] = {**entries.get(edit.key, {}), **edit.body}
    return {label: body for label, body in entries.items() if body.get("judul")}


def _entry(tx: Transaction, label: str) -> dict[str, Any]:
    entries = _entries(tx)
    if label not in entries:
        raise NotFoundError(f"no answer {label!r}")
    return entries[label]


def _as_body(entry: KnowledgeEntry) -> dict[str, Any]:
    return {
        "judul": entry.judul,
        "tombol": entry.tombol,
        "ringkas": entry.ringkas,
        "jawaban": entry.jawaban,
        "sumber": list(entry.sumber),
        "keyakinan": entry.keyakinan,
        "pemilik": entry.pemilik,
        "status_tinjau": entry.status_tinjau,
    }


def _read_form() -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, (least, most) in _FIELDS.items():
        value = request.form.get(name, "").replace("\r\n", "\n").strip()
        if not least <= len(value) <= most:
            raise InvalidFormError(
                name, reader_text=f"Isian {name}: {least} sampai {most} karakter."
            )
        body[name] = value
    body["sumber"] = [
        line.strip() for line in request.form.get("sumber", "").splitlines() if line.strip()
    ]
    if not body["sumber"]:
        raise InvalidFormError("sumber", reader_text="Jawaban perlu sedikitnya satu sumber.")
    body["keyakinan"] = request.form.get("keyakinan", "")
    if body["keyakinan"] not in CONFIDENCES:
        raise InvalidFormError("keyakinan", reader_text="Pilih keyakinan dari daftar.")
    return body
