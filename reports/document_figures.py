"""The figures of a period as tables: for the report page, and as a document of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dialogue import Assets
from reports.counting import BEYOND, WAIT_BOUNDS
from reports.document import Cell, Document, Section, day_text, named, period_text, section, words
from reports.figures import Figures
from reports.volume import COLUMNS, VolumeRow

_TIMES = ("mean_wait_minutes", "mean_handling_minutes", "csat")
_MOST_ANSWERS = 10


def readable_names(assets: Assets) -> dict[str, str]:
    """Return the names of topics and knowledge answers by their labels."""
    return {topic.topic: topic.name for topic in assets.topics} | {
        label: entry.judul for label, entry in assets.knowledge.items()
    }


def figure_values(figures: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the summary's numbers by their names in ``office.json``; "–" where there is none.

    ``figures`` is the document that ``Figures.to_json`` returns.
    """
    counts = figures["counts"]
    values: dict[str, Cell] = {
        key: sum(counts.get(key, {}).values()) for key in words()["measures"]
    }
    people = counts.get("people", {})
    values["new_people"], values["returning_people"] = (
        people.get("baru", 0),
        people.get("kembali", 0),
    )
    values["complaints"] = counts.get("handover", {}).get("keluhan", 0)
    values["pranks"], values["overdue"] = figures["pranks"], figures["overdue"]
    chats = figures["chats_by_channel"]
    values["whatsapp_chats"], values["web_chats"] = (
        chats.get("whatsapp", 0),
        chats.get("webchat", 0),
    )
    values["delivered"] = sum(figures["delivered_whatsapp"].values())
    values["billable"] = figures["billable_whatsapp"]
    for key in _TIMES:
        values[key] = "–" if figures[key] is None else figures[key]
    return values


def summary_section(now: Mapping[str, Any], before: Mapping[str, Any], target: int) -> Section:
    """Return the summary beside the period before."""
    new, old = figure_values(now), figure_values(before)
    rows: list[tuple[Cell, ...]] = [
        (name.format(target=target), new[key], old[key])
        for key, name in words()["measures"].items()
    ]
    return section("figures", rows, change=True)


def volume_section(rows: list[VolumeRow]) -> Section:
    """Return the contract's columns by day and channel."""
    channels = words()["channels"]
    cells: list[tuple[Cell, ...]] = [
        (
            day_text(row.date.isoformat()),
            channels.get(row.channel, row.channel),
            *(int(getattr(row, column)) for column in COLUMNS),
        )
        for row in rows_in_order(rows)
    ]
    return section("volume", cells, totals=True)


def rows_in_order(rows: Iterable[VolumeRow]) -> list[VolumeRow]:
    """Return the rows by day, and within a day in the order of :func:`in_order`."""
    found = list(rows)
    order = in_order({row.channel for row in found})
    return sorted(found, key=lambda row: (row.date, order.index(row.channel)))


def channel_section(rows: list[VolumeRow]) -> Section:
    """Return the contract's columns by channel."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        have = sums.setdefault(row.channel, [0] * len(COLUMNS))
        sums[row.channel] = [
            number + int(getattr(row, column)) for number, column in zip(have, COLUMNS, strict=True)
        ]
    names = words()["channels"]
    cells: list[tuple[Cell, ...]] = [
        (names.get(channel, channel), *sums[channel]) for channel in in_order(sums)
    ]
    return section("channels", cells, totals=True)


def in_order(channels: Iterable[str]) -> list[str]:
    """Return the channels in the order of ``office.json`` (WhatsApp, the SOP's, first).

    >>> in_order({"surat", "webchat", "whatsapp"})
    ['whatsapp', 'webchat', 'surat']
    """
    known = list(words()["channels"])
    return sorted(
        channels, key=lambda name: (known.index(name) if name in known else len(known), name)
    )


def figure_sections(now: Figures, names: Mapping[str, str]) -> list[Section]:
    """Return the tables by hour, people, topic, answer, district, reason, outcome, wait, rating.

    ``names`` are readable names of topics and knowledge labels.
    """
    return [
        _hours(now),
        _keyed(now, "people", words()["people"]),
        _keyed(now, "topic", names),
        section(
            "answer",
            [
                (named(names, key), number)
                for key, number in list(now.by_key("answer").items())[:_MOST_ANSWERS]
            ],
        ),
        _keyed(now, "district", {}),
        _keyed(now, "handover", words()["reasons"]),
        _keyed(now, "resolved", words()["outcomes"]),
        _waits(now),
        _ratings(now),
        _keyed_values("delivered", dict(now.delivered), words()["charges"]),
    ]


def figures_document(
    now: Figures,
    before: Figures,
    rows: list[VolumeRow],
    *,
    names: Mapping[str, str],
    made_at: datetime,
) -> Document:
    """Return the figures of a period as a document."""
    return Document(
        title=words()["titles"]["figures"],
        number="",
        period=period_text(now.first.isoformat(), now.last.isoformat()),
        sections=(
            summary_section(now.to_json(), before.to_json(), now.target),
            channel_section(rows),
            *figure_sections(now, names),
            volume_section(rows),
        ),
        signed_on=made_at,
        signatures="team",
    )


def volume_document(rows: list[VolumeRow], first: str, last: str, made_at: datetime) -> Document:
    """Return the volume log alone as a document."""
    return Document(
        title=words()["titles"]["volume"],
        number="",
        period=period_text(first, last),
        sections=(volume_section(rows),),
        signed_on=made_at,
        signatures="team",
    )


def _keyed(now: Figures, measure: str, names: Mapping[str, str]) -> Section:
    return _keyed_values(measure, now.by_key(measure), names)


def _keyed_values(key: str, numbers: Mapping[str, int], names: Mapping[str, str]) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (named(names, name) if name else words()["unnamed"], number)
        for name, number in numbers.items()
    ]
    return section(key, rows, totals=True)


def _hours(now: Figures) -> Section:
    chats, messages = now.sums.get("chat_hour", {}), now.sums.get("message_hour", {})
    hours = [f"{hour:02d}" for hour in range(24)]
    rows: list[tuple[Cell, ...]] = [
        (f"{hour}.00–{hour}.59", chats.get(hour, 0), messages.get(hour, 0)) for hour in hours
    ]
    return section("hours", rows if any(chats.values()) else [], totals=True)


def _waits(now: Figures) -> Section:
    counts = now.sums.get("wait", {})
    rows: list[tuple[Cell, ...]] = []
    below = 0
    for bound in WAIT_BOUNDS:
        name = words()["wait_class"].format(below=below, bound=bound)
        rows.append((name, counts.get(str(bound), 0)))
        below = bound
    rows.append((words()["wait_beyond"].format(bound=below), counts.get(BEYOND, 0)))
    return section("wait", rows if any(counts.values()) else [], totals=True)


def _ratings(now: Figures) -> Section:
    counts = now.sums.get("csat", {})
    rows: list[tuple[Cell, ...]] = [
        (words()["rating"].format(value=value), counts.get(str(value), 0))
        for value in range(5, 0, -1)
    ]
    return section("csat", rows if any(counts.values()) else [], totals=True)
