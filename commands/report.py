"""`halo report`: the office's figures as files."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from commands import wiring
from reports import (
    FORMATS,
    catch_up,
    evaluation,
    evaluation_paper,
    paper_file,
    volume_file,
    volume_rows,
)

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def report() -> None:
    """Laporan layanan."""


@report.command()
@click.option("--from", "first", type=_DAY, required=True, help="Hari pertama (WIB).")
@click.option("--to", "last", type=_DAY, required=True, help="Hari terakhir (WIB), ikut dihitung.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="json")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Tulis ke berkas.")
def volume(first: datetime, last: datetime, file_format: str, output: Path | None) -> None:
    """Volume chat per hari dan kanal."""
    config = wiring.settings()
    store = wiring.open_store(config)
    store.migrate()
    catch_up(store, wiring.calendar(config))
    days: tuple[date, date] = (first.date(), last.date())
    with store.read() as tx:
        rows = volume_rows(tx, *days)
        made_at = tx.now
    content = volume_file(rows, *days, file_format=file_format, made_at=made_at)
    _write(content, file_format, output)


@report.command("evaluation")
@click.option("--from", "first", type=_DAY, required=True, help="Hari pertama (WIB).")
@click.option("--to", "last", type=_DAY, required=True, help="Hari terakhir (WIB), ikut dihitung.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="json")
@click.option("--json", "as_json", is_flag=True, help="Sama dengan --format json.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Tulis ke berkas.")
def evaluation_(
    first: datetime, last: datetime, file_format: str, as_json: bool, output: Path | None
) -> None:
    """Pencatatan dan pelaporan hasil (evaluasi SOP); dibuka enam hari setelah periode berakhir."""
    config = wiring.settings()
    store = wiring.open_store(config)
    store.migrate()
    service_calendar = wiring.calendar(config)
    catch_up(store, service_calendar)
    with store.write() as tx:
        found = evaluation.open_evaluation(tx, first.date(), last.date())
        content = evaluation.paper_content(tx, found, service_calendar)
        made_at = tx.now
    chosen = "json" if as_json else file_format
    _write(paper_file(evaluation_paper(content, made_at), content, chosen), chosen, output)


def _write(content: bytes, file_format: str, output: Path | None) -> None:
    if output:
        output.write_bytes(content)
        click.echo(f"{output} ditulis.")
    else:
        sys.stdout.buffer.write(content)
        if file_format == "json":
            sys.stdout.buffer.write(b"\n")
