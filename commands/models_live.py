"""`halo models promote|rollback`: which bundle answers, decided by a named person."""

from __future__ import annotations

import getpass
import json

import click

import learning
from commands import wiring
from commands.models_gate import measured
from foundation.errors import InvalidFormError
from foundation.settings import Settings
from learning import BundleInfo, find_registered, list_bundles, live_of, load_assets
from storage import Store

by_option = click.option("--by", default="", help="Nama yang memutuskan; bawaan: pengguna mesin.")
json_option = click.option("--json", "as_json", is_flag=True, help="Keluaran JSON.")
note_option = click.option("--note", default="", help="Catatan rilis.")


@click.command()
@click.argument("version")
@by_option
@note_option
@click.option("--force", is_flag=True, help="Promosikan walaupun tertahan gerbang mutu.")
@json_option
def promote(version: str, by: str, note: str, force: bool, as_json: bool) -> None:
    """Jadikan VERSION model yang menjawab warga, di semua mesin.

    Calon diukur lebih dulu terhadap model yang sekarang; yang lebih buruk ditahan.
    """
    config = wiring.settings()
    store = migrated_store(config)
    keep_in_store(store, config, version, author=named(by))
    forced = not _may_answer(store, config, version)
    if forced and not force:
        _through_the_gate(store, config, version)
        forced = False
    with store.write() as tx:
        pointer = learning.promote_noted(
            tx,
            version,
            author=named(by),
            note=note or "lewat perintah halo models promote",
            account_id=None,
            forced=forced,
        )
    _mirror_and_say(config, store, pointer.version, as_json)


@click.command()
@by_option
@note_option
@json_option
def rollback(by: str, note: str, as_json: bool) -> None:
    """Kembali ke model yang menjawab sebelum yang sekarang, di semua mesin."""
    config = wiring.settings()
    store = migrated_store(config)
    with store.write() as tx:
        pointer = learning.rollback_noted(tx, author=named(by), note=note, account_id=None)
    _mirror_and_say(config, store, pointer.version, as_json)


def _may_answer(store: Store, config: Settings, version: str) -> bool:
    """Whether it passed the gate against the present one, or has answered before."""
    with store.read() as tx:
        standing = learning.standing_of(tx, version)
    live = learning.live_pointer(store, config.models_dir)
    return standing in learning.MAY_ANSWER or bool(
        live and version in (live.version, *live.history)
    )


def _through_the_gate(store: Store, config: Settings, version: str) -> None:
    """Measure the candidate and keep the verdict; raise ``InvalidFormError`` with its reasons."""
    verdict = measured(config, store, version)
    with store.write() as tx:
        learning.record_gate(tx, version, verdict["against"], verdict)
    if not verdict["passed"]:
        reasons = "\n".join(f"- {block['text']}" for block in verdict["blocks"])
        raise InvalidFormError(
            f"Model {version} tertahan gerbang mutu:\n{reasons}",
            reader_text=f"Model {version} tertahan gerbang mutu.",
        )


def named(by: str) -> str:
    """Return who decides: the name given, else this machine's user."""
    return by.strip() or getpass.getuser()


def migrated_store(config: Settings) -> Store:
    """Return the store, made or brought up to date where it has to be."""
    store = wiring.open_store(config)
    store.migrate()
    return store


def keep_in_store(store: Store, config: Settings, version: str, *, author: str) -> None:
    """Store a bundle for all hosts, and the one that answers now, so that there is a way back.

    Raises ``InvalidFormError`` for an unknown version, ``ModelDamagedError`` for a broken one.
    """
    here = {bundle.version: bundle for bundle in list_bundles(config.models_dir)}
    with store.read() as tx:
        known = find_registered(tx, version)
        live = live_of(tx)
    if version not in here and (known is None or not known.stored):
        raise InvalidFormError(f"no bundle {version}", reader_text=f"Model {version} tidak ada.")
    if version in here:
        load_assets(here[version].folder)
        learning.store_bundle(store, here[version], author=author)
    _remember_present(store, config, here, live.version if live else None)


def _remember_present(
    store: Store, config: Settings, here: dict[str, BundleInfo], live: str | None
) -> None:
    """Make a bundle known that answers by this host's file alone, to be rolled back to."""
    on_host = learning.read_live(config.models_dir)
    present = live or (on_host.version if on_host else None)
    if present is None or present not in here:
        return
    learning.store_bundle(store, here[present], author="")
    if live is None:
        with store.write() as tx:
            learning.start_with(tx, present)


def _mirror_and_say(config: Settings, store: Store, version: str, as_json: bool) -> None:
    learning.live_pointer(store, config.models_dir)
    if as_json:
        click.echo(json.dumps({"version": version, "live": True}))
    else:
        click.echo(f"Model {version} menjawab mulai sekarang.")
