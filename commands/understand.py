"""`halo parse` and `halo chat`: ask the model and the assistant from the shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO

import click

from commands import wiring
from connectors import Bundle, understanding_as_rasa
from dialogue import Assistant, ScriptSession
from foundation.clock import parse_moment
from foundation.errors import InvalidFormError, ModelUnavailableError
from nlu.types import Understanding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Keluaran JSON seperti Rasa.")
@click.argument("texts", nargs=-1, metavar="[TEXT … | -]")
def parse(as_json: bool, texts: tuple[str, ...]) -> None:
    """Pahami TEXT; dengan - satu baris keluaran untuk setiap baris masukan."""
    bundle = wiring.WorkerBundles(wiring.settings()).current()
    if bundle.model is None:
        raise ModelUnavailableError("no trained model; run `halo train`")
    for text in _lines(sys.stdin) if texts in (("-",), ()) else texts:
        understanding = bundle.model.understand(text)
        shown = _json(understanding, bundle) if as_json else _plain(understanding)
        click.echo(shown)
        sys.stdout.flush()


def _lines(stream: TextIO) -> Iterator[str]:
    for line in stream:
        yield line.rstrip("\n").rstrip("\r")


def _json(understanding: Understanding, bundle: Bundle) -> str:
    return json.dumps(understanding_as_rasa(understanding, bundle.assets), ensure_ascii=False)


def _plain(understanding: Understanding) -> str:
    intent = understanding.intent
    return f"{understanding.decision}\t{intent.name}\t{intent.confidence:.3f}\t{understanding.text}"


@click.command()
@click.option("--script", type=click.File("r", encoding="utf-8"), help="Baris JSON; - dari stdin.")
@click.option("--at", "at", default="", metavar="ISO-TIME", help="Jam yang dipakai.")
def chat(script: TextIO | None, at: str) -> None:
    """Mengobrol dengan asisten di terminal; tidak ada yang disimpan."""
    config = wiring.settings()
    bundle = wiring.WorkerBundles(config).current()
    session = ScriptSession(
        Assistant(bundle.assets, bundle.model),
        wiring.calendar(config),
        now=_moment(at) if at else config.clock()(),
        tickets=wiring.fresh_ticket,
    )
    if script is not None:
        _run_script(session, script)
    else:
        _talk(session)


def _run_script(session: ScriptSession, lines: Iterable[str]) -> None:
    for line in lines:
        if (result := session.feed(line)) is not None:
            click.echo(result)
            sys.stdout.flush()


def _talk(session: ScriptSession) -> None:
    click.echo("Tulis pertanyaan Anda. Ctrl+D untuk selesai.")
    while True:
        try:
            text = input("> ")
        except EOFError:
            click.echo()
            return
        result = json.loads(session.feed(json.dumps({"text": text})) or "{}")
        for reply in result.get("replies", ()):
            click.echo(reply["text"])
            for button in reply.get("buttons", ()):
                click.echo(f"  [{button['title']}]  {button['payload']}")


def _moment(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise InvalidFormError(
            f"--at {text!r}", reader_text=f"Waktu {text!r} tidak sah."
        ) from error
