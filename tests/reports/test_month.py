"""A small simulated month: every counter equals a count by plain SQL over the events."""

from sqlalchemy import select

from benchmarks.month_events import FIRST, LAST, write_month
from benchmarks.month_sql import Cells, recount
from reports import catch_up, read_figures, rebuild
from storage import Store
from storage.office_tables import report_count
from tests.reports.report_kit import CALENDAR, caught_up


def counted(store: Store) -> Cells:
    with store.read() as tx:
        return {
            (row.date.isoformat(), row.channel, row.measure, row.key): row.amount
            for row in tx.connection.execute(select(report_count))
            if row.amount
        }


def test_every_counter_equals_plain_sql(store: Store) -> None:
    write_month(store, 1500)
    caught_up(store)
    cells, figures = recount(store)
    assert counted(store) == cells
    assert len({measure for _, _, measure, _ in cells}) == 23
    with store.read() as tx:
        shown = read_figures(tx, FIRST, LAST)
    assert shown.delivered == figures["delivered"]
    assert shown.billable == figures["billable"]
    assert shown.overdue == figures["overdue"] > 0
    assert shown.mean_wait_minutes == figures["mean_wait_minutes"]


def test_counting_by_the_way_equals_counting_anew(sqlite_store: Store) -> None:
    write_month(sqlite_store, 1500)
    catch_up(sqlite_store, CALENDAR, batch=37)
    before = counted(sqlite_store)
    rebuild(sqlite_store, CALENDAR)
    assert counted(sqlite_store) == before
