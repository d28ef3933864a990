"""`halo report`: figures, the records, the team's signatures; the settings of one installation."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.report import report
from foundation.clock import StillClock, parse_moment
from foundation.errors import ForbiddenError, InvalidFormError, NotFoundError, RecordConflictError
from reports import Finding, catch_up, monitoring, readiness
from service_hours import Calendar
from storage import Store, create_account, latest_audit_entries
from tests.reports.report_kit import DAY, decide, say

MONTH = ("--from", "2026-11-01", "--to", "2026-11-24")


@pytest.fixture
def here(
    sqlite_store: Store, clock: StillClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Store:
    """An office with one chat and the record of its day, found by the commands' settings."""
    monkeypatch.setenv("HALO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HALO_MODELS_DIR", str(tmp_path / "models"))
    decide(sqlite_store, say(sqlite_store, "a"), answers=["halal/biaya_reguler"])
    with sqlite_store.write() as tx:
        create_account(tx, "rina", "sandi-yang-panjang", "supervisor", display_name="Rina S")
        create_account(tx, "ahmad", "sandi-yang-panjang", "petugas", display_name="Ahmad")
        create_account(tx, "dewi", "sandi-yang-panjang", "staf_data")
    clock.set(parse_moment("2026-11-24T18:00"))
    catch_up(sqlite_store, Calendar())
    with sqlite_store.write() as tx:
        monitoring.make_monitoring(tx, DAY)
    return sqlite_store


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setenv("HALO_TEST_NOW", parse_moment(moment).isoformat())


def run(*words: str) -> Result:
    result = CliRunner().invoke(report, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def read(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words).stdout)
    return found


@pytest.mark.usefixtures("here")
def test_figures_name_what_was_answered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at(monkeypatch, "2026-11-24T19:00")
    monkeypatch.setenv("HALO_WAIT_TARGET_MINUTES", "30")
    found = read("figures", *MONTH, "--json")
    assert found["counts"]["answer"] == {"halal/biaya_reguler": 1}
    assert found["wait_target_minutes"] == 30
    file = tmp_path / "angka.csv"
    run("figures", *MONTH, "--format", "csv", "--output", str(file))
    assert "Menunggu lebih dari 30 menit layanan" in file.read_text(encoding="utf-8")
    assert "Berapa biaya sertifikat halal" in file.read_text(encoding="utf-8")


@pytest.mark.usefixtures("here")
def test_a_day_is_confirmed_noted_and_corrected_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-11-24T19:00")
    day = ("--day", "2026-11-24")
    run("confirm", *day, "--by", "ahmad")
    run("note", *day, "--by", "rina", "--text", "Listrik padam.")
    correction = ("--figure", "chats", "--value", "3", "--reason", "Dua tamu datang sendiri.")
    assert "1 menjadi 3" in run("correct", *day, "--by", "rina", *correction).output
    record = read("monitoring", *day)
    assert record["confirmed_by"] == "Ahmad"
    assert record["figures"]["chats"] == 3
    assert [paper["signed_by"] for paper in record["papers"]] == [
        "HALO KOP-UKM",
        "Ahmad",
        "Rina S",
        "Rina S",
    ]
    with pytest.raises(RecordConflictError):
        run("confirm", *day, "--by", "rina")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("by", "error"), [("dewi", ForbiddenError), ("tidak-ada", NotFoundError)])
def test_only_the_team_signs(
    monkeypatch: pytest.MonkeyPatch, by: str, error: type[Exception]
) -> None:
    at(monkeypatch, "2026-11-24T19:00")
    with pytest.raises(error):
        run("confirm", "--day", "2026-11-24", "--by", by)


def test_evaluation_is_written_approved_and_frozen(
    here: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-11-30T09:00")
    people = ("--participant", "Rina S; Ketua tim", "--finding", "Chat naik.")
    task = ("--task", "Ringkas jawaban; Staf data; 2026-12-20")
    listed = run("write", *MONTH, "--by", "rina", *people, *task).stdout
    number = listed.partition("\t")[0]
    run("follow-up", number, "berjalan", "--by", "ahmad")
    # A second call leaves alone what it does not name.
    run("write", *MONTH, "--by", "rina", "--finding", "Chat naik sekali.")
    with pytest.raises(ForbiddenError):
        run("approve", *MONTH, "--by", "ahmad")
    assert "001/HALO-KOPUKM/XI/2026" in run("approve", *MONTH, "--by", "rina").output
    filed = read("evaluation", *MONTH)
    assert filed["participants"] == [{"name": "Rina S", "position": "Ketua tim"}]
    assert filed["findings"] == ["Chat naik sekali."]
    assert filed["follow_ups"][0]["state"] == "berjalan"
    assert filed["approved_by"] == "Rina S"
    with pytest.raises(RecordConflictError):
        run("write", *MONTH, "--by", "rina", "--finding", "Lain.")
    with here.read() as tx:
        [entry] = latest_audit_entries(tx, limit=1)
    assert (entry.action, entry.data["state"]) == ("follow_up_state", "berjalan")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("text", ["Ringkas; Staf", "Ringkas; Staf; besok", "; Staf; 2026-12-20"])
def test_follow_up_needs_task_owner_and_day(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    at(monkeypatch, "2026-11-30T09:00")
    with pytest.raises(InvalidFormError):
        run("write", *MONTH, "--by", "rina", "--task", text)


@pytest.mark.usefixtures("here")
def test_evaluation_opens_after_the_days_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-11-26T09:00")
    with pytest.raises(InvalidFormError):
        run("evaluation", *MONTH)
    monkeypatch.setenv("HALO_EVALUATION_AFTER_DAYS", "2")
    assert read("evaluation", *MONTH)["number"] == ""


@pytest.mark.usefixtures("here")
def test_answers_past_their_review_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2030-01-02T09:00")
    found = read("evaluation", *MONTH)["overdue_answers"]
    days = [date.fromisoformat(item["due"]) for item in found]
    assert days == sorted(days)
    assert {"label", "title", "owner", "due"} == set(found[0])
    at(monkeypatch, "2026-11-30T09:00")
    now = read("evaluation", *MONTH)["overdue_answers"]
    assert {item["label"] for item in now} < {item["label"] for item in found}
    assert all(item["due"] < "2026-11-30" for item in now)


def test_readiness_of_a_day_as_a_file(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-11-24T19:00")
    with here.write() as tx:
        readiness.file_readiness(tx, [Finding("disk", "bad", "Ruang", "Tinggal 0,1 GiB.")])
    [found] = read("readiness", "--day", "2026-11-24")["checks"]
    assert (found["bad"], found["signed_by"]) == (1, "HALO KOP-UKM")
    assert "Perlu diperbaiki" in run("readiness", "--day", "2026-11-24", "--format", "csv").stdout
    with pytest.raises(NotFoundError):
        run("readiness", "--day", "2026-11-23")
