"""What the learning benchmarks share: hosts of one installation, residents, and data staff."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from foundation.settings import read_settings
from learning import read_live

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 300.0
ANSWER_SECONDS = 240.0
"""A service that is killed and started again takes a while on a busy machine; nothing is lost."""
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Host:
    """One `halo serve` with a data folder and a models folder of its own."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.models = self.folder / "models"
        self.models.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its web processes listen."""
        return f"http://127.0.0.1:{self.port}"

    def give_live_bundle(self) -> str:
        """Copy the bundle that answers in this working copy; return its version."""
        source = read_settings(os.environ).models_dir
        live = read_live(source)
        if live is None:
            sys.exit("no trained bundle: run `halo train`")
        shutil.copytree(source / live.version, self.models / live.version)
        shutil.copyfile(source / "live.json", self.models / "live.json")
        return live.version

    def environment(self) -> dict[str, str]:
        """Return the settings of its processes."""
        own = {
            "HALO_DATA_DIR": str(self.folder),
            "HALO_MODELS_DIR": str(self.models),
            "HALO_BIND": f"127.0.0.1:{self.port}",
            "HALO_LOG_LEVEL": "INFO",
        }
        return {**os.environ, **self.settings, **own}

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "halo", "serve"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"halo serve did not start; see {self.folder / 'serve.log'}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End all its processes at once, as a power cut does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def command(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a `halo` command on its store; return the JSON lines that it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "halo", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"halo {' '.join(arguments)}: {done.stderr or done.stdout}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def sockets(self) -> list[Path]:
        """Return the sockets of its workers."""
        return sorted((self.folder / "run").glob("worker-*.sock"))

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False


class Resident:
    """A widget over plain HTTP: it holds its stream open and asks one question after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        answer = requests.post(f"{url}/api/chat/sessions", timeout=30)
        answer.raise_for_status()
        self.conversation = str(answer.json()["conversation"])
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        self._heard = threading.Condition()
        self._events: list[tuple[float, dict[str, Any]]] = []
        self._closed = False
        self.asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, text: str) -> tuple[float, str] | None:
        """Ask; return the seconds until the answer was there and its words, None without one."""
        with self._heard:
            known = len(self._events)
        began = time.perf_counter()
        if not self._post(text, time.monotonic() + ANSWER_SECONDS):
            return None
        self.asked += 1
        with self._heard:
            while True:
                for at, event in self._events[known:]:
                    if event["type"] == "message" and event["from"] == "bot":
                        return at - began, str(event["text"])
                left = began + ANSWER_SECONDS - time.perf_counter()
                if left <= 0 or not self._heard.wait(left):
                    return None

    def close(self) -> None:
        """Stop listening."""
        self._closed = True

    def _post(self, text: str, deadline: float) -> bool:
        body = {"client_message_id": uuid.uuid4().hex, "text": text}
        while time.monotonic() < deadline:
            try:
                answer = requests.post(
                    f"{self._url}/api/chat/messages", json=body, headers=self._headers, timeout=30
                )
                if answer.status_code == 202:
                    return True
            except requests.RequestException:
                pass
            time.sleep(0.2)
        return False

    def _listen(self) -> None:
        after = 0
        while not self._closed:
            try:
                stream = requests.get(
                    f"{self._url}/api/chat/stream",
                    params={"after": after},
                    headers=self._headers,
                    stream=True,
                    timeout=60,
                )
                for line in stream.iter_lines(chunk_size=1):
                    if line.startswith(b"data: "):
                        event = json.loads(line[6:])
                        after = event["id"]
                        with self._heard:
                            self._events.append((time.perf_counter(), event))
                            self._heard.notify_all()
            except (requests.RequestException, ValueError, KeyError):
                time.sleep(0.2)


class Staff:
    """Somebody of the data staff who uses the studio's pages and buttons over HTTP."""

    def __init__(self, url: str, name: str = "data", password: str = "peragaan-staf-data") -> None:
        self._url = url
        self._session = requests.Session()
        form = {"csrf_token": self._token("/masuk"), "username": name, "password": password}
        self._session.post(f"{url}/masuk", data=form, timeout=30).raise_for_status()

    def read(self, path: str) -> str:
        """Return a page."""
        answer = self._session.get(f"{self._url}{path}", timeout=60)
        answer.raise_for_status()
        return answer.text

    def press(self, path: str, *, on: str, **fields: str) -> None:
        """Press the button that posts to ``path`` on the page ``on``."""
        form = {"csrf_token": self._token(on), **fields}
        self._session.post(f"{self._url}{path}", data=form, timeout=60).raise_for_status()

    def _token(self, path: str) -> str:
        found = _TOKEN.search(self.read(path))
        if found is None:
            raise ValueError(f"no form on {path}")
        return found[1]


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and the worst in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    worst = len(ordered) - 1
    return {
        "n": len(ordered),
        "p50": round(1000 * statistics.median(ordered), 1),
        "p95": round(1000 * ordered[min(worst, int(0.95 * len(ordered)))], 1),
        "max": round(1000 * ordered[worst], 1),
    }


def memory_mb(pids: Iterable[int]) -> int:
    """Return the memory of processes, what they share counted once among them all."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


def processes(word: str, environment_word: str) -> list[int]:
    """Return the processes with ``word`` in their command and the other in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            around = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if word in command and environment_word in around:
            found.append(int(folder.name))
    return found


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {"cores": len(os.sched_getaffinity(0)), "load": [round(x, 1) for x in os.getloadavg()]}
