"""Column types hold the same values on both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Store, storable, tables
from storage.columns import storable_document
from tests.builders import a_conversation

MOMENTS = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones() | st.just(UTC)
)
ONE_STORE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
projection = tables.projection


def _round_trip(store: Store, **values: object) -> sa.Row[tuple[object, ...]]:
    with store.write() as tx:
        tx.connection.execute(sa.delete(projection))
        tx.connection.execute(sa.insert(projection).values(name="x", **values))
        return tx.connection.execute(sa.select(projection)).one()


@ONE_STORE
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ).filter(lambda value: value is not None)
)
def test_documents_come_back_clean_and_whole(store: Store, value: object) -> None:
    assert _round_trip(store, state=value).state == storable_document(value)


@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_storable_text_is_utf8_without_nul_and_keeps_the_rest(text: str) -> None:
    clean = storable(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert len(clean) == len(text)
    assert all(
        new == old or (new == "\ufffd" and (old == "\x00" or "\ud800" <= old <= "\udfff"))
        for new, old in zip(clean, text, strict=True)
    )
    assert storable(clean) == clean


@ONE_STORE
@given(moments=st.lists(MOMENTS, min_size=2, max_size=4, unique=True))
def test_moments_are_exact_in_utc_and_ordered(store: Store, moments: list[datetime]) -> None:
    in_utc = [moment.astimezone(UTC) for moment in moments]
    conversation = a_conversation(store)
    with store.write() as tx:
        tx.connection.execute(sa.delete(tables.lease))
        read = []
        for moment in moments:
            tx.connection.execute(sa.delete(tables.lease))
            tx.connection.execute(
                sa.insert(tables.lease).values(
                    conversation_id=conversation.id, worker="w", until=moment
                )
            )
            read.append(tx.connection.execute(sa.select(tables.lease.c.until)).scalar_one())
            before = sa.select(tables.lease.c.worker).where(tables.lease.c.until < moments[0])
            assert bool(tx.connection.execute(before).all()) == (moment.astimezone(UTC) < in_utc[0])
    assert read == in_utc
    assert {moment.utcoffset() for moment in read} == {timedelta(0)}


def test_a_moment_without_offset_is_refused(store: Store) -> None:
    conversation = a_conversation(store)
    with pytest.raises(sa.exc.StatementError, match="needs an offset"), store.write() as tx:
        tx.connection.execute(
            sa.insert(tables.lease).values(
                conversation_id=conversation.id, worker="w", until=datetime(2026, 11, 24)
            )
        )


def test_other_offsets_mean_the_same_moment(store: Store) -> None:
    conversation = a_conversation(store)
    wita = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=8)))
    with store.write() as tx:
        tx.connection.execute(
            sa.insert(tables.lease).values(conversation_id=conversation.id, worker="w", until=wita)
        )
        found = tx.connection.execute(sa.select(tables.lease.c.until)).scalar_one()
    assert found == datetime(2026, 11, 24, 2, tzinfo=UTC)
