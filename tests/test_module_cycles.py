"""No two modules need each other, not even by an import inside a function."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _house() -> list[Path]:
    rooms = [path.parent for path in ROOT.glob("*/__init__.py")]
    return [ROOT / "halo.py", *(path for room in rooms for path in sorted(room.rglob("*.py")))]


def _name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, known: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from room import module` names a module, `from room import name` the room itself.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in inner}
    return found & known


def _cycle(paths: list[Path], root: Path) -> list[str]:
    """Return the modules of a circle of imports in its order, none when there is no circle."""
    named = {_name(path, root): path for path in paths}
    needs = {name: _imported(path, set(named)) for name, path in named.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def test_no_modules_import_each_other() -> None:
    assert _cycle(_house(), ROOT) == []


def test_a_circle_is_found_through_a_package_and_a_late_import(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").write_text("from room.front import door\n", encoding="utf-8")
    (room / "front.py").write_text("from room import back\ndoor = back\n", encoding="utf-8")
    (room / "back.py").write_text("def late():\n    import room\n", encoding="utf-8")
    paths = sorted(room.glob("*.py"))
    assert set(_cycle(paths, tmp_path)) == {"room", "room.front", "room.back"}
    (room / "back.py").write_text("", encoding="utf-8")
    assert _cycle(paths, tmp_path) == []
