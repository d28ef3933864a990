"""The ledger of sources: what each answer rests on, and which answers rest on too little."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogue.knowledge import KnowledgeEntry


@dataclass(frozen=True)
class SourceFinding:
    """What is weak about the sources of one answer. ``kind`` is a stable word for programs."""

    label: str
    kind: str
    text: str


@dataclass(frozen=True)
class SourceLedger:
    """How well the answers are sourced."""

    entries: int
    strong: int
    """Answers with at least one official address, named article or the office's procedure."""
    press_only: int
    findings: tuple[SourceFinding, ...]

    @property
    def strong_share(self) -> float:
        """The share of well-sourced answers, 0 to 1."""
        return self.strong / self.entries if self.entries else 0.0


def source_ledger(entries: Iterable[KnowledgeEntry]) -> SourceLedger:
    """Return the ledger of the answers that are told (withdrawn ones rest on nothing)."""
    told = [entry for entry in entries if not entry.withdrawn]
    strong = [entry for entry in told if any(source.is_strong for source in entry.sources)]
    press = [entry for entry in told if all(source.kind == "berita" for source in entry.sources)]
    findings: list[SourceFinding] = []
    for entry in sorted(told, key=lambda entry: entry.label):
        findings += _findings_of(entry)
    return SourceLedger(
        entries=len(told), strong=len(strong), press_only=len(press), findings=tuple(findings)
    )


def _findings_of(entry: KnowledgeEntry) -> list[SourceFinding]:
    found = []
    if all(source.kind == "berita" for source in entry.sources):
        found.append(
            SourceFinding(entry.label, "berita_saja", "hanya bersumber berita; cari sumber resmi")
        )
    elif not any(source.is_strong for source in entry.sources):
        found.append(
            SourceFinding(entry.label, "lemah", "tanpa alamat resmi atau pasal; lengkapi sumbernya")
        )
    for source in entry.sources:
        if source.status in ("diubah", "dicabut"):
            text = f"{source.title} sudah {source.status}; periksa apakah jawabannya masih benar"
            found.append(SourceFinding(entry.label, source.status, text))
    return found
