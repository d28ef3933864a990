"""Nobody reads a channel's name: what differs between channels is asked of the port."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import channels

ROOT = Path(__file__).parents[1]
NAMES = {*(channel.name for channel in channels()), "telegram"}
HOME = {
    # A channel's folder, its HTTP address and its commands; the emulator is the other side of it.
    "whatsapp": (
        "connectors/whatsapp/",
        "connectors/whatsapp_emulator/",
        "web/whatsapp/",
        "commands/whatsapp",
        "commands/check_whatsapp.py",
        "storage/whatsapp_tables.py",
        "storage/charges.py",
    ),
    "webchat": ("connectors/webchat/", "web/api/", "web/site/ask.py", "storage/webchat_tables.py"),
    "rest": ("connectors/rest/", "web/api/"),
}
EVERYWHERE = ("connectors/registry.py", "foundation/settings.py", "storage/migrations/")
KNOWN = {
    # What an officer sends besides words (templates, files, once more) is no part of the port yet.
    "connectors/desk_files.py",
    "connectors/desk_post.py",
    "web/officer/desk.py",
    "web/officer/selection.py",
    "web/officer/transcript.py",
    # The contract's figures carry the name: `delivered_whatsapp`, `billable_whatsapp`.
    "reports/document_figures.py",
    "reports/figures.py",
    # Names of commands, not of channels.
    "commands/check.py",
    "halo.py",
}


def _code() -> Iterator[Path]:
    packages = {path.parent for path in ROOT.glob("*/__init__.py")} - {ROOT / "tests"}
    for package in sorted(packages - {ROOT / "benchmarks"}):
        yield from sorted(package.rglob("*.py"))
    yield ROOT / "halo.py"


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _read_in(path: Path) -> set[str]:
    """Return the channels whose names or folders a module reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = _docstrings(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documentation:
            found |= {node.value} & NAMES if isinstance(node.value, str) else set()
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            parts = [name.split(".") for name in inner if name.startswith("connectors.")]
            found |= {part[1] for part in parts} & NAMES
    return found


def _strangers(path: Path) -> set[str]:
    place = path.relative_to(ROOT).as_posix()
    if place.startswith(EVERYWHERE):
        return set()
    return {name for name in _read_in(path) if not place.startswith(HOME.get(name, ()) or ("-",))}


@pytest.mark.parametrize("path", list(_code()), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_channel_itself_reads_its_name(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in KNOWN:
        assert _strangers(path) == set()


@pytest.mark.parametrize("place", sorted(KNOWN))
def test_an_exception_that_is_none_any_more_goes(place: str) -> None:
    assert _strangers(ROOT / place)


def test_the_widget_does_not_know_whatsapp() -> None:
    """One folder can be deleted without another noticing, but for the link between the two."""
    for folder in ("rest", "webchat"):
        for path in (ROOT / "connectors" / folder).rglob("*.py"):
            assert _read_in(path) <= {folder}
