"""The trained model: one message in, one Understanding out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.clock import WIB, Clock, system_clock
from nlu.embedding.model import Embedding
from nlu.entities import EntityExtractor
from nlu.judgement import Cascade, Judgement
from nlu.lexicon import Lexicon
from nlu.normalize import Normalizer
from nlu.predictions import rank
from nlu.questions import QuestionSplitter
from nlu.risk import Threshold
from nlu.scorer import IntentScorer, Row
from nlu.types import OUT_OF_SCOPE, Understanding, decide

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ModelParts:
    """Everything that was learnt; what is saved and loaded.

    ``lexicon_files`` are the tables (name to content) that the texts were normalised with.
    """

    labels: tuple[str, ...]
    scorer: IntentScorer
    cascade: Cascade
    threshold: Threshold
    lexicon: Lexicon
    lexicon_files: dict[str, bytes]
    vocabulary: frozenset[str]


class TrainedModel:
    """Understands messages (:class:`nlu.types.Understands`). Safe to share between threads.

    ``manifest`` says what the model was made from; ``files`` gives what is saved, ``beside``
    what lies beside it and differs between equal models (times, report).
    """

    def __init__(
        self,
        parts: ModelParts,
        *,
        version: str,
        manifest: dict[str, Any],
        files: Callable[[], dict[str, bytes]],
        beside: dict[str, bytes],
        embedding: Embedding | None,
        clock: Clock = system_clock,
    ) -> None:
        self.version = version
        self.manifest = manifest
        self._parts = parts
        self._files = files
        self._beside = beside
        self._embedding = embedding
        self._clock = clock
        self._normalizer = Normalizer(parts.lexicon, parts.vocabulary)
        self._entities = EntityExtractor(parts.lexicon)
        self._splitter = QuestionSplitter(parts.lexicon)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it knows, sorted."""
        return self._parts.labels

    @property
    def embedding(self) -> Embedding | None:
        """The embedding model that it reads with, where it reads with one."""
        return self._embedding

    @property
    def has_embedding(self) -> bool:
        """Whether sentence vectors are used; without them it understands less."""
        return self._parts.cascade.sentence_ is not None

    def with_clock(self, clock: Clock) -> TrainedModel:
        """Return the same model reading "besok" and the like by another clock."""
        return TrainedModel(
            self._parts,
            version=self.version,
            manifest=self.manifest,
            files=self._files,
            beside=self._beside,
            embedding=self._embedding,
            clock=clock,
        )

    def with_lexicon(self, folder: Path) -> TrainedModel:
        """Return the same model reading messages with other tables, to see what they would do.

        Nothing is learnt anew, and what it saves stays as it was. Raises ``TrainingDataError``.
        """
        return TrainedModel(
            replace(self._parts, lexicon=Lexicon.load(folder)),
            version=self.version,
            manifest=self.manifest,
            files=self._files,
            beside=self._beside,
            embedding=self._embedding,
            clock=self._clock,
        )

    def normalized(self, text: str) -> str:
        """Return the message in the one spelling in which it is understood."""
        return self._normalizer.normalize(readable(text)).text

    def understand(self, text: str) -> Understanding:
        """Understand one message. Never raises for any ``str``."""
        text_read = readable(text)
        whole = self._understand_one(text_read)
        segments = self._segments(text_read, whole)
        entities = self._entities.extract(text_read, today=self._today())
        return replace(whole, text=text, entities=entities, segments=segments)

    def understand_many(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand several independent messages, in their order."""
        return [self.understand(text) for text in texts]

    def asks_encoder(self, text: str) -> bool:
        """Tell whether the sentence encoder is needed for this message (else n-grams suffice)."""
        normalized = self._normalizer.normalize(readable(text)).text
        first, _, _ = self._first_stage(normalized)
        return self.has_embedding and not bool(self._parts.cascade.is_certain(first)[0])

    def save(self, folder: Path) -> None:
        """Write the model; a folder that already holds this version is left as it is.

        Raises :class:`foundation.errors.ModelDamagedError` when the folder holds something else.
        """
        from nlu.persistence import write_model

        write_model(folder, self._files(), self._beside)

    def _understand_one(self, text: str) -> Understanding:
        judged = self._judge(self._normalizer.normalize(text).text)
        ranking = rank(judged.probabilities[0], self.labels)
        return Understanding(
            text=text,
            intent=ranking[0],
            ranking=ranking,
            decision=decide(ranking, self._parts.threshold.value),
            out_of_scope=round(float(judged.ood_score[0]), 6),
            model_version=self.version,
        )

    def _first_stage(self, normalized: str) -> tuple[Judgement, Row, Floats]:
        scorer = self._parts.scorer
        row = scorer.space_.ngram_row(normalized)
        known = np.array([scorer.space_.known_share(normalized)], np.float32)
        first = self._parts.cascade.ngrams_.judge((scorer.ngram_scores(row),), known)
        return first, row, known

    def _judge(self, normalized: str) -> Judgement:
        first, row, known = self._first_stage(normalized)
        stage = self._parts.cascade.sentence_
        if stage is None or self._embedding is None or self._parts.cascade.is_certain(first)[0]:
            return first
        vector = self._embedding.encode(normalized)
        return stage.judge(self._parts.scorer.sentence_scores(row, vector), known)

    def _segments(self, text: str, whole: Understanding) -> tuple[Understanding, ...]:
        """Return the single questions when each is understood surely and they differ."""
        questions = self._splitter.split(text)
        if len(questions) < 2:
            return ()
        parts = tuple(self._understand_one(question) for question in questions)
        names = {part.intent.name for part in parts}
        sure = all(part.decision == "answer" for part in parts)
        if not sure or len(names) < len(parts) or OUT_OF_SCOPE in names:
            return ()
        return parts

    def _today(self) -> date:
        return self._clock().astimezone(WIB).date()


def readable(text: str) -> str:
    """Return the text without lone surrogates, which neither UTF-8 nor the tokenizer can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
