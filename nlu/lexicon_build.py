"""From table rows to the rewriting rules of the normaliser, with their consistency checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlu.scan import words
from nlu.tables import Row

DROPPED = "-"
"""In column ``baku``: the spelling carries no meaning and is left out."""
PLACE = "{tempat}"
"""In ``tulisan`` and ``baku``: stands for every row of ``tempat.tsv`` and every kecamatan."""

Words = tuple[str, ...]


@dataclass(frozen=True)
class Phrase:
    """A sequence of words and what is written instead; equal sides mean "leave alone"."""

    written: Words
    standard: Words
    place: int | None = None
    """Where ``standard`` contains ``written``; None if it does not."""


Phrases = Mapping[tuple[str, str], tuple[Phrase, ...]]
"""Phrases by their first two words, longest first."""


@dataclass(frozen=True)
class Rewrites:
    """What the normaliser replaces and what it never touches."""

    single: Mapping[str, Words]
    """One word to its standard words; an empty value drops the word."""
    phrases: Phrases
    protected: frozenset[str]
    protected_phrases: Phrases


def build_rewrites(
    rows: Sequence[Row], protected: Sequence[Row], places: Sequence[Row], districts: Sequence[Words]
) -> Rewrites:
    """Compile the tables.

    Raises :class:`foundation.errors.TrainingDataError` pointing at the first row that contradicts
    another one, a protected word, or itself.
    """
    kept = {words(row["tulisan"]) for row in protected} | set(districts)
    plain = [row for row in rows if PLACE not in row["tulisan"]]
    found = _explicit(plain, kept)
    _check_circles(plain, found)
    for row in rows:
        if PLACE in row["tulisan"]:
            _expand(row, places, districts, found, kept)
    several = [
        Phrase(key, value, _place(key, value)) for key, value in found.items() if len(key) > 1
    ]
    return Rewrites(
        single={key[0]: value for key, value in found.items() if len(key) == 1},
        phrases=_by_opening(several),
        protected=frozenset(key[0] for key in kept if len(key) == 1),
        protected_phrases=_by_opening([Phrase(key, key) for key in sorted(kept) if len(key) > 1]),
    )


def _explicit(rows: Sequence[Row], kept: set[Words]) -> dict[Words, Words]:
    found: dict[Words, Words] = {}
    origin: dict[Words, Row] = {}
    for row in rows:
        key, value = words(row["tulisan"]), _standard(row)
        if not key:
            raise row.error(f"{row['tulisan']!r} tidak punya huruf atau angka")
        if key in kept:
            raise row.error(f"{row['tulisan']!r} dilindungi di pelindung.tsv")
        if key in origin:
            other = origin[key]
            raise row.error(f"{row['tulisan']!r} sudah ada di {other.path.name}:{other.line}")
        if key == value:
            raise row.error(f"{row['tulisan']!r} ditulis ulang menjadi dirinya sendiri")
        found[key], origin[key] = value, row
    return found


def _standard(row: Row) -> Words:
    if row["baku"] == DROPPED:
        return ()
    value = words(row["baku"])
    if not value or " ".join(value) != row["baku"]:
        raise row.error(f"baku {row['baku']!r} harus berupa kata-kata huruf kecil")
    return value


def _check_circles(rows: Sequence[Row], found: Mapping[Words, Words]) -> None:
    """Refuse rows whose standard form is itself rewritten without end."""
    for row in rows:
        seen = {words(row["tulisan"])}
        front = {(word,) for word in _standard(row)}
        while front := {key for key in front if key in found}:
            if front & seen:
                raise row.error(f"{row['tulisan']!r} berputar kembali ke dirinya")
            seen |= front
            front = {(word,) for key in front for word in found[key]}


def _expand(
    row: Row,
    places: Sequence[Row],
    districts: Sequence[Words],
    found: dict[Words, Words],
    kept: set[Words],
) -> None:
    """Write a row with ``{tempat}`` once for every place; explicit rows come first."""
    joined = f" {PLACE}" not in row["tulisan"]
    names = [row["tulisan"] for row in places if not joined or row["rangkai"] == "ya"]
    if not joined:
        names += sorted({" ".join(district) for district in districts})
    for name in names:
        key = words(row["tulisan"].replace(PLACE, name))
        if key not in kept:
            found.setdefault(key, words(row["baku"].replace(PLACE, name)))


def _place(part: Words, whole: Words) -> int | None:
    spots = range(len(whole) - len(part) + 1)
    return next((spot for spot in spots if whole[spot : spot + len(part)] == part), None)


def _by_opening(phrases: Iterable[Phrase]) -> Phrases:
    grouped: dict[tuple[str, str], list[Phrase]] = {}
    for phrase in phrases:
        grouped.setdefault((phrase.written[0], phrase.written[1]), []).append(phrase)
    return {
        opening: tuple(sorted(group, key=lambda phrase: (-len(phrase.written), phrase.written)))
        for opening, group in grouped.items()
    }
