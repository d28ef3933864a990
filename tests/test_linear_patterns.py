"""No pattern of the house takes more than linear time, whatever text it is given.

Every call of :mod:`re` in the packages is found in the source, so that a new pattern is held to it
without being listed anywhere; those that are made from data files are asked of who makes them.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors import desk_words
from dialogue import Assets
from dialogue.findings import Findings
from dialogue.patterns import read_patterns
from dialogue.plain import plain_words
from foundation.yaml_lines import LineDict
from nlu.scan import LONGEST, scan
from tests.pattern_steps import StepCounter, TooManyStepsError, attack, attacks

ROOT = Path(__file__).parents[1]
LENGTH = 200
BUDGET = 2_000_000
ENOUGH = 25
"""Steps a character below which nothing is looked at: growth would show at a greater length."""
GROWTH = 1.6
"""Times the steps a character may rise when the text is twice as long; quadratic is 2."""
OF_SETTINGS = {("foundation/environment.py", "pattern"), ("dialogue/marked_entities.py", "line")}
"""Made from what the operator or the author of a Rasa project wrote, never from a resident."""
FROM_DATA = {
    "connectors/desk_words.py", "dialogue/context_tables.py", "dialogue/marked_entities.py",
    "dialogue/patterns.py", "dialogue/safety_file.py",
}  # fmt: skip
_FOUR_WORDS, _ANY_WORDS = r"(?: \S+){0,4}?", r"(?: \S+)*?"
_ANCHORED = {"match", "fullmatch"}


@dataclass(frozen=True)
class Used:
    """A pattern and how the program looks for it."""

    where: str
    pattern: re.Pattern[str]
    how: str = "search"


def _sources() -> list[Path]:
    rooms = [path.parent for path in ROOT.glob("*/__init__.py")]
    found = [ROOT / "halo.py", *(path for room in rooms for path in sorted(room.rglob("*.py")))]
    return [
        path for path in found if path.relative_to(ROOT).parts[0] not in ("tests", "benchmarks")
    ]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr not in ("escape", "error")
        ):
            yield node


def _uses(tree: ast.AST, name: str) -> set[str]:
    """Return the methods that are called on a global pattern."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def _how(methods: set[str]) -> str:
    if methods == {"fullmatch"}:
        return "fullmatch"
    return "match" if methods and methods <= _ANCHORED else "search"


def _of_module(path: Path) -> Iterator[Used]:
    """Yield the global patterns of a module and those written where they are used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = path.relative_to(ROOT)
    if not any(True for _ in _calls(tree)):
        return
    module = importlib.import_module(".".join(place.with_suffix("").parts))
    for name, value in vars(module).items():
        for pattern in _patterns_in(value):
            yield Used(f"{place}: {name}", pattern, _how(_uses(tree, name)))
    for call in _calls(tree):
        how = str(getattr(call.func, "attr", ""))
        if how != "compile" and isinstance(call.args[0], ast.Constant):
            pattern = re.compile(call.args[0].value)
            yield Used(f"{place}:{call.lineno}", pattern, how if how in _ANCHORED else "search")


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _patterns_in(inner)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from _patterns_in(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _patterns_in(getattr(value, one.name))


def grows(used: Used) -> str:
    """Return a text on which the steps rise faster than the length, "" when there is none."""
    for head, piece, tail in attacks(used.pattern):
        rates = []
        for length in (LENGTH, 2 * LENGTH):
            text = attack(head, piece, tail, length)
            counter = StepCounter(used.pattern, BUDGET, used.how)
            try:
                counter.matches(text)
            except TooManyStepsError:
                return f"{text[:60]!r} takes more than {BUDGET} steps"
            rates.append(counter.steps / len(text))
        if rates[1] > ENOUGH and rates[1] > GROWTH * rates[0]:
            return f"{head!r} + {piece!r}* + {tail!r}: {rates[0]:.0f}, {rates[1]:.0f} a character"
    return ""


@pytest.fixture(autouse=True)
def deep_stack() -> Iterator[None]:
    """The counter calls itself for every repetition."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


def test_every_pattern_of_the_house_is_linear() -> None:
    used = [one for path in _sources() for one in _of_module(path)]
    assert len(used) > 100
    found = {f"{one.where} {one.pattern.pattern}": grows(one) for one in used}
    assert {where: text for where, text in found.items() if text} == {}


