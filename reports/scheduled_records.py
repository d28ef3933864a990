"""What the service does by itself: the day's monitoring record, the month's evaluation draft."""

from __future__ import annotations

import logging

from foundation.clock import WIB
from foundation.errors import RecordConflictError
from reports.evaluation import last_month, list_evaluations, open_evaluation
from reports.monitoring import due_days, make_monitoring
from service_hours import Calendar
from storage import Store

logger = logging.getLogger(__name__)


def make_due_records(store: Store, calendar: Calendar, *, days: int, target: int) -> int:
    """Make what is due; return how many records were made. The counts must be caught up.

    ``days``: how long after its last day a period is evaluated; ``target``: service minutes within
    which a waiting resident should get an officer.
    Several processes may call it at once: each record is made once.
    """
    with store.read() as tx:
        due = due_days(tx, calendar, tx.now)
        first, last = last_month(tx.now.astimezone(WIB).date(), days)
        known = any((item.first, item.last) == (first, last) for item in list_evaluations(tx))
    made = 0
    for day in due:
        try:
            with store.write() as tx:
                make_monitoring(tx, day, target=target)
            made += 1
        except RecordConflictError:
            logger.info("the monitoring record of %s was made by another process", day)
    if not known:
        with store.write() as tx:
            open_evaluation(tx, first, last, days=days)
        made += 1
    return made
