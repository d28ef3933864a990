"""Questionnaires from before residents could fill them in themselves are carried over."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from foundation.settings import PROJECT_ROOT
from storage import Store, create_account
from storage.office_tables import satisfaction

ELEMENTS = [f"u{number}" for number in range(1, 10)]
BEST = dict.fromkeys(ELEMENTS, 4)


def test_staffs_questionnaires_survive_the_way_back_and_forth(store: Store) -> None:
    with store.write() as tx:
        rina = create_account(tx, "rina", "sandi-cukup-panjang-1", "supervisor")
        entered = {"date": date(2026, 11, 4), "entered_at": tx.now, **BEST}
        for key in (None, "lembar-warga"):
            by = {"entered_by": None if key else rina.id, "form_key": key}
            tx.connection.execute(sa.insert(satisfaction).values(**entered, **by))
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "storage" / "migrations"))
    config.set_main_option("path_separator", "os")
    for move, version in ((command.downgrade, "0014"), (command.upgrade, "head")):
        with store.write() as tx:
            config.attributes["connection"] = tx.connection
            move(config, version)
    with store.write() as tx:
        [row] = tx.connection.execute(sa.select(satisfaction))
        assert (row.id, row.date, row.entered_by) == (1, date(2026, 11, 4), rina.id)
        assert [getattr(row, element) for element in ELEMENTS] == [4] * 9
        # The next one gets a number of its own.
        tx.connection.execute(sa.insert(satisfaction).values(**entered, form_key="lain"))
        assert (
            tx.connection.execute(sa.select(sa.func.count()).select_from(satisfaction)).scalar()
            == 2
        )
