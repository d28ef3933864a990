"""Answers taken back: at once and everywhere, with whom was given them, and given again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError, NotFoundError
from learning import (
    count_receivers,
    receivers,
    restore_answer,
    withdraw_answer,
    withdrawals,
    withdrawn_labels,
)
from reports import READERS as REPORT_READERS
from web.accounts import may, signed_in
from web.context import services
from web.studio.frame import label_titles, live_assets, page, readers, writers

_SHOWN = 100


def withdrawn_page() -> ResponseReturnValue:
    """Show what is withdrawn, what was, and answers that may be, by the words of ``q``."""
    words = " ".join(request.args.get("q", "").split()).casefold()[:100]
    with services().store.read() as tx:
        past = withdrawals(tx)
        titles = label_titles(tx)
    known = live_assets().knowledge
    found = [
        label
        for label in sorted(known)
        if words and all(w in f"{label} {titles.get(label, '')}".casefold() for w in words.split())
    ]
    return page(
        "studio/ditarik.html",
        now=[one for one in past if one.restored_at is None],
        past=[one for one in past if one.restored_at is not None],
        titles=titles,
        found=found[:20],
        q=words,
    )


def receivers_page(label: str) -> ResponseReturnValue:
    """Show who was given an answer; withdraw it or give it again from here."""
    with services().store.read() as tx:
        titles = label_titles(tx)
        past = [one for one in withdrawals(tx) if one.label == label]
        if label not in live_assets().knowledge and not past:
            raise NotFoundError(f"no answer {label!r}")
        conversations, times = count_receivers(tx, label)
        return page(
            "studio/penerima.html",
            label=label,
            titles=titles,
            withdrawn=label in withdrawn_labels(tx),
            past=past,
            conversations=conversations,
            times=times,
            found=receivers(tx, label, limit=_SHOWN),
            may_read_talks=may(signed_in(), *REPORT_READERS),
        )


def withdraw(label: str) -> ResponseReturnValue:
    """Take the answer back."""
    account = signed_in()
    if label not in live_assets().knowledge:
        raise NotFoundError(f"no answer {label!r}")
    try:
        with services().store.write() as tx:
            reason = request.form.get("alasan", "")
            withdraw_answer(tx, label, reason=reason, author=account.name, account_id=account.id)
    except InvalidFormError as error:
        flash(error.reader_text, "danger")
    else:
        flash("Jawaban ditarik. Warga yang menanyakannya kini ditawari petugas.")
    return redirect(url_for("studio.receivers_page", label=label), 303)


def restore(label: str) -> ResponseReturnValue:
    """Give the answer again."""
    account = signed_in()
    with services().store.write() as tx:
        restore_answer(tx, label, author=account.name, account_id=account.id)
    flash("Jawaban diberikan lagi kepada warga.")
    return redirect(url_for("studio.receivers_page", label=label), 303)


def add_withdrawn(blueprint: Blueprint) -> None:
    """Attach the views."""
    add = blueprint.add_url_rule
    add("/ditarik", "withdrawn_page", readers(withdrawn_page))
    add("/ditarik/<path:label>", "receivers_page", readers(receivers_page))
    add("/tarik/<path:label>", "withdraw", writers(withdraw), methods=["POST"])
    add("/kembalikan/<path:label>", "restore", writers(restore), methods=["POST"])
