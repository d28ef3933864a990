"""What the `halo report` commands share: the store, periods, formats, files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from commands import wiring
from foundation.settings import Settings
from reports import FORMATS, catch_up
from storage import Store

DAY = click.DateTime(formats=["%Y-%m-%d"])


def period_options(command: Any) -> Any:
    """Add ``--from`` and ``--to`` (WIB days, both included) as ``first`` and ``last``."""
    for name, variable, text in (
        ("--to", "last", "Hari terakhir (WIB), ikut dihitung."),
        ("--from", "first", "Hari pertama (WIB)."),
    ):
        command = click.option(name, variable, type=DAY, required=True, help=text)(command)
    return command


def file_options(command: Any) -> Any:
    """Add ``--format``, ``--json`` and ``--output`` as ``file_format`` and ``output``."""
    command = click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="Tulis ke berkas."
    )(command)
    command = click.option(
        "--json", "file_format", flag_value="json", help="Sama dengan --format json."
    )(command)
    return click.option("--format", "file_format", type=click.Choice(FORMATS), default="json")(
        command
    )


def counted_store(config: Settings) -> Store:
    """Open the store with its tables and its counters up to date."""
    store = wiring.open_store(config)
    store.migrate()
    catch_up(store, wiring.office_calendar(config, store).calendar)
    return store


def write_file(content: bytes, file_format: str, output: Path | None) -> None:
    """Write the file, or without ``output`` print it."""
    if output:
        output.write_bytes(content)
        click.echo(f"{output} ditulis.")
    else:
        sys.stdout.buffer.write(content)
        if file_format == "json":
            sys.stdout.buffer.write(b"\n")
