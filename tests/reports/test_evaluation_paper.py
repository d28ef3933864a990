"""The evaluation paper in its four formats."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from foundation.clock import StillClock, parse_moment
from foundation.errors import InvalidFormError
from reports import (
    FORMATS,
    do_due_records,
    evaluation,
    evaluation_paper,
    paper_file,
    satisfaction,
)
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


def made(content: dict[str, object], file_format: str) -> bytes:
    return paper_file(evaluation_paper(content, MADE_AT), content, file_format)


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
    assert book["Ringkasan"]["B7"].value == "='Volume'!C8"
    assert book["Ringkasan"]["D7"].value == "=B7-C7"
    assert book["IKM"]["D16"].value == "=ROUND(SUM(D7:D15)*25,2)"
    assert book["Belum terjawab"]["A7"].value.startswith("'=")


def test_service_files_the_day_and_opens_the_month(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T18:00"))
    figures(store)
    assert do_due_records(store, CALENDAR) == 2
    assert do_due_records(store, CALENDAR) == 0
    with store.read() as tx:
        assert [item.last for item in evaluation.list_evaluations(tx)] == [date(2026, 10, 31)]


def test_chat_ratings_give_an_estimate_that_is_named_so(content: dict[str, object]) -> None:
    assert satisfaction.index_from_csat({"1": 2}) == Decimal("25.00")
    assert satisfaction.index_from_csat({"5": 3}) == Decimal("100.00")
    assert satisfaction.index_from_csat({"3": 1, "4": 0}) == Decimal("62.50")
    assert satisfaction.index_from_csat({}) is None
