"""The language tables of ``training_data/lexicon/`` in the form the NLU uses them.

Nothing about the language is written in code: what rewrites to what, what is never touched, how
much a unit is worth, which words ask a question, are rows that the office can edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from foundation.settings import PROJECT_ROOT
from nlu.lexicon_build import Rewrites, build_rewrites
from nlu.scan import words
from nlu.tables import Row, read_table

REWRITE_TABLES = (
    "singkatan.tsv",
    "percakapan_indocollex.tsv",
    "percakapan_louisowen6.tsv",
    "sunda.tsv",
    "istilah.tsv",
    "salah_ketik.tsv",
)
"""Tables of ``tulisan → baku``; a spelling may stand in one of them only."""

BASIC = ("tulisan", "baku", "catatan")


@dataclass(frozen=True)
class Affix:
    """A spelling of a prefix or suffix and what it stands for.

    ``needs`` is ``dasar`` (the rest must stand for a known word), ``utuh`` (the rest must be a
    known word as it stands), ``hasil`` (the result must be a known word) or ``-`` (always).
    """

    written: str
    standard: str
    prefix: bool
    needs: str


@dataclass(frozen=True)
class Unit:
    """A unit of money or quantity.

    ``needs`` is ``rapat`` (written onto the number), ``besar`` (a capital letter, or a word about
    money in the message) or ``-``.
    """

    value: int
    needs: str


@dataclass(frozen=True)
class District:
    """A kecamatan under one of its spellings; ``needs_cue`` if the word has other meanings."""

    written: tuple[str, ...]
    name: str
    in_city: bool
    needs_cue: bool


@dataclass(frozen=True)
class Lexicon:
    """All tables, read and checked. Build it with :meth:`load`."""

    rewrites: Rewrites
    emoji: Mapping[str, str]
    affixes: tuple[Affix, ...]
    numbers: Mapping[str, str]
    units: Mapping[str, Unit]
    calendar: Mapping[tuple[str, ...], str]
    cues: Mapping[str, frozenset[tuple[str, ...]]]
    districts: tuple[District, ...]
    businesses: Mapping[tuple[str, ...], str]
    """What a word can do in the name of a business (see :mod:`nlu.entities.businesses`)."""
    danger: Mapping[tuple[str, ...], str]
    """What a word that speaks of danger speaks of (see :mod:`nlu.danger.cues`)."""

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every table in ``folder``.

        Raises :class:`foundation.errors.TrainingDataError` with ``file:line`` for a missing table,
        a malformed row, a spelling that stands twice, is protected, or leads in a circle.
        """
        rows = [row for name in REWRITE_TABLES for row in read_table(folder / name, *BASIC)]
        protected = list(read_table(folder / "pelindung.tsv", *BASIC))
        places = list(read_table(folder / "tempat.tsv", "tulisan", "rangkai", "catatan"))
        districts = [_district(row) for row in read_table(folder / "kecamatan.tsv", *_DISTRICT)]
        rewrites = build_rewrites(
            rows,
            protected,
            places,
            [district.written for district in districts],
        )
        return cls(
            rewrites=rewrites,
            emoji={row["tulisan"]: row["baku"] for row in read_table(folder / "emoji.tsv", *BASIC)},
            affixes=tuple(_affix(row) for row in read_table(folder / "imbuhan.tsv", *_AFFIX)),
            numbers={
                row["tulisan"]: row["baku"] for row in read_table(folder / "bilangan.tsv", *BASIC)
            },
            units=dict(_unit(row) for row in read_table(folder / "satuan.tsv", *_UNIT)),
            calendar={
                words(row["tulisan"]): row["baku"]
                for row in read_table(folder / "tanggal.tsv", *BASIC)
            },
            cues=_cues(read_table(folder / "isyarat.tsv", "tulisan", "jenis", "catatan")),
            districts=tuple(districts),
            businesses=dict(
                _business(row) for row in read_table(folder / "jenis_usaha.tsv", *BASIC)
            ),
            danger=dict(_danger(folder / "bahaya.tsv")),
        )

    def has_cue(self, kind: str, *sequence: str) -> bool:
        """Tell whether the words in ``sequence`` are together a cue of ``kind``."""
        return sequence in self.cues.get(kind, frozenset())


@cache
def default_lexicon() -> Lexicon:
    """Return the tables that ship with the project (read once per process)."""
    return Lexicon.load(PROJECT_ROOT / "training_data" / "lexicon")


_DISTRICT = ("tulisan", "baku", "wilayah", "isyarat", "catatan")
_AFFIX = ("tulisan", "baku", "letak", "syarat", "catatan")
_AFFIX_NEEDS = ("dasar", "utuh", "hasil", "-")
_UNIT = ("tulisan", "nilai", "syarat", "catatan")
_BUSINESS_ROLES = ("usaha", "milik", "induk", "barang", "samar", "sifat")
_REGIONS = {"kabupaten": False, "kota": True}


def _district(row: Row) -> District:
    if row["wilayah"] not in _REGIONS:
        raise row.error(
            f"wilayah harus salah satu dari {sorted(_REGIONS)}, bukan {row['wilayah']!r}"
        )
    return District(
        written=words(row["tulisan"]),
        name=row["baku"],
        in_city=_REGIONS[row["wilayah"]],
        needs_cue=row["isyarat"] == "ya",
    )


def _business(row: Row) -> tuple[tuple[str, ...], str]:
    if row["baku"] not in _BUSINESS_ROLES:
        raise row.error(f"baku harus salah satu dari {_BUSINESS_ROLES}, bukan {row['baku']!r}")
    return words(row["tulisan"]), row["baku"]


def _danger(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield cue and kind; bundles made before there was a danger detector have no such table."""
    seen: set[tuple[str, ...]] = set()
    for row in read_table(path, *BASIC) if path.exists() else ():
        cue = words(row["tulisan"])
        if cue in seen:
            raise row.error(f"{row['tulisan']!r} ditulis dua kali")
        seen.add(cue)
        yield cue, row["baku"]


def _affix(row: Row) -> Affix:
    if row["letak"] not in ("awal", "akhir") or row["syarat"] not in _AFFIX_NEEDS:
        raise row.error(f"letak harus awal atau akhir, syarat salah satu dari {_AFFIX_NEEDS}")
    return Affix(row["tulisan"], row["baku"], row["letak"] == "awal", row["syarat"])


def _unit(row: Row) -> tuple[str, Unit]:
    if not row["nilai"].isdigit() or row["syarat"] not in ("rapat", "besar", "-"):
        raise row.error("nilai harus bilangan bulat, syarat salah satu dari rapat, besar, -")
    return row["tulisan"], Unit(int(row["nilai"]), row["syarat"])


def _cues(rows: Iterable[Row]) -> dict[str, frozenset[tuple[str, ...]]]:
    kinds: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        kinds.setdefault(row["jenis"], set()).add(words(row["tulisan"]))
    return {kind: frozenset(found) for kind, found in kinds.items()}
