"""How sure an act must be before it is done: unsure ones ask, or give way to a question."""

from __future__ import annotations

from dataclasses import replace

from dialogue.context_tables import ContextTables
from dialogue.patterns import Patterns
from dialogue.reading import Reading

_QUESTION, _ABOUT_OFFICERS = "pertanyaan", "kantor"
_OFFICER = "minta_cs"
_ENOUGH = {
    **dict.fromkeys(("sapa", "bantuan_menu", "terima_kasih", "pamit", "bot_atau_manusia"), 0.4),
    **dict.fromkeys(("keluhan", "daftar_pelatihan", "cek_tiket", "penilaian_layanan"), 0.6),
}
"""Acts that may be done below the NLU's bar for facts: they state none and can be taken back."""
_FORMS = ("keluhan", "daftar_pelatihan")
"""Acts that begin a form: not even the NLU's being sure makes one of "does training cost?"."""
_ASKED_AS_QUESTIONS = ("bot_atau_manusia", "bantuan_menu", "cek_tiket")
"""Acts that residents put as questions ("ini bot apa orang?")."""
_TELLING_OF_OFFICERS = ("cs", "orang", "sambung")
"""Word lists: who wants a person names one, or the way to one."""


class ActBars:
    """Lets acts through that are sure enough, by the words of the message."""

    def __init__(self, patterns: Patterns, tables: ContextTables) -> None:
        self._patterns = patterns
        self._tables = tables

    def settle(self, reading: Reading) -> Reading:
        """Do an act that is sure enough; ask first about one that may be something else."""
        if reading.intent == _OFFICER:
            return self._officer(reading)
        enough = _ENOUGH.get(reading.intent)
        if enough is None or reading.decision == "handoff":
            return reading
        asks = "?" in reading.text or self._patterns.found(_QUESTION, reading.line)
        knowledge = self._tables.asks_for_knowledge(reading.line)
        if reading.decision == "answer":
            doubtful = asks and knowledge and reading.intent in _FORMS
            return replace(reading, decision="clarify") if doubtful else reading
        sure = reading.understanding.intent.confidence >= enough and not knowledge
        act = sure and (not asks or reading.intent in _ASKED_AS_QUESTIONS)
        return replace(reading, decision="answer") if act else reading

    def _officer(self, reading: Reading) -> Reading:
        """Call nobody because of a talk with somebody else ("ngomong ke anggotanya")."""
        others = [s for s in self._tables.subjects_in(reading.line) if s.name != _ABOUT_OFFICERS]
        told = self._patterns.without(_TELLING_OF_OFFICERS, reading.line) != reading.line
        if reading.decision == "answer" and others and not told:
            return replace(reading, decision="clarify")
        return reading
