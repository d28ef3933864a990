"""No address answers 5xx, whatever a number, a text or a body looks like and whoever sends it.

The addresses come from the application's own map and the names of parameters from the source of
their views, so that a new page is tried without being listed here.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from foundation.clock import StillClock
from foundation.errors import WorkerTimeoutError
from storage import Store, list_accounts
from tests.web.staff import (
    a_case,
    a_chat,
    a_turn,
    an_account,
    services_for,
)
from web import create_app
from web.accounts.session import session_values

WEB = Path(__file__).parents[2] / "web"
ROLES = ("petugas", "supervisor", "staf_data", "auditor", "admin")
LONG = 30 * "9"
NUMBERS = ("²", "١٢", LONG, str(2**63), str(2**31), "-1", "1e999", "NaN", "1_000", "0x1", " 1", "")
TEXTS = (
    "\x00",
    "\ud800",
    "a\r\nSet-Cookie: x=1",
    "\ufdfa" * 1500,
    "[" * 5000,
    "../../x",
    "'\"<%s{}",
)
BODIES = (
    b"[" * 50_000, b'{"a":' * 20_000, b'"\\ud800"', b"NaN", b"9" * 5000, b"1e999", b"\xff\xfe", b"",
    b"null", b"[]", b"{}",
)  # fmt: skip
_READERS = frozenset({"get", "getlist"})
_ENDLESS = ("text/event-stream",)


@cache
def _names_in(module: str) -> frozenset[str]:
    """Return the names of parameters in a module of the web package and those it imports."""
    path = Path(inspect.getsourcefile(sys.modules[module]) or "")
    if WEB not in path.parents:
        return frozenset()
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if isinstance(node.args[0].value, str) and (
                name in _READERS or "number" in name or "text" in name
            ):
                found.add(node.args[0].value)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            found |= {node.slice.value} if isinstance(node.slice.value, str) else set()
        elif isinstance(node, ast.Tuple):
            texts = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            found |= {text for text in texts if isinstance(text, str)}
    return frozenset(name for name in found if name.isidentifier() or name == "client_message_id")


def _view_names(app: Flask, rule: Rule) -> list[str]:
    view = inspect.unwrap(app.view_functions[rule.endpoint])
    module = getattr(view, "__module__", "")
    package = module.rpartition(".")[0]
    near = [name for name in sys.modules if name == module or name.startswith(f"{package}.")]
    return sorted(_names_in(module) | (_names_in(near[0]) if not _names_in(module) else set()))


@dataclass
class Attack:
    """One signed-in browser (or nobody), and what it was answered."""

    app: Flask
    store: Store
    clock: StillClock
    role: str
    tried: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self.fresh()

    def fresh(self) -> None:
        """Sign in anew: an earlier call may have signed out, or spent what a minute allows."""
        self.clock.advance(minutes=2)
        self.client: FlaskClient = self.app.test_client()
        self.token = self.client.post("/api/chat/sessions", json={}).get_json()["token"]
        if self.role == "nobody":
            return
        with self.store.read() as tx:
            [account] = [one for one in list_accounts(tx) if one.name == self.role]
        with self.client.session_transaction() as session:
            session.update(session_values(account, self.clock()))

    def call(self, rule: Rule, method: str, path: str, what: str, **more: Any) -> None:
        """Send one request and note a 5xx."""
        self.tried += 1
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        address = f"10.{self.tried >> 16 & 255}.{self.tried >> 8 & 255}.{self.tried & 255}"
        answer = self.client.open(
            path, method=method, headers=headers, environ_base={"REMOTE_ADDR": address}, **more
        )
        status = answer.status_code
        # A store, a worker or a number that is not there in this test is no fault of the value.
        if status >= 500 and "H030" not in (answer.get_data(as_text=True) if status == 503 else ""):
            self.failed.setdefault(f"{method} {rule.rule}", f"{status} for {what[:60]!r}")
        answer.close()


def _paths(rule: Rule, usual: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a rule: the usual one, and each part once with each odd value."""
    names = sorted(rule.arguments)
    plain = {name: usual.get(name, "1") for name in names}
    yield _address(rule, plain), "usual"
    for name in names:
        number = isinstance(rule._converters[name], IntegerConverter)
        for value in NUMBERS if number else (*NUMBERS[:4], *TEXTS):
            if value and len(value) < 3000:
                yield _address(rule, {**plain, name: value}), f"{name}={value}"


