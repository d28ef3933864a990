"""Several messages of one turn: bubbles of one question, or questions of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogue.reader import MessageReader
from dialogue.reading import Reading
from dialogue.resolver import SMALL_TALK
from dialogue.tracker import Tracker
from dialogue.types import IncomingMessage


@dataclass(frozen=True)
class BatchReading:
    """``each`` has one reading per message; ``to_answer`` is what the turn answers."""

    each: list[Reading]
    to_answer: list[Reading]


def read_batch(
    reader: MessageReader, messages: Sequence[IncomingMessage], tracker: Tracker
) -> BatchReading:
    """Read all messages of a turn.

    People split one question over several bubbles ("min" / "mau nanya" / "soal nib"): clear
    questions are answered one by one, else the bubbles are read as one text.
    """
    read = [reader.read(message, tracker) for message in messages]
    each = [readings[0] for readings in read]
    everything = [reading for readings in read for reading in readings]
    if len(messages) < 2 or tracker.loop is not None:
        return BatchReading(each, everything)
    clear = [
        reading
        for reading in everything
        if reading.decision == "answer" and reading.intent not in SMALL_TALK
    ]
    if clear:
        first_of: dict[str, Reading] = {}
        for reading in clear:
            first_of.setdefault(reading.intent, reading)
        return BatchReading(each, list(first_of.values()))
    texts = [message for message in messages if message.kind == "text"]
    if len(texts) > 1:
        joined = replace(texts[-1], text="\n".join(message.text for message in texts))
        together = reader.read(joined, tracker)
        return BatchReading([*each[:-1], together[0]], together)
    return BatchReading(each, everything[-1:])
