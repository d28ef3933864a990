"""The pages of the records: who may sign, what is refused, how a change from outside shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.clock import StillClock
from reports import Finding, readiness
from storage import Store
from storage.office_tables import evaluation, office_record
from tests.web.report_month import fill
from tests.web.staff import an_account, services_for, signed_in, staff_app
from web import create_app

DAY = "/laporan/pemantauan/2026-11-24"


@pytest.fixture
def opened(sqlite_store: Store, clock: StillClock) -> int:
    number = fill(sqlite_store, clock)
    for role in ("petugas", "staf_data", "auditor"):
        an_account(sqlite_store, role, role, role.title())
    return number


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock, opened: int) -> Flask:
    return staff_app(sqlite_store, clock)


@pytest.mark.parametrize(
    ("path", "form", "allowed"),
    [
        (f"{DAY}/konfirmasi", {}, {"petugas", "rina"}),
        (f"{DAY}/catatan", {"catatan": "Hujan."}, {"petugas", "rina"}),
        (
            f"{DAY}/koreksi",
            {"angka": "chats", "nilai": "9", "alasan": "Tamu."},
            {"petugas", "rina"},
        ),
        ("/laporan/evaluasi/1", {"peserta": "A; B", "temuan": "C"}, {"rina"}),
        ("/laporan/evaluasi/1/sahkan", {}, {"rina"}),
        ("/laporan/evaluasi/1/tindak-lanjut/1", {"keadaan": "selesai"}, {"petugas", "rina"}),
        ("/laporan/kesiapan", {}, {"rina"}),
    ],
)
def test_only_the_team_writes(
    app: Flask, path: str, form: dict[str, str], allowed: set[str]
) -> None:
    refused = {"petugas", "rina", "staf_data", "auditor"} - allowed
    for name in refused:
        assert signed_in(app, name).post(path, part=False, **form).status_code == 403
    # No check is wired into this application, hence 404 for the one who may ask.
    wanted = 404 if path.endswith("kesiapan") else 303
    for name in sorted(allowed)[:1]:
        assert signed_in(app, name).post(path, part=False, **form).status_code == wanted


def test_correction_stands_behind_the_figure(app: Flask) -> None:
    staff = signed_in(app, "petugas")
    form = {"angka": "chats", "nilai": "9", "alasan": "Tamu."}
    staff.post(f"{DAY}/koreksi", part=False, **form)
    page = staff.get(DAY).text
    assert "1 menjadi 9. Tamu." in page
    assert "Rantai catatan utuh" in page
    file = staff.get(f"{DAY}/unduh?format=json").json
    assert file is not None
    assert file["figures"]["chats"] == 9
    for wrong in ({"nilai": "-1"}, {"nilai": "x"}, {"alasan": " "}):
        answer = staff.post(f"{DAY}/koreksi", part=False, **form | wrong)
        assert answer.status_code == 422


def test_filed_evaluation_is_closed_and_a_change_from_outside_shows(
    app: Flask, sqlite_store: Store, opened: int
) -> None:
    staff = signed_in(app, "rina")
    one = f"/laporan/evaluasi/{opened}"
    assert staff.post(f"{one}/sahkan", part=False).status_code == 303
    assert staff.post(f"{one}/sahkan", part=False).status_code == 409
    form = {"peserta": "A; B", "temuan": "Lain."}
    assert staff.post(one, part=False, **form).status_code == 409
    task = {"tugas": "X", "penanggung": "Y", "batas": "2026-12-01"}
    assert staff.post(f"{one}/tindak-lanjut", part=False, **task).status_code == 409
    assert "Rantai catatan utuh" in staff.get(one).text
    with sqlite_store.write() as tx:
        # Whoever owns the database file can take the guard away; the sums remain.
        tx.connection.exec_driver_sql("DROP TRIGGER office_record_no_update")
        tx.connection.execute(
            sa.update(office_record)
            .where(office_record.c.kind == "evaluation")
            .values(signed_by="Orang lain")
        )
    assert "tidak utuh" in staff.get(one).text


def test_evaluation_needs_people_and_findings(app: Flask, sqlite_store: Store, opened: int) -> None:
    with sqlite_store.write() as tx:
        tx.connection.execute(sa.update(evaluation).values(findings=[]))
    answer = signed_in(app, "rina").post(f"/laporan/evaluasi/{opened}/sahkan", part=False)
    assert answer.status_code == 422
    assert "Isi peserta dan temuan" in answer.text


def test_supervisor_checks_readiness_and_it_is_filed_by_name(
    sqlite_store: Store, clock: StillClock, opened: int
) -> None:
    found = [Finding("disk", "bad", "Ruang penyimpanan", "Tinggal 0,1 GiB.")]
    services = replace(services_for(sqlite_store, clock), check_ready=lambda: found)
    staff = signed_in(create_app(services), "rina")
    assert staff.post("/laporan/kesiapan", part=False).status_code == 303
    page = staff.get("/laporan/kesiapan").text
    assert "oleh Rina Contoh" in page
    assert "Tinggal 0,1 GiB." in page
    with sqlite_store.read() as tx:
        checks = readiness.readiness_of(tx, date(2026, 11, 24))
    assert [check.signed_by for check in checks] == ["HALO KOP-UKM", "Rina Contoh"]


def test_questionnaire_of_a_day_to_come_is_refused(app: Flask) -> None:
    staff = signed_in(app, "petugas")
    form = {f"u{number}": "4" for number in range(1, 10)}
    path = "/laporan/kuesioner"
    assert staff.post(path, part=False, tanggal="2026-11-25", **form).status_code == 422
    assert staff.post(path, part=False, tanggal="2026-11-24", **form).status_code == 303
    assert staff.post(path, part=False, tanggal="2026-11-24", u1="4").status_code == 422
    assert "2 responden" in staff.get(path).text
