"""Entities of a message, with offsets into the text as it was written.

``kecamatan`` (the 40 of Kabupaten Bogor), ``kecamatan_kota`` (the six of Kota Bogor, which this
office does not serve), ``no_hp`` (+62…), ``nik``, ``nib``, ``npwp`` (digits), ``uang`` (whole
rupiah), ``tanggal`` (ISO), ``nama`` (after words that introduce a name), ``jenis_usaha`` (what
the person makes, sells or does, in the person's own words).
"""

from __future__ import annotations

from datetime import date
from functools import cache

from nlu.amounts import AmountReader
from nlu.entities.businesses import BusinessFinder
from nlu.entities.dates import find_dates
from nlu.entities.identifiers import find_identifiers
from nlu.entities.money import find_money
from nlu.entities.names import find_names
from nlu.entities.places import DistrictFinder
from nlu.lexicon import Lexicon, default_lexicon
from nlu.scan import scan
from nlu.types import Entity

__all__ = ["EntityExtractor", "extract_entities"]


class EntityExtractor:
    """Finds entities with the tables of one lexicon. Stateless after construction."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._amounts = AmountReader(lexicon)
        self._districts = DistrictFinder(lexicon)
        self._businesses = BusinessFinder(lexicon)

    def extract(self, text: str, *, today: date) -> tuple[Entity, ...]:
        """Return the entities by position; none overlaps another.

        ``today`` is the reader's day, from which "besok" and dates without a year are counted.
        Never raises for any ``str``.
        """
        tokens = scan(text)
        if not tokens:
            return ()
        # The surer kinds come first: where two overlap, the earlier kind stays.
        found = [
            *find_identifiers(text, tokens, self._lexicon),
            *find_dates(text, tokens, self._lexicon, today=today),
            *find_money(tokens, self._lexicon, self._amounts),
            *self._districts.find(tokens),
            *find_names(text, tokens, self._lexicon),
            *self._businesses.find(text, tokens),
        ]
        return _without_overlaps(found, len(text))


def extract_entities(
    text: str, *, today: date, lexicon: Lexicon | None = None
) -> tuple[Entity, ...]:
    """Return the entities of ``text``; see :class:`EntityExtractor`.

    >>> found = extract_entities("saya di Ciawi, hp 0812-0000-0001", today=date(2026, 11, 24))
    >>> [(entity.entity, entity.value) for entity in found]
    [('kecamatan', 'Ciawi'), ('no_hp', '+6281200000001')]
    """
    extractor = EntityExtractor(lexicon) if lexicon else _shared_extractor()
    return extractor.extract(text, today=today)


def _without_overlaps(found: list[Entity], length: int) -> tuple[Entity, ...]:
    taken = bytearray(length)
    kept: list[Entity] = []
    for entity in found:
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
            kept.append(entity)
    return tuple(sorted(kept, key=lambda entity: entity.start))


@cache
def _shared_extractor() -> EntityExtractor:
    return EntityExtractor(default_lexicon())
