"""Counts beside the contract's columns: by hour, topic, district, people, cases, ratings."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from connectors import Drill
from connectors.webchat.ratings import Rating, rate
from foundation.clock import StillClock, parse_moment
from handoff import (
    Case,
    Outcome,
    acknowledge,
    claim,
    latest_case,
    open_case,
    release,
    resolve,
    return_to_bot,
    take_over,
)
from reports import catch_up, figure_sections, read_figures, rebuild
from storage import Store, append_event, create_account, enqueue, list_accounts
from storage.office_tables import report_count
from storage.tables import event, outbox_attempt, projection
from storage.whatsapp_tables import charge
from tests.builders import a_conversation
from tests.reports.report_kit import CALENDAR, DAY, decide, figures, say


def a_case(store: Store, conversation_id: str, ticket: str = "HK-1") -> int:
    with store.write() as tx:
        return open_case(
            tx, conversation_id, reason="diminta", ticket=ticket, card={}, actor="bot"
        ).id


def an_officer(store: Store) -> int:
    with store.write() as tx:
        return create_account(tx, "rina", "sandi-yang-panjang", "petugas").id


def test_topics_districts_and_hours_come_from_skeletons(store: Store, clock: StillClock) -> None:
    one = say(store, "a")
    decide(store, one, answers=["nib/biaya", "nib/cara", "halal/biaya"], district="Ciawi")
    decide(store, one, answers=["nib/biaya"], district="Ciawi")
    decide(store, one, district="Cibinong")
    counted = figures(store)
    assert counted.by_key("topic") == {"nib": 2, "halal": 1}
    assert counted.by_key("answer") == {"nib/biaya": 2, "halal/biaya": 1, "nib/cara": 1}
    assert counted.by_key("district") == {"Ciawi": 1, "Cibinong": 1}
    assert counted.by_key("message_hour") == {"09": 1}


def test_people_are_new_once(store: Store, clock: StillClock) -> None:
    say(store, "a")
    clock.advance(hours=25)
    say(store, "a")
    say(store, "b")
    assert figures(store, DAY, date(2026, 11, 25)).by_key("people") == {"baru": 2, "kembali": 1}


def test_waiting_and_handling_are_service_minutes(store: Store, clock: StillClock) -> None:
    officer = an_officer(store)
    clock.set(parse_moment("2026-11-24T17:50"))
    case = a_case(store, say(store, "a"))
    clock.set(parse_moment("2026-11-25T08:10"))
    with store.write() as tx:
        claim(tx, case, officer_id=officer, actor="officer:1")
    clock.advance(minutes=6)
    with store.write() as tx:
        release(tx, case, actor="officer:1")
    clock.advance(minutes=30)
    with store.write() as tx:
        claim(tx, case, officer_id=officer, actor="officer:1")
    clock.advance(minutes=4)
    with store.write() as tx:
        resolve(tx, case, outcome=Outcome.SPAM, actor="officer:1")
    counted = figures(store, DAY, date(2026, 11, 25))
    assert counted.mean_wait_minutes == 20.0
    assert counted.mean_handling_minutes == 10.0
    assert counted.by_key("wait") == {"30": 1}
    assert counted.overdue == 1
    assert counted.pranks == 1


def test_chat_of_greetings_only_is_an_empty_contact(store: Store, clock: StillClock) -> None:
    decide(store, say(store, "a"), answers=[])
    real = say(store, "b")
    decide(store, real, answers=[])
    assert figures(store).total("empty") == 2
    decide(store, real, answers=["nib/biaya"])
    decide(store, real, answers=["nib/cara"])
    assert figures(store).total("empty") == 1


def test_chat_left_at_a_question_back_is_abandoned(store: Store, clock: StillClock) -> None:
    decide(store, say(store, "a"), "clarify")
    decide(store, say(store, "b"), "clarify")
    assert figures(store).total("abandoned") == 2
    clock.advance(minutes=1)
    say(store, "b")
    assert figures(store).total("abandoned") == 1


def test_ratings_of_both_ways_are_one_figure(store: Store, clock: StillClock) -> None:
    one = say(store, "a")
    decide(store, one, rating=2)
    for value in (5, 5):
        with store.write() as tx:
            append_event(
                tx, one, type="rated", actor="resident", data={"kind": "csat", "value": value}
            )
    with store.write() as tx:
        append_event(tx, one, type="rated", actor="resident", data={"kind": "jempol", "value": 1})
    assert figures(store).csat == 4.0


def test_rating_that_was_changed_counts_once(store: Store, clock: StillClock) -> None:
    one = say(store, "a")
    with store.write() as tx:
        said = append_event(tx, one, type="bot", actor="bot", data={}, content={"text": "Baik."})
        rate(tx, one, Rating("csat", 1, said.seq))
    clock.advance(days=1)
    with store.write() as tx:
        rate(tx, one, Rating("csat", 5, said.seq))
    assert figures(store).total("csat") == 0
    assert figures(store, DAY, date(2026, 11, 25)).by_key("csat") == {"5": 1}


def test_case_that_a_supervisor_took_has_waited_until_then(store: Store, clock: StillClock) -> None:
    officer = an_officer(store)
    case = a_case(store, say(store, "a"))
    clock.advance(minutes=20)
    with store.write() as tx:
        take_over(tx, case, officer_id=officer, actor=f"officer:{officer}")
    assert figures(store).mean_wait_minutes == 20.0


def test_other_rules_of_counting_count_the_log_anew(store: Store, clock: StillClock) -> None:
    say(store, "a")
    figures(store)
    with store.write() as tx:
        tx.connection.execute(update(projection).values(state={"rules": 1}))
        tx.connection.execute(update(report_count).values(amount=99))
    assert figures(store).total("chats") == 1


def test_channel_can_be_chosen(store: Store, clock: StillClock) -> None:
    say(store, "a")
    say(store, "a", channel="whatsapp")
    figures(store)
    with store.read() as tx:
        assert read_figures(tx, DAY, DAY, channel="whatsapp").total("chats") == 1
        assert read_figures(tx, DAY, DAY).total("chats") == 2


STEP = st.tuples(
    st.sampled_from("ab"),
    st.integers(1, 2000),
    st.sampled_from(["say", "answer", "clarify", "rate", "open", "claim", "close", "return"]),
)


def _do(store: Store, officer: int, address: str, what: str, number: int) -> None:
    conversation = a_conversation(store, address).id
    if what == "say":
        say(store, address, number)
    elif what in ("answer", "clarify"):
        decide(
            store, conversation, what, answers=["nib/biaya"], district="Ciawi", rating=number % 3
        )
    elif what == "open":
        a_case(store, conversation, f"HK-{number}")
    else:
        with store.write() as tx:
            case = latest_case(tx, conversation)
            if case is None or not case.is_open:
                return
            if what == "claim":
                claim(tx, case.id, officer_id=officer, actor="officer:1")
            elif what == "close":
                resolve(tx, case.id, outcome=Outcome.ANSWERED, actor="officer:1")
            elif what == "return":
                return_to_bot(tx, case.id, actor="officer:1")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=20), batch=st.integers(1, 5))
def test_counting_piece_by_piece_equals_counting_at_once(
    sqlite_store: Store, clock: StillClock, steps: list[tuple[str, int, str]], batch: int
) -> None:
    with sqlite_store.read() as tx:
        known = tx.connection.execute(select(func.count()).select_from(event)).scalar_one()
        accounts = list_accounts(tx)
    officer = accounts[0].id if accounts else an_officer(sqlite_store)
    for number, (address, minutes, what) in enumerate(steps):
        clock.advance(minutes=minutes)
        _do(sqlite_store, officer, address, what, known * 100 + number)
        catch_up(sqlite_store, CALENDAR, batch=batch)
    last = date(2036, 1, 1)
    catch_up(sqlite_store, CALENDAR)
    with sqlite_store.read() as tx:
        before = read_figures(tx, DAY, last, with_answers=True).to_json()
    rebuild(sqlite_store, CALENDAR)
    with sqlite_store.read() as tx:
        assert read_figures(tx, DAY, last, with_answers=True).to_json() == before


def _deliver(store: Store, number: int, at: str, category: str = "service") -> None:
    talk = a_conversation(store, "a", channel="whatsapp")
    moment = parse_moment(at)
    with store.write() as tx:
        event = append_event(tx, talk.id, type="bot", actor="bot", data={}, content={"text": "ya"})
        row = enqueue(tx, talk, event=event, state="delivered", epoch=0, payload={})
        keys = [f"k{row.id}-{place}" for place in range(number)]
        tx.connection.execute(
            insert(outbox_attempt),
            [
                {"id": key, "outbox_id": row.id, "number": place, "state": "delivered"}
                | {"at": moment, "state_at": moment}
                for place, key in enumerate(keys)
            ],
        )
        tx.connection.execute(
            insert(charge),
            [
                {"attempt_id": key, "category": category, "type": "regular"}
                | {"delivered_at": moment}
                for key in keys
            ],
        )


def test_first_thousand_replies_of_a_month_are_free(sqlite_store: Store, clock: StillClock) -> None:
    _deliver(sqlite_store, 999, "2026-11-02T09:00")
    _deliver(sqlite_store, 2, "2026-11-24T00:00")
    _deliver(sqlite_store, 3, "2026-11-24T12:00", "utility")
    _deliver(sqlite_store, 5, "2026-12-01T00:00")
    with sqlite_store.read() as tx:
        day = read_figures(tx, DAY, DAY)
        november = read_figures(tx, date(2026, 11, 1), date(2026, 11, 30))
        both = read_figures(tx, date(2026, 11, 24), date(2026, 12, 1))
        web = read_figures(tx, DAY, DAY, channel="webchat")
    assert day.delivered == {"service/regular": 2, "utility/regular": 3}
    # The thousandth reply is still free, the thousand-and-first is not.
    assert (day.billable, november.billable, both.billable) == (4, 4, 4)
    assert (web.billable, web.delivered) == (0, {})


def _in_danger(store: Store, address: str, kind: str, channel: str = "webchat") -> Case:
    talk = say(store, address, channel=channel)
    with store.write() as tx:
        return open_case(
            tx,
            talk,
            reason="bahaya",
            ticket=f"HK-{address}",
            card={},
            actor="bot",
            urgent=True,
            danger=kind,
        )


def test_urgent_cases_are_counted_by_day_and_kind_with_the_time_to_acknowledgement(
    store: Store, clock: StillClock
) -> None:
    officer = an_officer(store)
    clock.set(parse_moment("2026-11-24T23:00"))
    first = _in_danger(store, "a", "kdrt")
    _in_danger(store, "b", "kdrt")
    clock.advance(minutes=4)
    with store.write() as tx:
        acknowledge(tx, first, officer_id=officer, actor="officer:1")
    clock.set(parse_moment("2026-11-25T01:00"))
    third = _in_danger(store, "c", "kekerasan")
    _in_danger(store, "c", "bunuh_diri")  # the same case, another danger
    clock.advance(minutes=90)
    with store.write() as tx:
        acknowledge(tx, third, officer_id=officer, actor="officer:1")
    counted = figures(store, DAY, date(2026, 11, 25))
    assert counted.to_json()["urgent_by_day"] == {
        "2026-11-24": {"kdrt": 2},
        "2026-11-25": {"kekerasan": 1},
    }
    assert counted.by_key("acknowledged") == {"5": 1, "lebih": 1}
    assert counted.mean_acknowledge_minutes == 47.0
    tables = {section.key: section for section in figure_sections(counted, {})}
    assert tables["urgent"].rows == (
        ("24-11-2026", "Kekerasan dalam rumah tangga", 2),
        ("25-11-2026", "Kekerasan atau ancaman", 1),
    )
    assert "jam dinding" in tables["acknowledged"].note


def test_a_drill_is_in_no_figure(store: Store) -> None:
    with store.write() as tx:
        boss = create_account(tx, "bos", "kata-sandi-panjang", "supervisor")
    Drill(store, boss, lambda: "HK-LATI-HAN2").start()
    say(store, "a")
    document = figures(store).to_json()
    assert document["urgent_by_day"] == {}
    assert set(document["counts"]) == {
        "chat_hour",
        "chats",
        "empty",
        "message_hour",
        "messages",
        "people",
    }
