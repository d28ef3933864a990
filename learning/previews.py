"""What a worker tells the studio: found labels, and the effect of an edit before it is made."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from dialogue import Assets, Assistant, Conversation
from foundation.errors import ModelUnavailableError, TrainingDataError
from learning.import_export import import_file
from learning.label_search import LabelIndex
from learning.overlay import Overlay, write_merged
from learning.trends import read_trends
from learning.workbench import workbench
from nlu.types import Understands
from service_hours import Calendar
from storage import Store, StudioEdit, active_edits

_PREVIEW_TICKET = "HK-CONTOH"
_MOST_TEXTS = 20


@runtime_checkable
class Rereading(Understands, Protocol):
    """A model that can read messages with other tables than its own."""

    def with_lexicon(self, folder: Path) -> Rereading:
        """Return it with the tables of ``folder``. Raises ``TrainingDataError``."""
        ...

    def normalized(self, text: str) -> str:
        """Return the message in the one spelling in which it is understood."""
        ...


class StudioHelp:
    """Answers the studio's questions in a worker, which has the model and the time.

    ``bundle`` returns the live words and model (None while nothing is trained).
    """

    def __init__(
        self,
        store: Store,
        training_data: Path,
        calendar: Calendar,
        bundle: Callable[[], tuple[Assets, Understands | None]],
        models_dir: Path,
    ) -> None:
        self._store = store
        self._training_data = training_data
        self._calendar = calendar
        self._bundle = bundle
        self._models_dir = models_dir
        self._index: LabelIndex | None = None
        self._indexing = threading.Lock()

    def answers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
        """Return the operations by name."""
        return {
            "find_labels": self.find_labels,
            "import_examples": self.import_examples,
            "preview_answer": self.preview_answer,
            "preview_lexicon": self.preview_lexicon,
            "trends": self.trends,
            "workbench": self.workbench,
        }

    def workbench(self, _request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what other risk targets would bring, or ``problem``."""
        try:
            return workbench(self._store, self._models_dir, self._calendar)
        except ModelUnavailableError as error:
            return {"problem": error.reader_text}

    def find_labels(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return ``found``: labels with title and examples for the words ``q``.

        Without words nothing is found, but the next search is quick.
        """
        with self._indexing:
            if self._index is None:
                self._index = LabelIndex.load(self._training_data, self._bundle()[0])
        words = str(request.get("q", ""))
        found = self._index.find(words, self._edits()) if words else []
        return {"found": [asdict(one) for one in found]}

    def import_examples(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Bring in the Rasa YAML ``text`` for ``author``; return the counts, or ``problem``."""
        with tempfile.TemporaryDirectory(prefix="halo-import-") as folder:
            source = Path(folder) / "berkas.yml"
            source.write_text(str(request["text"]), encoding="utf-8")
            try:
                done = import_file(
                    self._store, self._training_data, source, author=str(request["author"])
                )
            except TrainingDataError as error:
                return {"problem": _without_folder(error, folder)}
        return {"added": done.added, "known": done.known}

    def preview_answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return ``replies`` as a resident would get them after the edit, or ``problem``."""
        label = str(request["label"])
        edit = _tried(str(request.get("kind", "answer")), label, request["body"])
        with tempfile.TemporaryDirectory(prefix="halo-preview-") as folder:
            try:
                merged = write_merged(
                    self._training_data, Overlay((*self._edits(), edit)), Path(folder) / "data"
                )
                assets = Assets.load(merged)
            except TrainingDataError as error:
                return {"problem": _without_folder(error, folder)}
        with self._store.read() as tx:
            now = tx.now
        _, model = self._bundle()
        if model is None:
            raise ModelUnavailableError("no usable model")
        talk = Conversation(Assistant(assets, model), self._calendar, now, lambda: _PREVIEW_TICKET)
        turn = talk.say({"payload": f"/{label}"})
        return {"replies": [reply.text for reply in turn.replies]}

    def preview_lexicon(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return how ``texts`` are read now and after the edit (not retrained), or ``problem``."""
        body = {"before": request.get("before"), "after": request.get("after")}
        edit = _tried("lexicon", str(request["table"]), body)
        _, model = self._bundle()
        if not isinstance(model, Rereading):
            raise ModelUnavailableError("no usable model")
        with tempfile.TemporaryDirectory(prefix="halo-preview-") as folder:
            source, target = Path(folder) / "files", Path(folder) / "data"
            shutil.copytree(self._training_data / "lexicon", source / "lexicon")
            edits = [one for one in self._edits() if one.kind == "lexicon"]
            try:
                write_merged(source, Overlay((*edits, edit)), target)
                changed = model.with_lexicon(target / "lexicon")
            except TrainingDataError as error:
                return {"problem": _without_folder(error, folder)}
        texts = [str(text) for text in request.get("texts", ())][:_MOST_TEXTS]
        return {"rows": [_compared(text, model, changed) for text in texts if text.strip()]}

    def trends(self, _request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return ``weeks`` and ``rising`` (see :mod:`learning.trends`)."""
        with self._store.read() as tx:
            found = read_trends(tx)
        weeks = [{**asdict(week), "first": week.first.isoformat()} for week in found.weeks]
        return {"weeks": weeks, "rising": [asdict(one) for one in found.rising]}

    def _edits(self) -> list[StudioEdit]:
        with self._store.read() as tx:
            return active_edits(tx)


def _compared(text: str, now: Rereading, then: Rereading) -> dict[str, Any]:
    row: dict[str, Any] = {"text": text}
    for name, model in (("now", now), ("then", then)):
        understood = model.understand(text)
        row[name] = {
            "read": model.normalized(text),
            "intent": understood.intent.name,
            "confidence": understood.intent.confidence,
            "decision": understood.decision,
        }
    return row


def _tried(kind: str, key: str, body: Mapping[str, Any]) -> StudioEdit:
    """Return an edit that is only tried out."""
    values: dict[str, Any] = {"id": 0, "kind": kind, "key": key, "body": body, "author": ""}
    values |= {"at": None, "state": "active", "note": "", "undone_by": None, "undone_at": None}
    return StudioEdit(**values)


def _without_folder(error: TrainingDataError, folder: str) -> str:
    text = str(error).removeprefix(f"{error.code}: ")
    return text.replace(f"{folder}/data/", "").replace(f"{folder}/", "")
