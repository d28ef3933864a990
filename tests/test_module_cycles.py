"""No two modules need each other, not even by an import inside a function."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _modules() -> list[Path]:
    packages = [path.parent for path in ROOT.glob("*/__init__.py")]
    return [
        ROOT / "halo.py",
        *(path for package in packages for path in sorted(package.rglob("*.py"))),
    ]


def _name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, known: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` names a module, `from package import name` the package.
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
    assert _cycle(_modules(), ROOT) == []


def test_a_circle_is_found_through_a_package_and_a_late_import(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from package.front import inner\n", encoding="utf-8")
    (package / "front.py").write_text("from package import back\ninner = back\n", encoding="utf-8")
    (package / "back.py").write_text("def late():\n    import package\n", encoding="utf-8")
    paths = sorted(package.glob("*.py"))
    assert set(_cycle(paths, tmp_path)) == {"package", "package.front", "package.back"}
    (package / "back.py").write_text("", encoding="utf-8")
    assert _cycle(paths, tmp_path) == []
