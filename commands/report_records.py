"""`halo report`: the records of the SOP, each action under the name of a member of the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from commands import wiring
from commands.report_options import DAY, counted_store, file_options, period_options, write_file
from commands.signing import signing_account
from foundation.clock import read_day
from foundation.errors import InvalidFormError, NotFoundError
from reports import (
    COLUMNS,
    LEAD,
    TEAM,
    document_file,
    evaluation,
    follow_ups,
    monitoring_document,
    readiness,
    readiness_document,
)
from reports import monitoring as records
from storage import Store

_by = click.option("--by", required=True, help="Akun yang menandatangani.")
_day = click.option("--day", type=DAY, required=True, help="Hari kerja (WIB).")


@click.command()
@_day
@file_options
def monitoring(day: datetime, file_format: str, output: Path | None) -> None:
    """Catatan pemantauan satu hari beserta pengesahan, catatan, dan koreksinya."""
    with _store().read() as tx:
        record = records.get_monitoring(tx, day.date())
        paper = monitoring_document(record, tx.now)
    write_file(document_file(paper, record.to_json(), file_format), file_format, output)


@click.command("readiness")
@_day
@file_options
def readiness_(day: datetime, file_format: str, output: Path | None) -> None:
    """Pemeriksaan kesiapan satu hari (dibuat oleh layanan atau halo check ready)."""
    with _store().read() as tx:
        checks = readiness.readiness_of(tx, day.date())
        made_at = tx.now
    if not checks:
        raise NotFoundError(f"no check of {day}", reader_text="Hari itu tidak diperiksa.")
    content = {"date": day.date().isoformat(), "checks": [check.to_json() for check in checks]}
    paper = readiness_document(day.date(), checks, made_at)
    write_file(document_file(paper, content, file_format), file_format, output)


@click.command()
@_day
@_by
def confirm(day: datetime, by: str) -> None:
    """Konfirmasi catatan pemantauan satu hari."""
    with _store().write() as tx:
        paper = records.confirm(tx, day.date(), account=signing_account(tx, by, TEAM))
    click.echo(f"Catatan {day.date()} dikonfirmasi oleh {paper.signed_by}.")


@click.command()
@_day
@_by
@click.option("--text", required=True, help="Isi catatan.")
def note(day: datetime, by: str, text: str) -> None:
    """Tambahkan keterangan pada catatan pemantauan."""
    with _store().write() as tx:
        paper = records.annotate(tx, day.date(), text, account=signing_account(tx, by, TEAM))
    click.echo(f"Keterangan {paper.signed_by} ditambahkan pada catatan {day.date()}.")


@click.command()
@_day
@_by
@click.option("--figure", type=click.Choice(COLUMNS), required=True, help="Angka yang dikoreksi.")
@click.option("--value", type=int, required=True, help="Nilai yang benar.")
@click.option("--reason", required=True, help="Alasan koreksi.")
def correct(day: datetime, by: str, figure: str, value: int, reason: str) -> None:
    """Koreksi satu angka catatan pemantauan; angka semula tetap terbaca."""
    with _store().write() as tx:
        account = signing_account(tx, by, TEAM)
        paper = records.correct(tx, day.date(), figure, value, reason, account=account)
    before = paper.content["before"]
    click.echo(f"{figure} {day.date()}: {before} menjadi {value}, oleh {paper.signed_by}.")


@click.command()
@period_options
@_by
@click.option("--participant", "people", multiple=True, help="Peserta: “nama; jabatan”. Berulang.")
@click.option("--finding", "findings", multiple=True, help="Temuan. Berulang.")
@click.option("--task", "tasks", multiple=True, help="“tindak lanjut; penanggung jawab; tanggal”.")
def write(
    first: datetime,
    last: datetime,
    by: str,
    people: Sequence[str],
    findings: Sequence[str],
    tasks: Sequence[str],
) -> None:
    """Isi rancangan evaluasi: peserta, temuan, tindak lanjut. Yang tidak disebut tetap."""
    config = wiring.settings()
    with _store().write() as tx:
        signing_account(tx, by, LEAD)
        draft = evaluation.open_evaluation(
            tx, first.date(), last.date(), days=config.evaluation_after_days
        )
        evaluation.require_draft(tx, draft.id)
        named = [dict(zip(("name", "position"), _parts(text, 2), strict=True)) for text in people]
        evaluation.write_down(
            tx,
            draft.id,
            participants=named or draft.participants,
            findings=findings or draft.findings,
        )
        for text in tasks:
            task, owner, due = _parts(text, 3)
            follow_ups.add_follow_up(tx, draft.id, task=task, owner=owner, due=read_day(due))
        for item in follow_ups.follow_ups_of(tx, draft.id):
            click.echo(f"{item.id}\t{item.state}\t{item.due}\t{item.owner}\t{item.task}")


@click.command("follow-up")
@click.argument("number", type=int)
@click.argument("state", type=click.Choice(follow_ups.STATES))
@_by
def follow_up(number: int, state: str, by: str) -> None:
    """Catat keadaan tindak lanjut NUMBER (lihat halo report write)."""
    with _store().write() as tx:
        account = signing_account(tx, by, TEAM)
        follow_ups.set_follow_up_state(tx, number, state, account=account)
    click.echo(f"Tindak lanjut {number}: {state}.")


@click.command()
@period_options
@_by
def approve(first: datetime, last: datetime, by: str) -> None:
    """Sahkan evaluasi: diberi nomor, dibekukan, dan disimpan."""
    config = wiring.settings()
    store = counted_store(config)
    context = wiring.evaluation_context(config, store)
    with store.write() as tx:
        account = signing_account(tx, by, LEAD)
        found = evaluation.find_evaluation(tx, first.date(), last.date())
        paper = evaluation.approve(tx, found.id, context, account=account)
    click.echo(f"Evaluasi {first.date()} s.d. {last.date()} disahkan: {paper.content['number']}.")


def _store() -> Store:
    store = wiring.open_store(wiring.settings())
    store.migrate()
    return store


def _parts(text: str, number: int) -> list[str]:
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != number or not all(parts):
        raise InvalidFormError(
            f"{len(parts)} parts in {text!r}",
            reader_text=f"“{text}” harus berisi {number} bagian yang dipisahkan titik koma.",
        )
    return parts
