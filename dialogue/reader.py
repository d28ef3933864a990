"""From a message to its readings: buttons, choices and word patterns first, then the NLU."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.assets import Assets
from dialogue.choices import chosen, chosen_by_part
from dialogue.context import Background
from dialogue.plain import clean, has_letters_or_digits, is_gibberish
from dialogue.reading import How, Reading, certain, parse_payload
from dialogue.resolver import Resolver
from dialogue.tracker import Tracker
from dialogue.types import IncomingMessage
from nlu.types import Understands

MEDIA, EMPTY, EMOJI, BROKEN = "pesan_media", "pesan_kosong", "pesan_emoji", "pesan_rusak"
_WHOLE_MESSAGE = ("minta_cs", "batal", "bukan_itu", "setuju", "tolak", "selengkapnya")
"""Patterns whose name is the intent of the whole message, in the order of their precedence."""
_AFTER_AN_ANSWER = ("bukan_itu", "selengkapnya")
_ABOUT_OFFICERS, _HOW_TO_CHAT = "cara_chat_cs", "layanan_kantor/cara_chat_cs"
_NOTES = ("krisis", "ancaman", "tentang_diri", "pertanyaan", "keluhan_bot", "balas_salam")
_LONG_NUMBER = re.compile(r"(?<!\d)(?:\d[ .\-]?){15,16}(?!\d)")


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
        if not has_letters_or_digits(text):
            return [self._wordless(text, media=message.kind == "media")]
        if text.startswith("/") and (command := self._command(text)):
            return [command]
        if is_gibberish(text):
            return [self._sure(text, BROKEN, "pattern")]
        line = self._patterns.prepare(text)
        if early := self._before_nlu(text, line, tracker):
            return [early]
        readings = self._resolver.resolve(text, line, Background.of(tracker))
        notes = self._notes(text, line)
        return [replace(reading, notes=reading.notes | notes) for reading in readings]

    def _before_nlu(self, text: str, line: str, tracker: Tracker) -> Reading | None:
        notes = self._notes(text, line)
        if "krisis" in notes:
            return None
        asking = tracker.loop is not None and tracker.loop.phase == "ask"
        choices = tracker.memory.choices
        if not asking and (payload := chosen(text, choices)):
            return replace(self._button(payload, text), how="choice")
        for name in _WHOLE_MESSAGE:
            if name in _AFTER_AN_ANSWER and (tracker.loop or not tracker.memory.label):
                continue
            if self._patterns.found(name, line):
                return replace(self._sure(text, name, "pattern"), notes=notes)
        if _HOW_TO_CHAT in self._assets.knowledge and self._patterns.found(_ABOUT_OFFICERS, line):
            return replace(self._sure(text, _HOW_TO_CHAT, "pattern"), notes=notes)
        if not asking and (payload := chosen_by_part(text, choices)):
            return replace(self._button(payload, text), how="choice")
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
        if _LONG_NUMBER.search(text):
            found.add("nomor_identitas")
        return frozenset(found)
