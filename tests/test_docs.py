"""The documents tell what the program has: settings, commands, errors, dependencies."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import halo
from foundation import errors

ROOT = Path(__file__).parents[1]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_and_no_other() -> None:
    in_code = set(re.findall(r'"(HALO_[A-Z_]+)"', _read("foundation/settings.py")))
    documented = set(re.findall(r"^\| `(HALO_[A-Z_]+)`", _read("docs/configuration.md"), re.M))
    assert documented == in_code


def test_the_example_of_a_server_sets_what_exists() -> None:
    in_code = set(re.findall(r'"(HALO_[A-Z_]+)"', _read("foundation/settings.py")))
    in_example = set(re.findall(r"^#?(HALO_[A-Z_]+)=", _read("deploy/halo.env.example"), re.M))
    assert in_example
    assert in_example <= in_code


def test_every_command_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^## `halo ([a-z]+)", _read("docs/cli.md"), re.M))
    assert documented == set(halo.COMMANDS)


def _spoken_of() -> set[tuple[str, ...]]:
    """Return the words of every `halo …` in the documents, up to the first that is no command."""
    texts = [_read("README.md"), *(_read(f"docs/{path.name}") for path in ROOT.glob("docs/*.md"))]
    calls = (call for text in texts for call in re.findall(r"\bhalo ((?:[a-z-]+ ?)+)", text))
    return {tuple(call.split()) for call in calls if call.split()[0] in halo.COMMANDS}


def test_commands_that_the_documents_name_exist() -> None:
    spoken_of = _spoken_of()
    assert len(spoken_of) > len(halo.COMMANDS)
    context = click.Context(halo.cli)
    unknown = set()
    for name, *rest in spoken_of:
        command = halo.cli.get_command(context, name)
        if rest and isinstance(command, click.Group) and rest[0] not in command.commands:
            unknown.add(f"{name} {rest[0]}")
    assert unknown == set()


def _options(command: click.Command) -> set[str]:
    own = {option for param in command.params for option in param.opts}
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union({"--help"}, *(_options(one) for one in inner))


@pytest.mark.parametrize("command", sorted(halo.COMMANDS))
def test_options_in_the_list_of_commands_exist(command: str) -> None:
    section = _read("docs/cli.md").split(f"## `halo {command}`")[1].split("\n## ")[0]
    documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section))
    found = halo.cli.get_command(click.Context(halo.cli), command)
    assert found is not None
    assert documented <= _options(found)


@pytest.mark.parametrize("command", sorted(halo.COMMANDS))
def test_every_command_has_help(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "halo", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: halo" in done.stdout


def _error_classes(root: type[errors.HaloError]) -> list[type[errors.HaloError]]:
    return [root, *(found for child in root.__subclasses__() for found in _error_classes(child))]


def test_error_codes_are_unique_and_documented() -> None:
    classes = {cls for cls in _error_classes(errors.HaloError) if cls.__module__ == errors.__name__}
    codes = [cls.code for cls in classes]
    assert len(codes) == len(set(codes))
    assert set(re.findall(r"^\| (H\d{3}) ", _read("docs/errors.md"), re.M)) == set(codes)


def test_every_direct_dependency_has_its_reason() -> None:
    names = set()
    for file in ("requirements.in", "requirements-dev.in"):
        for line in _read(file).splitlines():
            if line and not line.startswith(("-", "#")):
                names.add(re.split(r"[=\[<>]", line)[0].lower())
    documented = re.findall(r"^\| ([A-Za-z0-9-]+) \|", _read("docs/dependencies.md"), re.M)
    assert {name.lower() for name in documented} - {"package"} == names


def test_lock_pins_every_package_with_hashes_but_torch() -> None:
    lock = _read("requirements.lock")
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", lock)
    pinned = [block for block in blocks if re.match(r"[A-Za-z0-9._-]+(\[.*\])?==", block)]
    assert len(pinned) > 50
    assert not [block.split()[0] for block in pinned if "--hash=sha256:" not in block]
    assert "torch==" not in [block.split("==")[0] + "==" for block in pinned]


def test_project_names_no_machine_and_no_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    forbidden = re.compile(r"/work/|/root/|files\.pythonhosted|pypi\.org/simple|registry\.npmjs")
    found = []
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".yml", ".cfg", ".toml", ".in", ".lock", ".js", ""}:
            if name == "tests/test_docs.py" or not path.is_file():
                continue
            if forbidden.search(path.read_text(encoding="utf-8", errors="replace")):
                found.append(name)
    assert found == []


def test_pictures_of_the_guides_are_there_and_small() -> None:
    shown = {
        (path, name)
        for path in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
    }
    assert shown
    assert [name for path, name in shown if not (path.parent / name).is_file()] == []
    pictures = list((ROOT / "docs" / "gambar").glob("*.png"))
    assert sum(path.stat().st_size for path in pictures) < 2_000_000
