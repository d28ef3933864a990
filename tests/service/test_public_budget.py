"""The first view weighs little and comes from one host; without JavaScript there is an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import PATIENCE
from tests.service.browser_kit import a_page
from tests.service.conftest import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FIRST_VIEW_BYTES = 100_000


@pytest.mark.parametrize("path", ["/", "/jawaban/pendirian_koperasi/jumlah_pendiri", "/tanya"])
def test_the_first_view_is_small_and_from_one_host(
    service: Service, browser: Browser, path: str
) -> None:
    page = a_page(browser, width=360, height=740)
    wire = page.context.new_cdp_session(page)
    hosts: set[str] = set()
    sizes: list[float] = []
    wire.send("Network.enable")

    def note(event: dict[str, Any]) -> None:
        url = urlsplit(event["request"]["url"])
        if url.scheme != "data":
            hosts.add(url.netloc)

    wire.on("Network.requestWillBeSent", note)
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(service.url + path, wait_until="networkidle")
    assert hosts == {f"127.0.0.1:{service.port}"}
    assert 10_000 < sum(sizes) <= FIRST_VIEW_BYTES
    page.context.close()


def test_without_javascript_the_form_asks_and_the_answer_is_on_the_page(
    service: Service, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(service.url)
    page.get_by_role("link", name="Mulai chat").click()
    page.get_by_label("Pertanyaan Anda").fill("min brp org sih klo mau bikin koperasi")
    page.get_by_role("button", name="Kirim").click()
    talk = page.get_by_role("list", name="Percakapan")
    expect(talk).to_contain_text("9 orang")
    expect(talk).to_contain_text("Sumber:")
    page.get_by_role("button", name="Chat dengan CS").last.click()
    expect(page.get_by_text("Menunggu petugas. Nomor tiket:")).to_be_visible()
    context.close()
