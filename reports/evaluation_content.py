"""What an evaluation gathers by itself: figures, questions, complaints, satisfaction, records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from dialogue import KnowledgeEntry
from foundation.clock import WIB
from foundation.targets import DEFAULT_WAIT_TARGET
from reports.complaints import complaints_between
from reports.figures import period_before, read_figures
from reports.follow_ups import FollowUp, carried_follow_ups, follow_ups_of
from reports.monitoring import list_monitoring
from reports.questionnaires import count_by_source
from reports.record_store import records_between
from reports.satisfaction import grade_of, index_from_csat, read_index
from reports.unanswered import top_unanswered
from reports.volume import volume_json, volume_rows
from service_hours import Calendar
from storage import Transaction


@dataclass(frozen=True)
class EvaluationContext:
    """What an evaluation looks at beside the store.

    ``target``: service minutes within which a waiting resident should get an officer;
    ``answers``: the knowledge ledger as residents get it.
    """

    calendar: Calendar
    target: int = DEFAULT_WAIT_TARGET
    answers: Sequence[KnowledgeEntry] = ()


def gather(
    tx: Transaction, evaluation_id: int, first: date, last: date, context: EvaluationContext
) -> dict[str, Any]:
    """Return everything that the document says beside what the team writes, as one document."""
    target, today = context.target, tx.now.astimezone(WIB).date()
    now = read_figures(tx, first, last, with_answers=True, target=target)
    before = read_figures(tx, *period_before(first, last), target=target)
    index = read_index(tx, first, last)
    estimate = index_from_csat(now.sums.get("csat", {}))
    return {
        "volume": volume_json(volume_rows(tx, first, last), first, last),
        "figures": now.to_json(),
        "before": before.to_json(),
        "unanswered": [asdict(item) for item in top_unanswered(tx, first, last)],
        "complaints": [item.to_json() for item in complaints_between(tx, first, last)],
        "overdue_answers": _overdue(context.answers, today),
        "wait_target_minutes": target,
        "csat_index": None
        if estimate is None
        else {
            "index": str(estimate),
            "grade": grade_of(estimate),
            "respondents": now.total("csat"),
        },
        "satisfaction": index.to_json() | {"sources": count_by_source(tx, first, last)}
        if index
        else None,
        "records": _records(tx, first, last, context.calendar),
        "carried": [_task(item, today) for item in carried_follow_ups(tx, evaluation_id, first)],
        "follow_ups": [_task(item, today) for item in follow_ups_of(tx, evaluation_id)],
    }


def _overdue(answers: Sequence[KnowledgeEntry], today: date) -> list[dict[str, str]]:
    """Return the answers whose review is overdue today, the longest overdue first."""
    late = [entry for entry in answers if not entry.withdrawn and entry.overdue(today)]
    return [
        {
            "label": entry.label,
            "title": entry.judul,
            "owner": entry.pemilik,
            "due": entry.tinjau_paling_lambat.isoformat(),
        }
        for entry in sorted(late, key=lambda entry: (entry.tinjau_paling_lambat, entry.label))
    ]


def _task(item: FollowUp, today: date) -> Mapping[str, Any]:
    return item.to_json() | {"late": item.is_late(today)}


def _records(tx: Transaction, first: date, last: date, calendar: Calendar) -> dict[str, int]:
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    made = list_monitoring(tx, first, last)
    checks = records_between(tx, "readiness", first.isoformat(), last.isoformat())
    return {
        "service_days": sum(calendar.is_service_day(day) for day in days),
        "made": len(made),
        "confirmed": sum(bool(record.confirmed_by) for record in made),
        "checked_days": len({record.subject for record in checks}),
    }
