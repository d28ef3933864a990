"""`halo privacy`: a resident's right to a copy and to erasure (UU 27/2022, pasal 7 and 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from commands import wiring
from connectors import channel_of, channels
from foundation.errors import NotFoundError
from handoff import expire, open_case_of
from storage import (
    Store,
    Transaction,
    add_audit_entry,
    append_event,
    export_conversation,
    forget_resident,
    get_conversation,
)

_WHO = (
    click.option("--conversation", default="", help="Nomor percakapan, seperti di konsol petugas."),
    click.option("--phone", default="", help="Nomor WhatsApp warga, misalnya 0812…"),
)


def _who(command: Any) -> Any:
    for option in _WHO:
        command = option(command)
    return command


@click.group()
def privacy() -> None:
    """Penuhi hak warga atas datanya: salinan dan penghapusan."""


@privacy.command()
@_who
@click.option("--by", "name", required=True, help="Nama petugas yang memenuhi permintaan ini.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Berkas hasil.")
@click.option("--json", "as_json", is_flag=True, help="Hasilnya selalu JSON.")
def export(conversation: str, phone: str, name: str, output: Path | None, as_json: bool) -> None:
    """Salin semua yang disimpan tentang seorang warga, apa adanya, sebagai JSON."""
    with _store() as store, store.write() as tx:
        ids = _conversations(tx, conversation, phone)
        found = [export_conversation(tx, each) for each in ids]
        data = {"by": name, "conversations": ids}
        add_audit_entry(tx, "privacy_export", account_id=None, data=data)
        at = tx.now
    copy = json.dumps(
        {"made_at": at.isoformat(), "conversations": found}, ensure_ascii=False, indent=1
    )
    if output is None:
        click.echo(copy)
    else:
        output.touch(mode=0o600)
        output.write_text(copy + "\n", encoding="utf-8")
        click.echo(f"{len(found)} percakapan disalin ke {output}.")


@privacy.command()
@_who
@click.option("--by", "name", required=True, help="Nama petugas yang memenuhi permintaan ini.")
@click.option("--reason", required=True, help="Dasar penghapusan, misalnya surat permintaan.")
@click.option("--yes", is_flag=True, help="Tanpa pertanyaan; penghapusan tidak dapat dibatalkan.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai satu objek JSON.")
def erase(conversation: str, phone: str, name: str, reason: str, yes: bool, as_json: bool) -> None:
    """Hapus isi percakapan dan siapa orangnya; hitungan dan jejak waktunya tetap."""
    with _store() as store:
        with store.read() as tx:
            ids = _conversations(tx, conversation, phone)
        if not yes:
            click.confirm(f"Hapus isi {len(ids)} percakapan untuk selamanya?", abort=True)
        with store.write() as tx:
            erased = sum(_forget(tx, each, name) for each in ids)
            data = {"by": name, "reason": reason, "conversations": ids, "contents": erased}
            add_audit_entry(tx, "privacy_erase", account_id=None, data=data)
    if as_json:
        click.echo(json.dumps({"conversations": ids, "erased": erased}))
    else:
        click.echo(f"{erased} isi dari {len(ids)} percakapan dihapus.")


def _forget(tx: Transaction, conversation_id: str, name: str) -> int:
    if case := open_case_of(tx, conversation_id):
        expire(tx, case.id, actor="system")
    contents = forget_resident(tx, conversation_id)
    data = {"contents": contents, "by": name}
    append_event(tx, conversation_id, type="erased", actor="system", data=data)
    return contents


@contextmanager
def _store() -> Iterator[Store]:
    with closing(wiring.open_store(wiring.settings())) as store:
        yield store


def _conversations(tx: Transaction, conversation: str, phone: str) -> list[str]:
    if bool(conversation) == bool(phone):
        raise click.UsageError("Sebut salah satu: --conversation atau --phone.")
    if phone:
        digits = re.sub(r"\D", "", phone)
        number = re.sub(r"^0", "62", digits)
        ids = [one for each in channels() for one in each.conversations_of_phone(tx, number)]
    else:
        known = get_conversation(tx, conversation)
        ids = channel_of(known.channel).conversations_of_resident(tx, known.id) if known else []
    if not ids:
        raise NotFoundError(
            "no such resident", reader_text="Tidak ada percakapan dengan warga itu."
        )
    return ids
