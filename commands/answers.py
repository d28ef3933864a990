"""`halo answers`: withdraw an answer everywhere, give it again, and see who was given it."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

import learning
from commands import wiring
from commands.models_live import by_option, json_option, migrated_store, named
from dialogue import source_ledger
from foundation.errors import InvalidFormError


@click.group()
def answers() -> None:
    """Tarik atau kembalikan jawaban, di semua mesin, tanpa pelatihan."""


@answers.command()
@click.argument("label")
@click.option("--reason", required=True, help="Alasan penarikan.")
@by_option
@json_option
def withdraw(label: str, reason: str, by: str, as_json: bool) -> None:
    """Tarik jawaban LABEL; warga yang bertanya ditawari petugas."""
    config = wiring.settings()
    known = wiring.WorkerBundles(config).current().assets.knowledge
    if label not in known:
        raise InvalidFormError(f"no answer {label}", reader_text=f"Jawaban {label} tidak ada.")
    store = migrated_store(config)
    with store.write() as tx:
        learning.withdraw_answer(tx, label, reason=reason, author=named(by), account_id=None)
    learning.note_answers_given(store)
    with store.read() as tx:
        conversations, times = learning.count_receivers(tx, label)
        found = learning.receivers(tx, label)
    if as_json:
        listed = [{"conversation": one.conversation, "channel": one.channel} for one in found]
        told = {"label": label, "withdrawn": True, "conversations": conversations, "times": times}
        click.echo(json.dumps({**told, "receivers": listed}))
        return
    click.echo(f"Jawaban {label} ditarik. Sudah diterima {conversations} percakapan, {times} kali.")
    for one in found:
        click.echo(f"  {one.channel}\t{one.conversation}\t{one.times}\t{one.last.isoformat()}")


@answers.command()
@click.argument("label")
@by_option
@json_option
def restore(label: str, by: str, as_json: bool) -> None:
    """Berikan lagi jawaban LABEL yang ditarik."""
    store = migrated_store(wiring.settings())
    with store.write() as tx:
        learning.restore_answer(tx, label, author=named(by), account_id=None)
    done = json.dumps({"label": label, "withdrawn": False})
    click.echo(done if as_json else f"Jawaban {label} diberikan lagi.")


@answers.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Tampilkan jawaban yang sedang ditarik."""
    store = migrated_store(wiring.settings())
    with store.read() as tx:
        found = [one for one in learning.withdrawals(tx) if one.restored_at is None]
    for one in found:
        row = {"label": one.label, "reason": one.reason, "by": one.author}
        plain = f"{one.label}\t{one.author}\t{one.reason}"
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else plain)


@answers.command()
@json_option
def sources(as_json: bool) -> None:
    """Tampilkan jawaban yang sumbernya lemah, dan berapa yang bersumber kuat."""
    assets = wiring.WorkerBundles(wiring.settings()).current().assets
    ledger = source_ledger(assets.knowledge.values())
    if as_json:
        found = [asdict(one) for one in ledger.findings]
        told = {
            "answers": ledger.entries,
            "strong": ledger.strong,
            "press_only": ledger.press_only,
            "findings": found,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in ledger.findings:
        click.echo(f"{one.label}\t{one.text}")
    click.echo(
        f"{ledger.strong} dari {ledger.entries} jawaban bersumber kuat (alamat resmi, pasal, atau"
        f" SOP); {ledger.press_only} hanya bersumber berita."
    )
