"""What readers hand over to the one thread that owns all state."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import chain
from itertools import groupby
from operator import attrgetter
from operator import itemgetter
from typing import Optional
from typing import Union

from kubectl_dog import platform_compat
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Payload
from kubectl_dog.model.wants import Want

CAPACITY = 1000
# Lines of one turn, at most, but for one stream alone: they are printed in about 50 ms.
_TURN = 10_000
_moment = itemgetter(0)
_head = attrgetter('head')
_SLICE = platform_compat.max_wait()


class Subscription:
    """One want while it is served; the owner clears `live` and so drops whatever still comes."""

    def __init__(self, want: Want) -> None:
        self.want = want
        self.live = True


# Who it is from (None: nobody, like signals), and what; an exception is a defect of a reader.
Delivery = tuple[Optional[Subscription], Union[Payload, Exception]]


class LogBuffer:
    """What one log stream has read and the owner has not taken yet, in order.

    `put` belongs to the reader and blocks when `capacity` lines are waiting, until half of them
    are gone: to be woken for each that goes costs more than the line.
    """

    def __init__(
        self, feed: Subscription, announce: Callable[[LogBuffer], None], capacity: int = CAPACITY
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
            if self._lines >= self._capacity:
                self._room.wait_for(self._is_low)
            if self._closed:
                return
            self._waiting.append(payload)
            self._lines += _size(payload)
            announced, self._announced = self._announced, True
        if not announced:
            self._announce(self)

    @property
    def head(self) -> int:
        """When the line was written that comes next; 0 where something else does."""
        first = self._waiting[0] if self._waiting else None
        return first.lines[0].time if isinstance(first, LogLines) and first.lines else 0

    def reach(self, share: int) -> int | None:
        """The time up to which the first `share` lines go; None where fewer are waiting."""
        latest = 0
        with self._room:
            if self._lines < share:
                return None
            for payload in self._waiting:
                if isinstance(payload, LogLines) and payload.lines:
                    lines = payload.lines[:share]
                    latest = max(latest, *map(_moment, lines))
                    share -= len(lines)
                    if share <= 0:
                        break
        return latest

    def take(self, until: int | None) -> tuple[list[Payload], bool]:
        """What comes next, lines that wait joined into batches; and whether there is more.

        Nothing that comes after a line which was written after `until`, in nanoseconds.
        """
        with self._room:
            taken: list[Payload] = []
            while self._waiting:
                payload = self._waiting[0]
                early, late = _split(payload, until)
                if early is not None:
                    self._lines -= _size(early)
                    taken.append(early)
                if late is not None:
                    self._waiting[0] = late
                    break
                self._waiting.popleft()
            self._announced = bool(self._waiting)
            if self._is_low():
                self._room.notify()
            return _joined(taken), self._announced

    def close(self) -> None:
        """Forget everything and let a blocked reader go."""
        with self._room:
            self._closed = True
            self._waiting.clear()
            self._room.notify()

    def _is_low(self) -> bool:
        return self._closed or self._lines <= self._capacity // 2


class Inbox:
    """Objects, answers and signals first; log lines after them, the oldest first.

    The lines that wait together are handed out in turns, and those of a turn one stream after the
    other.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Delivery | LogBuffer] = queue.SimpleQueue()
        self._urgent: deque[Delivery] = deque()
        self._turns: deque[LogBuffer] = deque()
        self._dealt: deque[Delivery] = deque()

    def put(self, feed: Subscription | None, payload: Payload | Exception) -> None:
        """Hand over from any thread, and from a signal handler: SimpleQueue is reentrant."""
        self._queue.put((feed, payload))

    @property
    def is_mid_batch(self) -> bool:
        """Whether what comes next belongs to what came last."""
        return bool(self._dealt)

    def buffer(self, feed: Subscription) -> LogBuffer:
        """A place for the lines of one log stream."""
        return LogBuffer(feed, self._queue.put)

    def take(self, timeout: float | None, lines: bool = True) -> Delivery | None:
        """What is to be looked at next, or None when nothing has come in `timeout` seconds.

        Without `lines` the log streams are left waiting, and so, when full, are their readers.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._dealt:
                return self._dealt.popleft()
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
        if isinstance(got, LogBuffer):
            self._turns.append(got)
        else:
            self._urgent.append(got)
        return True

    def _next(self, lines: bool) -> Delivery | None:
        if self._urgent:
            return self._urgent.popleft()
        while self._turns and lines and not self._dealt:
            self._deal()
        return self._dealt.popleft() if self._dealt else None

    def _deal(self) -> None:
        """Take the oldest of the lines that wait, as many as may hold up an object."""
        until = self._until()
        for _ in range(len(self._turns)):
            buffer = self._turns.popleft()
            more = True
            if until is None or buffer.head <= until:
                taken, more = buffer.take(until)
                self._dealt.extend((buffer.feed, payload) for payload in taken)
            if more:
                self._turns.append(buffer)

    def _until(self) -> int | None:
        """Up to which time the lines go of a turn; None: all.

        Of hundreds of streams mostly a few have the oldest lines, and only those are looked at.
        """
        order = sorted(self._turns, key=_head)
        oldest = 1
        while len(order) > 1:
            share = max(1, _TURN // oldest)
            reaches = [buffer.reach(share) for buffer in order[:oldest]]
            until = min((one for one in reaches if one is not None), default=None)
            if oldest == len(order) or (until is not None and order[oldest].head > until):
                return until
            oldest = min(2 * oldest, len(order))
        return None


def _split(payload: Payload, until: int | None) -> tuple[Payload | None, Payload | None]:
    if until is None or not isinstance(payload, LogLines):
        return payload, None
    times = list(map(_moment, payload.lines))
    if not times or max(times) <= until:
        return payload, None
    late = next(at for at, when in enumerate(times) if when > until)
    early = payload._replace(lines=payload.lines[:late]) if late else None
    return early, payload._replace(lines=payload.lines[late:])


def _joined(payloads: list[Payload]) -> list[Payload]:
    """The same with consecutive lines of one run in one batch."""
    if len(payloads) < 2:
        return payloads
    joined: list[Payload] = []
    for run, some in groupby(payloads, lambda one: isinstance(one, LogLines) and (one.run,)):
        batches = list(some)
        if run and len(batches) > 1:
            found = chain.from_iterable(one.lines for one in batches if isinstance(one, LogLines))
            joined.append(LogLines(tuple(found), run[0]))
        else:
            joined += batches
    return joined


def _size(payload: Payload) -> int:
    return len(payload.lines) if isinstance(payload, LogLines) else 0