def test_patterns_that_are_put_together_in_functions_are_known() -> None:
    """A pattern that is made from something else than a constant is in one of the lists above."""
    unknown = set()
    for path in _sources():
        place = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in _calls(function):
                source = ast.unparse(call.args[0])
                constant = isinstance(call.args[0], ast.Constant)
                if not constant and place not in FROM_DATA and (place, source) not in OF_SETTINGS:
                    unknown.add(f"{place}:{call.lineno} {source}")
    assert unknown == set()


def test_patterns_made_from_tables_repeat_nothing_but_words(assets: Assets) -> None:
    """They see at most 300 words of 64 letters; what they are put together from is held below."""
    patterns = {p.pattern for p in (*_patterns_in(assets.patterns), *_patterns_in(assets.context))}
    assert len(patterns) > 100
    for source in patterns:
        rest = source.replace(_FOUR_WORDS, "").replace(_ANY_WORDS, "")
        assert not re.search(r"(?<!\\)[*+]|\{\d*,", rest), source
        assert source.count(_ANY_WORDS) <= 1, source


@pytest.mark.parametrize(
    "row",
    ["^ saya ... mau? {tanya} $", "... (apa|apa saja) ... saya ...", "{tanya|tanya}? ... {tanya}",
     "^ ... saya", "saya ... saya ... saya ... $"],
)  # fmt: skip
def test_a_row_of_the_pattern_tables_is_linear(row: str) -> None:
    content = LineDict()
    content.update({"words": {"tanya": "apa, apa saja, aa"}, "patterns": {"p": _rows(row)}})
    patterns = read_patterns(content, Path("patterns.yml"), Findings())
    (pattern,) = patterns.patterns["p"].match
    assert grows(Used(row, pattern)) == ""


def _rows(row: str) -> LineDict:
    item = LineDict()
    item["match"] = [row]
    return item


def test_words_of_the_desk_are_linear() -> None:
    for words in (*desk_words._table()["not_needed"], *desk_words._table()["unsolved"]):
        assert grows(Used(words, re.compile(rf"\b{words}\b"))) == ""


@pytest.mark.parametrize(
    ("source", "how"),
    [
        (r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", "search"),
        (r"(a+)+$", "match"),
        (r"\b(?:bukan|sanes)\s+(.+?)[\s,]+(?:tapi|tp)\s+(.+)$", "search"),
        (r"\s*[,;]\s*(?:dan|lalu)?\s+", "search"),
        (r"(?: (?:aja|saja))+$", "search"),
        (r"\W*berhenti\W*", "search"),
        (r"(?:x|\s+)*\.", "match"),
    ],
)
def test_patterns_that_are_known_to_be_slow_are_found(source: str, how: str) -> None:
    assert grows(Used("", re.compile(source), how))


@pytest.mark.parametrize("piece", ["\ufdfa", "a\u0315\u0323", "kata ", "x", "😀"])
def test_what_is_matched_and_read_of_a_text_is_bounded(piece: str) -> None:
    """One character may fold to 18 (U+FDFA): 40,000 of them are 720,000 letters."""
    text = piece * 40_000
    words = plain_words(text)
    assert len(words) <= 300
    assert max(map(len, words), default=0) <= 64
    assert sum(len(token.text) for token in scan(text)) <= LONGEST + 18


@pytest.mark.parametrize("how", ["search", "match", "fullmatch"])
def test_the_counter_matches_what_python_matches(how: str) -> None:
    """Else its steps would be those of another matcher."""
    for used in [one for path in _sources() for one in _of_module(path)]:
        if re.search(r"\\Z|\(\?s", used.pattern.pattern):
            continue
        for head, piece, tail in list(attacks(used.pattern))[:8]:
            text = attack(head, piece, tail, 12)
            mine = StepCounter(used.pattern, BUDGET, how).matches(text)
            if how == "search":
                theirs = [match.span() for match in _none_twice(used.pattern, text)]
            else:
                one = getattr(used.pattern, how)(text)
                theirs = [one.span()] if one else []
            assert mine == theirs, (used, text)


def _none_twice(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches, without an empty one where the one before ended."""
    at = 0
    while at <= len(text) and (match := pattern.search(text, at)):
        yield match
        at = max(match.start() + 1, match.end())
