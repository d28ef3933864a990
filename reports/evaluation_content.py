"""What an evaluation gathers by itself: figures, questions, complaints, satisfaction, records."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from reports.cabinet import records_between
from reports.figures import read_figures
from reports.follow_ups import carried_follow_ups, follow_ups_of
from reports.monitoring import list_monitoring
from reports.satisfaction import grade_of, index_from_csat, read_index
from reports.unanswered import top_unanswered
from reports.volume import volume_json, volume_rows
from service_hours import Calendar
from storage import Transaction


def gather(
    tx: Transaction,
    evaluation_id: int,
    first: date,
    last: date,
    calendar: Calendar,
    *,
    target: int,
) -> dict[str, Any]:
    """Return everything that the paper says beside what the team writes, as one document."""
    length = (last - first).days + 1
    now = read_figures(tx, first, last, with_answers=True, target=target)
    before = read_figures(
        tx, first - timedelta(days=length), first - timedelta(days=1), target=target
    )
    index = read_index(tx, first, last)
    estimate = index_from_csat(now.sums.get("csat", {}))
    return {
        "volume": volume_json(volume_rows(tx, first, last), first, last),
        "figures": now.to_json(),
        "before": before.to_json(),
        "unanswered": [asdict(item) for item in top_unanswered(tx, first, last)],
        "complaints": now.sums.get("handover", {}).get("keluhan", 0),
        "overdue": now.overdue,
        "wait_target_minutes": target,
        "csat_index": None
        if estimate is None
        else {
            "index": str(estimate),
            "grade": grade_of(estimate),
            "respondents": now.total("csat"),
        },
        "satisfaction": index.to_json() if index else None,
        "records": _records(tx, first, last, calendar),
        "carried": [item.to_json() for item in carried_follow_ups(tx, evaluation_id, first)],
        "follow_ups": [item.to_json() for item in follow_ups_of(tx, evaluation_id)],
    }


def _records(tx: Transaction, first: date, last: date, calendar: Calendar) -> dict[str, int]:
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    made = list_monitoring(tx, first, last)
    checks = records_between(tx, "readiness", first.isoformat(), last.isoformat())
    return {
        "service_days": sum(calendar.is_service_day(day) for day in days),
        "made": len(made),
        "confirmed": sum(bool(record.confirmed_by) for record in made),
        "checked_days": len({paper.subject for paper in checks}),
    }
