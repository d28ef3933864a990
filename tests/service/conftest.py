"""The whole service as its users meet it: real processes, real HTTP, a real trained model."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from foundation.clock import parse_moment

ROOT = Path(__file__).parents[2]
START_SECONDS = 600.0
"""A model is loaded within seconds, and on a machine that is full of other work in minutes."""

BEGINS = parse_moment("2026-11-24T10:00")
"""Where the clock of every service stands when it starts."""

ANSWER_SECONDS = 60.0
"""Generous: the machine runs other tests beside."""


def free_port() -> int:
    """A port that nobody has now, below those that the system gives to outgoing connections.

    The service binds it only seconds later, and once more after it was killed: of the system's own
    ports one may have become somebody's connection meanwhile.
    """
    for _ in range(1000):
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    pytest.fail("no port is free")


@dataclass
class Service:
    """One `halo serve` with a data folder of its own."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, ready: bool = True) -> None:
        log = (self.data_dir / "serve.log").open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "halo", "serve"],
            cwd=ROOT,
            env=self._environ(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.wait_until("/readyz" if ready else "/healthz")

    def clock(self) -> datetime:
        """What the service's own clock shows, or a little more: its processes start one by one."""
        return BEGINS + timedelta(seconds=time.monotonic() - self.started)

    def wait_until(self, path: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if requests.get(self.url + path, timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                pass
            assert self.process is not None
            assert self.process.poll() is None, self.log()
            time.sleep(0.2)
        pytest.fail(f"{path} did not become 200:\n{self.log()}")

    def wait_for_model(self, version: str) -> None:
        """Wait until the worker understands with this model."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            body = {"text": "halo"}
            answer = requests.post(f"{self.url}/model/parse", json=body, timeout=ANSWER_SECONDS)
            if answer.ok and answer.json().get("model_id") == version:
                return
            time.sleep(0.2)
        pytest.fail(f"model {version} does not answer:\n{self.log()}")

    def kill(self) -> None:
        """Kill -9 every process of the service at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(START_SECONDS)

    def log(self) -> str:
        return (self.data_dir / "serve.log").read_text(encoding="utf-8")

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `halo …` on this service's store."""
        return subprocess.run(
            [sys.executable, "-m", "halo", *arguments],
            cwd=ROOT,
            env=self._environ(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the JSON lines that a command prints."""
        done = self.command(*arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _environ(self) -> dict[str, str]:
        own = {
            "HALO_DATA_DIR": str(self.data_dir),
            "HALO_BIND": f"127.0.0.1:{self.port}",
            "HALO_TEST_NOW": BEGINS.isoformat(),
        }
        return {**os.environ, **own, **self.environment}


@dataclass
class Chat:
    """A resident's widget session over plain HTTP."""

    service: Service
    token: str
    conversation: str

    @classmethod
    def begin(cls, service: Service) -> Chat:
        answer = requests.post(f"{service.url}/api/chat/sessions", timeout=ANSWER_SECONDS)
        assert answer.status_code == 201, answer.text
        return cls(service, answer.json()["token"], answer.json()["conversation"])

    def say(self, message_id: str, **body: str) -> requests.Response:
        return requests.post(
            f"{self.service.url}/api/chat/messages",
            json={"client_message_id": message_id, **body},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=ANSWER_SECONDS,
        )

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.service.url}/api/chat/events",
            params={"after": after},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=ANSWER_SECONDS,
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["events"]
        return found

    def replies(self, count: int, *, seconds: float = 180.0) -> list[dict[str, Any]]:
        """Wait for at least ``count`` messages of the bot and return all of them."""
        deadline = time.monotonic() + seconds
        while True:
            said = [e for e in self.events() if e["type"] == "message" and e["from"] == "bot"]
            if len(said) >= count:
                return said
            if time.monotonic() > deadline:
                pytest.fail(f"{len(said)} replies, expected {count}:\n{self.service.log()}")
            time.sleep(0.1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a WhatsApp number, for all tests of a module."""
    numbered = {"HALO_WHATSAPP_NUMBER": "6281200000000"}
    running = Service(tmp_path_factory.mktemp("service"), environment=numbered)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def fresh_service(tmp_path: Path) -> Iterator[Service]:
    """A service that the test itself starts, kills and stops."""
    own = Service(tmp_path)
    yield own
    own.stop()
