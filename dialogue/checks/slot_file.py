"""Reads slots of checks, and ``bersama.yml``: shared slots, word lists and fixed sentences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogue.checks.table import KINDS, NO, UNKNOWN, YES, CheckSlot, CheckWords, Choice
from dialogue.context_tables import phrase_pattern
from dialogue.findings import Findings
from dialogue.response_file import MAX_TITLE
from foundation.yaml_lines import LineDict

SHARED_FILE = "bersama.yml"
NEEDED_LISTS = (
    "ya",
    "tidak",
    "tidak_tahu",
    "bukan",
    "sebulan",
    "setahun",
    "sehari",
    "pembetulan",
    "batas_bawah",
    "batas_atas",
)
NEEDED_SENTENCES = (
    "judul_ya",
    "judul_tidak",
    "judul_tidak_tahu",
    "hasil",
    "hasil_belum_pasti",
    "contoh",
    "daftar",
    "ulangi",
    "mulai",
    "berhenti",
    "salah",
    "salah_uang",
    "terlalu_banyak",
    "harus_diketahui",
    "per_hari",
    "kisaran",
    "tidak_tersedia",
)
_KEYS = {
    "nama",
    "judul",
    "tanya",
    "jenis",
    "pilihan",
    "tidak_tahu",
    "kata",
    "paling_sedikit",
    "paling_banyak",
    "setahun",
    "bawaan",
    "dari",
    "tidak_lebih_dari",
}


def read_words(content: LineDict, path: Path, findings: Findings) -> CheckWords:
    """Return the word lists and sentences, noting those that are missing."""
    lists, sentences = content.get("kata") or {}, content.get("kalimat") or {}
    for key, needed, found in (
        ("kata", NEEDED_LISTS, lists),
        ("kalimat", NEEDED_SENTENCES, sentences),
    ):
        for name in needed:
            if not found.get(name):
                findings.error(path, content, f"`{key}.{name}` belum ada", key=key)
    return CheckWords(
        lists={str(name): phrase_pattern(words) for name, words in lists.items()},
        sentences={str(name): str(text).strip() for name, text in sentences.items()},
        numerals={
            str(word): int(number) for word, number in (content.get("bilangan") or {}).items()
        },
        aspects_apart=frozenset(map(str, content.get("bukan_cek") or ())),
    )


def read_slot(item: Any, words: CheckWords, path: Path, findings: Findings) -> CheckSlot | None:
    """Return the slot; ``None`` for one that cannot be used, which is noted."""
    faults = _faults(item)
    for text in faults:
        findings.error(path, item, text)
    if faults:
        return None
    most, default = item.get("paling_banyak"), item.get("bawaan")
    return CheckSlot(
        name=str(item["nama"]),
        title=str(item["judul"]).strip(),
        question=str(item["tanya"]).strip(),
        kind=item["jenis"],
        choices=_yes_and_no(item, words) if item["jenis"] == "ya_tidak" else _choices(item),
        may_be_unknown=item.get("tidak_tahu") is True,
        cues=phrase_pattern(item.get("kata")),
        least=int(item.get("paling_sedikit") or 0),
        most=None if most is None else int(most),
        yearly=item.get("setahun") is True,
        default=None if default is None else int(default),
        found_in=tuple(map(str, item.get("dari") or ())),
        at_most=str(item.get("tidak_lebih_dari") or ""),
    )


def _faults(item: Any) -> list[str]:
    if not isinstance(item, LineDict) or not item.get("nama"):
        return ["isian perlu `nama`"]
    name = item["nama"]
    faults = [f"kunci `{key}` pada isian `{name}` tidak dikenal" for key in item.keys() - _KEYS]
    faults += [f"isian `{name}` perlu `{key}`" for key in ("judul", "tanya") if not item.get(key)]
    if item.get("jenis") not in KINDS:
        faults.append(f"`jenis` isian `{name}` harus {', '.join(KINDS)}")
    elif item["jenis"] == "pilihan":
        faults += _faults_of_choices(name, item.get("pilihan"))
    return faults


def _faults_of_choices(name: str, choices: Any) -> list[str]:
    if not isinstance(choices, list) or len(choices) < 2:
        return [f"isian `{name}` perlu sedikitnya dua `pilihan`"]
    faults = []
    for choice in choices:
        if not isinstance(choice, dict) or not choice.get("nilai") or not choice.get("judul"):
            faults.append(f"pilihan isian `{name}` perlu `nilai` dan `judul`")
        elif choice["nilai"] == UNKNOWN:
            faults.append(f"`{UNKNOWN}` bukan pilihan isian `{name}`; tulis `tidak_tahu: true`")
        elif len(str(choice["judul"])) > MAX_TITLE:
            faults.append(f"judul pilihan `{choice['judul']}` lebih dari {MAX_TITLE} huruf")
    return faults


def _choices(item: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            value=str(choice["nilai"]),
            title=str(choice["judul"]).strip(),
            words=phrase_pattern(choice.get("kata")),
            implied_by=tuple(map(str, choice.get("bila_ada") or ())),
        )
        for choice in item.get("pilihan") or ()
    )


def _yes_and_no(item: Mapping[str, Any], words: CheckWords) -> tuple[Choice, ...]:
    """Return "ya" and "tidak" with the slot's own words for them, as "belum punya NIB"."""
    own = {str(choice.get("nilai")): choice for choice in item.get("pilihan") or ()}
    return tuple(
        Choice(
            value=value,
            title=str(own.get(value, {}).get("judul") or words.say(f"judul_{value}")),
            words=phrase_pattern(own.get(value, {}).get("kata")),
        )
        for value in (YES, NO)
    )
