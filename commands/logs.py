"""`halo inbox|outbox|events`: the store's logs, one JSON object a line, oldest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import click

from commands import wiring
from foundation.logs import escaped
from foundation.masking import mask_identifiers
from storage import Transaction, list_events, list_inbox, list_outbox

_PAGE = 1000
_Lister = Callable[..., list[dict[str, Any]]]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
@click.option("--after", default=0, help="Hanya baris dengan id di atas angka ini.")
def inbox(as_json: bool, after: int) -> None:
    """Tampilkan pesan masuk dan giliran yang menjawabnya."""
    _print(list_inbox, after=after, as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
@click.option("--after", default=0, help="Hanya baris dengan id di atas angka ini.")
def outbox(as_json: bool, after: int) -> None:
    """Tampilkan balasan keluar dan keadaannya."""
    _print(list_outbox, after=after, as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
@click.option("--after", default=0, help="Hanya peristiwa dengan id di atas angka ini.")
@click.option("--unmask", is_flag=True, help="Tampilkan nomor telepon dan identitas apa adanya.")
def events(as_json: bool, after: int, unmask: bool) -> None:
    """Tampilkan catatan peristiwa; nomor telepon dan identitas disamarkan."""
    _print(list_events, after=after, as_json=as_json, mask=not unmask)


def _print(lister: _Lister, *, after: int, as_json: bool, mask: bool = False) -> None:
    store = wiring.open_store(wiring.settings())
    with store.read() as tx:
        for row in _rows(tx, lister, after):
            shown = _masked(row) if mask else row
            click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _plain(shown))


def _rows(tx: Transaction, lister: _Lister, after: int) -> Iterator[dict[str, Any]]:
    while page := lister(tx, limit=_PAGE, after=after):
        yield from page
        after = page[-1]["id"]


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_identifiers(value)
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return value


def _plain(row: dict[str, Any]) -> str:
    # A terminal obeys control characters, and residents can write them.
    return escaped("  ".join(f"{name}={v}" for name, v in row.items() if v not in (None, {})))
