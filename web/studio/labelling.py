"""Labelling: one group at a time, by keyboard or mouse; skip, undo, the second pair of eyes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError
from learning import (
    QUEUES,
    Opinion,
    Span,
    Turn,
    label_turns,
    members_of,
    queue_counts,
    read_groups,
    second_looks,
    shown_text,
    skip_turns,
    undo_last,
)
from storage import Transaction
from web.accounts import signed_in
from web.context import services
from web.studio.frame import (
    chosen_label,
    current_labeller,
    label_titles,
    live_assets,
    page,
    writers,
)

SUGGESTIONS = 9
_MOST_TURNS = 200
_WORD = re.compile(r"[^\W_][\w./\-]*[^\W_]|[^\W_]|[^\w\s]+|_+")


@dataclass(frozen=True)
class Word:
    """A piece of the shown text that can be marked."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Task:
    """What is to be labelled now. ``opinions`` are the labels that two others gave."""

    turns: tuple[Turn, ...]
    text: str
    words: tuple[Word, ...]
    suggestions: tuple[str, ...]
    opinions: tuple[str, ...] = ()


def label_page() -> ResponseReturnValue:
    """Show the next group of the queue, or the one asked for."""
    queue = request.args.get("antrean", "semua")
    with services().store.read() as tx:
        titles = label_titles(tx)
        return page(
            "studio/pelabelan.html",
            task=_next_task(tx, queue, titles),
            queue=queue,
            queues=QUEUES,
            counts=queue_counts(tx),
            second=len(second_looks(tx, signed_in())),
            titles=titles,
            entities=live_assets().domain.entities,
        )


def give_label() -> ResponseReturnValue:
    """Give the chosen turns the label and go on to the next group."""
    turns = _chosen_turns()
    with services().store.write() as tx:
        label = chosen_label(label_titles(tx), request.form.get("label", ""))
        spans = {turns[0]: read_spans(request.form.get("entitas", ""))}
        done = label_turns(tx, turns, label, current_labeller(), spans=spans)
    flash(f"{done} pesan diberi label {label}." if done else "Sudah dinilai orang lain.")
    return _onward()


def skip() -> ResponseReturnValue:
    """Pass over the chosen turns and go on to the next group."""
    turns = _chosen_turns()
    with services().store.write() as tx:
        done = skip_turns(tx, turns, current_labeller())
    flash(f"{done} pesan dilewati.")
    return _onward()


def undo() -> ResponseReturnValue:
    """Take back one's last action and show its turns again."""
    with services().store.write() as tx:
        back = undo_last(tx, signed_in())
    if not back:
        flash("Tidak ada yang dapat diurungkan.")
        return _onward()
    flash(f"{len(back)} pesan dikembalikan ke antrean.")
    return _onward(min(back))


def read_spans(text: str) -> list[Span]:
    """Read ``[{"entity", "start", "end"}]``. Raises ``InvalidFormError`` for anything else."""
    try:
        items = json.loads(text or "[]")
        spans = [Span(str(i["entity"]), int(i["start"]), int(i["end"])) for i in items]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidFormError("spans", reader_text="Tanda entitas tidak terbaca.") from error
    known = live_assets().domain.entities
    if any(span.entity not in known for span in spans):
        raise InvalidFormError("unknown entity", reader_text="Pilih entitas dari daftar yang ada.")
    return spans


def words_of(text: str) -> tuple[Word, ...]:
    """Return the pieces of the text that can be marked.

    >>> [word.text for word in words_of("NIB, bisa?")]
    ['NIB', ',', 'bisa', '?']
    """
    return tuple(Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text))


def add_labelling(blueprint: Blueprint) -> None:
    """Attach the views, for those who may label."""
    blueprint.add_url_rule("/label", "label_page", writers(label_page))
    for rule, endpoint, change in (
        ("/label", "give_label", give_label),
        ("/label/lewati", "skip", skip),
        ("/label/urungkan", "undo", undo),
    ):
        blueprint.add_url_rule(rule, endpoint, writers(change), methods=["POST"])


def _next_task(tx: Transaction, queue: str, titles: Mapping[str, str]) -> Task | None:
    if queue == "kedua":
        opinions = second_looks(tx, signed_in(), limit=1)
        return _second_task(opinions[0], titles) if opinions else None
    asked = request.args.get("kelompok", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        return _task(members_of(tx, int(asked)), titles)
    groups = read_groups(tx, queue, limit=1)
    return _task(members_of(tx, groups[0].turn.event_id), titles) if groups else None


def _second_task(opinion: Opinion, titles: Mapping[str, str]) -> Task:
    return _task([opinion.turn], titles, opinions=opinion.labels)


def _task(
    turns: Sequence[Turn], titles: Mapping[str, str], *, opinions: tuple[str, ...] = ()
) -> Task:
    text = shown_text(turns[0])
    offered = [
        *opinions,
        *(turn.real_intent for turn in turns),
        *(name for turn in turns for name, _ in turn.ranking),
        "di_luar_topik",
    ]
    known = [name for name in dict.fromkeys(offered) if name in titles]
    return Task(tuple(turns), text, words_of(text), tuple(known[:SUGGESTIONS]), opinions)


def _chosen_turns() -> list[int]:
    chosen = [value for value in request.form.getlist("pesan") if value.isdigit()]
    if not chosen or len(chosen) > _MOST_TURNS:
        raise InvalidFormError("no turns", reader_text="Pilih sedikitnya satu pesan.")
    return [int(value) for value in chosen]


def _onward(group: int | None = None) -> ResponseReturnValue:
    queue = request.form.get("antrean", "semua")
    known = queue if queue in (*QUEUES, "kedua") else "semua"
    return redirect(url_for("studio.label_page", antrean=known, kelompok=group), 303)
