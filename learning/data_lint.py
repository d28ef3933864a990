"""Checks of the training texts themselves: copies, common openings, leaks of the gold set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from nlu import OUT_OF_SCOPE, Example

MIN_EXAMPLES = 15
NEAR_COPY = 0.7
"""Character 5-gram Jaccard from which two messages of one label count as copies."""
GOLD_LEAK = 0.8
"""Character 5-gram Jaccard from which a training message counts as a copy of a gold one."""
MIN_GOLD = 3
MIN_CRITICAL_GOLD = 15
"""Where a wrong answer costs money, few gold messages would hide a loss."""
MIN_OUT_OF_SCOPE_GOLD = 100
COMMON_OPENING = 0.1
"""Largest share of a label's messages that may begin with the same three words."""

_GRAM = 5


@dataclass(frozen=True)
class DataFinding:
    """Something wrong, or worth a look, at ``file:line``."""

    file: str
    line: int
    severity: Literal["error", "warning"]
    text: str


@dataclass(frozen=True)
class LabelShares:
    """How alike a label's messages are: shares (0..1) of its ``count`` messages.

    ``near_copies`` resemble an earlier one as much as is refused; ``opening`` is the largest group
    that begins with the same three words.
    """

    label: str
    count: int
    near_copies: float
    opening: float


def label_shares(examples: Iterable[Example]) -> list[LabelShares]:
    """Return the shares of every label, sorted by label."""
    return [
        LabelShares(
            label,
            len(members),
            len({(f.file, f.line) for f in _near_copies(members)}) / len(members),
            max(map(len, _by_opening(members).values()), default=0) / len(members),
        )
        for label, members in sorted(_by_label(examples).items())
    ]


def lint_examples(examples: Iterable[Example]) -> list[DataFinding]:
    """Return findings on few examples, near copies, shared openings and double labels."""
    by_label = _by_label(examples)
    findings: list[DataFinding] = []
    for label, members in sorted(by_label.items()):
        findings += _few(label, members)
        findings += _near_copies(members)
        findings += _openings(label, members)
    return findings + list(_double_labels(by_label))


def lint_gold(training: Iterable[Example], gold: Iterable[Example]) -> list[DataFinding]:
    """Return an error for every training message that is a (near-)copy of a gold message."""
    index: dict[str, list[int]] = defaultdict(list)
    gold_list = list(gold)
    gold_grams = [_grams(example.text) for example in gold_list]
    for number, grams in enumerate(gold_grams):
        for gram in grams:
            index[gram].append(number)
    findings = []
    for example in training:
        grams = _grams(example.text)
        shared = Counter(number for gram in grams for number in index.get(gram, ()))
        for number, count in shared.items():
            if count / (len(grams) + len(gold_grams[number]) - count) >= GOLD_LEAK:
                other = gold_list[number]
                where = f"{other.file}:{other.line}"
                text = f"pesan latih ini salinan pesan uji {where}: {example.text!r}"
                findings.append(DataFinding(example.file, example.line, "error", text))
    return findings


def lint_gold_sizes(
    training: Iterable[Example], gold: Iterable[Example], critical: Iterable[str]
) -> list[DataFinding]:
    """Return an error for every label that the gold set measures with too few messages.

    The finding stands at the label's first gold message, or at its first training message.
    """
    least = dict.fromkeys(critical, MIN_CRITICAL_GOLD) | {OUT_OF_SCOPE: MIN_OUT_OF_SCOPE_GOLD}
    measured = _by_label(gold)
    findings = []
    for label, members in sorted(_by_label(training).items()):
        own, wanted = measured.get(label, []), least.get(label, MIN_GOLD)
        if len(own) < wanted:
            first = (own or members)[0]
            text = f"{label}: hanya {len(own)} pesan uji, paling sedikit {wanted}"
            findings.append(DataFinding(first.file, first.line, "error", text))
    return findings


def _by_label(examples: Iterable[Example]) -> dict[str, list[Example]]:
    by_label: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_label[example.intent].append(example)
    return by_label


def _few(label: str, members: list[Example]) -> Iterator[DataFinding]:
    if len(members) < MIN_EXAMPLES:
        text = f"{label}: hanya {len(members)} contoh, paling sedikit {MIN_EXAMPLES}"
        yield DataFinding(members[0].file, members[0].line, "error", text)


def _near_copies(members: list[Example]) -> Iterator[DataFinding]:
    grams = [_grams(example.text) for example in members]
    for later, example in enumerate(members):
        for earlier in range(later):
            common = len(grams[later] & grams[earlier])
            similarity = common / (len(grams[later]) + len(grams[earlier]) - common)
            if similarity >= NEAR_COPY:
                other = members[earlier]
                text = (
                    f"{example.intent}: {example.text!r} hampir sama dengan "
                    f"{other.text!r} ({other.file}:{other.line})"
                )
                yield DataFinding(example.file, example.line, "error", text)


def _openings(label: str, members: list[Example]) -> Iterator[DataFinding]:
    limit = max(1, int(len(members) * COMMON_OPENING))
    for words, sharing in _by_opening(members).items():
        if len(sharing) > limit:
            text = f"{label}: {len(sharing)} dari {len(members)} pesan diawali {' '.join(words)!r}"
            yield DataFinding(sharing[-1].file, sharing[-1].line, "error", text)


def _by_opening(members: list[Example]) -> dict[tuple[str, ...], list[Example]]:
    openings: dict[tuple[str, ...], list[Example]] = defaultdict(list)
    for example in members:
        words = tuple(example.text.lower().split()[:3])
        if len(words) == 3:
            openings[words].append(example)
    return openings


def _double_labels(by_label: dict[str, list[Example]]) -> Iterator[DataFinding]:
    first: dict[str, Example] = {}
    for members in by_label.values():
        for example in members:
            key = " ".join(example.text.lower().split())
            other = first.setdefault(key, example)
            if other.intent != example.intent:
                text = f"{example.text!r} juga berlabel {other.intent} ({other.file}:{other.line})"
                yield DataFinding(example.file, example.line, "error", text)


def _grams(text: str) -> frozenset[str]:
    padded = f" {' '.join(text.lower().split())} "
    return frozenset(padded[i : i + _GRAM] for i in range(max(1, len(padded) - _GRAM + 1)))
