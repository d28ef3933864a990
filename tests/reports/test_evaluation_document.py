"""The evaluation document in its four formats."""

import io
import json
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from openpyxl import load_workbook

from foundation.clock import StillClock, parse_moment
from foundation.errors import InvalidFormError
from handoff import CaseState, Expiry, Outcome, Reason, expire, open_case
from reports import (
    FORMATS,
    document_file,
    evaluation,
    evaluation_document,
    evaluation_sections,
    follow_ups,
    make_due_records,
    monitoring,
    satisfaction,
    words,
)
from storage import Account, Store, append_event, create_account
from tests.builders import a_conversation
from tests.reports.report_kit import CALENDAR, CONTEXT, DAY, figures, say

MADE_AT = parse_moment("2026-12-01T09:00")


@pytest.fixture
def content(sqlite_store: Store, clock: StillClock) -> dict[str, object]:
    one = say(sqlite_store, "a")
    with sqlite_store.write() as tx:
        append_event(
            tx,
            one,
            type="decided",
            actor="bot",
            data={"decision": "handoff"},
            content={"question": "=HYPERLINK(1) \U0001f600?"},
        )
        rina: Account = create_account(tx, "rina", "sandi-yang-panjang", "supervisor")
        satisfaction.add_questionnaire(tx, DAY, [4, 3, 4, 3, 4, 3, 4, 3, 4], account=rina)
    figures(sqlite_store)
    clock.set(MADE_AT)
    with sqlite_store.write() as tx:
        draft = evaluation.open_evaluation(tx, date(2026, 11, 1), DAY)
        people = [{"name": "Rina", "position": "Ketua"}]
        evaluation.write_down(tx, draft.id, participants=people, findings=["Chat naik."])
        return evaluation.document_content(tx, evaluation.get_evaluation(tx, draft.id), CONTEXT)


def made(content: dict[str, object], file_format: str) -> bytes:
    return document_file(evaluation_document(content, MADE_AT), content, file_format)


def test_every_format_is_made(content: dict[str, object]) -> None:
    files = {name: made(content, name) for name in FORMATS}
    assert json.loads(files["json"])["volume"]["rows"][0]["chats"] == 1
    assert files["pdf"].startswith(b"%PDF-")
    assert "Tahapan Kegiatan" in files["csv"].decode()
    with pytest.raises(InvalidFormError):
        made(content, "doc")


def test_sheet_computes_and_takes_no_formula_from_residents(content: dict[str, object]) -> None:
    book = load_workbook(io.BytesIO(made(content, "xlsx")))
    assert book["Volume"]["C8"].value == "=SUM(C7:C7)"
    assert book["Ringkasan"]["B9"].value == "='Volume'!C8"
    assert book["Ringkasan"]["D9"].value == "=B9-C9"
    assert book["IKM"]["D16"].value == "=ROUND(SUM(D7:D15)*25,2)"
    assert book["Belum terjawab"]["A7"].value.startswith("'=")


def test_service_files_the_day_and_opens_the_month(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    figures(store)
    assert make_due_records(store, CALENDAR, days=6, target=15) == 2
    assert make_due_records(store, CALENDAR, days=6, target=15) == 0
    with store.read() as tx:
        assert [item.last for item in evaluation.list_evaluations(tx)] == [date(2026, 10, 31)]


def test_settings_move_the_opening_of_the_month_and_the_target_of_the_day(
    sqlite_store: Store, clock: StillClock
) -> None:
    clock.set(parse_moment("2026-12-03T09:00"))
    assert make_due_records(sqlite_store, CALENDAR, days=2, target=30) == 2
    with sqlite_store.read() as tx:
        made = monitoring.get_monitoring(tx, date(2026, 12, 2)).made
        assert made.content["figures"]["wait_target_minutes"] == 30
        assert [item.last for item in evaluation.list_evaluations(tx)] == [date(2026, 11, 30)]


def test_complaints_stand_with_ticket_and_state_and_without_words(
    store: Store, clock: StillClock
) -> None:
    talks = [a_conversation(store, name) for name in "abc"]
    with store.write() as tx:
        for number, (talk, reason) in enumerate(
            zip(talks, ("keluhan", "keluhan", "diminta"), strict=True)
        ):
            open_case(
                tx, talk.id, reason=reason, ticket=f"HK-{number}", card={"apa": "x"}, actor="bot"
            )
        expire(tx, 1, actor="timer", why=Expiry.TOO_LONG)
    clock.set(MADE_AT)
    with store.write() as tx:
        late = open_case(tx, talks[0].id, reason="keluhan", ticket="HK-9", card={}, actor="bot")
        assert late.id > 3
        draft = evaluation.open_evaluation(tx, date(2026, 11, 1), DAY)
        found = evaluation.document_content(tx, draft, CONTEXT)
    assert [(item["ticket"], item["state"]) for item in found["complaints"]] == [
        ("HK-0", "expired"),
        ("HK-1", "waiting"),
    ]
    [part] = [part for part in evaluation_sections(found) if part.key == "complaints"]
    # Those that nobody has closed come first.
    assert [row[::3] for row in part.rows] == [
        ("HK-1", "Menunggu petugas"),
        ("HK-0", "Kedaluwarsa"),
    ]
    assert part.note == "2 pengaduan, 1 belum selesai."


def test_task_past_its_day_is_marked(store: Store, clock: StillClock) -> None:
    clock.set(MADE_AT)
    with store.write() as tx:
        draft = evaluation.open_evaluation(tx, date(2026, 11, 1), DAY)
        for owner, due in (("Budi", date(2026, 11, 30)), ("Ani", date(2026, 12, 1))):
            follow_ups.add_follow_up(tx, draft.id, task="Tugas", owner=owner, due=due)
        found = evaluation.document_content(tx, draft, CONTEXT)
    [part] = [part for part in evaluation_sections(found) if part.key == "follow_ups"]
    assert [row[3] for row in part.rows] == ["Belum mulai, lewat batas waktu", "Belum mulai"]


@pytest.mark.parametrize(
    ("names", "keys"),
    [("reasons", Reason), ("outcomes", Outcome), ("case_states", CaseState)],
)
def test_every_key_of_a_case_has_words(names: str, keys: type[StrEnum]) -> None:
    assert set(words()[names]) == {key.value for key in keys}


def test_chat_ratings_give_an_estimate_that_is_named_so(content: dict[str, object]) -> None:
    assert satisfaction.index_from_csat({"1": 2}) == Decimal("25.00")
    assert satisfaction.index_from_csat({"5": 3}) == Decimal("100.00")
    assert satisfaction.index_from_csat({"3": 1, "4": 0}) == Decimal("62.50")
    assert satisfaction.index_from_csat({}) is None
