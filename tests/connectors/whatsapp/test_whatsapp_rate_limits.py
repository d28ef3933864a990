"""Whatever the rhythm of a chat, Meta's limit for one resident is never met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp.outbound.recipient_rate_limit import BURST, INTERVAL, next_burst
from connectors.whatsapp_emulator.rate_limits import RecipientRateLimit

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PAUSES = st.lists(st.floats(0, 20), min_size=1, max_size=60)


@given(pauses=PAUSES, data=st.data())
def test_meta_refuses_none(pauses: list[float], data: st.DataObject) -> None:
    """However long a reply waits here and however long its request is on its way."""
    metas = RecipientRateLimit()
    now, since, paid_at = START, None, None
    for pause in pauses:
        now += timedelta(seconds=pause)
        spell = next_burst(since, paid_at, now)
        if spell is None:
            assert paid_at is not None
            now = paid_at
            spell = next_burst(since, paid_at, now)
        assert spell is not None
        since, paid_at = spell
        on_its_way = timedelta(seconds=data.draw(st.floats(0, 0.9)))
        metas.take("6281000000101", now + on_its_way)


def test_a_few_may_leave_at_once_and_are_paid_off() -> None:
    since, paid_at = None, None
    for _ in range(BURST):
        spell = next_burst(since, paid_at, START)
        assert spell is not None
        since, paid_at = spell
    assert next_burst(since, paid_at, START) is None
    assert paid_at is not None
    assert paid_at - START >= BURST * INTERVAL
    assert next_burst(since, paid_at, paid_at - timedelta(seconds=1)) is None
    assert next_burst(since, paid_at, paid_at) is not None
