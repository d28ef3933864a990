"""Monitoring and evaluation records: made once, signed, never changed, numbered, filed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import StillClock, parse_moment
from foundation.errors import InvalidFormError, NotFoundError, RecordConflictError
from reports import evaluation, follow_ups, monitoring, record_store, satisfaction
from reports.unanswered import top_unanswered
from storage import Account, Store, append_event, create_account, forget_resident
from storage.office_tables import office_record
from tests.builders import a_conversation
from tests.reports.report_kit import CALENDAR, CONTEXT, DAY, figures, say


@pytest.fixture
def rina(store: Store) -> Account:
    with store.write() as tx:
        return create_account(tx, "rina", "sandi-yang-panjang", "supervisor", display_name="Rina S")


def make_due(store: Store) -> list[date]:
    figures(store)
    with store.write() as tx:
        days = monitoring.due_days(tx, CALENDAR, tx.now)
        for day in days:
            monitoring.make_monitoring(tx, day)
    return days


def test_record_is_due_at_six_in_the_evening_of_a_working_day(
    store: Store, clock: StillClock
) -> None:
    with store.read() as tx:
        for moment, days in [
            ("2026-11-24T17:59:59", [date(2026, 11, 23)]),
            ("2026-11-24T18:00:00", [DAY]),
            ("2026-11-28T18:30:00", []),
        ]:
            assert monitoring.due_days(tx, CALENDAR, parse_moment(moment)) == days


def test_days_that_were_missed_are_made_up_for(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    assert make_due(store) == [DAY]
    assert make_due(store) == []
    clock.set(parse_moment("2026-11-30T18:00"))
    assert make_due(store) == [date(2026, 11, day) for day in (25, 26, 27, 30)]


def test_records_together_leave_no_chat_out(store: Store, clock: StillClock) -> None:
    say(store, "a")
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    clock.set(parse_moment("2026-11-24T22:00"))
    say(store, "b")
    clock.set(parse_moment("2026-11-25T09:00"))
    say(store, "c")
    clock.set(parse_moment("2026-11-25T18:00"))
    make_due(store)
    with store.read() as tx:
        first, second = monitoring.list_monitoring(tx, DAY, date(2026, 11, 25))
    assert first.figures["chats"] == 1
    assert second.figures["chats"] == 1
    assert second.made.content["since_previous"]["chats"] == 1


def test_record_is_confirmed_noted_and_corrected_by_name(
    store: Store, clock: StillClock, rina: Account
) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    with store.write() as tx:
        monitoring.annotate(tx, DAY, "Listrik padam 10.00-11.00.", account=rina)
        monitoring.correct(tx, DAY, "chats", 4, "Empat tamu dicatat di buku.", account=rina)
        monitoring.confirm(tx, DAY, account=rina)
    with pytest.raises(RecordConflictError), store.write() as tx:
        monitoring.confirm(tx, DAY, account=rina)
    with store.read() as tx:
        record = monitoring.get_monitoring(tx, DAY)
    assert record.confirmed_by == "Rina S"
    assert record.figures["chats"] == 4
    assert record.made.content["totals"]["chats"] == 0
    assert [paper.action for paper in record.later] == ["noted", "corrected", "confirmed"]
    assert record_store.is_intact(record.records)


@pytest.mark.parametrize(
    "statement", [sa.update(office_record).values(content={}), sa.delete(office_record)]
)
def test_database_refuses_to_change_a_record(
    store: Store, clock: StillClock, statement: sa.Executable
) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    with pytest.raises(sa.exc.IntegrityError), store.write() as tx:
        tx.connection.execute(statement)


def test_forged_record_is_noticed(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    with store.read() as tx:
        made = monitoring.get_monitoring(tx, DAY).made
    assert record_store.is_intact([made])
    assert not record_store.is_intact(
        [replace(made, content={**made.content, "date": "2026-11-25"})]
    )
    assert not record_store.is_intact([replace(made, signed_by="Orang lain")])


def test_second_record_of_a_day_is_refused(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    with pytest.raises(RecordConflictError), store.write() as tx:
        monitoring.make_monitoring(tx, DAY)
    with pytest.raises(NotFoundError), store.read() as tx:
        monitoring.get_monitoring(tx, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("column", "value", "reason"), [("x", 1, "a"), ("chats", -1, "a"), ("chats", 1, " ")]
)
def test_correction_needs_a_figure_a_number_and_a_reason(
    store: Store, clock: StillClock, rina: Account, column: str, value: int, reason: str
) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    make_due(store)
    with pytest.raises(InvalidFormError), store.write() as tx:
        monitoring.correct(tx, DAY, column, value, reason, account=rina)


FIRST, LAST = date(2026, 11, 1), date(2026, 11, 24)
PEOPLE = [{"name": "Rina S", "position": "Ketua tim"}]


def test_evaluation_opens_six_days_after_the_period(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-29T23:59"))
    with pytest.raises(InvalidFormError) as refused, store.write() as tx:
        evaluation.open_evaluation(tx, FIRST, LAST)
    assert "30-11-2026" in refused.value.reader_text
    clock.set(parse_moment("2026-11-30T00:00"))
    with store.write() as tx:
        one = evaluation.open_evaluation(tx, FIRST, LAST)
        assert evaluation.open_evaluation(tx, FIRST, LAST) == one


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 24), date(2026, 10, 31)),
        (date(2026, 12, 5), date(2026, 10, 31)),
        (date(2026, 12, 6), date(2026, 11, 30)),
        (date(2027, 3, 6), date(2027, 2, 28)),
        (date(2027, 1, 6), date(2026, 12, 31)),
    ],
)
def test_newest_month_that_may_be_evaluated(today: date, last: date) -> None:
    assert evaluation.last_month(today) == (last.replace(day=1), last)


def test_evaluation_is_numbered_frozen_and_filed(
    store: Store, clock: StillClock, rina: Account
) -> None:
    say(store, "a")
    clock.set(parse_moment("2026-12-01T09:00"))
    figures(store)
    with store.write() as tx:
        draft = evaluation.open_evaluation(tx, FIRST, LAST)
        with pytest.raises(InvalidFormError):
            evaluation.approve(tx, draft.id, CONTEXT, account=rina)
        evaluation.write_down(tx, draft.id, participants=PEOPLE, findings=["Chat naik."])
        task = follow_ups.add_follow_up(
            tx, draft.id, task="Tambah jawaban NIB", owner="Budi", due=date(2026, 12, 20)
        )
        paper = evaluation.approve(tx, draft.id, CONTEXT, account=rina)
    assert paper.content["number"] == "001/HALO-KOPUKM/XII/2026"
    assert paper.content["figures"]["counts"]["chats"] == {"": 1}
    with pytest.raises(RecordConflictError), store.write() as tx:
        evaluation.write_down(tx, draft.id, participants=PEOPLE, findings=["Lain."])
    with store.write() as tx:
        follow_ups.set_follow_up_state(tx, task.id, "berjalan", account=rina)
        frozen = evaluation.document_content(tx, evaluation.get_evaluation(tx, draft.id), CONTEXT)
        assert frozen["follow_ups"][0]["state"] == "belum"
        following = evaluation.open_evaluation(tx, date(2026, 11, 25), date(2026, 11, 25))
        content = evaluation.document_content(tx, following, CONTEXT)
        assert [(item["task"], item["state"]) for item in content["carried"]] == [
            ("Tambah jawaban NIB", "berjalan")
        ]
        evaluation.write_down(tx, following.id, participants=PEOPLE, findings=["Tetap."])
        second = evaluation.approve(tx, following.id, CONTEXT, account=rina)
        assert second.content["number"].startswith("002/")
        assert record_store.is_intact([paper])
        assert record_store.is_intact([second])


def _ask(store: Store, conversation_id: str, question: str, decision: str = "handoff") -> None:
    with store.write() as tx:
        append_event(
            tx,
            conversation_id,
            type="decided",
            actor="bot",
            data={"decision": decision},
            content={"question": question},
        )


def test_unanswered_questions_are_masked_counted_and_erased_with_the_resident(
    store: Store, clock: StillClock
) -> None:
    one, two = a_conversation(store, "a").id, a_conversation(store, "b").id
    _ask(store, one, "Mau urus izin apotek?")
    _ask(store, two, "mau urus  izin apotek", "clarify")
    _ask(store, two, "hubungi saya di 0812-3456-7890")
    _ask(store, two, "dijawab", "answer")
    figures(store)
    with store.read() as tx:
        found = top_unanswered(tx, DAY, DAY)
    assert next((item.text, item.times) for item in found) == ("Mau urus izin apotek?", 2)
    assert len(found) == 2
    assert "7890" not in found[1].text
    with store.write() as tx:
        forget_resident(tx, two)
        assert [item.times for item in top_unanswered(tx, DAY, DAY)] == [1]


RATINGS = st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=40)


@given(RATINGS)
def test_index_is_the_mean_of_all_ratings_times_25(ratings: list[list[int]]) -> None:
    index = satisfaction.compute_index(ratings)
    assert index is not None
    mean = sum(map(sum, ratings)) / (9 * len(ratings))
    assert abs(float(index.index) - mean * 25) <= 0.00501
    assert index.grade in "ABCD"


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        ("100", "A"),
        ("88.31", "A"),
        ("88.30", "B"),
        ("76.61", "B"),
        ("76.60", "C"),
        ("65.00", "C"),
        ("64.99", "D"),
        ("25.00", "D"),
    ],
)
def test_grades_are_those_of_the_regulation(index: str, grade: str) -> None:
    assert satisfaction.grade_of(Decimal(index)) == grade


def test_questionnaires_of_the_period_make_the_index(
    store: Store, clock: StillClock, rina: Account
) -> None:
    with store.write() as tx:
        satisfaction.add_questionnaire(tx, DAY, [4] * 9, account=rina)
        satisfaction.add_questionnaire(tx, DAY, [3] * 9, account=rina)
        satisfaction.add_questionnaire(tx, date(2026, 10, 1), [1] * 9, account=rina)
        with pytest.raises(InvalidFormError):
            satisfaction.add_questionnaire(tx, DAY, [5] + [1] * 8, account=rina)
        index = satisfaction.read_index(tx, FIRST, LAST)
    assert index is not None
    assert (index.respondents, str(index.index), index.grade) == (2, "87.50", "B")
