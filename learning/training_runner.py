"""What a job does: trains a candidate, measures it, and reads the last messages again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nlu
from learning.bundles import build_with_overlay, load_bundle_parts
from learning.gate_records import record_gate
from learning.gate_run import measure, target_of
from learning.jobs import Job, finish_job, report_progress
from learning.label_issues import refresh_label_issues
from learning.live_bundles import adopt_first, fetch_if_known, live_pointer
from learning.overlay import Overlay
from learning.registry import store_bundle
from learning.replay import Change, past_messages, replayed, save_changes
from nlu.types import Understands
from storage import Store, active_edits

Progress = Callable[[str, int, int], None]
_EVERY_SECONDS = 0.4


@dataclass(frozen=True)
class TrainingRunner:
    """Runs jobs. ``embedding`` opens the model of sentences, if there is one."""

    store: Store
    training_data: Path
    models_dir: Path
    embedding: Callable[[], nlu.Embedding | None]

    def work(self, job: Job, runner: str) -> str:
        """Do the job and close it; return the bundle that came of it.

        Raises ``JobConflictError`` as soon as the job is cancelled or lost, and what training and
        loading raise.
        """
        progress = self._progress(job, runner)
        version = job.version if job.kind == "gate" else None
        if version is None:
            version = self._train(job, progress)
        self._measure(version, progress)
        if job.kind == "train":
            progress("doubts", 0, 1)
            refresh_label_issues(self.store, self.training_data)
        with self.store.write() as tx:
            finish_job(tx, job.id, runner, version=version)
        return version

    def _train(self, job: Job, progress: Progress) -> str:
        with self.store.read() as tx:
            overlay = Overlay(tuple(active_edits(tx)))
        share = job.params.get("target")
        info = build_with_overlay(
            self.training_data,
            overlay,
            self.models_dir,
            seed=int(job.params.get("seed", 0)),
            embedding=self.embedding(),
            progress=progress,
            risk=None if share is None else nlu.RiskTarget(share=float(share)),
        )
        progress("store", 0, 1)
        store_bundle(self.store, info, author=job.author)
        return info.version

    def _measure(self, version: str, progress: Progress) -> None:
        """Measure a bundle against the live one, unless it is the live one."""
        progress("load", 0, 1)
        live = live_pointer(self.store, self.models_dir)
        if live is not None and live.epoch == 0:
            adopt_first(self.store, self.models_dir, live.version)
        if live is not None and live.version == version:
            return
        folder = fetch_if_known(self.store, version, self.models_dir)
        parts = load_bundle_parts(folder)
        other = self._model(live.version) if live is not None else None
        verdict = measure(
            self.training_data, parts, other, target=target_of(folder), progress=progress
        )
        changes: list[Change] = []
        if other is not None:
            changes = self._replay(verdict, other, parts[1], progress)
        with self.store.write() as tx:
            gate_id = record_gate(tx, version, live.version if live else "", verdict)
            save_changes(tx, gate_id, changes)

    def _replay(
        self, verdict: dict[str, Any], live: Understands, candidate: Understands, progress: Progress
    ) -> list[Change]:
        with self.store.read() as tx:
            messages, total = past_messages(tx)
        changes = replayed(
            messages, live, candidate, lambda done: progress("replay", done, len(messages))
        )
        verdict["replay"] = {"read": len(messages), "messages": total, "changed": len(changes)}
        return changes

    def _model(self, version: str) -> Understands:
        return load_bundle_parts(fetch_if_known(self.store, version, self.models_dir))[1]

    def _progress(self, job: Job, runner: str) -> Progress:
        last: list[Any] = ["", 0.0]

        def progress(stage: str, done: int, total: int) -> None:
            now = time.monotonic()
            if stage == last[0] and done < total and now - last[1] < _EVERY_SECONDS:
                return
            last[:] = [stage, now]
            with self.store.write() as tx:
                report_progress(tx, job.id, runner, stage=stage, done=done, total=total)

        return progress
