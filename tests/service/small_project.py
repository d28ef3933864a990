"""A project that is trained in seconds: all labels, a few examples of each, no encoder."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from foundation.clock import StillClock, parse_moment
from foundation.settings import PROJECT_ROOT
from learning import BundleInfo, build_bundle, examples_as_yaml
from nlu import TrainingData
from nlu.types import Understands
from storage import Store
from tests.learning.learning_kit import a_chat, a_turn
from tests.service.conftest import Service

PER_LABEL = 10
GOLD = ("bantuan_program.yml", "layanan_kantor.yml")


@dataclass(frozen=True)
class SmallProject:
    """A copy of the training data, and the examples that were left out: text to label."""

    folder: Path
    models: Path
    unseen: dict[str, str]

    @classmethod
    def make(cls, folder: Path) -> SmallProject:
        """Copy the data into ``folder``, without the conversations that a small model fails."""
        data = folder / "training_data"
        shutil.copytree(PROJECT_ROOT / "training_data", data)
        shutil.rmtree(data / "conversations")
        for path in (data / "gold").glob("*.yml"):
            if path.name not in GOLD:
                path.unlink()
        before = {one.text: one.intent for one in TrainingData.load(data).examples}
        for path in (data / "nlu").rglob("*.yml"):
            path.write_text(_shortened(path.read_text(encoding="utf-8")), encoding="utf-8")
        kept = {one.text for one in TrainingData.load(data).examples}
        models = folder / "models"
        models.mkdir()
        return cls(data, models, {k: v for k, v in before.items() if k not in kept})

    @property
    def environment(self) -> dict[str, str]:
        """Settings with which a service works on it."""
        return {
            "HALO_TRAINING_DATA": str(self.folder),
            "HALO_MODELS_DIR": str(self.models),
            "HALO_EMBEDDING_MODEL": str(self.folder / "no-encoder"),
            "HALO_SECOND_LOOK_PERCENT": "0",
        }

    def residents(self) -> dict[str, str]:
        """Return what 200 residents ask: of ten labels ten unseen examples, each twice."""
        by_label: dict[str, list[str]] = {}
        for text, label in self.unseen.items():
            if "/" in label:
                by_label.setdefault(label, []).append(text)
        fit = [label for label, texts in by_label.items() if len(texts) > 20]
        once = {text: label for label in fit[:10] for text in by_label[label][:10]}
        return once | {f"{text} dong": label for text, label in once.items()}

    def shuffled(self) -> BundleInfo:
        """Build a bundle whose examples have each other's labels."""
        data = self.folder.with_name("acak")
        shutil.copytree(self.folder, data)
        examples = TrainingData.load(data).examples
        labels = [one.intent for one in examples]
        random.Random(7).shuffle(labels)
        mixed = [replace(one, intent=label) for one, label in zip(examples, labels, strict=True)]
        shutil.rmtree(data / "nlu")
        (data / "nlu").mkdir()
        (data / "nlu" / "acak.yml").write_text(examples_as_yaml(mixed), encoding="utf-8")
        return build_bundle(data, self.models, seed=0, embedding=None)


def log_turns(service: Service, model: Understands, texts: Iterable[str]) -> Store:
    """Write the turns down as the live bundle takes them, and let the inbox be ordered."""
    clock = StillClock(parse_moment("2026-11-24T09:55"))
    store = Store.open(f"sqlite:///{service.data_dir / 'halo.sqlite3'}", clock=clock)
    for number, text in enumerate(texts):
        understood = model.understand(text)
        ranking = [(one.name, one.confidence) for one in understood.ranking[:5]]
        chat = a_chat(store, f"warga-{number}")
        a_turn(store, chat, text, ranking=ranking, decision=understood.decision)
    refreshed = service.command("labels", "refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    return store


def _shortened(text: str) -> str:
    lines, count = [], 0
    for line in text.split("\n"):
        count = 0 if line.startswith("- ") else count + line.startswith("    - ")
        if count <= PER_LABEL or not line.startswith("    - "):
            lines.append(line)
    return "\n".join(lines)
