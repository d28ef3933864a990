"""Bundles: which one answers, promotion by a named person, and the way back in one click."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import ForbiddenError, InvalidFormError
from learning import (
    MAY_ANSWER,
    find_registered,
    latest_gates,
    live_of,
    promote_noted,
    promotions,
    registered,
    registered_bundles,
    rollback_noted,
    rollback_target,
    standing_of,
)
from storage import Transaction
from web.accounts import signed_in
from web.context import services
from web.studio.frame import page, readers, writers

_SHOWN = 30


def versions_page() -> ResponseReturnValue:
    """Show the bundles and the changes of the answering one."""
    with services().store.read() as tx:
        live = live_of(tx)
        bundles = registered_bundles(tx, limit=_SHOWN)
        return page(
            "studio/versi.html",
            live=live,
            live_bundle=find_registered(tx, live.version) if live else None,
            bundles=bundles,
            standings={one.version: standing_of(tx, one.version) for one in bundles},
            gates=latest_gates(tx),
            back=rollback_target(tx),
            past=promotions(tx, limit=_SHOWN),
        )


def promote_bundle(version: str) -> ResponseReturnValue:
    """Let a bundle answer. Past a closed gate only an admin leads it, and that is written down."""
    account = signed_in()
    try:
        with services().store.write() as tx:
            forced = _has_to_be_forced(tx, version)
            promote_noted(
                tx,
                version,
                author=account.name,
                note=request.form.get("catatan", ""),
                account_id=account.id,
                forced=forced,
            )
    except InvalidFormError as error:
        flash(error.reader_text, "danger")
        return redirect(url_for("studio.gate_page", version=version), 303)
    flash(f"Model {version} menjawab warga dalam beberapa detik, di semua mesin.")
    return redirect(url_for("studio.versions_page"), 303)


def _has_to_be_forced(tx: Transaction, version: str) -> bool:
    """Return whether the bundle goes past the gate, by an admin who asked for just that.

    Raises ``InvalidFormError`` when it may not answer, ``ForbiddenError`` for other roles.
    """
    if not registered(tx, version).stored and tx.dialect == "postgresql":
        text = f"Model {version} hanya ada di satu mesin. Jalankan `halo models promote` di sana."
        raise InvalidFormError("not stored for all hosts", reader_text=text)
    if standing_of(tx, version) in MAY_ANSWER:
        return False
    if not request.form.get("paksa"):
        text = f"Model {version} belum lulus gerbang terhadap model yang menjawab."
        raise InvalidFormError("not through the gate", reader_text=text)
    if signed_in().role != "admin":
        raise ForbiddenError("only an admin may promote past the gate")
    return True


def roll_back() -> ResponseReturnValue:
    """Go back to the bundle before."""
    account = signed_in()
    try:
        with services().store.write() as tx:
            note = request.form.get("catatan", "")
            pointer = rollback_noted(tx, author=account.name, note=note, account_id=account.id)
    except InvalidFormError as error:
        flash(error.reader_text, "danger")
    else:
        flash(f"Kembali ke model {pointer.version}, dalam beberapa detik di semua mesin.")
    return redirect(url_for("studio.versions_page"), 303)


def add_versions(blueprint: Blueprint) -> None:
    """Attach the views."""
    add = blueprint.add_url_rule
    add("/versi", "versions_page", readers(versions_page))
    add("/versi/kembali", "roll_back", writers(roll_back), methods=["POST"])
    add("/versi/<version>/promosi", "promote_bundle", writers(promote_bundle), methods=["POST"])
