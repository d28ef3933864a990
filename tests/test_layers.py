"""The layers of docs/architecture.md: nothing imports upward, and web processes stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYER = {
    "foundation": 0,
    "nlu": 1,
    "service_hours": 1,
    "storage": 1,
    "handoff": 2,
    "dialogue": 3,
    "learning": 4,
    "reports": 4,
    "connectors": 5,
    "web": 6,
    "commands": 7,
    "halo": 8,
}
# The types between the packages, the tables, and the channels have interfaces of their own.
PUBLIC_MODULES = {
    "foundation": None,
    "nlu": {"types", "embedding_build"},
    "dialogue": {"types"},
    "storage": {
        "tables",
        "whatsapp_tables",
        "bundle_tables",
        "desk_tables",
        "learning_tables",
        "office_tables",
        "studio_tables",
    },
    "connectors": {"rest", "webchat", "whatsapp", "whatsapp_emulator"},
    "web": {"services"},
}
HEAVY = ("sklearn", "scipy", "torch", "sentence_transformers", "transformers")


def _modules() -> list[Path]:
    return [
        path
        for package in LAYER
        for path in (
            [ROOT / "halo.py"] if package == "halo" else sorted((ROOT / package).rglob("*.py"))
        )
    ]


def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.append(node.module or "")
    return names


def _package(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_package_has_its_layer() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages == set(LAYER) - {"halo"}


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only_and_through_the_public_interface(path: Path) -> None:
    package = _package(path)
    for name in _imports(path):
        other, _, inner = name.partition(".")
        if other not in LAYER or other == package:
            continue
        assert LAYER[other] < LAYER[package], f"{path.name} imports {name}"
        allowed = PUBLIC_MODULES.get(other, set())
        assert allowed is None or not inner or inner.split(".")[0] in allowed, (
            f"{path.name} reaches into {name}"
        )


@pytest.mark.parametrize(
    ("part", "above"), [("contacts", "inbound outbound"), ("inbound", "outbound")]
)
def test_the_parts_of_the_whatsapp_channel_import_down_only(part: str, above: str) -> None:
    folder = ROOT / "connectors" / "whatsapp" / part
    upward = tuple(f"connectors.whatsapp.{name}" for name in above.split())
    for path in folder.rglob("*.py"):
        assert [name for name in _imports(path) if name.startswith(upward)] == [], path.name


def test_web_process_never_loads_a_model() -> None:
    code = (
        "import sys, web, connectors, dialogue\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(', '.join(heavy) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
