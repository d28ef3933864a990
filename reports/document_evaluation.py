"""The evaluation as a document, in the order of the SOP's document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from foundation.clock import indonesian_date, indonesian_time, parse_moment
from reports.document import Cell, Document, Section, day_text, period_text, section, shown, words
from reports.document_figures import figure_values, summary_section, volume_section
from reports.volume import volume_row

_MOST_ROWS = 20
"""Of a list in the document; the JSON holds all."""


def evaluation_document(content: Mapping[str, Any], made_at: datetime) -> Document:
    """Return the document of what ``evaluation.document_content`` says."""
    number, volume = content["number"], content["volume"]
    approved_at = content.get("approved_at")
    signed_on = parse_moment(approved_at) if approved_at else made_at
    approved = ""
    if approved_at:
        moment = f"{indonesian_date(signed_on)} {indonesian_time(signed_on)}"
        approved = words()["approved"].format(name=content["approved_by"], moment=moment)
    return Document(
        title=words()["titles"]["evaluation"],
        number=words()["number"].format(number=number) if number else words()["draft"],
        period=period_text(volume["from"], volume["to"]),
        sections=tuple(evaluation_sections(content)),
        signed_on=signed_on,
        signatures="evaluation",
        approved=approved,
    )


def evaluation_sections(content: Mapping[str, Any]) -> list[Section]:
    """Return the document's tables."""
    volume = content["volume"]
    notes = [
        words()[name].format(**content[key] | {"index": content[key]["index"].replace(".", ",")})
        for name, key in (("index", "satisfaction"), ("csat_index", "csat_index"))
        if content[key]
    ]
    # Papers from before residents could answer by themselves do not have it.
    if sources := (content["satisfaction"] or {}).get("sources"):
        notes.insert(1, words()["sources"].format(**sources))
    unanswered: list[tuple[Cell, ...]] = [
        (item["text"], item["times"]) for item in content["unanswered"]
    ]
    participants: list[tuple[Cell, ...]] = [
        (who["name"], who["position"]) for who in content["participants"]
    ]
    return [
        section("stages", _stages(content)),
        summary_section(content["figures"], content["before"], content["wait_target_minutes"]),
        volume_section([volume_row(row) for row in volume["rows"]]),
        section("unanswered", unanswered),
        _complaints(content),
        _overdue_answers(content),
        _satisfaction(content, " ".join(notes)),
        section("participants", participants),
        section("findings", list(enumerate(content["findings"], start=1))),
        section("carried", [_task(item) for item in content["carried"]]),
        section("follow_ups", [_task(item) for item in content["follow_ups"]]),
    ]


def _stages(content: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    values: dict[str, Any] = {**figure_values(content["figures"]), **content["records"]}
    values["participants"] = len(content["participants"])
    values["findings"] = len(content["findings"])
    values["number"] = content["number"] or words()["draft"]
    texts = {name: shown(value) for name, value in values.items()}
    return [tuple(text.format(**texts) for text in stage) for stage in words()["stages"]]


def _satisfaction(content: Mapping[str, Any], note: str) -> Section:
    index = content["satisfaction"]
    if not index:
        return section("satisfaction", [], note=note)
    values = zip(words()["elements"], index["sums"], index["nrr"], index["weighted"], strict=True)
    rows: list[tuple[Cell, ...]] = [
        (name, total, float(nrr), float(weighted)) for name, total, nrr, weighted in values
    ]
    return section("satisfaction", rows, note=note, respondents=index["respondents"])


def _complaints(content: Mapping[str, Any]) -> Section:
    """Return the complaints, those first that nobody has closed."""
    found = content["complaints"]
    still_open = [item for item in found if item["state"] in ("waiting", "claimed")]
    closed = [item for item in found if item not in still_open]
    rows: list[tuple[Cell, ...]] = []
    for item in [*still_open, *closed][:_MOST_ROWS]:
        opened = parse_moment(item["opened_at"])
        outcome = item["outcome"]
        how = words()["outcomes"].get(outcome, "") if outcome else ""
        rows.append(
            (
                item["ticket"],
                f"{indonesian_date(opened, weekday=False)} {indonesian_time(opened)}",
                words()["channels"].get(item["channel"], item["channel"]),
                ": ".join(filter(None, (words()["case_states"][item["state"]], how))),
            )
        )
    note = words()["complaints"].format(number=len(found), open=len(still_open)) if found else ""
    return section("complaints", rows, note=_with_more(note, len(found) - len(rows)))


def _with_more(note: str, more: int) -> str:
    return " ".join(filter(None, (note, words()["more"].format(number=more) if more else "")))


def _overdue_answers(content: Mapping[str, Any]) -> Section:
    found = content["overdue_answers"]
    rows: list[tuple[Cell, ...]] = [
        (item["title"], item["owner"], day_text(item["due"])) for item in found[:_MOST_ROWS]
    ]
    return section("overdue_answers", rows, note=_with_more("", len(found) - len(rows)))


def _task(item: Mapping[str, Any]) -> tuple[Cell, ...]:
    state = words()["states"][item["state"]]
    if item["late"]:
        state = words()["late"].format(state=state)
    return (item["task"], item["owner"], day_text(item["due"]), state)
