"""Labels: finding one, making a new one from a group, and those whose examples have issues."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB
from foundation.errors import InvalidFormError, NotFoundError, WorkerTimeoutError
from learning import (
    is_confirmation,
    label_turns,
    latest_label_issues,
    members_of,
    remove_label_issue,
    shown_text,
)
from storage import Transaction, active_edits, add_audit_entry, add_edit
from web.accounts import signed_in
from web.context import services
from web.studio.frame import (
    chosen_label,
    current_labeller,
    label_titles,
    live_assets,
    page,
    readers,
    writers,
)

_LABEL = re.compile(r"[a-z][a-z0-9_]{1,40}/[a-z][a-z0-9_]{1,60}")
_FIELDS = {
    "judul": (5, 120),
    "tombol": (3, 20),
    "ringkas": (10, 600),
    "jawaban": (10, 4000),
    "pemilik": (3, 120),
    "sumber": (3, 600),
}
_SHOWN_ISSUES = 100
_REVIEW_AFTER = timedelta(days=365)


def find_label() -> ResponseReturnValue:
    """Show the labels that fit the words ``q``, each a button that labels."""
    words = " ".join(request.args.get("q", "").split())[:100]
    try:
        if not words:  # asked for when the search is opened: the first words are found quickly then
            services().ask_worker({"op": "find_labels", "q": ""})
            return ""
        found = list(services().ask_worker({"op": "find_labels", "q": words})["found"])
        problem = ""
    except WorkerTimeoutError as error:
        if not words:
            return ""
        found, problem = _by_title(words), error.reader_text
    return render_template("studio/_temuan.html", found=found, problem=problem, asked=words)


def labels_page() -> ResponseReturnValue:
    """Show all labels with what the studio added, and the examples with label issues."""
    with services().store.read() as tx:
        edits = [edit for edit in active_edits(tx, "example") if not is_confirmation(edit)]
        added = Counter(str(edit.body.get("intent")) for edit in edits)
        return page(
            "studio/daftar_label.html",
            titles=label_titles(tx),
            added=added,
            fresh={edit.key for edit in active_edits(tx, "label")},
            issues=latest_label_issues(tx, limit=_SHOWN_ISSUES),
        )


def new_label() -> ResponseReturnValue:
    """Show the form of a new label for a group of messages."""
    event_id = request.args.get("kelompok", "")
    if not event_id.isdigit():
        raise NotFoundError("no group")
    return _form(int(event_id), {}, "")


def make_label() -> ResponseReturnValue:
    """Make the label with its draft answer and give it to the group."""
    event_id = int(request.form["kelompok"]) if request.form.get("kelompok", "").isdigit() else 0
    try:
        label, body = _read_form()
        with services().store.write() as tx:
            _check_new(tx, label, str(body["tombol"]))
            by = current_labeller()
            add_edit(tx, "label", key=label, body=body, author=signed_in().name)
            turns = [turn.event_id for turn in members_of(tx, event_id)]
            done = label_turns(tx, turns, label, by)
            add_audit_entry(tx, "label_made", account_id=signed_in().id, data={"label": label})
    except InvalidFormError as error:
        return _form(event_id, request.form.to_dict(), error.reader_text)
    flash(f"Label {label} dibuat dan diberikan kepada {done} pesan.")
    return redirect(url_for("studio.label_page"), 303)


def settle_label_issue() -> ResponseReturnValue:
    """Move an example with an issue to the label that it looks like, or keep it where it is."""
    text, old, new = (request.form.get(name, "") for name in ("teks", "dari", "ke"))
    keep = request.form.get("tindakan") == "biarkan"
    with services().store.write() as tx:
        titles = label_titles(tx)
        chosen_label(titles, new)
        issues = {(one.text, one.label, one.other) for one in latest_label_issues(tx, limit=1000)}
        if (text, old, new) not in issues:
            raise InvalidFormError(
                "no such label issue", reader_text="Contoh ini tidak lagi diragukan."
            )
        body: dict[str, Any] = {"text": text, "intent": old, "entities": [], "confirmed": True}
        if not keep:
            body = {"text": text, "intent": new, "entities": [], "replaces": old}
        add_edit(tx, "example", key=text, body=body, author=signed_in().name)
        remove_label_issue(tx, text, old)
    flash(f"Contoh tetap di {old}." if keep else f"Contoh dipindahkan dari {old} ke {new}.")
    return redirect(url_for("studio.labels_page"), 303)


def add_labels(blueprint: Blueprint) -> None:
    """Attach the views."""
    blueprint.add_url_rule("/daftar-label", "labels_page", readers(labels_page))
    blueprint.add_url_rule(
        "/daftar-label/ragu", "settle_label_issue", writers(settle_label_issue), methods=["POST"]
    )
    blueprint.add_url_rule("/label/cari", "find_label", writers(find_label))
    blueprint.add_url_rule("/label/baru", "new_label", writers(new_label))
    blueprint.add_url_rule("/label/baru", "make_label", writers(make_label), methods=["POST"])


def _form(event_id: int, values: dict[str, str], problem: str) -> ResponseReturnValue:
    with services().store.read() as tx:
        turns = members_of(tx, event_id)
        return page(
            "studio/label_baru.html",
            turns=turns,
            texts=[shown_text(turn) for turn in turns],
            values=values,
            problem=problem,
            limits=_FIELDS,
            topics=sorted({entry.topic for entry in live_assets().knowledge.values()}),
        )


def _read_form() -> tuple[str, dict[str, object]]:
    label = request.form.get("label", "").strip()
    if not _LABEL.fullmatch(label):
        text = "Nama label harus topik/kunci dengan huruf kecil, angka, dan garis bawah."
        raise InvalidFormError(f"label {label!r}", reader_text=text)
    values: dict[str, str] = {}
    for name, (least, most) in _FIELDS.items():
        values[name] = request.form.get(name, "").replace("\r\n", "\n").strip()
        if not least <= len(values[name]) <= most:
            text = f"Isian {name}: {least} sampai {most} karakter."
            raise InvalidFormError(name, reader_text=text)
    today = services().clock().astimezone(WIB).date()
    return label, {
        **values,
        "sumber": [line.strip() for line in values["sumber"].split("\n") if line.strip()],
        "tahun": today.year,
        "keyakinan": "perlu-verifikasi",
        "berlaku_sejak": today.isoformat(),
        "tinjau_paling_lambat": (today + _REVIEW_AFTER).isoformat(),
        "status_tinjau": "konsep dari studio",
        "terkait": [],
    }


def _check_new(tx: Transaction, label: str, button: str) -> None:
    if label in label_titles(tx):
        raise InvalidFormError(label, reader_text=f"Label {label} sudah ada.")
    taken = {entry.tombol for entry in live_assets().knowledge.values()}
    taken |= {str(edit.body.get("tombol")) for edit in active_edits(tx, "label")}
    if button in taken:
        raise InvalidFormError(button, reader_text=f"Judul tombol “{button}” sudah dipakai.")


def _by_title(words: str) -> list[dict[str, Any]]:
    """Return the labels whose title has all the words, while no worker answers."""
    wanted = words.casefold().split()
    with services().store.read() as tx:
        titles = label_titles(tx)
    return [
        {"label": label, "title": title, "examples": ()}
        for label, title in titles.items()
        if all(word in f"{label} {title}".casefold() for word in wanted)
    ][:8]
