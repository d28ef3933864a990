"""What the studio's pages share: who may, which labels there are, and how they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dialogue import Assets
from foundation.errors import InvalidFormError
from learning import Labeller, SecondLook
from storage import Transaction, active_edits
from web.accounts import may, require_role, signed_in
from web.context import services

View = Callable[..., ResponseReturnValue]

WRITERS = ("staf_data",)
READERS = (*WRITERS, "auditor")

readers: Callable[[View], View] = require_role(*READERS)
writers: Callable[[View], View] = require_role(*WRITERS)


def page(template: str, **values: Any) -> ResponseReturnValue:
    """Return a page of the studio for whoever is signed in."""
    account = signed_in()
    body = render_template(template, account=account, may_write=may(account, *WRITERS), **values)
    answer = make_response(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def live_assets() -> Assets:
    """Return the words in force; those on disk while nothing is trained."""
    live = services().live_bundle()
    return live.assets if live else Assets.load(services().settings.training_data)


def label_titles(tx: Transaction) -> dict[str, str]:
    """Return every label that a turn can mean with its readable title, the studio's own included.

    Acts have no title; their name is shown in words by the templates.
    """
    assets = live_assets()
    titles = {label: entry.judul for label, entry in assets.knowledge.items()}
    titles |= {name: "" for name in assets.domain.intents if "/" not in name}
    for edit in active_edits(tx, "label"):
        titles[edit.key] = str(edit.body.get("judul") or titles.get(edit.key, ""))
    return titles


def chosen_label(titles: Mapping[str, str], label: str) -> str:
    """Return the label if there is such a one. Raises ``InvalidFormError``."""
    if label not in titles:
        raise InvalidFormError(f"label {label!r}", reader_text="Pilih label dari daftar yang ada.")
    return label


def current_labeller() -> Labeller:
    """Return under whose name, and as which action, this request labels."""
    share = services().settings.learning.second_look_percent / 100
    return Labeller(signed_in(), services().new_id(), SecondLook(share=share))


def add_entrance(blueprint: Blueprint) -> None:
    """Attach the studio's entrance, which leads to the inbox."""

    def entrance() -> ResponseReturnValue:
        return redirect(url_for("studio.inbox"), 303)

    blueprint.add_url_rule("", "entrance", readers(entrance))
