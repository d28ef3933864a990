"""Replay shows only what would change; verdicts are kept, and say who may be promoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.clock import StillClock
from foundation.errors import InvalidFormError, NotFoundError
from learning import (
    ControlSample,
    count_judgements,
    judge_change,
    latest_gate,
    latest_gates,
    past_messages,
    promote_noted,
    record_gate,
    replayed,
    rollback_noted,
    shown_changes,
    standing_of,
    start_with,
)
from learning.replay import save_changes
from nlu.types import Decision, Intent, Understanding
from storage import Store
from storage.audit import latest_audit_entries
from storage.bundle_tables import bundle
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn, take_all_in

NIK = "NIK 3201010101900001"


@dataclass(frozen=True)
class Reads:
    """A model that knows what it makes of each text."""

    known: Mapping[str, tuple[str, Decision]]
    version: str = "tes"

    def understand(self, text: str) -> Understanding:
        label, decision = self.known.get(text, (FOUNDERS, "handoff"))
        intent = Intent(label, 0.9)
        return Understanding(text=text, intent=intent, ranking=(intent,), decision=decision)


def _bundle(store: Store, version: str) -> None:
    values: dict[str, Any] = {"inputs": "", "author": "", "stored": False}
    with store.write() as tx:
        tx.connection.execute(
            sa.insert(bundle).values(
                version=version, created_at=tx.now, files={}, summary={}, **values
            )
        )


def test_only_what_a_resident_would_notice_is_a_change(store: Store, clock: StillClock) -> None:
    chat = a_chat(store)
    a_turn(store, chat, "pesan lama sekali")
    clock.advance(days=31)
    for text in (
        "biaya notaris",
        "Biaya notaris?",
        "berapa pendiri",
        "halo",
        "NIK 3201010101900001",
    ):
        a_turn(store, chat, text)
    take_all_in(store, ControlSample(share=0))
    with store.read() as tx:
        messages, total = past_messages(tx)
    assert total == len(messages) == 4
    live = Reads({"Biaya notaris?": (FOUNDERS, "answer"), "halo": (FOUNDERS, "handoff")})
    candidate = Reads(
        {
            "Biaya notaris?": (COST, "answer"),
            "halo": (COST, "handoff"),
            NIK: (COST, "clarify"),
        }
    )
    changes = replayed(messages, live, candidate)
    assert [(one.times, one.before["intent"], one.after["intent"]) for one in changes] == [
        (2, FOUNDERS, COST),
        (1, FOUNDERS, COST),
    ]

    _bundle(store, "calon")
    with store.write() as tx:
        gate_id = record_gate(tx, "calon", "", {"passed": True})
        save_changes(tx, gate_id, changes)
    with store.read() as tx:
        shown = shown_changes(tx, gate_id)
        rest = shown_changes(tx, gate_id, after=shown[0].id)
    assert shown[0].text == "Biaya notaris?"
    assert NIK not in shown[1].text
    assert rest == shown[1:]

    with store.write() as tx:
        assert judge_change(tx, shown[0].id, "better", author="rina") == gate_id
        with pytest.raises(InvalidFormError):
            judge_change(tx, shown[0].id, "bagus", author="rina")
        with pytest.raises(NotFoundError):
            judge_change(tx, 10_000, "worse", author="rina")
    with store.read() as tx:
        counted = count_judgements(tx, gate_id)
    assert counted == {"all": 2, "open": 1, "better": 1, "worse": 0, "same": 0}


def test_a_verdict_counts_against_the_bundle_that_answers_now(store: Store) -> None:
    for version in ("satu", "dua", "tiga"):
        _bundle(store, version)
    with store.write() as tx:
        start_with(tx, "satu")
        assert standing_of(tx, "satu") == "live"
        assert standing_of(tx, "dua") == "unmeasured"
        record_gate(tx, "dua", "satu", {"passed": False})
        assert standing_of(tx, "dua") == "blocked"
        record_gate(tx, "dua", "satu", {"passed": True})
        record_gate(tx, "tiga", "satu", {"passed": True})
        assert standing_of(tx, "dua") == "passed"
        promote_noted(tx, "dua", author="rina", note="lebih paham", account_id=None)
        assert standing_of(tx, "tiga") == "outdated"
        assert standing_of(tx, "satu") == "answered_before"
        assert latest_gates(tx) == {"dua": True, "tiga": True}


def test_a_forced_promotion_is_marked_in_the_audit(store: Store) -> None:
    for version in ("satu", "dua"):
        _bundle(store, version)
    with store.write() as tx:
        start_with(tx, "satu")
        number = record_gate(tx, "dua", "satu", {"passed": False})
        promote_noted(tx, "dua", author="rina", note="darurat", account_id=None, forced=True)
        assert rollback_noted(tx, author="budi", note="", account_id=None).version == "satu"
        found = latest_gate(tx, "dua")
    assert found is not None
    assert (found.id, found.passed) == (number, False)
    with store.read() as tx:
        back, there = latest_audit_entries(tx, limit=2)
    assert back.data == {"version": "satu", "by": "budi"}
    assert there.data == {"version": "dua", "by": "rina", "gate": number, "forced": True}
