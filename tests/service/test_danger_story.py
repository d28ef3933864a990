"""Danger told at night: number, mail, alarm at the console, and a person in the morning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import PATIENCE
from tests.office_servers import Office, mail_server, web_hook
from tests.patience import eventually
from tests.service.browser_kit import a_page, open_widget, say, violations
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

NIGHT, MORNING = "2026-11-24T22:30:00+07:00", "2026-11-25T08:05:00+07:00"
WORDS = "saya mau bunuh diri"
TICKET = re.compile(r"HK-[A-Z0-9]{4}-[A-Z0-9]{4}")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def night(office: Office, tmp_path: Path) -> Iterator[Service]:
    """A service at night whose alerts go to the office's servers."""
    with mail_server(office) as mail, web_hook(office) as hook:
        service = Service(
            tmp_path,
            environment={
                "HALO_TEST_NOW": NIGHT,
                "HALO_SMTP_HOST": "127.0.0.1",
                "HALO_SMTP_PORT": str(mail),
                "HALO_SMTP_STARTTLS": "TIDAK",
                "HALO_SMTP_FROM": "halo@contoh.go.id",
                "HALO_URGENT_TO": "pengawas@contoh.go.id",
                "HALO_ALERT_WEBHOOK": f"http://127.0.0.1:{hook}/kait",
            },
        )
        try:
            service.start()
            yield service
        finally:
            service.stop()


def _signed_in(browser: Browser, service: Service, name: str, *, width: int = 1366) -> Page:
    page = a_page(browser, width=width, height=800)
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", name)
    page.fill("[name=password]", f"peragaan-{name}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/petugas*")
    return page


def test_danger_at_night_number_mail_and_an_officer_in_the_morning(
    night: Service, office: Office, browser: Browser
) -> None:
    resident = a_page(browser, width=360, height=740)
    resident.goto(night.url)
    log = open_widget(resident)
    say(resident, WORDS)
    expect(log).to_contain_text("119")

    # Mail and webhook come at night, with ticket, kind, time and link, and nothing that was said.
    eventually(lambda: bool(office.messages and office.calls))
    told = office.bodies[0]
    [ticket] = set(TICKET.findall(told))
    assert "DARURAT" in str(make_header(decode_header(office.messages[0]["Subject"])))
    assert office.envelopes[0][1:] == ["<pengawas@contoh.go.id>"]
    assert "bunuh diri" not in told
    [link] = re.findall(r"http://\S+/percakapan/\S+", told)
    assert office.calls[0][1]["cases"][0]["ticket"] == ticket

    # Whoever has a console open at night hears and sees it, on every page of theirs.
    awake = _signed_in(browser, night, "supervisor")
    for path in ("/petugas", "/petugas/pengawas", "/laporan"):
        awake.goto(night.url + path)
        alarm = awake.locator("#darurat").get_by_role("alert")
        expect(alarm).to_contain_text("DARURAT")
        expect(alarm).to_contain_text(ticket)
        assert violations(awake) == []
    expect(awake).to_have_title(re.compile("DARURAT"), timeout=PATIENCE)
    # The resident is told nothing of it.
    assert "DARURAT" not in log.inner_text()

    night.stop()
    night.environment["HALO_TEST_NOW"] = MORNING
    night.start()
    first = _signed_in(browser, night, "petugas")
    first.goto(link)
    expect(first.locator(".queue__item").first).to_contain_text("DARURAT")
    first.locator("#darurat").get_by_role("button", name="Saya menangani").click()
    first.wait_for_url("**/percakapan/**")
    calm = first.locator("#darurat")
    expect(calm).to_contain_text("Ditangani")
    expect(calm).to_contain_text("25 November 2026 pukul 08.")
    expect(calm.get_by_role("alert")).to_have_count(0)
    assert violations(first) == []

    # The colleague who signs in sees by whom, and their window is quiet.
    second = _signed_in(browser, night, "supervisor", width=360)
    expect(second.locator("#darurat")).to_contain_text("Ditangani")
    expect(second.locator("#darurat").get_by_role("alert")).to_have_count(0)

    # The report knows numbers only.
    report = night.command("report", "figures", "--from", "2026-11-24", "--to", "2026-11-25")
    figures = json.loads(report.stdout)
    assert figures["urgent_by_day"] == {"2026-11-24": {"bunuh_diri": 1}}
    assert figures["counts"]["acknowledged"] == {"lebih": 1}
    assert ticket not in report.stdout
