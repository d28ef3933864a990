"""`halo report`: the office's figures and records as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from commands import wiring
from commands.report_options import counted_store, file_options, period_options, write_file
from commands.report_records import (
    approve,
    confirm,
    correct,
    follow_up,
    monitoring,
    note,
    readiness_,
    write,
)
from reports import (
    document_file,
    evaluation,
    evaluation_document,
    figures_document,
    period_before,
    read_figures,
    readable_names,
    volume_file,
    volume_rows,
)


@click.group()
def report() -> None:
    """Laporan layanan dan catatan yang diminta SOP."""


@report.command()
@period_options
@file_options
def volume(first: datetime, last: datetime, file_format: str, output: Path | None) -> None:
    """Volume chat per hari dan kanal."""
    config = wiring.settings()
    store = counted_store(config)
    days = (first.date(), last.date())
    with store.read() as tx:
        rows = volume_rows(tx, *days)
        made_at = tx.now
    content = volume_file(rows, *days, file_format=file_format, made_at=made_at)
    write_file(content, file_format, output)


@report.command()
@period_options
@file_options
def figures(first: datetime, last: datetime, file_format: str, output: Path | None) -> None:
    """Semua angka suatu periode, dibandingkan dengan periode sebelumnya."""
    config = wiring.settings()
    store = counted_store(config)
    days = (first.date(), last.date())
    with store.read() as tx:
        rows = volume_rows(tx, *days)
        target = config.wait_target_minutes
        now = read_figures(tx, *days, with_answers=True, target=target)
        before = read_figures(tx, *period_before(*days), target=target)
        made_at = tx.now
    names = readable_names(wiring.live_words(config, store))
    document = figures_document(now, before, rows, names=names, made_at=made_at)
    write_file(document_file(document, now.to_json(), file_format), file_format, output)


@report.command("evaluation")
@period_options
@file_options
def evaluation_(first: datetime, last: datetime, file_format: str, output: Path | None) -> None:
    """Pencatatan dan pelaporan hasil (evaluasi SOP); dibuka enam hari setelah periode berakhir."""
    config = wiring.settings()
    store = counted_store(config)
    context = wiring.evaluation_context(config, store)
    with store.write() as tx:
        found = evaluation.open_evaluation(
            tx, first.date(), last.date(), days=config.evaluation_after_days
        )
        content = evaluation.document_content(tx, found, context)
        made_at = tx.now
    content_file = document_file(evaluation_document(content, made_at), content, file_format)
    write_file(content_file, file_format, output)


for _command in (monitoring, readiness_, confirm, note, correct, write, follow_up, approve):
    report.add_command(_command)
