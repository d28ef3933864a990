"""From question to visible answer, with hundreds and thousands of widgets connected at once.

    python -m benchmarks.widgets [--widgets 200 1000 2000] [--rate 20] [--seconds 30]

Starts ``halo serve`` on a throw-away store with the live model, and the widgets in a process of
their own (``benchmarks.widget_client``). Prints one JSON object per number of widgets: milliseconds
until the message was acknowledged and until the answer's event was at the client (p50, p95, max),
the processor seconds of web and worker processes per message, memory, cores and load. The first
row is the baseline: one widget, one question at a time. Exit code 1 when an answer is missing or
p95 is over the bar of 300 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
BAR_MS = 300.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Server:
    """A running `halo serve`."""

    port: int
    process: subprocess.Popen[bytes]

    def children(self) -> dict[str, list[int]]:
        """Return the process ids by part of the service."""
        parts: dict[str, list[int]] = {"web": [], "worker": []}
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in map(int, listed.read_text().split()):
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            part = "web" if "commands.web_process" in command else "worker"
            parts[part].append(pid)
        return parts

    def cpu_seconds(self, part: str) -> float:
        """Return the processor time that a part has used so far."""
        total = 0
        for pid in self.children()[part]:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICKS

    def memory_mb(self, part: str) -> int:
        """Return the resident memory of a part."""
        pages = [
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.children()[part]
        ]
        return sum(pages) * _PAGE_BYTES // 2**20


@contextmanager
def serving(options: argparse.Namespace) -> Iterator[Server]:
    """Start the service and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="halo-widgets-") as folder:
        environment = {
            **os.environ,
            "HALO_DATA_DIR": folder,
            "HALO_BIND": f"127.0.0.1:{port}",
            "HALO_WEB_PROCESSES": str(options.web_processes),
            "HALO_WORKERS": str(options.workers),
            "HALO_DATABASE_URL": options.database_url,
            "HALO_REDIS_URL": options.redis_url,
            "HALO_LOG_LEVEL": "WARNING",
        }
        log = (Path(folder) / "serve.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "halo", "serve"], cwd=ROOT, env=environment, stdout=log
        )
        try:
            _wait(process, port)
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait(30)
            log.close()
            # Only warnings are in it: whoever reads the figures should know.
            sys.stderr.write(Path(log.name).read_text(encoding="utf-8"))


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    sys.exit("halo serve did not become ready")


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def measure(server: Server, widgets: int, rate: float, seconds: float) -> dict[str, object]:
    """Return one row of figures."""
    load = {"--widgets": widgets, "--rate": rate, "--seconds": seconds}
    client = subprocess.Popen(
        [
            *(sys.executable, "-m", "benchmarks.widget_client", str(server.port)),
            *(part for name, value in load.items() for part in (name, str(value))),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    connected = json.loads(client.stdout.readline())
    before = {part: server.cpu_seconds(part) for part in ("web", "worker")}
    began = time.monotonic()
    told = json.loads(client.stdout.readline())
    lasted = time.monotonic() - began
    used = {part: server.cpu_seconds(part) - before[part] for part in before}
    client.wait()
    visible, acknowledged = told["visible"], told["acknowledged"]
    return {
        **connected,
        "messages_per_second": rate,
        "asked": told["asked"],
        "missing": told["missing"],
        "acknowledged_ms": {
            "p50": quantile(acknowledged, 0.5),
            "p95": quantile(acknowledged, 0.95),
        },
        "visible_ms": {
            "p50": quantile(visible, 0.5),
            "p95": quantile(visible, 0.95),
            "max": quantile(visible, 1.0),
        },
        "cpu_ms_per_message": {
            part: round(1000 * used[part] / max(1, told["asked"]), 1) for part in used
        },
        "cpu_share": {part: round(used[part] / lasted, 2) for part in used}
        | {"client": round(told["client_cpu_seconds"] / lasted, 2)},
        "memory_mb": {part: server.memory_mb(part) for part in used},
        "cores": len(os.sched_getaffinity(0)),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widgets", type=int, nargs="+", default=[200, 1000, 2000])
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--web-processes", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--redis-url", default="")
    options = parser.parse_args()
    passed = True
    with serving(options) as server:
        print(json.dumps({"baseline": measure(server, 1, 1.0, 15.0)}), flush=True)
        for widgets in options.widgets:
            row = measure(server, widgets, options.rate, options.seconds)
            print(json.dumps(row), flush=True)
            visible = row["visible_ms"]
            assert isinstance(visible, dict)
            passed &= row["missing"] == 0 and visible["p95"] <= BAR_MS
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
