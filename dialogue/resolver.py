"""The NLU's part of reading: several questions, pleasantries, insults, corrections, context."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.act_bars import ActBars
from dialogue.assets import Assets
from dialogue.context import Background, FollowUps
from dialogue.pasted import without_pasted
from dialogue.plain import is_nonsense
from dialogue.reading import Reading
from dialogue.wrongs import REPORTS, VICTIM, settle_wrong
from nlu.types import OUT_OF_SCOPE, Understanding, Understands

SMALL_TALK = ("sapa", "bantuan_menu", "terima_kasih", "pamit", "setuju", "tolak")
ABUSE = "hinaan"
_DIFFERENCE = "beda"
_HEARD_FIRST = (
    "keluhan", ABUSE, "minta_cs", "cek_tiket", "hapus_data", "data_saya", "daftar_pelatihan",
    "bot_atau_manusia", "penilaian_layanan", *REPORTS, VICTIM,
)  # fmt: skip
"""What a short message keeps to mean, even if it could be read as a follow-up."""
_AFTER_AN_OFFICER = ("cek_tiket", "keluhan")
"""What residents may want who tell that they spoke to an officer before."""
_ABOUT_THE_CHAT, _MOST_CHOICES = "layanan_kantor/", 3
_LIKELY_OUT_OF_SCOPE = 0.4
_IDENTIFIER_LENGTH = 15
_ENOUGH_BESIDE = 2
_LONGEST_PAIR, _MOST_JOINTS = 25, 3
_CLAUSE = re.compile(r"[,;.!?\n]+|\s(?:tapi|tp|cuma|soalnya)\s")
_JOINT = re.compile(
    r"(?<!\?)\?++\s+(?:terus|trus|dan|sama)?\s*|"
    r"(?<!\s)\s*+[,;]\s*(?:terus|trus|dan|sama|lalu)?\s+|"
    r"(?<!\s)\s++(?:dan|terus|trus|trs|lalu|serta|sama|sareng|jeung)\s+",
    re.IGNORECASE,
)
"""A run of blanks or question marks is only tried from its beginning, which keeps this linear."""


class Resolver:
    """Understands a text in its context. Never raises for any text."""

    def __init__(self, assets: Assets, understands: Understands) -> None:
        self._patterns = assets.patterns
        self._tables = assets.context
        self._understands = understands
        self._bars = ActBars(assets.patterns, assets.context)
        self._follow_ups = FollowUps(assets, understands)

    def resolve(self, text: str, line: str, background: Background) -> list[Reading]:
        """Return one reading, or one for each of several questions of the text."""
        asked = without_pasted(text)
        if asked != text and len(self._telling(asked)) >= _ENOUGH_BESIDE:
            return self._beside_pasted(text, asked, background)
        whole = self._understands.understand(text)
        if self._compares(line):
            return [self._one(text, line, whole, background)]
        if len(whole.segments) > 1 and (readings := self._segments(whole, background)):
            return readings
        if "/" in whole.intent.name and (readings := self._two_questions(text, line, background)):
            return readings
        return [self._one(text, line, whole, background)]

    def _beside_pasted(self, text: str, asked: str, background: Background) -> list[Reading]:
        """Read what is asked beside a pasted number or code, which stays out of the question."""
        first, *others = self.resolve(asked, self._patterns.prepare(asked), background)
        entities = self._understands.understand(text).entities
        beside = replace(first.understanding, entities=entities)
        return [replace(first, understanding=beside), *others]

    def _telling(self, text: str) -> list[str]:
        line = self._patterns.prepare(text)
        return self._patterns.without(("pengisi", "sapaan", "salam", "basa_basi"), line).split()

    def _compares(self, line: str) -> bool:
        """Whether two things are named for the difference between them, which is one question."""
        return (
            self._tables.aspects_in(line) == (_DIFFERENCE,)
            and len(self._tables.subjects_in(line)) == 2
        )

    def _two_questions(self, text: str, line: str, background: Background) -> list[Reading]:
        """Part a message at a joint where both sides ask something clear and different."""
        if not 4 <= len(line.split()) <= _LONGEST_PAIR or self._tables.asked_for(line) < 2:
            return []
        for joint in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
            sides = (text[: joint.start()], text[joint.end() :])
            lines = [self._patterns.prepare(side) for side in sides]
            if any(len(side.split()) < 2 or not self._tables.asked_for(side) for side in lines):
                continue
            if not self._tables.aspects_in(lines[0]):
                continue
            first, second = (self._understands.understand(side) for side in sides)
            left = self._one(sides[0], lines[0], first, background)
            stands_alone = left.how == "nlu" or bool(self._tables.subjects_in(lines[0]))
            if left.decision != "answer" or not left.is_knowledge or not stands_alone:
                continue
            right = self._one(sides[1], lines[1], second, background.after(left))
            clear = right.decision == "answer" and right.is_knowledge
            if clear and right.intent != left.intent:
                return [left, right]
        return []

    def _segments(self, whole: Understanding, background: Background) -> list[Reading]:
        """Read each question; nothing unless at least two different ones are clear."""
        by_intent: dict[str, Reading] = {}
        for part in whole.segments:
            line = self._patterns.prepare(part.text)
            reading = self._one(part.text, line, part, background)
            background = background.after(reading)
            if reading.intent in SMALL_TALK:
                continue
            if reading.decision != "answer":
                return []
            by_intent.setdefault(reading.intent, reading)
        readings = list(by_intent.values())
        if len(readings) < 2:
            return []
        first = replace(readings[0].understanding, entities=whole.entities)
        return [replace(readings[0], understanding=first), *readings[1:]]

    def _one(
        self, text: str, line: str, understanding: Understanding, background: Background
    ) -> Reading:
        reading = self._without_return(self._plain(text, line, understanding))
        reading = self._without_pleasantries(reading)
        reading = self._without_insults(reading)
        reading = settle_wrong(self._bars.settle(reading), self._patterns)
        reading = self._not_ours(self._referred(self._nonsense(reading)))
        if reading.intent in _HEARD_FIRST and reading.decision == "answer":
            return reading
        reading = self._correction(reading)
        if double := self._double_meaning(reading, background):
            return double
        completed = self._follow_ups.complete(reading, background)
        return completed or self._follow_ups.lean_on_topic(reading, background)

    def _plain(self, text: str, line: str, understanding: Understanding) -> Reading:
        return Reading(
            text=text,
            line=line,
            intent=understanding.intent.name,
            how="nlu",
            understanding=understanding,
            decision=understanding.decision,
            choices=self._follow_ups.offerable(understanding.ranking),
            aspect=next(iter(self._tables.aspects_in(line)), None),
        )

    def _again(self, reading: Reading, rest: str) -> Reading:
        """Read a part of the message; the entities stay those of the whole."""
        again = self._plain(reading.text, rest, self._understands.understand(rest.strip()))
        entities = reading.understanding.entities
        return replace(again, understanding=replace(again.understanding, entities=entities))

    def _without_return(self, reading: Reading) -> Reading:
        """Read past "back to …": what follows names its subject itself."""
        rest = self._patterns.without(("kembali_ke",), reading.line)
        named = rest != reading.line and self._tables.subjects_in(rest)
        return self._again(reading, rest) if named else reading

    def _without_pleasantries(self, reading: Reading) -> Reading:
        """Read past a greeting that leads in a question."""
        if reading.intent not in SMALL_TALK and reading.decision == "answer":
            return reading
        rest = self._patterns.without(("salam", "basa_basi"), reading.line)
        if rest == reading.line:
            return reading
        rest = self._patterns.without(("sapaan",), rest)
        if len(rest.split()) < 2:
            return reading
        again = self._again(reading, rest)
        unclear = again.intent in SMALL_TALK or again.decision == "handoff"
        return reading if unclear else again

    def _without_insults(self, reading: Reading) -> Reading:
        """Hear what stands beside an insult, with a note of the insult."""
        unsure = reading.decision != "answer" and "?" not in reading.text
        if unsure and self._patterns.found("kesal_layanan", reading.line):
            return replace(reading, intent="keluhan", decision="answer", notes=frozenset({ABUSE}))
        if reading.intent != ABUSE:
            return reading
        rest = self._patterns.without(("makian",), reading.line)
        telling = self._patterns.without(("pengisi", "penghubung", "penunjuk", "sapaan"), rest)
        if rest == reading.line or len(telling.split()) < 2:
            return reading
        again = self._bars.settle(self._again(reading, rest))
        unheard = (*SMALL_TALK, ABUSE, OUT_OF_SCOPE)
        heard = again.decision == "answer" and again.intent not in unheard
        if heard or self._tables.asks_for_knowledge(rest):
            return replace(again, notes=frozenset({ABUSE}))
        return replace(reading, decision="answer")

    def _nonsense(self, reading: Reading) -> Reading:
        """Say of a row of letters that it was not understood, not that it is off the topic."""
        words = reading.line.split()
        if reading.intent == OUT_OF_SCOPE and is_nonsense(words, self._patterns.knows):
            return replace(reading, decision="handoff", choices=())
        return reading

    def _beside_refusal(self, reading: Reading) -> Reading:
        """Hear what else is said by somebody who wants no officer."""
        clauses = [self._patterns.prepare(part) for part in _CLAUSE.split(reading.text)]
        rest = "".join(part for part in clauses if not self._patterns.found("tolak_cs", part))
        if len(clauses) > 1 and len(rest.split()) > 1:
            again = self._again(reading, rest)
            if again.intent not in ("minta_cs", *SMALL_TALK):
                return again
        return replace(reading, intent="tolak", decision="answer", how="pattern")

    def _referred(self, reading: Reading) -> Reading:
        """Refer to who can help where the table knows, though the NLU is not quite sure."""
        likely = reading.understanding.intent.confidence >= _LIKELY_OUT_OF_SCOPE
        if reading.intent != OUT_OF_SCOPE or not likely:
            return reading
        ours = self._tables.subjects_in(reading.line)
        known = not ours and self._tables.referral(reading.line)
        return replace(reading, decision="answer") if known else reading

    def _not_ours(self, reading: Reading) -> Reading:
        """Open no case on a mere mention of officers: refused, told of, asked about, not ours."""
        if reading.intent != "minta_cs":
            return reading
        if self._patterns.found("tolak_cs", reading.line):
            return self._beside_refusal(reading)
        if self._patterns.found("pernah_cs", reading.line):
            return replace(reading, decision="clarify", choices=_AFTER_AN_OFFICER)
        if self._patterns.found("tentang_cs", reading.line):
            about = [
                intent.name
                for intent in reading.understanding.ranking
                if intent.name.startswith(_ABOUT_THE_CHAT)
            ]
            return replace(reading, decision="clarify", choices=tuple(about[:_MOST_CHOICES]))
        if self._patterns.found("cs_lain", reading.line):
            return replace(reading, decision="clarify")
        return reading

    def _correction(self, reading: Reading) -> Reading:
        """Keep of "bukan X, maksudnya Y" only Y."""
        if not self._patterns.found("koreksi", reading.line):
            return reading
        markers = self._patterns.words.get("penanda_maksud", ())
        ends = [
            at + len(marker) + 1
            for marker in markers
            if (at := f"{reading.line} ".rfind(f" {marker} ")) >= 0
        ]
        rest = reading.line[max(ends, default=0) :]
        if ends and not rest.strip():
            rest = self._meant_before(reading)
        if not rest.strip():
            return reading
        return replace(self._again(reading, rest), notes=frozenset({"koreksi"}))

    def _meant_before(self, reading: Reading) -> str:
        """Return Y of "bukan X, Y maksudnya"."""
        last = self._patterns.prepare(_CLAUSE.split(reading.text.rstrip(" .!?,;"))[-1])
        return self._patterns.without(("penanda_maksud", "tidak", "sapaan"), last)

    def _double_meaning(self, reading: Reading, background: Background) -> Reading | None:
        """Ask back a word with two meanings, unless message or conversation tell which."""
        words = reading.line.split()
        pasted = any(len(word) >= _IDENTIFIER_LENGTH and word.isdigit() for word in words)
        topic = (background.label or "").partition("/")[0]
        for ambiguity in self._tables.ambiguities:
            if not ambiguity.words.search(reading.line):
                continue
            if meant := ambiguity.meant(reading.line):
                mistaken = reading.intent in ambiguity.choices and reading.intent != meant
                unsure = reading.decision != "answer" and reading.intent in ambiguity.choices
                if mistaken or unsure:
                    return replace(reading, intent=meant, decision="answer", how="context")
            told = ambiguity.unless.search(reading.line) or topic in ambiguity.unless_topics
            if pasted and reading.intent not in ambiguity.choices:
                continue
            if not meant and not told:
                return replace(
                    reading,
                    decision="clarify",
                    choices=ambiguity.choices,
                    ask_back=ambiguity.response,
                )
        return None
