"""The tracker of a conversation: its latest snapshot and the events after it."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue import SPEECH, Tracker
from storage import Transaction, load_snapshot, read_events, save_snapshot

SNAPSHOT_EVERY = 50
"""Events between two snapshots: the cost of a turn does not grow with the conversation."""

_PAGE = 500


@dataclass(frozen=True)
class Recalled:
    """A tracker as of the event ``seq``; the stored snapshot covers ``snapshot_seq``."""

    tracker: Tracker
    seq: int
    snapshot_seq: int


def recall(tx: Transaction, conversation_id: str) -> Recalled:
    """Return the state of the conversation as of the last event that changed it."""
    snapshot = load_snapshot(tx, conversation_id)
    if snapshot is None:
        return _go_on(tx, conversation_id, Recalled(Tracker.empty(), 0, 0))
    seq, state = snapshot
    return _go_on(tx, conversation_id, Recalled(Tracker.from_state(state), seq, seq))


def load_tracker(tx: Transaction, conversation_id: str) -> Tracker:
    """Return the state of the conversation as of its last event."""
    return recall(tx, conversation_id).tracker


def keep_snapshot(
    tx: Transaction, conversation_id: str, recalled: Recalled, *, last_seq: int
) -> None:
    """Store a snapshot up to ``last_seq`` when it is far enough beyond the last one.

    The caller holds the conversation's lock; ``recalled`` was read before, and nothing was erased
    since.
    """
    if last_seq - recalled.snapshot_seq < SNAPSHOT_EVERY:
        return
    now = _go_on(tx, conversation_id, recalled)
    save_snapshot(tx, conversation_id, last_seq, now.tracker.to_state())


def _go_on(tx: Transaction, conversation_id: str, recalled: Recalled) -> Recalled:
    tracker, seq = recalled.tracker, recalled.seq
    more = True
    while more:
        events = read_events(tx, conversation_id, after=seq, limit=_PAGE, but=SPEECH)
        for event in events:
            tracker = tracker.apply(event.type, event.data, event.content, event.at)
        seq = events[-1].seq if events else seq
        more = len(events) == _PAGE
    return Recalled(tracker, seq, recalled.snapshot_seq)
