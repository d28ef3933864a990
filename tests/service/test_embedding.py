"""A plain page of another site embeds the chat with one line, if its origin is on the list."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.webchat import sign_visitor
from tests.service.browser_kit import a_page, messages_shown, open_widget, say
from tests.service.conftest import Service
from tests.service.widget_kit import PDF

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECRET = "kunci bersama situs, cukup panjang untuk tes"
PAGE = '<!doctype html><html lang="id"><title>Situs lain</title><body><h1>Situs lain</h1>{line}'


@dataclass
class OtherSite:
    """A web server of somebody else that knows one page. ``line`` is what embeds the chat."""

    line: str = ""
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = PAGE.format(line=site.line).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[OtherSite]:
    other = OtherSite()
    yield other
    other.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, site: OtherSite) -> Iterator[Service]:
    running = Service(
        tmp_path_factory.mktemp("service"),
        environment={
            "HALO_EMBED_ORIGINS": f"http://127.0.0.1:{site.port}",
            "HALO_VISITOR_SECRET": SECRET,
        },
    )
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _embedding(service: Service, visitor: str = "") -> str:
    signed = f' data-halo-visitor="{visitor}"' if visitor else ""
    return f'<script src="{service.url}/widget.js"{signed} defer></script>'


def _visitor(name: str) -> str:
    # The service's clock stands in November 2026; this holds for years.
    payload = {"id": name.lower(), "name": name, "exp": time.time() + 10**8}
    return sign_visitor(payload, secret=SECRET)


def _attach(page: Page, name: str) -> None:
    page.locator("halo-chat input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": PDF}
    )


def test_one_line_is_enough_on_a_listed_site(
    service: Service, browser: Browser, site: OtherSite
) -> None:
    site.line = _embedding(service)
    page = a_page(browser, width=360, height=740)
    page.goto(f"http://127.0.0.1:{site.port}/")
    log = open_widget(page)
    say(page, "min brp org sih klo mau bikin koperasi")
    expect(log).to_contain_text("9 orang")
    _attach(page, "surat.pdf")
    expect(page.locator("halo-chat .from-resident .file")).to_contain_text("surat.pdf")
    page.get_by_role("button", name="Membantu", exact=True).click()
    expect(log).to_contain_text("Terima kasih.")
    page.context.close()


def test_a_site_that_is_not_listed_gets_no_conversation(
    service: Service, browser: Browser, site: OtherSite
) -> None:
    site.line = _embedding(service)
    page = a_page(browser)
    before = len(service.rows("inbox", "--json"))
    # The same server under another name is another origin.
    page.goto(f"http://localhost:{site.port}/")
    log = open_widget(page)
    say(page, "min brp org sih klo mau bikin koperasi")
    expect(page.locator("halo-chat .line")).to_contain_text("belum dapat dibuka")
    assert messages_shown(page, "resident") == []
    expect(log).to_be_empty()
    assert len(service.rows("inbox", "--json")) == before
    page.context.close()


def test_who_is_signed_in_there_is_told_and_the_next_visitor_sees_nothing_of_it(
    service: Service, browser: Browser, site: OtherSite
) -> None:
    page = a_page(browser)
    site.line = _embedding(service, _visitor("Siti"))
    page.goto(f"http://127.0.0.1:{site.port}/")
    log = open_widget(page)
    expect(log).to_contain_text("Anda masuk sebagai Siti")
    say(page, "min brp org sih klo mau bikin koperasi")
    expect(log).to_contain_text("9 orang")
    page.reload()
    expect(open_widget(page)).to_contain_text("9 orang")

    site.line = _embedding(service, _visitor("Dewi"))
    page.reload()
    log = open_widget(page)
    expect(log).to_contain_text("Anda masuk sebagai Dewi")
    assert "9 orang" not in log.inner_text()
    assert messages_shown(page, "resident") == []

    # A value that nobody signed: the chat opens, without a name.
    site.line = _embedding(service, _visitor("Dewi")[:-1] + "x")
    page.evaluate("() => localStorage.clear()")
    page.reload()
    log = open_widget(page)
    expect(log).to_contain_text("selamat datang")
    say(page, "bikin NIB bayar gak")
    expect(page.locator("halo-chat .from-bot")).not_to_have_count(1)
    assert "Anda masuk" not in log.inner_text()
    page.context.close()
