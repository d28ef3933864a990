"""Two officers claim at once, over HTTP on PostgreSQL: always exactly one wins."""

from benchmarks.queue import OFFICERS, Browser, fill, make_officers, race, serving, waiting
from storage import Store

TIMES = 200


def test_of_two_officers_at_once_always_exactly_one_wins(postgresql_store: Store) -> None:
    make_officers(postgresql_store)
    fill(postgresql_store, open_cases=TIMES, events=100)
    with serving(postgresql_store) as url:
        browsers = [Browser.sign_in(url, name) for name in OFFICERS]
        outcomes = race(browsers, waiting(postgresql_store, TIMES))
    assert outcomes == [(204, 409)] * TIMES
    assert waiting(postgresql_store, 1) == []
