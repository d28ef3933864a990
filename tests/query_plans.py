"""What the tests of query plans share: the statements that were sent, and how the store reads."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sqlalchemy_event

from storage import Store


def statements_of(use: Callable[[], None]) -> dict[str, Any]:
    """Every statement that ``use`` sends from its own thread, with one set of parameters."""
    sent: dict[str, Any] = {}
    here = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        # A thread that another test left behind may still be at work on a store of its own.
        if threading.get_ident() == here:
            sent.setdefault(statement, parameters)

    sqlalchemy_event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        use()
    finally:
        sqlalchemy_event.remove(sa.Engine, "before_cursor_execute", note)
    return sent


def plans_of(store: Store, statements: dict[str, Any]) -> dict[str, str]:
    """The store's plan for each statement, with sequential scans only where nothing else helps."""
    explain = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN (COSTS OFF) "
    plans = {}
    with store.write() as tx:
        if store.dialect == "postgresql":
            tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements.items():
            if re.match("SELECT|UPDATE|DELETE|INSERT", statement):
                rows = tx.connection.exec_driver_sql(explain + statement, parameters)
                plans[statement] = "\n".join(str(row[-1]) for row in rows)
    return plans


def reads_of_whole_tables(
    store: Store, plans: dict[str, str], growing: Iterable[str]
) -> dict[str, str]:
    """Those of ``plans`` that read one of the ``growing`` tables from end to end."""
    names = "|".join(growing)
    whole = {
        "sqlite": rf"SCAN (?:{names})(?: AS \w+)?(?: USING INTEGER.*)?$",
        "postgresql": rf"Seq Scan on (?:{names})\b.*$",
    }[store.dialect]
    return {
        statement: plan for statement, plan in plans.items() if re.search(whole, plan, re.MULTILINE)
    }
