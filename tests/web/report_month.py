"""A little office for the report's pages: chats, a case, records, an evaluation, questionnaires."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask
from werkzeug.serving import make_server

from foundation.clock import StillClock, parse_moment
from reports import Finding, catch_up, evaluation, follow_ups, monitoring, readiness, satisfaction
from service_hours import Calendar
from storage import Store
from tests.web.staff import a_case, a_chat, a_turn, an_account

DAY = date(2026, 11, 24)
FINDINGS = (
    Finding("site", "ok", "Situs", "Terbuka dalam 0,2 detik."),
    Finding("backup", "bad", "Cadangan", "Belum ada cadangan."),
    Finding("whatsapp", "skipped", "WhatsApp", "Belum diatur."),
)


def fill(store: Store, clock: StillClock) -> int:
    """Make everything that the pages can show; return the evaluation's id."""
    rina = an_account(store, "rina", "supervisor", "Rina Contoh")
    clock.set(parse_moment("2026-10-12T10:00"))
    web = a_chat(store, "web")
    a_turn(store, web, "biaya NIB berapa?", data={"answers": ["izin_usaha/biaya_nib"]})
    a_turn(store, web, "hubungi 0812-0000-0000 ya", decision="clarify")
    clock.set(parse_moment("2026-11-24T09:00"))
    phone = a_chat(store, "telepon", "whatsapp")
    a_turn(store, phone, "nomor saya 0812-0000-0000", data={"answers": ["halal/biaya"]})
    a_turn(store, phone, "chat dengan cs", decision="handoff")
    a_case(store, phone)
    clock.set(parse_moment("2026-11-24T18:00"))
    catch_up(store, Calendar())
    with store.write() as tx:
        readiness.file_readiness(tx, FINDINGS)
        monitoring.make_monitoring(tx, DAY)
        monitoring.annotate(tx, DAY, "Listrik padam pukul 10.", account=rina)
        satisfaction.add_questionnaire(
            tx, date(2026, 10, 5), [4, 3, 4, 3, 4, 3, 4, 3, 4], account=rina
        )
        satisfaction.add_questionnaire(tx, DAY, [4] * 9, account=rina)
        opened = evaluation.open_evaluation(tx, date(2026, 10, 1), date(2026, 10, 31))
        people = [{"name": "Rina Contoh", "position": "Ketua tim"}]
        evaluation.write_down(tx, opened.id, participants=people, findings=["Chat naik."])
        follow_ups.add_follow_up(
            tx, opened.id, task="Ringkas jawaban", owner="Staf data", due=date(2026, 12, 1)
        )
    return opened.id


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a port of its own; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        app.extensions["halo_feed"].stop()
        server.shutdown()
        thread.join()
        server.server_close()
