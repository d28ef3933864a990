"""One full-size training in the studio, beside a conversation that goes on.

    python -m benchmarks.training [--before 60] [--rate 0.5] [--database-url URL] [--redis-url URL]

Starts ``halo serve`` on a throw-away store with the live bundle. Data staff sign in, bring sixty
labelled messages and press "Mulai pelatihan" while a resident asks a question every second second.
First the service is killed in the middle of a training and started again (the job has to go on by
itself), and that training is cancelled with the button. Then a training runs to its end: it trains
on all data, measures the candidate at the gate and reads the messages of the store again.

Prints one JSON object: seconds of the training and of its steps, its memory (peak, what its
processes share counted once), the resident's milliseconds from question to visible answer before
(the baseline) and during it, what the page and the command showed meanwhile, and the seconds until
the job went on after the kill and until its last process was gone after the button. Exit code 1
when an answer is missing, the training fails, the page or the command stands still, or the
answers' p95 during the training is over the bar of 1,000 ms. PostgreSQL: an empty database.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.learning_fixture import (
    Host,
    Resident,
    Staff,
    machine,
    memory_mb,
    processes,
    quantiles,
)
from foundation.settings import PROJECT_ROOT
from learning import examples_as_yaml
from nlu import TrainingData

BAR_MS = 1000.0
LONGEST = 1800.0
EXAMPLES = 60
_TRAINING = "commands.training_process"
_STEP = re.compile(r"Langkah (\d+) dari \d+: ([^.]+)\.")
_NONE = "Tidak ada pelatihan yang berjalan"
_SHARE = re.compile(r'progress value="(\d+)" max="(\d+)"')


@dataclass
class Conversation:
    """A resident who asks at even distances in a thread of their own."""

    url: str
    texts: list[str]
    rate: float
    seconds: list[tuple[float, float]] = field(default_factory=list)
    """When each question was asked, and how long its answer took."""
    missing: int = 0

    def __post_init__(self) -> None:
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let the last answer come and stop."""
        self.stop.set()
        self._thread.join()

    def between(self, start: float, end: float) -> list[float]:
        """Return the seconds of the answers to questions asked in this span."""
        return [took for at, took in self.seconds if start <= at < end]

    def _run(self) -> None:
        resident = Resident(self.url)
        for text in cycle(self.texts):
            began = time.monotonic()
            answer = resident.ask(text)
            if answer is None:
                self.missing += 1
            else:
                self.seconds.append((began, answer[0]))
            if self.stop.wait(max(0.0, began + 1 / self.rate - time.monotonic())):
                break
        resident.close()


@dataclass
class Watch:
    """What the page and the memory show while a job runs."""

    host: Host
    staff: Staff
    steps: dict[str, float] = field(default_factory=dict)
    """Each step with the moment at which the page first showed it."""
    shown: set[tuple[str, str]] = field(default_factory=set)
    peak_mb: int = 0

    def look(self) -> str:
        """Read the page's live part once; return it."""
        part = self.staff.read("/studio/pelatihan/kini")
        if step := _STEP.search(part):
            self.steps.setdefault(step[2], time.monotonic())
            share = _SHARE.search(part)
            self.shown.add((step[2], share[1] if share else ""))
        self.peak_mb = max(self.peak_mb, memory_mb(training_processes(self.host)))
        return part

    def until(self, *, running: bool, seconds: float) -> float:
        """Look until the training runs (or no longer runs); return how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            part = self.look()
            if _STEP.search(part) if running else _NONE in part:
                return time.monotonic() - began
            time.sleep(0.5)
        sys.exit(f"the training is not {'running' if running else 'over'} after {seconds:.0f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=float, default=60.0, help="seconds of the baseline")
    parser.add_argument("--rate", type=float, default=0.5, help="questions a second")
    parser.add_argument("--database-url", default="")
    parser.add_argument("--redis-url", default="")
    options = parser.parse_args()
    with serving(options) as host:
        row = {
            "store": "PostgreSQL" if options.database_url else "SQLite",
            **measure(host, options),
        }
    print(json.dumps(row, ensure_ascii=False, indent=1))
    passed = row["missing"] == 0 and row["job"]["state"] == "done"
    passed &= row["answer_ms"]["during"]["p95"] <= BAR_MS
    passed &= row["page"]["states"] > 10 and row["command"]["states"] > 3
    sys.exit(0 if passed else 1)


@contextmanager
def serving(options: argparse.Namespace) -> Iterator[Host]:
    """Start one host on a throw-away store and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="halo-training-") as folder:
        settings = {
            "HALO_DATABASE_URL": options.database_url,
            "HALO_REDIS_URL": options.redis_url,
        }
        host = Host(Path(folder), {name: value for name, value in settings.items() if value})
        host.give_live_bundle()
        host.start()
        try:
            yield host
        finally:
            host.stop()


