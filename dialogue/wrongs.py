"""Victims of fraud and reports of a wrong: what is surely one of them, though not surely which.

The labels of a group lead to the same people and differ in a detail, so the NLU may be sure of
the group and not of the label: telling words decide then. Whether money or a secret is gone they
decide also where the NLU is sure, since the answers differ in that alone; apart from this a
message that the NLU is sure about stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from dialogue.patterns import Patterns
from dialogue.reading import Reading

VICTIM, WARNING = "perlindungan/sudah_tertipu", "perlindungan/modus_penipuan"
ABOUT_REPORTS = "pengaduan/kanal_laporan"
REPORTS = ("lapor_pungli", "lapor_penyelewengan", "lapor_petugas")
_SURELY_ONE_OF_THEM = 0.6
_LIKELY_ONE_OF_THEM = 0.3
_GONE, _NOT_GONE, _CHEATED = "sudah_keluar", "belum_keluar", "kena_tipu"
_WHERE_TO = "kemana_lapor"
_TOLD = {f"cerita_{name.removeprefix('lapor_')}": name for name in REPORTS}
"""Patterns of words that tell of a wrong, and what is reported by them."""


def settle_wrong(reading: Reading, patterns: Patterns) -> Reading:
    """Decide within a group that the message surely belongs to."""
    if reading.intent in REPORTS and patterns.found(_WHERE_TO, reading.line):
        return replace(reading, intent=ABOUT_REPORTS, decision="answer", how="context")
    if reading.decision == "answer":
        return _told_otherwise(reading, patterns)
    return _victim(reading, patterns) or _report(reading, patterns) or reading


def _told_otherwise(reading: Reading, patterns: Patterns) -> Reading:
    if reading.intent not in (VICTIM, WARNING):
        return reading
    gone, kept = (patterns.found(name, reading.line) for name in (_GONE, _NOT_GONE))
    if gone == kept:
        return reading
    return replace(reading, intent=VICTIM if gone else WARNING)


def _victim(reading: Reading, patterns: Patterns) -> Reading | None:
    """Tell whether money or a secret has left the resident's hands: the answers differ in that."""
    mass = _mass(reading, (VICTIM, WARNING))
    gone, kept = (patterns.found(name, reading.line) for name in (_GONE, _NOT_GONE))
    if mass >= _SURELY_ONE_OF_THEM:
        likelier = VICTIM if _mass(reading, (VICTIM,)) * 2 >= mass else WARNING
        told = VICTIM if gone else WARNING if kept else likelier
        return replace(reading, intent=told, decision="answer")
    cheated = patterns.found(_CHEATED, reading.line) and not kept
    if cheated and (gone or mass >= _LIKELY_ONE_OF_THEM):
        return replace(reading, intent=VICTIM, decision="answer")
    return None


def _report(reading: Reading, patterns: Patterns) -> Reading | None:
    told = [name for pattern, name in _TOLD.items() if patterns.found(pattern, reading.line)]
    group = (*REPORTS, ABOUT_REPORTS)
    mass = _mass(reading, group)
    sure = mass >= _SURELY_ONE_OF_THEM and reading.intent in group
    if sure or (told and mass >= _LIKELY_ONE_OF_THEM):
        likelier = reading.intent if reading.intent in group else told[0]
        return replace(reading, intent=likelier, decision="answer")
    return None


def _mass(reading: Reading, labels: tuple[str, ...]) -> float:
    ranking = reading.understanding.ranking
    return sum(item.confidence for item in ranking if item.name in labels)
