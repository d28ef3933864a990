"""Follow-ups: what is left out of a message is taken from the conversation before it.

A message that names an aspect but no subject ("kalo biayanya?") is about the subject of the last
answer; one that names a new subject but no aspect ("kalau PIRT?") asks the same of that subject;
of a correction ("bukan PIRT, maksudnya halal") counts what stands after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialogue.assets import Assets
from dialogue.context_tables import Subject
from dialogue.reading import Reading
from dialogue.tracker import Tracker
from nlu.types import Intent, Understands

_FILLERS = ("pengisi", "penghubung", "penunjuk", "sapaan")
_LONGEST_FOLLOW_UP = 9
_MOST_CHOICES = 3
_SHARE_OF_BEST = 0.15
_TOPIC_FACTOR = 4.0
_TOPIC_ENOUGH = 0.6


@dataclass(frozen=True)
class Background:
    """What a message may lean on: the last answer, its aspect, all answers so far."""

    label: str | None = None
    aspect: str | None = None
    answered: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tracker: Tracker) -> Background:
        """Return the background that a tracker gives."""
        memory = tracker.memory
        return cls(label=memory.label, aspect=memory.aspect, answered=tracker.answered)

    def after(self, reading: Reading) -> Background:
        """Return the background for the next question of the same message."""
        if not reading.is_knowledge:
            return self
        return replace(self, label=reading.intent, aspect=reading.aspect)


class FollowUps:
    """Completes elliptical messages by the tables of ``context.yml`` and the NLU."""

    def __init__(self, assets: Assets, understands: Understands) -> None:
        self._patterns = assets.patterns
        self._tables = assets.context
        self._offerable = {*assets.knowledge, *assets.context.act_titles}
        self._understands = understands

    def complete(self, reading: Reading, background: Background) -> Reading | None:
        """Return what a short message means after ``background``; ``None`` if it stands alone."""
        line = reading.line
        if len(line.split()) > _LONGEST_FOLLOW_UP:
            return None
        aspects = self._tables.aspects_in(line)
        follows = self._patterns.found("lanjutan", line) or "koreksi" in reading.notes
        if named := self._tables.subjects_in(line):
            if aspects:
                unsure = reading.decision != "answer"
                return self._by_table(reading, named[0], aspects) if unsure else None
            return self._same_of_another(reading, named[0], background, follows=follows)
        subject = self._tables.subject_of(background.label)
        if subject is None or not (aspects or follows):
            return None
        unexplained = self._unexplained(line, aspects)
        elsewhere = reading.decision == "answer" and not subject.covers(reading.intent)
        if unexplained > (2 if follows else 1) or (unexplained and elsewhere):
            return None
        by_table = self._by_table(reading, subject, aspects)
        return by_table or self._left_out(reading, subject, background)

    def _left_out(
        self, reading: Reading, subject: Subject, background: Background
    ) -> Reading | None:
        whole = f"{self._core(reading.line)} {subject.phrase}"
        rephrased = self._rephrased(reading, whole, subject)
        if rephrased is None or rephrased.decision == "answer":
            return rephrased
        leaning = self.lean_on_topic(reading, background)
        return leaning if leaning.decision == "answer" else rephrased

    def lean_on_topic(self, reading: Reading, background: Background) -> Reading:
        """Settle an unsure message that names no subject by the topic of the last answer."""
        subject = self._tables.subject_of(background.label)
        unsure = reading.how == "nlu" and reading.decision == "clarify"
        if subject is None or not unsure or self._tables.subjects_in(reading.line):
            return reading
        weighed = [
            (intent.confidence * (_TOPIC_FACTOR if subject.covers(intent.name) else 1.0), intent)
            for intent in reading.understanding.ranking
        ]
        total = sum(weight for weight, _ in weighed) or 1.0
        weight, best = max(weighed, key=lambda pair: pair[0])
        if subject.covers(best.name) and weight / total >= _TOPIC_ENOUGH:
            return _resolved(reading, best.name, aspect=reading.aspect)
        return reading

    def offerable(self, ranking: tuple[Intent, ...]) -> tuple[str, ...]:
        """Return the labels of ``ranking`` that can be offered as choices, best first."""
        likely = [
            intent
            for intent in ranking
            if ranking and intent.confidence >= _SHARE_OF_BEST * ranking[0].confidence
        ]
        return tuple(i.name for i in likely if i.name in self._offerable)[:_MOST_CHOICES]

    def _same_of_another(
        self, reading: Reading, subject: Subject, background: Background, *, follows: bool
    ) -> Reading | None:
        pointing = self._patterns.found("yang_tadi", reading.line)
        if pointing and (label := _last_answered(subject, background)):
            return _resolved(reading, label, aspect=background.aspect)
        aspect = background.aspect
        rest = self._unexplained(subject.words.sub("", reading.line), ())
        if aspect is None or rest > (1 if follows else 0) or subject.covers(background.label or ""):
            return None
        return self._by_table(reading, subject, (aspect,)) or self._rephrased(
            reading, f"{self._tables.aspect_phrases[aspect]} {subject.phrase}", subject
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
        choices = self.offerable(fitting)
        if not choices:
            return None
        return replace(reading, decision="clarify", choices=choices, how="context")

    def _core(self, line: str) -> str:
        return self._patterns.without(("penghubung", "penunjuk", "sapaan"), line).strip()

    def _unexplained(self, line: str, aspects: tuple[str, ...]) -> int:
        """Count the words that are neither fillers nor words of the aspects."""
        rest = line
        for aspect in aspects:
            rest = self._tables.aspects[aspect].sub("", rest)
        return len(self._patterns.without(_FILLERS, rest).split())


def _last_answered(subject: Subject, background: Background) -> str | None:
    labels = [label for label in background.answered if subject.covers(label)]
    return labels[-1] if labels else None


def _resolved(reading: Reading, label: str, *, aspect: str | None) -> Reading:
    return replace(reading, intent=label, decision="answer", how="context", aspect=aspect)
