"""`halo whatsapp status|resume`: how the number stands, and letting it go on when it is mended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from commands import wiring
from connectors.whatsapp import (
    ChannelState,
    NumberHealth,
    UndeliveredReply,
    channel_state,
    read_number_health,
    reason_text,
    resume_number,
    undelivered_replies,
)
from foundation.clock import indonesian_date, indonesian_time
from foundation.errors import SettingsError
from storage import FREE_SERVICE_MESSAGES, open_wakeups

_NEWEST: Final = 5
"""Replies shown without ``--all``."""


@click.command()
@click.option("--all", "every", is_flag=True, help="Semua balasan, bukan yang terbaru saja.")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON dengan semua balasan.")
def status(every: bool, as_json: bool) -> None:
    """Tampilkan keadaan nomor WhatsApp dan balasan yang perlu dilihat orang."""
    number = _number()
    store = wiring.open_store(wiring.settings())
    store.migrate()
    with store.read() as tx:
        health = read_number_health(tx, number)
        state = channel_state(tx, number)
        trouble = undelivered_replies(tx, number)
        resting = not health.stopped and health.rests_at(tx.now)
    if as_json:
        shown = {
            **asdict(state),
            "summary": _summary(trouble),
            "replies": [asdict(reply) for reply in trouble],
        }
        click.echo(json.dumps(shown, ensure_ascii=False, default=_plain))
        return
    for text in [
        *_of_number(health, state, resting=resting),
        *_of_undelivered(trouble, shown=len(trouble) if every else _NEWEST),
    ]:
        click.echo(text)


@click.command()
def resume() -> None:
    """Jalankan lagi pengiriman yang berhenti, setelah sebabnya dibereskan di Meta."""
    config = wiring.settings()
    number = _number()
    store = wiring.open_store(config)
    store.migrate()
    with store.write() as tx:
        stopped = read_number_health(tx, number).stopped
        if stopped:
            resume_number(tx, number)
        waiting = channel_state(tx, number).waiting
    click.echo(_say("resumed", waiting=waiting) if stopped else _say("not_stopped"))
    if stopped:
        wakeups = open_wakeups(store, config.redis_url)
        wakeups.publish()
        wakeups.close()


def _of_number(health: NumberHealth, state: ChannelState, *, resting: bool) -> list[str]:
    return [
        _of_health(health, resting=resting),
        _say("counts", waiting=state.waiting, unknown=state.unknown),
        _say("month", service=state.service_messages, free=FREE_SERVICE_MESSAGES),
    ]


def _of_undelivered(trouble: Sequence[UndeliveredReply], *, shown: int) -> list[str]:
    if not trouble:
        return [_say("nothing")]
    lines = [_say("trouble", number=len(trouble))]
    lines += [_say("kind", **kind) for kind in _summary(trouble)]
    lines.append(_say("every") if shown >= len(trouble) else _say("newest", shown=shown))
    lines += [
        _say(
            "reply",
            id=reply.outbox_id,
            word=reply.word,
            since=_moment(reply.since),
            tries=reply.tries,
            reason=reply.reason,
        )
        for reply in trouble[:shown]
    ]
    if shown < len(trouble):
        lines.append(_say("more", number=len(trouble) - shown))
    return lines


def _summary(trouble: Iterable[UndeliveredReply]) -> list[dict[str, Any]]:
    """Return how many there are of each kind of trouble, the most first."""
    kinds = Counter((reply.state, reply.word, reply.code, reply.reason) for reply in trouble)
    return [
        {"number": number, "state": state, "word": word, "code": code, "reason": reason}
        for (state, word, code, reason), number in kinds.most_common()
    ]


def _of_health(health: NumberHealth, *, resting: bool) -> str:
    code = health.stopped_code
    if code is not None and health.stopped_at is not None:
        since = _moment(health.stopped_at)
        return _say("stopped", since=since, code=code, reason=reason_text(code))
    if resting and health.paused_until is not None:
        return _say("resting", until=_moment(health.paused_until))
    return _say("running")


def _number() -> str:
    number = wiring.settings().whatsapp.phone_number_id
    if not number:
        raise SettingsError(_say("no_number"))
    return number


def _moment(moment: datetime) -> str:
    return f"{indonesian_date(moment)} pukul {indonesian_time(moment)} WIB"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@cache
def _texts() -> dict[str, str]:
    path = Path(__file__).with_suffix(".json")
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _say(name: str, **values: object) -> str:
    return _texts()[name].format(**values)
