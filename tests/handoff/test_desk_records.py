"""Presence, canned replies, labels, toggle, tickets by phone, the computed waiting time."""

from datetime import timedelta

import pytest

from foundation.clock import StillClock, parse_moment
from foundation.errors import InvalidFormError, NotFoundError
from handoff import (
    GONE_AFTER,
    Case,
    Outcome,
    Presence,
    apply_service_toggle,
    case_for_caller,
    claim,
    fill_in,
    get_case,
    labels_of,
    list_canned,
    make_offers,
    new_ticket,
    offers_due,
    offers_to,
    officers_on_duty,
    open_case,
    read_labels,
    read_service_toggle,
    record_heartbeat,
    resolve,
    retire_canned,
    save_canned,
    set_labels,
    set_presence,
    set_service_toggle,
    usual_labels,
    waiting_estimate,
)
from service_hours import Calendar
from storage import Store, Transaction, create_account, latest_audit_entries
from tests.builders import a_conversation


def an_officer(store: Store, name: str = "ani") -> int:
    with store.write() as tx:
        return create_account(tx, name, "kata-sandi-panjang", "petugas").id


def open_one(store: Store, address: str, ticket: str, **card: object) -> int:
    conversation = a_conversation(store, address)
    with store.write() as tx:
        return open_case(
            tx, conversation.id, reason="diminta", ticket=ticket, card=card, actor="bot"
        ).id


def test_only_a_ready_officer_with_an_open_console_is_offered_cases(
    store: Store, clock: StillClock
) -> None:
    officer = an_officer(store)
    case = open_one(store, "warga", "HK-AAAA-0001")
    with store.write() as tx:
        record_heartbeat(tx, officer)
        assert offers_due(tx) == []
        set_presence(tx, officer, Presence.READY, capacity=2)
        planned = offers_due(tx)
        make_offers(tx, planned)
        assert [offer.case_id for offer in offers_to(tx, officer)] == [case]
        assert offers_due(tx) == []
    clock.moment += GONE_AFTER + timedelta(seconds=1)
    with store.read() as tx:
        [seen] = officers_on_duty(tx)
        assert not seen.ready(tx.now)
        assert offers_due(tx) == []


def test_a_claimed_case_is_offered_no_more(store: Store) -> None:
    officer = an_officer(store)
    case = open_one(store, "warga", "HK-AAAA-0001")
    with store.write() as tx:
        set_presence(tx, officer, Presence.READY)
        make_offers(tx, offers_due(tx))
        claim(tx, case, officer_id=officer, actor="officer:1")
        assert offers_to(tx, officer) == []


def test_capacity_has_bounds(store: Store) -> None:
    officer = an_officer(store)
    for capacity in (0, 21):
        with pytest.raises(InvalidFormError), store.write() as tx:
            set_presence(tx, officer, Presence.READY, capacity=capacity)


def test_canned_replies_are_searched_kept_and_audited(store: Store) -> None:
    officer = an_officer(store)
    with store.write() as tx:
        first = save_canned(tx, title="Salam", text="Selamat pagi, {nama}.", account_id=officer)
        save_canned(tx, title="Syarat NIB", text="NIB gratis.", account_id=officer)
        with pytest.raises(InvalidFormError):
            save_canned(tx, title="Salam", text="lain", account_id=officer)
        with pytest.raises(InvalidFormError):
            save_canned(tx, title="Aneh", text="{nomor_ktp}", account_id=officer)
        assert [reply.title for reply in list_canned(tx, search="gratis nib")] == ["Syarat NIB"]
        retire_canned(tx, first, account_id=officer)
        assert [reply.title for reply in list_canned(tx)] == ["Syarat NIB"]
        assert len(list_canned(tx, all_of_them=True)) == 2
        with pytest.raises(NotFoundError):
            retire_canned(tx, 999, account_id=officer)
        entries = [row.action for row in latest_audit_entries(tx)]
    assert entries == ["canned_retired", "canned_saved", "canned_saved"]
    assert fill_in("Pak {nama}, tiket {tiket}", {"nama": "Asep"}) == "Pak Asep, tiket {tiket}"


