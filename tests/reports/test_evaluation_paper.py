"""The evaluation paper in its four formats."""

import io
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from foundation.clock import StillClock, parse_moment
from foundation.errors import InvalidFormError
from reports import FORMATS, do_due_records, evaluation, evaluation_file, satisfaction
from storage import Account, Store, append_event, create_account
from tests.reports.report_kit import CALENDAR, DAY, figures, say

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
        return evaluation.paper_content(tx, evaluation.get_evaluation(tx, draft.id), CALENDAR)


def test_every_format_is_made(content: dict[str, object]) -> None:
    files = {name: evaluation_file(content, file_format=name, made_at=MADE_AT) for name in FORMATS}
    assert json.loads(files["json"])["volume"]["rows"][0]["chats"] == 1
    assert files["pdf"].startswith(b"%PDF-")
    assert "Tahapan Kegiatan" in files["csv"].decode()
    with pytest.raises(InvalidFormError):
        evaluation_file(content, file_format="doc", made_at=MADE_AT)


def test_sheet_computes_and_takes_no_formula_from_residents(content: dict[str, object]) -> None:
    book = load_workbook(io.BytesIO(evaluation_file(content, file_format="xlsx", made_at=MADE_AT)))
    assert book["volume"]["C8"].value == "=SUM(C7:C7)"
    assert book["satisfaction"]["C16"].value == "=ROUND(SUM(C7:C15)*25,2)"
    assert book["unanswered"]["A7"].value.startswith("'=")


def test_service_files_the_day_and_opens_the_month(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    figures(store)
    assert do_due_records(store, CALENDAR) == 2
    assert do_due_records(store, CALENDAR) == 0
    with store.read() as tx:
        assert [item.last for item in evaluation.list_evaluations(tx)] == [date(2026, 10, 31)]
