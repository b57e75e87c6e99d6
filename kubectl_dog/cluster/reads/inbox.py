"""Queue from the reader threads to the thread that owns all state."""

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
# The most lines of one batch of several streams: they are printed in about 50 ms.
_BATCH_LINES = 10_000
_line_time = itemgetter(0)
_next_time = attrgetter('next_time')
_MAX_WAIT = platform_compat.max_wait()


class Subscription:
    """A want while it is served; the owner clears `live` to drop later deliveries."""

    def __init__(self, want: Want) -> None:
        self.want = want
        self.live = True


# The subscription (None for signals) and the payload; an exception is a bug in a reader.
Delivery = tuple[Optional[Subscription], Union[Payload, Exception]]


class LogBuffer:
    """The payloads of one log stream that the owner has not taken yet, in order.

    The reader calls `put`, which blocks when `capacity` lines are waiting until half of them are
    taken: a wakeup for each line would cost more than the line.
    """

    def __init__(
        self,
        subscription: Subscription,
        announce: Callable[[LogBuffer], None],
        capacity: int = CAPACITY,
    ) -> None:
        self.subscription = subscription
        self._announce = announce
        self._capacity = capacity
        self._condition = threading.Condition()
        self._waiting: deque[Payload] = deque()
        self._lines = 0
        self._is_announced = False
        self._is_closed = False

    def put(self, payload: Payload) -> None:
        """Append a payload; waits for room, and drops the payload if the buffer is closed."""
        with self._condition:
            if self._lines >= self._capacity:
                self._condition.wait_for(self._is_low)
            if self._is_closed:
                return
            self._waiting.append(payload)
            self._lines += _size(payload)
            announced, self._is_announced = self._is_announced, True
        if not announced:
            self._announce(self)

    @property
    def next_time(self) -> int:
        """The time of the next line (nanoseconds); 0 if the next payload has no lines."""
        first = self._waiting[0] if self._waiting else None
        return first.lines[0].time if isinstance(first, LogLines) and first.lines else 0

    def time_of_first(self, count: int) -> int | None:
        """Return the latest time of the first `count` lines; None if fewer are waiting."""
        latest = 0
        with self._condition:
            if self._lines < count:
                return None
            for payload in self._waiting:
                if isinstance(payload, LogLines) and payload.lines:
                    lines = payload.lines[:count]
                    latest = max(latest, *map(_line_time, lines))
                    count -= len(lines)
                    if count <= 0:
                        break
        return latest

    def take(self, until: int | None) -> tuple[list[Payload], bool]:
        """Return the next payloads, with their lines joined, and whether more are waiting.

        Stops before the first line that was written after `until` (nanoseconds).
        """
        with self._condition:
            taken: list[Payload] = []
            while self._waiting:
                payload = self._waiting[0]
                due, rest = _split(payload, until)
                if due is not None:
                    self._lines -= _size(due)
                    taken.append(due)
                if rest is not None:
                    self._waiting[0] = rest
                    break
                self._waiting.popleft()
            self._is_announced = bool(self._waiting)
            if self._is_low():
                self._condition.notify()
            return _join_lines(taken), self._is_announced

    def close(self) -> None:
        """Drop all payloads and unblock the reader."""
        with self._condition:
            self._is_closed = True
            self._waiting.clear()
            self._condition.notify()

    def _is_low(self) -> bool:
        return self._is_closed or self._lines <= self._capacity // 2


class Inbox:
    """Delivers objects, answers and signals first, then log lines, the oldest first.

    Waiting lines are delivered in batches; in a batch, the lines of a stream are consecutive.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Delivery | LogBuffer] = queue.SimpleQueue()
        self._urgent: deque[Delivery] = deque()
        self._ready_buffers: deque[LogBuffer] = deque()
        self._batch: deque[Delivery] = deque()

    def put(self, subscription: Subscription | None, payload: Payload | Exception) -> None:
        """Deliver from any thread or from a signal handler: SimpleQueue is reentrant."""
        self._queue.put((subscription, payload))

    @property
    def is_mid_batch(self) -> bool:
        """Whether the next delivery belongs to the same batch as the last one."""
        return bool(self._batch)

    def buffer(self, subscription: Subscription) -> LogBuffer:
        """Create the buffer of one log stream."""
        return LogBuffer(subscription, self._queue.put)

    def take(self, timeout: float | None, lines: bool = True) -> Delivery | None:
        """Return the next delivery, or None after `timeout` seconds.

        Without `lines`, log lines stay in their buffers, and the readers of full buffers wait.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._batch:
                return self._batch.popleft()
            while self._receive(0.0):
                pass
            delivery = self._next(lines)
            if delivery is not None:
                return delivery
            wait = _MAX_WAIT if deadline is None else min(_MAX_WAIT, deadline - time.monotonic())
            if not self._receive(wait) and deadline is not None and time.monotonic() >= deadline:
                return None

    def _receive(self, timeout: float) -> bool:
        try:
            arrival = self._queue.get(timeout=timeout) if timeout > 0 else self._queue.get_nowait()
        except queue.Empty:
            return False
        if isinstance(arrival, LogBuffer):
            self._ready_buffers.append(arrival)
        else:
            self._urgent.append(arrival)
        return True

    def _next(self, lines: bool) -> Delivery | None:
        if self._urgent:
            return self._urgent.popleft()
        while self._ready_buffers and lines and not self._batch:
            self._start_batch()
        return self._batch.popleft() if self._batch else None

    def _start_batch(self) -> None:
        """Take the oldest waiting lines, as many as may delay an object."""
        until = self._batch_end_time()
        for _ in range(len(self._ready_buffers)):
            buffer = self._ready_buffers.popleft()
            more = True
            if until is None or buffer.next_time <= until:
                taken, more = buffer.take(until)
                self._batch.extend((buffer.subscription, payload) for payload in taken)
            if more:
                self._ready_buffers.append(buffer)

    def _batch_end_time(self) -> int | None:
        """Return the time of the last line of the next batch; None if all lines belong to it.

        Mostly a few of hundreds of streams have the oldest lines: only those are examined.
        """
        buffers = sorted(self._ready_buffers, key=_next_time)
        count = 1
        while len(buffers) > 1:
            line_count = max(1, _BATCH_LINES // count)
            times = [buffer.time_of_first(line_count) for buffer in buffers[:count]]
            until = min((at for at in times if at is not None), default=None)
            if count == len(buffers) or (until is not None and buffers[count].next_time > until):
                return until
            count = min(2 * count, len(buffers))
        return None


def _split(payload: Payload, until: int | None) -> tuple[Payload | None, Payload | None]:
    if until is None or not isinstance(payload, LogLines):
        return payload, None
    times = list(map(_line_time, payload.lines))
    if not times or max(times) <= until:
        return payload, None
    index = next(position for position, at in enumerate(times) if at > until)
    due = payload._replace(lines=payload.lines[:index]) if index else None
    return due, payload._replace(lines=payload.lines[index:])


def _join_lines(payloads: list[Payload]) -> list[Payload]:
    """Join consecutive lines of the same run."""
    if len(payloads) < 2:
        return payloads
    joined: list[Payload] = []
    for run, group in groupby(
        payloads, lambda payload: isinstance(payload, LogLines) and (payload.run,)
    ):
        batches = list(group)
        if run and len(batches) > 1:
            lines = chain.from_iterable(
                payload.lines for payload in batches if isinstance(payload, LogLines)
            )
            joined.append(LogLines(tuple(lines), run[0]))
        else:
            joined += batches
    return joined


def _size(payload: Payload) -> int:
    return len(payload.lines) if isinstance(payload, LogLines) else 0
