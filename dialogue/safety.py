"""What is said to residents in danger: kinds, channels and sentences, read from ``safety/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.knowledge import KnowledgeEntry
from dialogue.patterns import Patterns

SAFE_NOW = "sudah_aman"
"""The pattern of :attr:`Safety.words` with which residents say that the danger is over."""

SENTENCES = (
    "hubungi",
    "petugas_buka",
    "petugas_tutup",
    "petugas",
    "ingat",
    "tahan",
    "tanya",
    "tanya_tidak",
    "aman_tanya",
    "aman_selesai",
)
TITLES = ("ada_bahaya", "tidak_bahaya", "sudah_aman", "aman_pasti", "belum_aman")
GENERAL = "lanjutan"
"""The kind of a message that tells of danger without telling which."""


@dataclass(frozen=True)
class DangerKindText:
    """One kind of danger: what the reply begins with, and whom it sends residents to, in order."""

    name: str
    title: str
    opening: str
    channels: tuple[KnowledgeEntry, ...]
    answered_with: tuple[str, ...] = ()
    """Labels of answers that may follow at once where they were asked for."""


@dataclass(frozen=True)
class Banned:
    """A word or number that no answer may name, and why."""

    word: str
    reason: str


@dataclass(frozen=True)
class Safety:
    """Everything that is said and known without a model about danger; empty without the files."""

    kinds: Mapping[str, DangerKindText] = field(default_factory=dict)
    answers: Mapping[str, KnowledgeEntry] = field(default_factory=dict)
    """The channels by the key of their label, also those that no kind of danger names."""
    sentences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    words: Patterns = field(default_factory=Patterns)
    banned: tuple[Banned, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.kinds)

    def kind(self, name: str) -> DangerKindText:
        """Return the kind ``name``; the general one for a name that the files do not know."""
        return self.kinds.get(name) or self.kinds[GENERAL]

    def sentence(self, name: str, turn: int) -> str:
        """Return one of the sentence's wordings; they take turns."""
        wordings = self.sentences[name]
        return wordings[turn % len(wordings)]

    def named_in(self, text: str) -> str | None:
        """Return the kind of danger that exact words tell of."""
        line = self.words.prepare(text)
        return next((kind for kind in self.kinds if self.words.found(kind, line)), None)
