from collections.abc import Mapping

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from foundation.clock import StillClock, parse_moment
from handoff import CalendarFollower, calendar_versions
from reports import catch_up, rebuild, volume_rows
from service_hours import Calendar, CalendarFile
from storage import Store, latest_audit_entries
from tests.web.staff import Staff, a_chat, a_turn, an_account, signed_in, staff_app
from web import Services
from web.officer.calendar_form import read_form

PAGE = "/petugas/kalender"
OFFICE_WEEK = {f"jam_{day}": "08.00-18.00" for day in ("senin", "selasa", "rabu", "kamis", "jumat")}
OFFICE_WEEK |= {"jam_sabtu": "", "jam_minggu": ""}


@pytest.fixture
def clock() -> StillClock:
    return StillClock(parse_moment("2026-11-24T10:00"))  # Selasa


@pytest.fixture
def app(store: Store, clock: StillClock) -> Flask:
    an_account(store, "bu_rina", "supervisor", "Rina Marlina")
    an_account(store, "siti")
    return staff_app(store, clock)


@pytest.fixture
def staff(app: Flask) -> Staff:
    return signed_in(app, "bu_rina")


def save(staff: Staff, based_on: int = 0, **more: str) -> int:
    form = {**OFFICE_WEEK, "dasar": str(based_on), **more}
    return staff.post(PAGE, part=False, **form).status_code


def preview(staff: Staff, **more: str) -> str:
    return staff.post(f"{PAGE}/pratinjau", **{**OFFICE_WEEK, **more}).text


def test_it_shows_what_is_in_force(staff: Staff) -> None:
    page = staff.get(PAGE).text
    assert '<strong>buka <span class="calendar__hours">08.00–18.00' in page
    assert 'value="2026-12-24"' in page
    assert "Belum pernah diubah di sini" in page


def test_a_preview_answers_for_tomorrow_and_saves_nothing(staff: Staff, store: Store) -> None:
    page = preview(staff, khusus_tanggal="2026-11-25", khusus_jam="", khusus_alasan="Pindah ruang")
    assert "Besok, Rabu, 25 November: <strong>tutup</strong> (Pindah ruang)" in page
    assert 'Sekarang masih buka <span class="calendar__hours">08.00–18.00' in page
    friday = {**OFFICE_WEEK, "jam_jumat": "08.00-11.30"}
    whole = staff.post(f"{PAGE}/pratinjau", part=False, **friday)
    assert 'name="jam_jumat" value="08.00-11.30"' in whole.text
    with store.read() as tx:
        assert calendar_versions(tx) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"jam_senin": "pagi"}, "Jam &#39;pagi&#39; harus seperti 08.00-18.00."),
        ({"jam_senin": "12.00-08.00"}, "harus maju dan tidak bertumpuk"),
        (
            {"khusus_tanggal": "besok", "khusus_jam": "", "khusus_alasan": ""},
            "harus seperti 2026-12-31",
        ),
    ],
)
def test_what_is_wrong_is_said(staff: Staff, typed: Mapping[str, str], said: str) -> None:
    assert said in preview(staff, **typed)
    answer = staff.post(PAGE, part=False, **{**OFFICE_WEEK, "dasar": "0", **typed})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_saved_calendar_is_in_force_everywhere(
    app: Flask, staff: Staff, store: Store, clock: StillClock
) -> None:
    another_process = CalendarFollower(store, CalendarFile())
    held = another_process.calendar
    assert held.is_open(clock())
    assert save(staff, jam_selasa="13.00-18.00", catatan="Pelatihan pagi") == 303
    services: Services = app.extensions["halo"]
    assert not services.calendar.is_open(clock())
    another_process.refresh()
    assert not held.is_open(clock())
    assert held.next_opening(clock()) == parse_moment("2026-11-24T13:00")
    site = staff.client.get("/").text
    assert "Petugas buka lagi" in site
    with store.read() as tx:
        [version] = calendar_versions(tx)
        entry = latest_audit_entries(tx, limit=1)[0]
    assert version.note == "Pelatihan pagi"
    assert (entry.action, entry.data) == ("calendar_saved", {"version": version.id})


def test_an_earlier_version_can_be_taken_up_again(staff: Staff, store: Store) -> None:
    save(staff, jam_jumat="08.00-11.00")
    with store.read() as tx:
        [first] = calendar_versions(tx)
    save(staff, first.id, jam_jumat="08.00-16.00")
    page = staff.get(f"{PAGE}?versi={first.id}").text
    assert 'name="jam_jumat" value="08.00-11.00"' in page
    assert f'href="{PAGE}?versi={first.id}"' in page
    assert staff.get(f"{PAGE}?versi=999").status_code == 404


def test_of_two_editors_the_slower_one_overwrites_nothing(staff: Staff, store: Store) -> None:
    assert save(staff, jam_senin="08.00-12.00") == 303
    assert save(staff, jam_senin="13.00-15.00") == 422
    with store.read() as tx:
        [version] = calendar_versions(tx)
    assert version.content["jam_layanan"]["senin"] == "08.00-12.00"


def test_only_supervisors_come_in(app: Flask) -> None:
    officer = signed_in(app, "siti")
    assert officer.get(PAGE).status_code == 403
    assert officer.post(PAGE, part=False, **OFFICE_WEEK, dasar="0").status_code == 403


def test_the_form_reads_seasons_and_leave() -> None:
    rows: list[tuple[str, str]] = [*OFFICE_WEEK.items()]
    for name, first, last in (("Ramadan", "2027-02-08", "2027-03-09"), ("", "", "")):
        rows += [("masa_nama", name), ("masa_dari", first), ("masa_sampai", last)]
        rows += [(f"masa_{key[4:]}", "08.00-15.00") for key in OFFICE_WEEK]
    rows += [("cuti_tanggal", "2026-12-24"), ("cuti_nama", ""), ("cuti_tanggal", "")]
    rows += [("cuti_nama", "baris kosong")]
    calendar = Calendar(read_form(MultiDict(rows)))
    assert calendar.is_open(parse_moment("2027-02-09T14:59"))
    assert not calendar.is_open(parse_moment("2027-02-09T15:00"))
    assert calendar.closed_reason(parse_moment("2026-12-24T09:00").date()) == "Cuti bersama"


def test_counts_of_the_past_stay_when_hours_change(sqlite_store: Store, clock: StillClock) -> None:
    # On SQLite: on PostgreSQL the counts wait for the longest transaction of the whole cluster.
    store = sqlite_store
    an_account(store, "bu_rina", "supervisor", "Rina Marlina")
    staff = signed_in(staff_app(store, clock), "bu_rina")
    hours = CalendarFollower(store, CalendarFile())
    chat = a_chat(store, "warga")
    a_turn(store, chat, "halo")
    clock.advance(minutes=5)
    save(staff, jam_selasa="")
    hours.refresh()
    clock.advance(minutes=5)
    a_turn(store, chat, "masih buka?")
    today = clock().date()

    def outside() -> int:
        with store.read() as tx:
            return sum(row.outside_hours for row in volume_rows(tx, today, today))

    catch_up(store, hours.calendar)
    assert outside() == 1
    rebuild(store, hours.calendar)
    assert outside() == 1
