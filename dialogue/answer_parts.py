"""What an answer is made of: parts that can be told one by one, and the sources they rest on.

A part is what a resident asks for ("biayanya berapa?"): ``inti`` is the direct answer, the others
are optional. The form follows GOV.UK's content design: the answer first, then what was asked,
then one next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from foundation.yaml_lines import LineDict

MAIN, NEXT_STEP = "inti", "langkah_berikut"
NUMBERED = frozenset({"langkah"})
PART_NAMES = (
    MAIN,
    "syarat",
    "langkah",
    "biaya",
    "lama",
    "tempat",
    "siapa",
    "batas",
    "sanksi",
    "masa_berlaku",
    "pengecualian",
    "contoh",
    "beda",
    NEXT_STEP,
)
"""All parts, in the order in which a whole answer tells them."""

SourceKind = Literal["peraturan", "sop", "resmi", "berita", "lain"]
SourceStatus = Literal["berlaku", "diubah", "dicabut", "belum pasti"]
_KINDS, _STATUSES = get_args(SourceKind), get_args(SourceStatus)
_OFFICIAL = (".go.id", ".mil.id", ".desa.id")


@dataclass(frozen=True)
class Source:
    """Where a statement comes from. ``title`` is what residents read; ``url`` opens it."""

    id: str
    title: str
    kind: SourceKind = "lain"
    number: str = ""
    article: str = ""
    year: int | None = None
    url: str = ""
    seen: date | None = None
    status: SourceStatus = "belum pasti"

    @property
    def is_strong(self) -> bool:
        """Whether it is an official address, a named article, or the office's own procedure."""
        return self.is_official or bool(self.number and self.article) or self.kind == "sop"

    @property
    def is_official(self) -> bool:
        """Whether its address is one of the state's."""
        host = self.url.partition("://")[2].partition("/")[0].partition(":")[0]
        return host.endswith(_OFFICIAL)


@dataclass(frozen=True)
class Part:
    """One part: a text of one to three sentences, or a list of short items."""

    name: str
    text: str = ""
    items: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """The ids of the sources it rests on."""
    link: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The text as lines: numbered where the order counts, else with a dash."""
        if not self.items:
            return (self.text,)
        if self.name in NUMBERED:
            return tuple(f"{number}. {item}" for number, item in enumerate(self.items, start=1))
        return tuple(f"- {item}" for item in self.items)

    @property
    def plain(self) -> str:
        """All of it as people read it."""
        return "\n".join(self.lines)

    @property
    def plain_text(self) -> str:
        """The words alone, without the numbers of the items."""
        return "\n".join(self.items or (self.text,))


@dataclass(frozen=True)
class Parts:
    """The parts of one answer by name, in the order of ``PART_NAMES``."""

    by_name: Mapping[str, Part] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def get(self, name: str) -> Part | None:
        """Return the part of that name, if the answer has it."""
        return self.by_name.get(name)

    @property
    def main(self) -> str:
        """The direct answer."""
        part = self.by_name.get(MAIN)
        return part.plain if part else ""

    @property
    def whole(self) -> str:
        """Everything, part after part, for readers of plain text."""
        return "\n\n".join(part.plain for part in self.by_name.values())


def source_from_text(number: int, text: str) -> Source:
    """Return the source of an entry that lists its sources as plain words."""
    address = next((word for word in text.split() if word.startswith("http")), "")
    return Source(id=f"s{number}", title=text, url=address.rstrip(").,;"))


def read_sources(items: list[Any]) -> tuple[Source, ...]:
    """Return the sources of an entry; they must be free of :func:`source_faults`."""
    return tuple(
        _source(item) if isinstance(item, dict) else source_from_text(number, str(item))
        for number, item in enumerate(items, start=1)
    )


def read_parts(content: Mapping[str, Any]) -> Parts:
    """Return the parts of an entry; they must be free of :func:`part_faults`."""
    return Parts({name: _part(name, content[name]) for name in PART_NAMES if name in content})


def source_faults(items: list[Any]) -> Iterator[str]:
    """Yield a complaint for every source that is not in the form of the data guide."""
    ids = [item.get("id") for item in items if isinstance(item, dict)]
    for item in items:
        if not isinstance(item, dict):
            continue
        name = item.get("id") or "?"
        if not item.get("id") or ids.count(item.get("id")) > 1:
            yield f"sumber `{name}` perlu `id` sendiri"
        if not str(item.get("judul") or "").strip():
            yield f"sumber `{name}` perlu `judul`"
        if item.get("jenis") not in _KINDS:
            yield f"`jenis` sumber `{name}` harus {', '.join(_KINDS)}"
        if item.get("status", _STATUSES[-1]) not in _STATUSES:
            yield f"`status` sumber `{name}` harus {', '.join(_STATUSES)}"


def part_faults(content: Any, known: set[str]) -> Iterator[str]:
    """Yield a complaint for every part that cannot be used; ``known`` are the sources' ids."""
    if not isinstance(content, LineDict | dict) or MAIN not in content:
        yield f"`bagian` perlu `{MAIN}`"
        return
    for name, part in content.items():
        if name not in PART_NAMES:
            yield f"bagian `{name}` tidak dikenal"
        elif not isinstance(part, dict) or bool(part.get("teks")) == bool(part.get("butir")):
            yield f"bagian `{name}` perlu `teks` atau `butir`"
        elif not part.get("sumber"):
            yield f"bagian `{name}` tanpa sumber"
        else:
            for source in part["sumber"]:
                if source not in known:
                    yield f"bagian `{name}` menyebut sumber `{source}` yang tidak ada"


def _source(item: Mapping[str, Any]) -> Source:
    return Source(
        id=str(item["id"]),
        title=str(item["judul"]).strip(),
        kind=item["jenis"],
        number=str(item.get("nomor") or ""),
        article=str(item.get("pasal") or ""),
        year=item.get("tahun"),
        url=str(item.get("alamat") or ""),
        seen=item.get("dilihat"),
        status=item.get("status", "belum pasti"),
    )


def _part(name: str, item: Mapping[str, Any]) -> Part:
    return Part(
        name=name,
        text=str(item.get("teks") or "").strip(),
        items=tuple(str(line).strip() for line in item.get("butir") or ()),
        sources=tuple(map(str, item.get("sumber") or ())),
        link=str(item.get("tautan") or ""),
    )
