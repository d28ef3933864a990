"""Finding a label by a few words: in its title and in its example messages. For a worker."""

# mypy: allow-untyped-calls
# scikit-learn carries no annotations.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue import Assets
from nlu import Example, TrainingData
from storage import StudioEdit

EXAMPLES = 3


@dataclass(frozen=True)
class FoundLabel:
    """A label with the examples that are most like the words asked for."""

    label: str
    title: str
    examples: tuple[str, ...]


class LabelIndex:
    """Character n-grams of all titles and examples; made once, which takes a second or two."""

    def __init__(self, examples: Iterable[Example], titles: Mapping[str, str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.titles = dict(titles)
        pairs = [(example.intent, example.text, True) for example in examples]
        pairs += [(label, title, False) for label, title in titles.items()]
        self._rows = pairs
        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True
        )
        self._matrix = self._vectorizer.fit_transform([text for _, text, _ in pairs])

    @classmethod
    def load(cls, training_data: Path, assets: Assets) -> LabelIndex:
        """Read the examples of ``training_data``; the titles are those of the live ``assets``."""
        titles = {label: entry.judul for label, entry in assets.knowledge.items()}
        return cls(TrainingData.load(training_data).examples, titles)

    def find(
        self, words: str, edits: Iterable[StudioEdit] = (), *, limit: int = 8
    ) -> list[FoundLabel]:
        """Return the labels nearest to ``words``, the studio's own examples among them."""
        import numpy as np

        rows, scores = list(self._rows), self._scores(words)
        titles = dict(self.titles)
        for edit in edits:
            if edit.kind == "example" and edit.body.get("intent"):
                rows.append((str(edit.body["intent"]), str(edit.body["text"]), True))
            elif edit.kind == "label":
                titles[edit.key] = str(edit.body.get("judul") or "")
                rows.append((edit.key, titles[edit.key], False))
        if added := [text for _, text, _ in rows[len(self._rows) :]]:
            query = self._vectorizer.transform([words])
            more = (self._vectorizer.transform(added) @ query.T).toarray().ravel()
            scores = np.concatenate([scores, more])
        best: dict[str, list[str]] = {}
        for place in np.argsort(-scores, kind="stable"):
            label, text, is_example = rows[int(place)]
            if scores[place] <= 0:
                break
            if label not in best and len(best) == limit:
                continue
            found = best.setdefault(label, [])
            if is_example and len(found) < EXAMPLES:
                found.append(text)
        return [
            FoundLabel(label, titles.get(label, ""), tuple(found)) for label, found in best.items()
        ]

    def _scores(self, words: str) -> Any:
        return (self._matrix @ self._vectorizer.transform([words]).T).toarray().ravel()
