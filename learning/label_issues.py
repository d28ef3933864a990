"""Examples whose label may be wrong: confident learning on out-of-fold probabilities.

After Northcutt, Jiang and Chuang (2021): an example has an issue when a model that never saw it
finds another label so likely that it exceeds the mean confidence which that label's own examples
get, and likelier than the given one. People decide; nothing is changed by itself.
"""

# mypy: allow-untyped-calls
# scikit-learn carries no annotations.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from learning.overlay import Overlay, is_confirmation, merged_examples
from nlu import Example
from storage import Store, Transaction, active_edits
from storage.learning_tables import label_doubt

FOLDS = 5
_FEWEST = 3
"""Labels with fewer examples cannot be judged."""


@dataclass(frozen=True)
class LabelIssue:
    """An example that looks more like another label."""

    file: str
    line: int
    text: str
    label: str
    other: str
    own_probability: float
    other_probability: float


def find_label_issues(
    examples: Sequence[Example], *, seed: int = 0, folds: int = FOLDS, limit: int = 200
) -> list[LabelIssue]:
    """Return the examples with an issue, the clearest first. Takes about a minute for 8,000."""
    import numpy as np

    labels = sorted({example.intent for example in examples})
    number = {label: place for place, label in enumerate(labels)}
    given = np.array([number[example.intent] for example in examples])
    probabilities = _out_of_fold([example.text for example in examples], given, folds, seed)
    own = probabilities[np.arange(len(given)), given]
    counts = np.bincount(given, minlength=len(labels))
    usual = np.array([own[given == c].mean() if counts[c] else 1.0 for c in range(len(labels))])
    confident = np.where(probabilities >= usual, probabilities, -1.0)
    confident[:, counts < _FEWEST] = -1.0
    other = confident.argmax(axis=1)
    found = np.flatnonzero((other != given) & (confident.max(axis=1) > own))
    order = found[np.argsort(own[found] - probabilities[found, other[found]], kind="stable")]
    return [
        LabelIssue(
            file=examples[at].file,
            line=examples[at].line,
            text=examples[at].text,
            label=examples[at].intent,
            other=labels[int(other[at])],
            own_probability=round(float(own[at]), 4),
            other_probability=round(float(probabilities[at, other[at]]), 4),
        )
        for at in order[:limit]
    ]


def refresh_label_issues(store: Store, training_data: Path, *, seed: int = 0) -> list[LabelIssue]:
    """Look through files and studio, and keep what is found; what people confirmed is left out."""
    with store.read() as tx:
        edits = active_edits(tx)
    kept = [edit.body for edit in edits if is_confirmation(edit)]
    confirmed = {(body["text"], body["intent"]) for body in kept}
    examples = merged_examples(training_data, Overlay(tuple(edits))).examples
    found = [
        issue
        for issue in find_label_issues(examples, seed=seed)
        if (issue.text, issue.label) not in confirmed
    ]
    with store.write() as tx:
        save_label_issues(tx, found)
    return found


def save_label_issues(tx: Transaction, issues: Sequence[LabelIssue]) -> None:
    """Put these in the place of the issues found before."""
    tx.connection.execute(sa.delete(label_doubt))
    if issues:
        rows = [{"found_at": tx.now, **vars(issue)} for issue in issues]
        tx.connection.execute(sa.insert(label_doubt), rows)


def latest_label_issues(tx: Transaction, *, limit: int = 100) -> list[LabelIssue]:
    """Return the issues of the last look, the clearest first."""
    names = list(LabelIssue.__dataclass_fields__)
    columns = [label_doubt.c[name] for name in names]
    rows = tx.connection.execute(sa.select(*columns).order_by(label_doubt.c.id).limit(limit))
    return [LabelIssue(**row._mapping) for row in rows]


def remove_label_issue(tx: Transaction, text: str, label: str) -> None:
    """Take an issue off the list once somebody decided."""
    tx.connection.execute(
        sa.delete(label_doubt).where(label_doubt.c.text == text, label_doubt.c.label == label)
    )


def _out_of_fold(texts: Sequence[str], given: Any, folds: int, seed: int) -> Any:
    """Return probabilities (texts x labels) from a plain model of character n-grams."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier

    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform(
        [text.casefold() for text in texts]
    )
    rng = np.random.default_rng(seed)
    fold_of = np.zeros(len(given), int)
    for label in np.unique(given):
        members = rng.permutation(np.flatnonzero(given == label))
        fold_of[members] = np.arange(len(members)) % folds
    count = int(given.max()) + 1
    result = np.zeros((len(given), count))
    for fold in range(folds):
        seen, unseen = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=30, random_state=seed)
        model.fit(rows[seen], given[seen])
        result[np.ix_(unseen, np.unique(given[seen]))] = model.predict_proba(rows[unseen])
    return result
