"""Handles of the widget's further parts: its menu, files to attach, the end of a case."""

from __future__ import annotations

from playwright.sync_api import Page

from handoff import Case, Outcome
from tests.service.browser_kit import OfficersDesk

PDF = b"%PDF-1.7\n" + b"x" * 60_000
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def menu_item(page: Page, name: str) -> None:
    """Press a button of the sheet that is open."""
    page.locator("halo-chat .sheet").get_by_role("button", name=name, exact=True).click()


def close_case(desk: OfficersDesk, case: Case) -> None:
    """Let the officer close the case as answered."""
    desk.sit().resolve(case.id, outcome=Outcome.ANSWERED)
