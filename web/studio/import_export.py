"""Labelled examples out and in as Rasa YAML, for those who keep their training data elsewhere."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError, WorkerTimeoutError
from learning import export_yaml
from storage import add_audit_entry
from web.accounts import signed_in
from web.context import services
from web.studio.frame import readers, writers

LARGEST = 200_000
"""Bytes of a file that comes in through the page; `halo labels import` takes any size."""


def download() -> ResponseReturnValue:
    """Give the studio's examples as a file. Identifiers in them are masked."""
    with services().store.write() as tx:
        content = export_yaml(tx)
        add_audit_entry(tx, "labels_exported", account_id=signed_in().id, data={})
    answer = Response(content, mimetype="application/yaml")
    answer.headers["Content-Disposition"] = 'attachment; filename="contoh-studio.yml"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def upload() -> ResponseReturnValue:
    """Bring in the examples of a file; all of them or none."""
    try:
        ask = {"op": "import_examples", "text": _read_file(), "author": signed_in().name}
        done = services().ask_worker(ask)
    except (InvalidFormError, WorkerTimeoutError) as error:
        flash(error.reader_text, "danger")
        return redirect(url_for("studio.labels_page"), 303)
    if problem := done.get("problem"):
        flash(f"Tidak ada yang dimasukkan. {problem}", "danger")
    else:
        with services().store.write() as tx:
            counts = {"added": done["added"], "known": done["known"]}
            add_audit_entry(tx, "labels_imported", account_id=signed_in().id, data=counts)
        flash(f"{done['added']} contoh ditambahkan, {done['known']} sudah ada.")
    return redirect(url_for("studio.labels_page"), 303)


def add_import_export(blueprint: Blueprint) -> None:
    """Attach the views."""
    add = blueprint.add_url_rule
    add("/daftar-label/unduh", "download_examples", readers(download))
    add("/daftar-label/unggah", "upload_examples", writers(upload), methods=["POST"])


def _read_file() -> str:
    file = request.files.get("berkas")
    content = file.read(LARGEST + 1) if file else b""
    if not content:
        raise InvalidFormError("no file", reader_text="Pilih berkas YAML lebih dahulu.")
    if len(content) > LARGEST:
        raise InvalidFormError(
            "large file", reader_text="Berkas terlalu besar; paling banyak 200 kB."
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFormError("no text", reader_text="Berkas itu bukan teks UTF-8.") from error