def _address(rule: Rule, values: dict[str, str]) -> str:
    from urllib.parse import quote

    path = ""
    for dynamic, part in rule._trace:
        piece = values[part] if dynamic else part
        path += quote(piece, safe="/" if not dynamic else "", errors="surrogatepass")
    return path.lstrip("|") or "/"


@pytest.fixture
def attacked(sqlite_store: Store, clock: StillClock) -> tuple[Flask, dict[str, str]]:
    """A service with an account of each role, a case and a turn that waits for eyes."""
    store = sqlite_store
    services = services_for(store, clock)

    def no_worker(_: Any) -> Any:
        raise WorkerTimeoutError("no worker in this test")

    object.__setattr__(services, "ask_worker", no_worker)
    app = create_app(services)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    for role in ROLES:
        an_account(store, role, role)
    chat = a_chat(store, "warga-1")
    a_turn(store, chat, "biaya bikin koperasi brp", attention=True)
    a_case(store, chat)
    return app, {
        "conversation_id": chat.id,
        "day": "2026-11-24",
        "label": "pendirian_koperasi/biaya",
    }


def _rules(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"})
    ]


@pytest.mark.parametrize(
    "role", ["nobody", *(pytest.param(role, marks=pytest.mark.long) for role in ROLES)]
)
def test_no_odd_value_ends_in_5xx(
    role: str,
    attacked: tuple[Flask, dict[str, str]],
    sqlite_store: Store,
    clock: StillClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app, usual = attacked
    attack = Attack(app, sqlite_store, clock, role)
    rules = _rules(app)
    for rule, method in rules:
        attack.fresh()
        for path, what in _paths(rule, usual):
            attack.call(rule, method, path, what)
        path, _ = next(_paths(rule, usual))
        names = _view_names(app, rule)
        for value in (*NUMBERS, *TEXTS):
            _send(attack, rule, method, path, dict.fromkeys(names, value), value)
        if role == "admin":
            for name in names:
                for value in ("²", LONG, "1e999", "NaN", *TEXTS[:2]):
                    _send(attack, rule, method, path, {name: value}, f"{name}={value}")
        if method != "GET":
            for body in BODIES:
                kind = {"Content-Type": "application/json"}
                attack.call(rule, method, path, repr(body[:40]), data=body, headers=kind)
    with capsys.disabled():
        print(f"\n{role}: {attack.tried} requests to {len(rules)} addresses")
    assert attack.tried > 2000
    assert attack.failed == {}


def _send(
    attack: Attack, rule: Rule, method: str, path: str, values: dict[str, str], what: str
) -> None:
    if method == "GET":
        texts = {name: _bytes(value) for name, value in values.items()}
        if sum(map(len, texts.values())) < 60_000:
            attack.call(rule, method, path, what, query_string=texts)
        return
    attack.call(rule, method, path, what, data={name: _bytes(v) for name, v in values.items()})
    body = json.dumps(values)
    kind = {"Content-Type": "application/json"}
    attack.call(rule, method, path, f"JSON {what}", data=body, headers=kind)
    nested = json.dumps({name: {"a": [value]} for name, value in values.items()})
    attack.call(rule, method, path, f"nested {what}", data=nested, headers=kind)


def _bytes(value: str) -> str:
    """Return a text that a test client can encode; half a surrogate pair as browsers send it."""
    return value.encode("utf-8", "replace").decode() if "\ud800" in value else value
