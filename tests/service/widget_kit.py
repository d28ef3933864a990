"""Handles of the widget's further parts: its menu, files to attach, the end of a case."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page

from handoff import Case, Outcome
from tests.service.browser_kit import OfficersDesk

PDF = b"%PDF-1.7\n" + b"x" * 60_000
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def picture(width: int, height: int) -> bytes:
    """A PNG that shows something."""
    image = Image.linear_gradient("L").resize((width, height))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def menu_item(page: Page, name: str) -> None:
    """Press a button of the sheet that is open."""
    page.locator("halo-chat .sheet").get_by_role("button", name=name, exact=True).click()


def close_case(desk: OfficersDesk, case: Case) -> None:
    """Let the officer close the case as answered."""
    desk.sit().resolve(case.id, outcome=Outcome.ANSWERED)


_FOCUSED = """() => {
  let node = document.activeElement;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) {
    node = node.shadowRoot.activeElement;
  }
  const name = (node.getAttribute("aria-label") || node.innerText).trim();
  return /^H\\d$/.test(node.tagName) ? `${name} (judul)` : name;
}"""


def focused(page: Page) -> str:
    """The name of what the keyboard is on, shadow DOM included."""
    found: str = page.evaluate(_FOCUSED)
    return found


def wait_for_focus(page: Page, name: str) -> None:
    """Wait until the keyboard is on ``name``: the widget may take it there after a key."""
    page.wait_for_function(f"(name) => ({_FOCUSED})() === name", arg=name)


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab (or Shift+Tab) until the keyboard is on ``name``."""
    on_the_way = []
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        on_the_way.append(focused(page))
        if on_the_way[-1] == name:
            return
    raise AssertionError(f"{name!r} is not reached by keyboard: {on_the_way}")
