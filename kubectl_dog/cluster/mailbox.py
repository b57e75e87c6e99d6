"""What readers hand over to the one thread that owns all state."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import chain
from typing import Optional
from typing import Union

from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Payload
from kubectl_dog.model.wants import Want

CAPACITY = 1000
# On Windows a blocked wait cannot be interrupted by Ctrl-C, so it must end by itself.
_SLICE = 0.2 if os.name == 'nt' else 3600.0


class Feed:
    """One want while it is served; the owner clears `live` and so drops whatever still comes."""

    def __init__(self, want: Want) -> None:
        self.want = want
        self.live = True


# Who it is from (None: nobody, like signals), and what; an exception is a defect of a reader.
Letter = tuple[Optional[Feed], Union[Payload, Exception]]


class Buffer:
    """What one log stream has read and the owner has not taken yet, in order.

    `put` belongs to the reader and blocks while `capacity` lines are waiting.
    """

    def __init__(
        self, feed: Feed, announce: Callable[[Buffer], None], capacity: int = CAPACITY
    ) -> None:
        self.feed = feed
        self._announce = announce
        self._capacity = capacity
        self._room = threading.Condition()
        self._waiting: deque[Payload] = deque()
        self._lines = 0
        self._announced = False
        self._closed = False

    def put(self, payload: Payload) -> None:
        """Hand over; waits for room, and forgets the payload once the buffer is closed."""
        with self._room:
            while self._lines >= self._capacity and not self._closed:
                self._room.wait()
            if self._closed:
                return
            self._waiting.append(payload)
            self._lines += _size(payload)
            announced, self._announced = self._announced, True
        if not announced:
            self._announce(self)

    def take(self) -> tuple[Payload | None, bool]:
        """What comes next, lines that wait joined into one batch; and whether there is more."""
        with self._room:
            if not self._waiting:
                return None, False
            payload = self._waiting.popleft()
            if isinstance(payload, LogLines):
                payload = self._joined(payload)
            self._lines -= _size(payload)
            self._announced = bool(self._waiting)
            self._room.notify()
            return payload, self._announced

    def close(self) -> None:
        """Forget everything and let a blocked reader go."""
        with self._room:
            self._closed = True
            self._waiting.clear()
            self._room.notify()

    def _joined(self, first: LogLines) -> LogLines:
        batches = [first]
        while self._waiting:
            following = self._waiting[0]
            if not isinstance(following, LogLines):
                break
            batches.append(following)
            self._waiting.popleft()
        if len(batches) == 1:
            return first
        return LogLines(tuple(chain.from_iterable(batch.lines for batch in batches)))


class Mailbox:
    """Objects, answers and signals first; log streams after them, in turn."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Letter | Buffer] = queue.SimpleQueue()
        self._urgent: deque[Letter] = deque()
        self._turns: deque[Buffer] = deque()

    def put(self, feed: Feed | None, payload: Payload | Exception) -> None:
        """Hand over from any thread, and from a signal handler: SimpleQueue is reentrant."""
        self._queue.put((feed, payload))

    def buffer(self, feed: Feed) -> Buffer:
        """A place for the lines of one log stream."""
        return Buffer(feed, self._queue.put)

    def take(self, timeout: float | None, lines: bool = True) -> Letter | None:
        """What is to be looked at next, or None when nothing has come in `timeout` seconds.

        Without `lines` the log streams are left waiting, and so, when full, are their readers.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            while self._receive(0.0):
                pass
            letter = self._next(lines)
            if letter is not None:
                return letter
            wait = _SLICE if deadline is None else min(_SLICE, deadline - time.monotonic())
            if not self._receive(wait) and deadline is not None and time.monotonic() >= deadline:
                return None

    def _receive(self, timeout: float) -> bool:
        try:
            got = self._queue.get(timeout=timeout) if timeout > 0 else self._queue.get_nowait()
        except queue.Empty:
            return False
        if isinstance(got, Buffer):
            self._turns.append(got)
        else:
            self._urgent.append(got)
        return True

    def _next(self, lines: bool) -> Letter | None:
        if self._urgent:
            return self._urgent.popleft()
        while self._turns and lines:
            buffer = self._turns.popleft()
            payload, more = buffer.take()
            if more:
                self._turns.append(buffer)
            if payload is not None:
                return buffer.feed, payload
        return None


def _size(payload: Payload) -> int:
    return len(payload.lines) if isinstance(payload, LogLines) else 0
