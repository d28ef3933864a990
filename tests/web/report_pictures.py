"""Makes the pictures of the report's guide: ``python -m tests.web.report_pictures [FOLDER]``.

A simulated October and a morning in November, on a store of its own; the pages are served by this
process and photographed in chromium (a palette of 128 colours) under ``docs/gambar``. The page of
the document is drawn by ``pdftoppm`` (Debian: poppler-utils).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.month_events import FIRST, LAST, write_month
from foundation.clock import WIB, StillClock, parse_moment
from foundation.settings import PROJECT_ROOT
from reports import Finding, catch_up, evaluation, follow_ups, monitoring, readiness, satisfaction
from service_hours import Calendar
from storage import Account, Store
from tests.chromium import chromium
from tests.service.browser_kit import a_page
from tests.service.screenshots import Camera
from tests.web.report_month import served
from tests.web.staff import PASSWORD, a_case, a_chat, a_turn, an_account, staff_app

NOW = parse_moment("2026-11-06T10:15")
CALENDAR = Calendar()
FINDINGS = (
    Finding("site", "ok", "Situs", "https://halo.contoh.go.id terbuka dalam 0,2 detik."),
    Finding("certificate", "ok", "Sertifikat", "Berlaku 61 hari lagi, sampai 6 Januari 2027."),
    Finding("token", "ok", "WhatsApp: token dan nomor", "Token diterima."),
    Finding("webhook", "ok", "WhatsApp: webhook", "Webhook menjawab verifikasi."),
    Finding("model", "ok", "Model", "Proses asisten menjawab dengan model 47e9954cfe63."),
    Finding("queue", "ok", "Antrean pesan", "Tidak ada pesan yang tertahan."),
    Finding("disk", "ok", "Ruang penyimpanan", "Sisa 212,4 GiB (61 persen)."),
    Finding("backup", "bad", "Cadangan", "Terakhir 4 November 2026 01.00 WIB, sudah 54 jam."),
)


@dataclass(frozen=True)
class Office:
    """Where it is served, and what is in it."""

    url: str
    evaluation: int
    talk: str

    def paths(self) -> dict[str, str]:
        """Return the addresses of the pages by the names of their pictures."""
        return {
            "laporan": f"/laporan?from={FIRST}&to={LAST}",
            "laporan-percakapan": "/laporan/percakapan?tanggal=2026-11-06",
            "laporan-transkrip": f"/laporan/percakapan/{self.talk}",
            "laporan-pemantauan": "/laporan/pemantauan",
            "laporan-hari": "/laporan/pemantauan/2026-10-30",
            "laporan-evaluasi": "/laporan/evaluasi",
            "laporan-evaluasi-satu": f"/laporan/evaluasi/{self.evaluation}",
            "laporan-kuesioner": "/laporan/kuesioner",
            "laporan-kesiapan": "/laporan/kesiapan",
        }


def fill(store: Store, clock: StillClock, messages: int) -> tuple[int, str]:
    """Fill the store; return the evaluation's id and a conversation's."""
    write_month(store, messages)
    rina = an_account(store, "rina", "supervisor", "Rina Contoh")
    ahmad = an_account(store, "ahmad", "petugas", "Ahmad Contoh")
    catch_up(store, CALENDAR)
    _records(store, clock, ahmad, rina)
    clock.set(NOW)
    chat = a_chat(store, "0812", "whatsapp")
    a_turn(
        store,
        chat,
        "pagi, nomor saya 0812-0000-1111. bikin NIB bayar ga?",
        bot="Gratis. Pendaftaran NIB lewat OSS tidak dipungut biaya.",
        data={"answers": ["izin_usaha/biaya_nib"]},
    )
    a_turn(store, chat, "mau bicara sama orang", bot="Baik.", decision="handoff")
    a_case(store, chat)
    for number in range(6):
        clock.advance(minutes=3)
        a_turn(store, a_chat(store, f"w{number}"), "syarat mendirikan koperasi?")
    return _evaluation(store, rina), chat.id


def _records(store: Store, clock: StillClock, ahmad: Account, rina: Account) -> None:
    days = [FIRST + timedelta(days=offset) for offset in range(37)]
    for day in filter(CALENDAR.is_service_day, days):
        clock.set(datetime.combine(day, time(7), WIB))
        with store.write() as tx:
            readiness.file_readiness(tx, FINDINGS if day.day % 9 == 6 else FINDINGS[:-1])
        if day == NOW.date():
            continue
        clock.set(datetime.combine(day, time(18), WIB))
        with store.write() as tx:
            monitoring.make_monitoring(tx, day)
            if day < date(2026, 11, 3):
                monitoring.confirm(tx, day, account=ahmad)
            if day == date(2026, 10, 30):
                monitoring.annotate(tx, day, "Listrik padam 10.00–10.40.", account=rina)
                reason = "Tiga tamu datang langsung dan dicatat di buku."
                value = monitoring.get_monitoring(tx, day).figures["chats"] + 3
                monitoring.correct(tx, day, "chats", value, reason, account=rina)


def _evaluation(store: Store, rina: Account) -> int:
    people = [
        {"name": "Rina Contoh", "position": "Ketua Tim HALO KOP-UKM"},
        {"name": "Ahmad Contoh", "position": "Petugas chat"},
    ]
    findings = [
        "Chat terbanyak datang pukul 09.00 sampai 11.00 WIB.",
        "Pertanyaan tentang bazar dan gerobak belum ada jawabannya.",
    ]
    with store.write() as tx:
        for place in range(30):
            ratings = [3 + (place + element) % 2 for element in range(9)]
            day = date(2026, 10, 1 + place)
            satisfaction.add_questionnaire(tx, day, ratings, account=rina)
        satisfaction.add_questionnaire(tx, date(2026, 11, 4), [4, 3] * 4 + [4], account=rina)
        before = evaluation.open_evaluation(tx, date(2026, 9, 1), date(2026, 9, 30))
        task = follow_ups.add_follow_up(
            tx, before.id, task="Tambah jawaban PIRT", owner="Staf data", due=date(2026, 10, 20)
        )
        follow_ups.set_follow_up_state(tx, task.id, "selesai", account=rina)
        opened = evaluation.open_evaluation(tx, FIRST, LAST)
        evaluation.write_down(tx, opened.id, participants=people, findings=findings)
        follow_ups.add_follow_up(
            tx, opened.id, task="Tulis jawaban bazar", owner="Staf data", due=date(2026, 11, 20)
        )
    return opened.id


@contextmanager
def an_office(messages: int = 6000) -> Iterator[Office]:
    """Serve a filled office."""
    with tempfile.TemporaryDirectory(prefix="halo-gambar-") as folder:
        clock = StillClock(NOW)
        store = Store.open(f"sqlite:///{Path(folder) / 'halo.sqlite3'}", clock=clock)
        store.migrate()
        opened, talk = fill(store, clock, messages)
        with served(staff_app(store, clock)) as url:
            yield Office(url, opened, talk)
        store.close()


def enter(browser: Browser, office: Office, *, width: int, dark: bool = False) -> Page:
    """Return a page on which the supervisor is signed in."""
    page = a_page(browser, width=width, height=800, dark=dark)
    page.goto(f"{office.url}/masuk")
    page.get_by_label("Nama").fill("rina")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(re.compile("/petugas"))
    return page


def first_page(pdf: bytes, camera: Camera) -> None:
    """Save the first page of the document, drawn by poppler."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "naskah.pdf", Path(folder) / "halaman"
        source.write_bytes(pdf)
        options = ["-png", "-r", "80", "-f", "1", "-singlefile"]
        subprocess.run(["pdftoppm", *options, str(source), str(target)], check=True)
        camera.keep(target.with_suffix(".png").read_bytes(), "laporan-naskah")


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_ROOT / "docs" / "gambar"
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    with an_office() as office, chromium() as browser:
        page = enter(browser, office, width=1280)
        for name, path in office.paths().items():
            page.goto(office.url + path)
            camera.take(page, name)
        letter = page.request.get(
            f"{office.url}/laporan/evaluasi/{office.evaluation}/unduh?format=pdf"
        )
        first_page(letter.body(), camera)


if __name__ == "__main__":
    main()
