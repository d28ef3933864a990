"""From a message to its readings: buttons, choices and word patterns first, then the NLU."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.assets import Assets
from dialogue.choices import chosen, chosen_by_part
from dialogue.context import Background
from dialogue.pasted import has_identity_number, has_secret
from dialogue.plain import clean, has_letters_or_digits, is_gibberish
from dialogue.reading import How, Reading, certain, parse_payload
from dialogue.resolver import Resolver
from dialogue.tracker import Tracker
from dialogue.types import IncomingMessage
from nlu.types import OUT_OF_SCOPE, Understands

MEDIA, EMPTY, EMOJI, BROKEN = "pesan_media", "pesan_kosong", "pesan_emoji", "pesan_rusak"
_WHOLE_MESSAGE = {
    "minta_cs": "minta_cs",
    "minta_dihubungi": "minta_cs",
    "batal": "batal",
    "enggan": "enggan",
    "bukan_itu": "bukan_itu",
    "pamit": "pamit",
    "setuju": "setuju",
    "tolak": "tolak",
    "keberatan": "kenapa_data",
    "menunda": "menunda",
    "selengkapnya": "selengkapnya",
    "siapa_ini": "bot_atau_manusia",
    "mau_lapor_petugas": "lapor_petugas",
    "mau_lapor_pungli": "lapor_pungli",
    "mau_keluhan": "keluhan",
    "ingin_kerja": OUT_OF_SCOPE,
}
"""Patterns that tell the intent of the whole message, in the order of their precedence."""
_AFTER_AN_ANSWER, _IN_A_FORM = ("bukan_itu",), ("enggan", "keberatan", "menunda")
_BEGIN_FORMS = ("mau_keluhan", "mau_lapor_petugas", "mau_lapor_pungli")
_LONGEST_ASIDE = 8
_YES_AND_THANKS = "setuju_makasih"
_DUNNING = "menagih"
_ABOUT_OFFICERS = {
    "cara_chat_cs": "layanan_kantor/cara_chat_cs",
    "jam_petugas": "layanan_kantor/jam_chat",
}
"""Patterns that tell a question about the officers, and the knowledge that answers it."""
_NOTES = ("pertanyaan", "keluhan_bot", "balas_salam")
_RASA_FALLBACK_THRESHOLD = 0.3
"""Of Rasa's ``FallbackClassifier``, unless a pipeline sets another."""
_TICKET = re.compile(r"\bhk[ \-][a-z0-9]{4}[ \-][a-z0-9]{4}\b", re.IGNORECASE)
_LONGEST_ABOUT_TICKET = 12


