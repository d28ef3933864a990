"""A lock that is handed over in the order of asking."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """Lets one through at a time, whoever waits longest first.

    The standard library's lock goes to whoever asks when it is free: a thread that writes one thing
    after the other gets it again and again, and the others are told that they could not write.
    Make it after gevent's patches.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn, at most ``timeout`` seconds; False when it did not come."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            mine.wait(timeout)
        except BaseException:
            # Interrupted: a turn that has come meanwhile goes to the next one.
            if not self._give_up(mine):
                self.release()
            raise
        return not self._give_up(mine)

    def release(self) -> None:
        """Hand over to who waits longest, or leave it free."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _give_up(self, mine: threading.Event) -> bool:
        """Take ``mine`` out of the queue; False when its turn has come."""
        with self._lock:
            if mine.is_set():
                return False
            self._waiting.remove(mine)
            return True
