"""Opening, locking and handing over conversations; leases."""

from __future__ import annotations

import pytest

from foundation.clock import StillClock
from foundation.errors import NotFoundError
from storage import (
    Store,
    create_account,
    get_conversation,
    lock_conversation,
    open_conversation,
    release_leases,
    set_owner,
    take_lease,
)
from tests.builders import NINE_O_CLOCK, a_conversation


def test_the_same_address_gets_the_same_conversation(store: Store) -> None:
    first = a_conversation(store, "0812")
    assert a_conversation(store, "0812") == first
    assert a_conversation(store, "0812", channel="whatsapp").id != first.id
    assert (first.created_at, first.last_seq, first.epoch) == (NINE_O_CLOCK, 0, 0)
    assert first.owner is None


def test_new_ids_are_long_and_differ(store: Store) -> None:
    ids = {a_conversation(store, str(number)).id for number in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) >= 22


def test_a_given_id_is_used_for_a_new_conversation_only(store: Store) -> None:
    with store.write() as tx:
        made = open_conversation(tx, channel="rest", address="ani", conversation_id="c-1")
        again = open_conversation(tx, channel="rest", address="ani", conversation_id="c-2")
    assert made.id == again.id == "c-1"


def test_an_unknown_conversation_is_none_or_not_found(store: Store) -> None:
    with store.write() as tx:
        assert get_conversation(tx, "tidak-ada") is None
        with pytest.raises(NotFoundError):
            lock_conversation(tx, "tidak-ada")
        with pytest.raises(NotFoundError):
            set_owner(tx, "tidak-ada", None)


def test_every_change_of_owner_raises_the_epoch(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        officer = create_account(tx, "sari", "kata sandi panjang", "petugas")
        claimed = set_owner(tx, conversation.id, officer.id)
        returned = set_owner(tx, conversation.id, None)
        assert lock_conversation(tx, conversation.id) == returned
    assert (claimed.owner, claimed.epoch) == (officer.id, 1)
    assert (returned.owner, returned.epoch) == (None, 2)


def test_a_lease_keeps_other_workers_out_until_it_ends(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        assert take_lease(tx, conversation.id, worker="a", seconds=30)
        assert take_lease(tx, conversation.id, worker="a", seconds=30)
        assert not take_lease(tx, conversation.id, worker="b", seconds=30)
    clock.advance(seconds=30)
    with store.write() as tx:
        assert take_lease(tx, conversation.id, worker="b", seconds=30)


def test_released_leases_are_free_and_others_stay(store: Store) -> None:
    first, second, third = (a_conversation(store, name) for name in "xyz")
    with store.write() as tx:
        take_lease(tx, first.id, worker="a", seconds=30)
        take_lease(tx, second.id, worker="a", seconds=30)
        take_lease(tx, third.id, worker="c", seconds=30)
        release_leases(tx, "a", conversation_id=first.id)
        assert take_lease(tx, first.id, worker="b", seconds=30)
        assert not take_lease(tx, second.id, worker="b", seconds=30)
        release_leases(tx, "a")
        assert take_lease(tx, second.id, worker="b", seconds=30)
        assert not take_lease(tx, third.id, worker="b", seconds=30)
