"""What the browser tests share: the widget's handles, axe, and a network that fails."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from connectors import Desk, DeskPost
from dialogue import Assets
from foundation.settings import PROJECT_ROOT
from handoff import Case, open_case_of
from storage import Store, note_typing, sign_in_name, typing_beyond, unguessable_id
from storage.accounts import list_accounts
from tests.chromium import PATIENCE
from tests.service.conftest import Service

AXE = PROJECT_ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def a_page(browser: Browser, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
    """A page in a browser profile of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="id-ID",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def open_widget(page: Page) -> Locator:
    """Open the chat and return its log."""
    page.get_by_role("button", name="Tanya di sini").click()
    return page.get_by_role("log")


def say(page: Page, text: str) -> None:
    field = page.locator("halo-chat").get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def messages_shown(page: Page, speaker: str) -> list[str]:
    """The delivered texts of ``resident``, ``bot``, ``officer`` or ``system``, in order."""
    return page.locator(f"halo-chat .message.from-{speaker} .bubble").all_inner_texts()


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it stands, shadow DOM included."""
    # Through the debugger, which the content security policy does not bind.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags})).violations", AXE_RULES
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@dataclass
class OfficersDesk:
    """An officer at work on the service's store, without a browser."""

    store: Store
    evening: Store
    assets: Assets

    @classmethod
    def beside(cls, service: Service) -> OfficersDesk:
        """Sit at a clock that goes as the service's does, a few minutes ahead.

        An officer who gave no sign for three minutes is gone, and the case is somebody else's.
        """
        store, evening = (
            Store.open(
                f"sqlite:///{service.data_dir / 'halo.sqlite3'}",
                clock=lambda ahead=ahead: service.clock() + ahead,
            )
            for ahead in (timedelta(minutes=5), timedelta(hours=12))
        )
        return cls(store, evening, Assets.load(PROJECT_ROOT / "training_data"))

    def sit(self) -> Desk:
        with self.store.read() as tx:
            officer = next(one for one in list_accounts(tx) if one.name == sign_in_name("petugas"))
        return Desk(self.store, self.assets, officer, lambda: "HK-TEST-0001")

    def send_file(self, case: Case, content: bytes, name: str, caption: str = "") -> None:
        post = DeskPost(self.store, self.sit().officer, unguessable_id)
        post.send_file(case.id, content, name=name, caption=caption)

    def type(self, conversation: str) -> None:
        """Let the resident see that the officer types."""
        # At an hour that the service's clock does not reach: the sign ends when a test ends it.
        with self.evening.write() as tx:
            note_typing(tx, conversation, "officer")

    def sees_typing(self) -> list[str]:
        """The conversations whose residents type."""
        with self.store.read() as tx:
            signs = typing_beyond(tx, 0, limit=100)
        return [sign.conversation for sign in signs if sign.typist == "resident"]

    def take(self, conversation: str) -> Case:
        """Claim the conversation's waiting case."""
        with self.store.read() as tx:
            case = open_case_of(tx, conversation)
        assert case is not None
        return self.sit().claim(case.id)


def conversation_of(page: Page) -> str:
    """The id of the conversation that the widget remembers."""
    found: str = page.evaluate(
        "() => JSON.parse(localStorage.getItem('halo-kopukm:session')).conversation"
    )
    return found


@dataclass
class Wire:
    """A network between browser and service, that can be cut: bytes then go nowhere.

    While it is cut nothing is refused and nothing arrives, as with a phone in a tunnel. Mending
    it drops the connections from before, as the routers on the way do.
    """

    target: tuple[str, int]
    whole: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self.whole.set()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        self.whole.clear()

    def mend(self) -> None:
        self._drop()
        self.whole.set()

    def close(self) -> None:
        self._listener.close()
        self._drop()
        self.whole.set()

    def _drop(self) -> None:
        stale, self._open = self._open, []
        for one in stale:
            _hang_up(one)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._open.append(near)
        self.whole.wait()
        try:
            far = socket.create_connection(self.target, timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self._open.append(far)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.whole.wait()
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            _hang_up(one)


def _hang_up(one: socket.socket) -> None:
    """End a connection at once, also under another thread that reads from it."""
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
