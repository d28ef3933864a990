"""What was once named by a metaphor does not come back: ``docs/decisions/0004-names.md``."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DECISION = ROOT / "docs" / "decisions" / "0004-names.md"
KEPT = {
    # `halo labels doubts` is what the command is called on the command line.
    "commands/labels.py": {"doubts"},
}


def _former() -> list[str]:
    rows = re.findall(r"^\| (`.+?) \|", DECISION.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def _code() -> Iterator[Path]:
    packages = {path.parent for path in ROOT.glob("*/__init__.py")}
    for folder in sorted({*packages, ROOT / "tests", ROOT / "benchmarks"}):
        yield from sorted(folder.rglob("*.py"))
    yield ROOT / "halo.py"


def _defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


MODULES = [name for name in _former() if name.endswith(".py")]
NAMES = frozenset(_former()) - frozenset(MODULES)


def test_the_decision_lists_former_names() -> None:
    assert "handoff/care.py" in MODULES
    assert {"Turnstile", "put_out", "House"} <= NAMES


@pytest.mark.parametrize("former", MODULES)
def test_no_module_has_a_former_name(former: str) -> None:
    path = ROOT / former
    assert not path.exists()
    assert not path.with_suffix("").is_dir(), "nor a package"


def test_no_class_or_function_has_a_former_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in _code()
        for name in sorted(_defined(path) & NAMES)
        if name not in KEPT.get(path.relative_to(ROOT).as_posix(), ())
    ]
    assert found == []