class MessageReader:
    """Reads messages in the light of the tracker. Never raises for any text."""

    def __init__(self, assets: Assets, understands: Understands) -> None:
        self._assets = assets
        self._patterns = assets.patterns
        self._version = understands.version
        self._understands = understands
        self._resolver = Resolver(assets, understands)

    def read(self, message: IncomingMessage, tracker: Tracker) -> list[Reading]:
        """Return one reading, or one for each of several questions."""
        text = clean(message.text)
        if message.kind == "payload":
            return [self._button(message.payload or text, text)]
        if is_gibberish(message.text):
            return [self._sure(text, BROKEN, "pattern")]
        if not has_letters_or_digits(text):
            return [self._wordless(text, media=message.kind == "media")]
        if text.startswith("/") and (command := self._command(text)):
            return [command]
        line = self._patterns.prepare(text)
        if early := self._before_nlu(text, line, tracker):
            return [early]
        readings = self._resolver.resolve(text, line, Background.of(tracker))
        if not self._assets.supports_knowledge:
            readings = [_as_in_rasa(reading) for reading in readings]
        notes = self._notes(text, line)
        if message.kind == "media" and not _asks(readings, notes):
            return [self._sure(text, MEDIA, "pattern")]
        return [replace(reading, notes=reading.notes | notes) for reading in readings]

    def _before_nlu(self, text: str, line: str, tracker: Tracker) -> Reading | None:
        notes = self._notes(text, line)
        asking = tracker.loop is not None and tracker.loop.phase == "ask"
        choices = tracker.memory.choices
        if not asking and (payload := chosen(text, choices)):
            return replace(self._button(payload, text), how="choice", line=line)
        if _TICKET.search(text) and len(line.split()) <= _LONGEST_ABOUT_TICKET:
            return self._sure(text, "cek_tiket", "pattern")
        if intent := self._intent_by_pattern(line, tracker):
            return replace(self._sure(text, intent, "pattern"), notes=notes)
        if not asking and (payload := chosen_by_part(text, choices)):
            return replace(self._button(payload, text), how="choice", line=line)
        return None

    def _intent_by_pattern(self, line: str, tracker: Tracker) -> str | None:
        """Return the intent of a message that a pattern tells as a whole."""
        step = self._assets.context.next_steps.get(tracker.memory.label or "")
        if step and tracker.loop is None and self._patterns.found(step.pattern, line):
            return step.intent
        for name, intent in _WHOLE_MESSAGE.items():
            if _applies(name, line, tracker) and self._patterns.found(name, line):
                return intent
        if tracker.case_state == "waiting" and self._patterns.found(_DUNNING, line):
            return "cek_tiket"
        if self._patterns.found(_YES_AND_THANKS, line):
            awaited = tracker.loop is not None or tracker.memory.offer is not None
            return "setuju" if awaited else "terima_kasih"
        for name, label in _ABOUT_OFFICERS.items():
            if label in self._assets.knowledge and self._patterns.found(name, line):
                return label
        return None

    def _button(self, payload: str, text: str) -> Reading:
        return self._command(payload) or self._sure(text, EMPTY, "payload")

    def _command(self, payload: str) -> Reading | None:
        parsed = parse_payload(payload)
        if parsed is None:
            return None
        intent, values = parsed
        return replace(self._sure(payload, intent, "payload"), values=values)

    def _wordless(self, text: str, *, media: bool) -> Reading:
        for symbol, intent in self._patterns.emoji.items():
            if symbol in text:
                return self._sure(text, intent, "pattern")
        if media:
            return self._sure(text, MEDIA, "pattern")
        return self._sure(text, EMOJI if text else EMPTY, "pattern")

    def _sure(self, text: str, intent: str, how: How) -> Reading:
        return Reading(
            text=text,
            line=self._patterns.prepare(text),
            intent=intent,
            how=how,
            understanding=certain(text, intent, version=self._version),
        )

    def _notes(self, text: str, line: str) -> frozenset[str]:
        found = {name for name in _NOTES if self._patterns.found(name, line)}
        if "?" in text:
            found.add("pertanyaan")
        if has_identity_number(text):
            found.add("nomor_identitas")
        if has_secret(text):
            found.add("rahasia")
        return frozenset(found)


def _as_in_rasa(reading: Reading) -> Reading:
    """Take the likeliest intent, as a Rasa project expects that states no facts of an office."""
    likely = reading.understanding.intent.confidence >= _RASA_FALLBACK_THRESHOLD
    return replace(reading, decision="answer" if likely else "handoff", choices=())


def _asks(readings: list[Reading], notes: frozenset[str]) -> bool:
    """Whether what stands under a picture is more than its name ("ini berkas saya")."""
    first = readings[0]
    if first.decision != "answer" or first.intent == OUT_OF_SCOPE:
        return "pertanyaan" in notes
    return first.how == "nlu" or "pertanyaan" in notes


def _applies(pattern: str, line: str, tracker: Tracker) -> bool:
    if pattern in _IN_A_FORM:
        return tracker.loop is not None and len(line.split()) <= _LONGEST_ASIDE
    if pattern in _BEGIN_FORMS:
        return tracker.loop is None
    if pattern in _AFTER_AN_ANSWER:
        return tracker.loop is None and tracker.memory.label is not None
    return True