def measure(host: Host, options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures."""
    examples = list(TrainingData.load(PROJECT_ROOT / "training_data").examples)
    Random(1).shuffle(examples)
    asked = [f"kak, {one.text} ya" for one in examples if "/" in one.intent][:500]
    _bring_examples(host)
    staff = Staff(host.url)
    talk = Conversation(host.url, asked, options.rate)
    time.sleep(options.before)
    before = talk.between(0, time.monotonic())
    interrupted = interrupt(host, staff)
    began = time.monotonic()
    watch, command = Watch(host, staff), Command(host)
    staff.press("/studio/pelatihan", on="/studio/pelatihan")
    watch.until(running=True, seconds=300)
    command.start()
    watch.until(running=False, seconds=LONGEST)
    ended = time.monotonic()
    command.stop.set()
    talk.end()
    [job, *_] = host.command("models", "jobs", "--json")
    return {
        "job": {key: job[key] for key in ("state", "version", "error")},
        "seconds": {"all": round(ended - began, 1), **_lasted(watch.steps, ended)},
        "memory_mb": {"training": watch.peak_mb, "service": memory_mb(_service(host))},
        "answer_ms": {"before": quantiles(before), "during": quantiles(talk.between(began, ended))},
        "missing": talk.missing,
        "page": {"states": len(watch.shown), "steps": len(watch.steps)},
        "command": {"states": len(command.shown)},
        **interrupted,
        **machine(),
    }


def interrupt(host: Host, staff: Staff) -> dict[str, Any]:
    """Kill the service amid a training, start it, and cancel the training that went on."""
    watch = Watch(host, staff)
    staff.press("/studio/pelatihan", on="/studio/pelatihan")
    watch.until(running=True, seconds=300)
    _wait_until_it_works(watch)
    host.kill()
    left = time.monotonic()
    while training_processes(host):
        time.sleep(0.1)
    orphans = time.monotonic() - left
    host.start()
    ready = time.monotonic()
    # The page shows the last that was reported: only a process says that the work goes on.
    while not training_processes(host):
        time.sleep(0.1)
    went_on = time.monotonic() - ready
    time.sleep(5)
    staff.press("/studio/pelatihan/batal", on="/studio/pelatihan")
    pressed = time.monotonic()
    while training_processes(host):
        time.sleep(0.1)
    gone = time.monotonic() - pressed
    watch.until(running=False, seconds=300)
    return {
        "killed": {
            "training_gone_s": round(orphans, 1),
            "ready_s": round(ready - left, 1),
            "went_on_after_ready_s": round(went_on, 1),
        },
        "cancelled": {"training_gone_s": round(gone, 1)},
    }


class Command(threading.Thread):
    """Reads `halo models jobs` again and again and keeps what it showed."""

    def __init__(self, host: Host) -> None:
        super().__init__(daemon=True)
        self._host = host
        self.stop = threading.Event()
        self.shown: set[tuple[str, int]] = set()

    def run(self) -> None:
        """Look every ten seconds."""
        while not self.stop.wait(10):
            [job, *_] = self._host.command("models", "jobs", "--json")
            if job["state"] == "running":
                self.shown.add((job["stage"], job["done"]))


def training_processes(host: Host) -> list[int]:
    """Return the processes of this host's training."""
    own = f"HALO_DATA_DIR={host.folder}\0"
    heads = processes(_TRAINING, own)
    groups = {_group(pid) for pid in heads}
    return [pid for pid in processes("", own) if _group(pid) in groups] if heads else []


def _service(host: Host) -> list[int]:
    assert host.process is not None
    own = f"HALO_DATA_DIR={host.folder}\0"
    return [pid for pid in processes("", own) if _group(pid) == host.process.pid]


def _group(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return -pid
    return int(fields[2])


def _wait_until_it_works(watch: Watch) -> None:
    """Wait until the page shows a step of the work itself."""
    deadline = time.monotonic() + LONGEST
    while not watch.steps.keys() - {"Bersiap"}:
        if time.monotonic() > deadline:
            sys.exit("the training never began to work")
        watch.look()


def _lasted(steps: dict[str, float], ended: float) -> dict[str, float]:
    names = list(steps)
    ends = [*(steps[name] for name in names[1:]), ended]
    return {name: round(end - steps[name], 1) for name, end in zip(names, ends, strict=True)}


def _bring_examples(host: Host) -> None:
    """Bring what data staff would have labelled since the last training."""
    data = TrainingData.load(PROJECT_ROOT / "training_data")
    chosen = [one for one in data.examples if "/" in one.intent][:: len(data.examples) // EXAMPLES]
    path = host.folder / "contoh.yml"
    text = examples_as_yaml(chosen[:EXAMPLES])
    path.write_text(re.sub(r"^(    - )", r"\1kak mau tanya, ", text, flags=re.MULTILINE), "utf-8")
    [done] = host.command("labels", "import", str(path), "--author", "data", "--json")
    if not done["added"]:
        sys.exit("no example was added, so that nothing would be trained")


if __name__ == "__main__":
    main()
