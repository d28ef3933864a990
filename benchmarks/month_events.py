"""A simulated month of the service, written straight into the store's tables.

The events are those that the program writes (``docs/architecture.md``), in the order of time; only
the writing in bulk is different. Nothing here counts anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from storage import Store, tables, whatsapp_tables

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
"""A month without holidays: Thursday to Saturday."""

_CHANNELS = (("whatsapp", 70), ("webchat", 26), ("rest", 4))
_LABELS = (
    "izin_usaha/biaya_nib",
    "izin_usaha/kode_kbli",
    "halal/gratis_sehati",
    "halal/biaya_reguler",
    "pendirian_koperasi/jumlah_pendiri",
    "pendirian_koperasi/biaya",
    "merek/biaya_daftar",
    "pembiayaan/bunga_kur",
    "layanan_kantor/jam_chat",
    "pangan/cara_urus_pirt",
)
_ASKED = (
    "ada bantuan gerobak untuk pedagang?",
    "apa bisa mengurus izin reklame di sini?",
    "jadwal bazar bulan depan kapan?",
    "cara pinjam aula dinas?",
)
_DISTRICTS = ("Ciawi", "Cibinong", "Cisarua", "Jonggol", "Parung")
_REASONS = ("diminta", "kurang_yakin", "keluhan", "formulir")
_OUTCOMES = ("terjawab", "diarahkan", "tindak_lanjut", "tidak_ada_tanggapan", "iseng")
_HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 20, 30, 28, 24, 18, 22, 24, 20, 16, 12, 9, 8, 8, 6, 4, 2]
_BATCH = 5_000

Row = dict[str, Any]


@dataclass
class _Rows:
    """Rows of all tables, in the order in which they must be written."""

    conversation: list[Row] = field(default_factory=list)
    event: list[Row] = field(default_factory=list)
    event_content: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    outbox_attempt: list[Row] = field(default_factory=list)
    whatsapp_charge: list[Row] = field(default_factory=list)
    case_: list[Row] = field(default_factory=list)


@dataclass
class _Simulation:
    random: Random
    messages: int
    rows: _Rows = field(default_factory=_Rows)
    seqs: dict[str, int] = field(default_factory=dict)
    later: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))
    open_cases: dict[str, int] = field(default_factory=dict)
    cases: dict[int, Row] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    rated: dict[str, Row] = field(default_factory=dict)

    def run(self) -> _Rows:
        people = self._people()
        for at in sorted(self._moment() for _ in range(self.messages)):
            self._until(at)
            self._message(self.random.choice(people), at)
        self._until(datetime.max.replace(tzinfo=WIB))
        for row in self.rows.conversation:
            row["last_seq"] = self.seqs.get(row["id"], 0)
        return self.rows

    def _people(self) -> list[str]:
        names = []
        channels = [name for name, weight in _CHANNELS for _ in range(weight)]
        for number in range(max(3, self.messages // 7)):
            channel = self.random.choice(channels)
            name = f"{channel}:{number}"
            start = datetime.combine(FIRST, time(), WIB)
            self.rows.conversation.append(
                {"id": name, "channel": channel, "address": f"a{number}", "created_at": start}
                | {"last_seq": 0, "epoch": 0, "owner": None, "last_resident_at": None}
            )
            names.append(name)
        return names

    def _moment(self) -> datetime:
        day = FIRST + timedelta(days=self.random.randrange((LAST - FIRST).days + 1))
        [hour] = self.random.choices(range(24), _HOURS)
        return datetime.combine(day, time(hour), WIB) + timedelta(
            seconds=self.random.randrange(3600)
        )

    def _after(self, at: datetime, seconds: float, action: Callable[[datetime], None]) -> None:
        moment = at + timedelta(seconds=round(seconds))
        heapq.heappush(self.later, (moment, next(self.numbers), action))

    def _until(self, at: datetime) -> None:
        while self.later and self.later[0][0] <= at:
            moment, _, action = heapq.heappop(self.later)
            action(moment)

    def _event(
        self, who: str, at: datetime, kind: str, data: Row, content: Row | None = None
    ) -> int:
        self.seqs[who] = self.seqs.get(who, 0) + 1
        number = len(self.rows.event) + 1
        self.rows.event.append(
            {"id": number, "conversation_id": who, "seq": self.seqs[who], "type": kind}
            | {"actor": "bot", "at": at, "turn_id": None, "data": data}
        )
        if content is not None:
            self.rows.event_content.append({"event_id": number, "content": content})
        return number

    def _message(self, who: str, at: datetime) -> None:
        self._event(who, at, "user", {"kind": "text"}, {"text": "pertanyaan"})
        if self.open_cases.get(who) in self.held:
            return
        self._after(at, 1, lambda moment: self._answer(who, moment))

    def _answer(self, who: str, at: datetime) -> None:
        roll = self.random.random()
        data: Row = {"decision": "answer", "answers": [], "asks": None, "reason": None}
        content: Row = {"slots": {}}
        if roll < 0.55:
            count = self.random.choice((1, 1, 1, 2))
            data["answers"] = [self._one(_LABELS) for _ in range(count)]
        elif roll < 0.65:
            data["asks"] = "kecamatan"
        elif roll < 0.80:
            data["decision"] = "clarify"
        elif roll < 0.90:
            data |= {"decision": "handoff", "reason": self._one(_REASONS)}
        if self.random.random() < 0.15:
            data["district"] = self._one(_DISTRICTS)
        if self.random.random() < 0.01:
            data["rating"] = self.random.randint(1, 5)
        if data["decision"] in ("clarify", "handoff"):
            content["question"] = self._question()
        self._event(who, at, "decided", data, content)
        self._reply(who, at)
        if data["decision"] == "handoff" and who not in self.open_cases:
            self._open(who, at, str(data["reason"]))
        elif self.random.random() < 0.04:
            self._after(at, self.random.randint(5, 600), lambda moment: self._rate(who, moment))

    def _reply(self, who: str, at: datetime) -> None:
        number = self._event(who, at, "bot", {"buttons": []}, {"text": "jawaban"})
        if not who.startswith("whatsapp"):
            return
        self.rows.outbox.append(
            {"id": number, "conversation_id": who, "channel": "whatsapp", "event_id": number}
            | {"seq": self.seqs[who], "epoch": 0, "state": "delivered", "created_at": at}
            | {"state_at": at, "attempts": 1}
        )
        attempt = f"k{number}"
        self.rows.outbox_attempt.append(
            {"id": attempt, "outbox_id": number, "number": 1, "state": "delivered"}
            | {"at": at, "state_at": at}
        )
        priced = self.random.random() < 0.9
        self.rows.whatsapp_charge.append(
            {"attempt_id": attempt, "category": self._one(("service", "utility"))}
            | {"type": "regular", "delivered_at": at if priced else None}
        )

    def _rate(self, who: str, at: datetime) -> None:
        earlier = self.rated.get(who)
        data: Row = {"kind": "csat", "value": self.random.randint(1, 5), "answered": []}
        if earlier and self.random.random() < 0.5:
            data["seq"] = earlier["seq"]
            data["replaces"] = {"value": earlier["value"], "at": earlier["at"]}
        else:
            data["seq"] = self.seqs[who]
        self._event(who, at, "rated", data)
        self.rated[who] = {**data, "at": at.isoformat()}

    def _open(self, who: str, at: datetime, reason: str) -> None:
        case = next(self.numbers)
        self.open_cases[who] = case
        self._case(who, at, "case_opened", case, reason=reason)
        self.cases[case] = {
            "id": case,
            "ticket": f"HK-{case}",
            "conversation_id": who,
            "state": "waiting",
            "reason": reason,
            "context": {},
            "opened_at": at,
            "closed_at": None,
            "outcome": None,
        }
        self.rows.case_.append(self.cases[case])
        if self.random.random() < 0.05:
            self._after(at, 72 * 3600, lambda moment: self._end(who, moment, case, "case_expired"))
        else:
            wait = self.random.expovariate(1 / 1500)
            self._after(at, wait, lambda moment: self._claim(who, moment, case))

    def _question(self) -> str:
        if self.random.random() < 0.1:
            return self._one(_ASKED)
        return f"apa syarat nomor {self.random.randrange(400)}?"

    def _claim(self, who: str, at: datetime, case: int) -> None:
        self.held.add(case)
        kind = self._one(("case_claimed", "case_claimed", "case_claimed", "case_taken_over"))
        self._case(who, at, kind, case)
        hold = self.random.expovariate(1 / 900)
        roll = self.random.random()
        if roll < 0.1:
            self._after(
                at, hold / 2, lambda moment: self._case(who, moment, "case_taken_over", case)
            )
        if roll < 0.15:
            self._after(at, hold, lambda moment: self._release(who, moment, case))
        else:
            kind = "case_resolved" if self.random.random() < 0.8 else "case_returned"
            self._after(at, hold, lambda moment: self._end(who, moment, case, kind))

    def _release(self, who: str, at: datetime, case: int) -> None:
        self.held.discard(case)
        self._case(who, at, "case_released", case)
        self._after(at, 300, lambda moment: self._claim(who, moment, case))

    def _end(self, who: str, at: datetime, case: int, kind: str) -> None:
        self.held.discard(case)
        outcome = {"outcome": self._one(_OUTCOMES)} if kind == "case_resolved" else {}
        self._case(who, at, kind, case, **outcome)
        self.cases[case] |= {"state": kind.removeprefix("case_"), "closed_at": at, **outcome}
        del self.open_cases[who]

    def _case(self, who: str, at: datetime, kind: str, case: int, **more: str) -> None:
        self._event(who, at, kind, {"case_id": case, "ticket": f"HK-{case}", "epoch": 0, **more})

    def _one(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)


def write_month(store: Store, messages: int, *, seed: int = 7) -> int:
    """Fill an empty store with a month of so many residents' messages; return the events."""
    rows = _Simulation(Random(seed), messages).run()
    batches = (
        (tables.conversation, rows.conversation),
        (tables.event, rows.event),
        (tables.event_content, rows.event_content),
        (tables.outbox, rows.outbox),
        (tables.outbox_attempt, rows.outbox_attempt),
        (whatsapp_tables.charge, rows.whatsapp_charge),
        (tables.case_, rows.case_),
    )
    for table, found in batches:
        for start in range(0, len(found), _BATCH):
            with store.write(durable=False) as tx:
                tx.connection.execute(sa.insert(table), found[start : start + _BATCH])
    with store.write() as tx:
        tx.connection.exec_driver_sql("ANALYZE")
    return len(rows.event)
