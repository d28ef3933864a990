"""The tracker of a conversation: its latest snapshot and the events after it."""

from __future__ import annotations

from dialogue import Tracker
from storage import Transaction, load_snapshot, lock_conversation, read_events, save_snapshot

SNAPSHOT_EVERY = 50
"""Events between two snapshots: the cost of a turn does not grow with the conversation."""

_PAGE = 500


def load_tracker(tx: Transaction, conversation_id: str) -> Tracker:
    """Return the state of the conversation as of its last event."""
    snapshot = load_snapshot(tx, conversation_id)
    seq, tracker = (
        (snapshot[0], Tracker.from_state(snapshot[1])) if snapshot else (0, Tracker.empty())
    )
    while events := read_events(tx, conversation_id, after=seq, limit=_PAGE):
        for event in events:
            tracker = tracker.apply(event.type, event.data, event.content, event.at)
        seq = events[-1].seq
    return tracker


def save_tracker_snapshot(tx: Transaction, conversation_id: str) -> None:
    """Store a snapshot when enough events have come since the last one."""
    conversation = lock_conversation(tx, conversation_id)
    snapshot = load_snapshot(tx, conversation_id)
    if conversation.last_seq - (snapshot[0] if snapshot else 0) < SNAPSHOT_EVERY:
        return
    tracker = load_tracker(tx, conversation_id)
    save_snapshot(tx, conversation_id, conversation.last_seq, tracker.to_state())
