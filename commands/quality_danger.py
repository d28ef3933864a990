"""`halo test danger`: does a resident in danger get the right number, and nobody else?"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from commands import wiring
from dialogue import Assets, Assistant, Conversation, Turn
from foundation.clock import Clock
from foundation.errors import TrainingDataError
from nlu import DangerShare
from service_hours import Calendar

_SAFE = "aman"


@dataclass(frozen=True)
class _Case:
    text: str
    kind: str
    then: str


@dataclass(frozen=True)
class _Outcome:
    """What became of one message: the first turn, and the second where there was one."""

    case: _Case
    first: Turn
    second: Turn | None

    @property
    def asked(self) -> bool:
        """Whether the assistant asked if somebody is in danger."""
        return any(reply.response == "tanya" for reply in self.first.replies)


@click.command("danger")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Keluaran JSON.")
@click.option("--show", is_flag=True, help="Juga pesan yang keliru.")
def test_danger(source: Path, as_json: bool, show: bool) -> None:
    """Ukur pengenal bahaya dan balasannya pada baris JSON {"text", "kind", "then"}.

    `kind` adalah jenis bahaya atau `aman`; `then` (boleh tidak ada) pesan sesudahnya.
    """
    config = wiring.settings()
    bundle = wiring.WorkerBundles(config).current()
    assistant = Assistant(bundle.assets, bundle.model)
    calendar, clock = wiring.calendar(config), config.clock()
    outcomes = [_say(case, assistant, calendar, clock) for case in _cases(source)]
    figures = {name: share.to_json() for name, share in _figures(outcomes, bundle.assets).items()}
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        for name, row in figures.items():
            shown = f"{row['count']:>5} / {row['of']:<5} {row['share']:7.2%}"
            click.echo(f"{name:<22}{shown}  ({row['low']:.2%} – {row['high']:.2%})")
    if show:
        _show(outcomes)


def _say(case: _Case, assistant: Assistant, calendar: Calendar, clock: Clock) -> _Outcome:
    numbers = itertools.count(1)
    talk = Conversation(assistant, calendar, clock(), lambda: f"HK-TEST-{next(numbers):04}")
    first = talk.say({"text": case.text})
    return _Outcome(case, first, talk.say({"text": case.then}) if case.then else None)


def _figures(outcomes: Sequence[_Outcome], assets: Assets) -> Mapping[str, DangerShare]:
    dangerous = [one for one in outcomes if one.case.kind != _SAFE]
    safe = [one for one in outcomes if one.case.kind == _SAFE]
    followed = [one for one in dangerous if one.second is not None]
    shares = {
        "recall": _share(dangerous, [bool(one.first.danger) for one in dangerous]),
        "recall_or_asked": _share(
            dangerous, [bool(one.first.danger) or one.asked for one in dangerous]
        ),
        "fitting_channel": _share(
            dangerous, [_names_channel(one.first, one.case.kind, assets) for one in dangerous]
        ),
        "second_turn_in_care": _share(
            followed,
            [
                one.second is not None and _names_channel(one.second, one.case.kind, assets)
                for one in followed
            ],
        ),
        "false_alarms": _share(safe, [bool(one.first.danger) for one in safe]),
        "false_or_asked": _share(safe, [bool(one.first.danger) or one.asked for one in safe]),
    }
    return {name: share for name, share in shares.items() if share.of}


def _share(outcomes: Sequence[_Outcome], hits: Sequence[bool]) -> DangerShare:
    return DangerShare(sum(hits), len(outcomes))


def _names_channel(turn: Turn, kind: str, assets: Assets) -> bool:
    """Whether a turn names the first channel of the kind, in full or in its shortest form."""
    said = "\n".join(reply.text for reply in turn.replies)
    channel = assets.safety.kind(kind).channels[0]
    return channel.ringkas in said or channel.tombol in said


def _show(outcomes: Sequence[_Outcome]) -> None:
    for one in outcomes:
        wrong = bool(one.first.danger) != (one.case.kind != _SAFE)
        if wrong:
            told = one.first.danger or ("ditanya" if one.asked else _SAFE)
            click.echo(f"{one.case.kind}\t{told}\t{one.case.text}")


def _cases(source: Path) -> list[_Case]:
    cases = []
    for number, line in enumerate(source.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            cases.append(_Case(str(row["text"]), str(row["kind"]), str(row.get("then") or "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = f"{source.name}:{number}: perlu objek berisi text dan kind"
            raise TrainingDataError(text) from error
    return cases