def test_labels_replace_those_before(store: Store) -> None:
    case = open_one(store, "warga", "HK-AAAA-0001")
    with store.write() as tx:
        set_labels(tx, case, read_labels("NIB, modal"))
        set_labels(tx, case, read_labels("nib,  Halal "))
        assert labels_of(tx, [case]) == {case: ("halal", "nib")}
        assert usual_labels(tx) == ["halal", "nib"]
    with pytest.raises(InvalidFormError):
        read_labels("x" * 31)


def test_switched_off_means_closed_for_the_announced_reason(store: Store) -> None:
    officer = an_officer(store)
    open_now = Calendar().status(parse_moment("2026-11-24T10:00"))
    with store.write() as tx:
        assert apply_service_toggle(open_now, read_service_toggle(tx)) is open_now
        with pytest.raises(InvalidFormError):
            set_service_toggle(tx, off=True, announcement=" ", account_id=officer)
        in_force = set_service_toggle(
            tx, off=True, announcement="Listrik padam.", account_id=officer
        )
        closed = apply_service_toggle(open_now, in_force)
        assert (closed.is_open, closed.closed_because) == (False, "Listrik padam.")
        assert apply_service_toggle(
            open_now, set_service_toggle(tx, off=False, announcement="", account_id=officer)
        ).is_open
        assert [row.data["off"] for row in latest_audit_entries(tx)] == [False, True]


def test_a_ticket_is_told_only_with_the_last_four_digits(store: Store) -> None:
    case = open_one(store, "warga", "HK-7QXM-9RAE", slots={"no_hp": "0812-3456-7890"})
    with store.read() as tx:
        found = case_for_caller(tx, "hk 7qxm 9rae", last_digits="7890")
        assert found is not None
        assert found.id == case
        for ticket, digits in (
            ("HK-7QXM-9RAE", "7891"),
            ("HK-7QXM-9RAE", "890"),
            ("HK-7QXM-9RAE", ""),
            ("HK-AAAA-AAAA", "7890"),
            ("7QXM9RAE", "7890"),
        ):
            assert case_for_caller(tx, ticket, last_digits=digits) is None


def test_waiting_time_is_computed_from_closed_cases_or_not_told(
    store: Store, clock: StillClock
) -> None:
    officer, calendar = an_officer(store), Calendar()
    first = open_one(store, "w-0", "HK-AAAA-0000")
    with store.write() as tx:
        claim(tx, first, officer_id=officer, actor="officer:1")
    waits = open_one(store, "w-x", "HK-AAAA-000X")
    with store.read() as tx:
        case = _case(tx, waits)
        early = waiting_estimate(tx, case, calendar)
        assert early is not None
        assert (early.place, early.minutes, early.at) == (1, None, None)
    for number in range(1, 6):
        other = open_one(store, f"w-{number}", f"HK-AAAA-000{number}")
        with store.write() as tx:
            claim(tx, other, officer_id=officer, actor="officer:1")
        clock.advance(minutes=10)
        with store.write() as tx:
            resolve(tx, other, outcome=Outcome.ANSWERED, actor="officer:1")
    with store.read() as tx:
        estimate = waiting_estimate(tx, _case(tx, waits), calendar)
        assert estimate is not None
        assert (estimate.place, estimate.minutes) == (1, 10)
        assert estimate.at == tx.now + timedelta(minutes=10)
        assert waiting_estimate(tx, _case(tx, first), calendar) is None


def _case(tx: Transaction, case_id: int) -> Case:

    return get_case(tx, case_id)


def test_service_minutes_ahead_skip_the_night() -> None:
    calendar = Calendar()
    start = parse_moment("2026-11-24T17:50")
    assert calendar.after_service_minutes(start, 15) == parse_moment("2026-11-25T08:05")
    assert calendar.after_service_minutes(start, 10) == parse_moment("2026-11-24T18:00")
    assert calendar.after_service_minutes(start, 1_000_000) is None


def test_tickets_of_this_kind_are_found() -> None:
    assert len(new_ticket(lambda below: below - 1)) == len("HK-7QXM-9RAE")
