"""Follow-ups: what is left out of a message is taken from the conversation before it.

A message that names an aspect but no subject ("kalo biayanya?") is about the subject of the last
answer; one that names a new subject but no aspect ("kalau PIRT?") asks the same of that subject;
of a correction ("bukan PIRT, maksudnya halal") counts what stands after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialogue.assets import Assets
from dialogue.context_tables import NEVER, Subject
from dialogue.likelihood import clearly_first, is_foreign, nearest
from dialogue.reading import Reading
from dialogue.tracker import Tracker
from nlu.types import OUT_OF_SCOPE, Intent, Understands

_FILLERS = ("pengisi", "penghubung", "penunjuk", "sapaan")
_LONGEST_FOLLOW_UP = 12
_LEAST_CHOICES = 2
_MOST_CHOICES = 3
_SHARE_OF_BEST = 0.15
_LIKELY = 5
_SUFFIXED, _VERY_SHORT = 5, 4
_TOPIC_FACTOR = 4.0
_TOPIC_ENOUGH = 0.6
_AHEAD_IN_TOPIC, _AHEAD_OF_NAMED = 0.4, 0.7
"""How likely a label must be that the talk, or the message itself, points to as well."""


@dataclass(frozen=True)
class Background:
    """What a message may lean on: the last answer, its aspect, the subject, all answers so far."""

    label: str | None = None
    aspect: str | None = None
    subject: str | None = None
    answered: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tracker: Tracker) -> Background:
        """Return the background that a tracker gives."""
        memory = tracker.memory
        return cls(memory.label, memory.aspect, memory.subject, tracker.answered)

    def after(self, reading: Reading) -> Background:
        """Return the background for the next question of the same message."""
        if not reading.is_knowledge:
            return self
        return replace(self, label=reading.intent, aspect=reading.aspect, subject=None)


@dataclass(frozen=True)
class _Clues:
    """What a short message names. ``follows`` tells that it leans on what was said before.

    ``unexplained`` counts the words that no table knows; ``strange`` tells that one of them does
    not point back by its ending ("lapornya").
    """

    named: tuple[Subject, ...]
    aspects: tuple[str, ...]
    follows: bool
    unexplained: int
    strange: bool


class FollowUps:
    """Completes elliptical messages by the tables of ``context.yml`` and the NLU."""

    def __init__(self, assets: Assets, understands: Understands) -> None:
        self._patterns = assets.patterns
        self._tables = assets.context
        self._offerable = {*assets.knowledge, *assets.context.act_titles}
        self._understands = understands

    def complete(self, reading: Reading, background: Background) -> Reading | None:
        """Return what a short message means after ``background``; ``None`` if it stands alone."""
        if len(reading.line.split()) > _LONGEST_FOLLOW_UP:
            return None
        clues = self._clues(reading)
        current = self._subject(background)
        if current and current.covers(reading.intent):
            if reading.decision == "answer":
                return None
            if clearly_first(reading, _AHEAD_IN_TOPIC):
                return _resolved(reading, reading.intent, aspect=reading.aspect)
        if clues.named:
            return self._with_subject(reading, clues, current, background)
        if current is None:
            return self._about_nothing(reading, clues)
        if clues.strange and is_foreign(reading, current):
            return None
        elsewhere = reading.decision == "answer" and not current.covers(reading.intent)
        too_much = clues.unexplained > (2 if clues.follows else 1)
        fragment = clues.follows and len(reading.line.split()) <= _VERY_SHORT
        stands = bool(clues.unexplained) and elsewhere and not fragment
        if too_much or stands or not (clues.aspects or clues.follows):
            apart = reading.decision == "answer" and self._tables.apart((current,), reading.intent)
            if not apart:
                return None
            return self._by_table(reading, current, clues.aspects) or self._doubted(
                reading, current
            )
        by_table = self._by_table(reading, current, clues.aspects)
        return by_table or self._left_out(reading, clues, current, background)

    def lean_on_topic(self, reading: Reading, background: Background) -> Reading:
        """Settle an unsure message that names no subject by the topic of the last answer."""
        unsure = reading.how == "nlu" and reading.decision == "clarify"
        about = self._about(background)
        if about is None or not unsure or self._tables.subjects_in(reading.line):
            return reading
        weighed = [
            (intent.confidence * (_TOPIC_FACTOR if about.covers(intent.name) else 1.0), intent)
            for intent in reading.understanding.ranking
        ]
        total = sum(weight for weight, _ in weighed) or 1.0
        weight, best = max(weighed, key=lambda pair: pair[0])
        if about.covers(best.name) and weight / total >= _TOPIC_ENOUGH:
            return _resolved(reading, best.name, aspect=reading.aspect)
        told = reading.is_knowledge or reading.intent in (*self._offerable, OUT_OF_SCOPE)
        return reading if told else self._doubted(reading, about)

    def offerable(self, ranking: tuple[Intent, ...]) -> tuple[str, ...]:
        """Return the labels of ``ranking`` that can be offered: the likely ones, two at least."""
        titled = [intent for intent in ranking if intent.name in self._offerable]
        likely = [i for i in titled if i.confidence >= _SHARE_OF_BEST * ranking[0].confidence]
        chosen = likely if len(likely) >= _LEAST_CHOICES else titled[:_LEAST_CHOICES]
        return tuple(intent.name for intent in chosen[:_MOST_CHOICES])

    def _clues(self, reading: Reading) -> _Clues:
        line = reading.line
        named, aspects = self._tables.subjects_in(line), self._tables.aspects_in(line)
        rest = named[0].words.sub("", line) if named else line
        unexplained = self._unexplained(rest, aspects)
        return _Clues(
            named=named,
            aspects=aspects,
            follows=self._points_back(reading),
            unexplained=len(unexplained),
            strange=any(not word.endswith("nya") for word in unexplained),
        )

    def _points_back(self, reading: Reading) -> bool:
        """Whether a message leans on what was said: "terus …", "… tadi", a short "lapornya …"."""
        words = reading.line.split()
        suffixed = any(word.endswith("nya") and len(word) > _SUFFIXED for word in words)
        told = self._patterns.found("lanjutan", reading.line) or "koreksi" in reading.notes
        return told or (suffixed and len(words) <= _VERY_SHORT)

    def _subject(self, background: Background) -> Subject | None:
        named = self._tables.subject_named(background.subject)
        return named or self._tables.subject_of(background.label)

    def _about(self, background: Background) -> Subject | None:
        """Return the subject of the talk; the last answer's topic where the table has none."""
        if (subject := self._subject(background)) or background.label is None:
            return subject
        topic = background.label.partition("/")[0]
        return Subject(name=topic, phrase=topic, words=NEVER, labels=(topic,))

    def _with_subject(
        self, reading: Reading, clues: _Clues, current: Subject | None, background: Background
    ) -> Reading | None:
        """Read a message that names its subject itself."""
        named = clues.named[0]
        sure = reading.decision == "answer"
        fits = any(subject.covers(reading.intent) for subject in clues.named)
        leans = clues.follows or not (sure and fits)
        if leans and current is not None and len(clues.named) == 1 and clues.unexplained <= 1:
            within = self._by_table(reading, current, (named.name,))
            if within is not None:
                return within
        if sure and fits and clues.unexplained:
            return None
        if not clues.aspects and (same := self._same_of_another(reading, clues, background)):
            return same
        answers = self._tables.aspect_of(reading.intent)
        about = not clues.aspects or answers is None or answers in clues.aspects
        if fits and about and not sure and clearly_first(reading, _AHEAD_OF_NAMED):
            return _resolved(reading, reading.intent, aspect=reading.aspect)
        if not clues.aspects:
            return None
        if not sure:
            return self._likely_by_table(reading, named, clues)
        strange = clues.follows and current is not None and not fits
        if strange or self._tables.apart(clues.named, reading.intent):
            return self._doubted(reading, named)
        return None

    def _likely_by_table(self, reading: Reading, subject: Subject, clues: _Clues) -> Reading | None:
        """Answer an unsure message by the table when the NLU thought of the same answer too."""
        by_table = self._by_table(reading, subject, clues.aspects)
        if by_table is None:
            return None
        if by_table.intent in [item.name for item in reading.understanding.ranking[:_LIKELY]]:
            return by_table
        if clues.unexplained > 1:
            return None
        choices = tuple(dict.fromkeys((by_table.intent, *reading.choices)))[:_MOST_CHOICES]
        return replace(reading, decision="clarify", choices=choices, how="context")

    def _doubted(self, reading: Reading, subject: Subject) -> Reading:
        """Ask back when a message names one thing and the NLU answers about another."""
        ranked = [i.name for i in reading.understanding.ranking if subject.covers(i.name)]
        fitting = dict.fromkeys((*ranked, *subject.labels, *subject.aspects.values()))
        offered = [label for label in fitting if label in self._offerable]
        own = [reading.intent] if reading.intent in self._offerable else []
        choices = tuple(dict.fromkeys((*offered[: _MOST_CHOICES - 1], *own)))
        return replace(reading, decision="clarify", choices=choices, how="context")

    def _about_nothing(self, reading: Reading, clues: _Clues) -> Reading | None:
        """Ask back a follow-up ("kalo biayanya?") that follows nothing."""
        joins = self._patterns.found("menyambung", reading.line)
        if not joins or not clues.aspects or clues.unexplained:
            return None
        choices = self.offerable(reading.understanding.ranking)
        return replace(reading, decision="clarify", choices=choices, how="context")

    def _left_out(
        self, reading: Reading, clues: _Clues, subject: Subject, background: Background
    ) -> Reading | None:
        if clues.unexplained and (near := nearest(reading, background.label or "")):
            return _resolved(reading, near, aspect=reading.aspect)
        whole = f"{self._core(reading.line)} {subject.phrase}"
        rephrased = self._rephrased(reading, whole, subject)
        if rephrased is None or rephrased.decision == "answer":
            return rephrased
        leaning = self.lean_on_topic(reading, background)
        return leaning if leaning.decision == "answer" else rephrased

    def _same_of_another(
        self, reading: Reading, clues: _Clues, background: Background
    ) -> Reading | None:
        """Ask of a new subject what was asked of the last one, or point back to its answer."""
        subject, aspect = clues.named[0], background.aspect
        pointing = self._patterns.found("yang_tadi", reading.line)
        if pointing and (label := _last_answered(subject, background)):
            return _resolved(reading, label, aspect=aspect)
        too_much = clues.unexplained > (1 if clues.follows else 0)
        if aspect is None or too_much or subject.covers(background.label or ""):
            return None
        return self._by_table(reading, subject, (aspect,)) or self._rephrased(
            reading, f"{self._tables.aspect_phrases.get(aspect, aspect)} {subject.phrase}", subject
        )

    def _by_table(
        self, reading: Reading, subject: Subject, aspects: tuple[str, ...]
    ) -> Reading | None:
        for aspect in aspects:
            if label := subject.aspects.get(aspect):
                return _resolved(reading, label, aspect=aspect)
        return None

    def _rephrased(self, reading: Reading, text: str, subject: Subject) -> Reading | None:
        """Ask the NLU the completed question; only answers about the subject count."""
        again = self._understands.understand(text)
        fitting = tuple(intent for intent in again.ranking if subject.covers(intent.name))
        if not fitting:
            return None
        if again.decision == "answer" and again.intent == fitting[0]:
            return _resolved(reading, fitting[0].name, aspect=reading.aspect)
        own = self.offerable(reading.understanding.ranking)[:1]
        choices = tuple(dict.fromkeys((*own, *self.offerable(fitting))))[:_MOST_CHOICES]
        if not choices:
            return None
        return replace(reading, decision="clarify", choices=choices, how="context")

    def _core(self, line: str) -> str:
        return self._patterns.without(("penghubung", "penunjuk", "sapaan"), line).strip()

    def _unexplained(self, line: str, aspects: tuple[str, ...]) -> list[str]:
        """Return the words that are neither fillers nor words of the aspects."""
        rest = line
        for aspect in aspects:
            rest = self._tables.aspects[aspect].sub("", rest)
        return self._patterns.without(_FILLERS, rest).split()


def _last_answered(subject: Subject, background: Background) -> str | None:
    labels = [label for label in background.answered if subject.covers(label)]
    return labels[-1] if labels else None


def _resolved(reading: Reading, label: str, *, aspect: str | None) -> Reading:
    return replace(reading, intent=label, decision="answer", how="context", aspect=aspect)
