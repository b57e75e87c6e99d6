"""A queue that signal handlers can put into, and whose reader signals may interrupt at any time.

`queue.SimpleQueue.get(timeout=…)` waits forever if a signal comes just when the timeout ends
(CPython before 3.13).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from queue import Empty
from typing import Generic
from typing import TypeVar

_T = TypeVar('_T')


class SignalQueue(Generic[_T]):
    """A queue with any number of writers and one reader, for use as a SimpleQueue."""

    def __init__(self) -> None:
        self._items: deque[_T] = deque()
        # Released by each `put`; the reader acquires it again. It may be free with no item left.
        self._arrival = threading.Lock()
        self._arrival.acquire()

    def put(self, item: _T) -> None:
        """Append an item; it never waits."""
        self._items.append(item)
        with contextlib.suppress(RuntimeError):
            # It is free already if the reader has not taken an earlier item.
            self._arrival.release()

    def get_nowait(self) -> _T:
        """Return the next item; raises Empty if there is none."""
        try:
            return self._items.popleft()
        except IndexError:
            raise Empty from None

    def get(self, timeout: float) -> _T:
        """Return the next item; raises Empty if none comes within `timeout` seconds."""
        end = time.monotonic() + timeout
        while not self._items:
            if not self._arrival.acquire(timeout=max(0.0, end - time.monotonic())):
                break
        return self.get_nowait()
