"""Queue from the reader threads to the thread that owns all state."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import chain
from itertools import groupby
from operator import itemgetter
from queue import Empty
from typing import Optional
from typing import Union

from kubectl_dog import platform_compat
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Payload
from kubectl_dog.model.times import running_max
from kubectl_dog.model.wants import Want
from kubectl_dog.signal_queue import SignalQueue

CAPACITY = 1000
# The lines of one batch, which are printed in about 50 ms.
BATCH_LINES = 10_000
_line_time = itemgetter(0)
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
    released: a wakeup for each line would cost more than the line.
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
        self._waiting: list[Payload] = []
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

    def take(self) -> list[Payload]:
        """Return all payloads, with their lines joined; they need room until they are released."""
        with self._condition:
            taken, self._waiting = self._waiting, []
            self._is_announced = False
        return _join_lines(taken)

    def release(self, payload: Payload) -> None:
        """Make room for the next payload, because one that was taken is being delivered."""
        with self._condition:
            self._lines -= _size(payload)
            if self._is_low():
                self._condition.notify()

    def close(self) -> None:
        """Drop all payloads and unblock the reader."""
        with self._condition:
            self._is_closed = True
            self._waiting.clear()
            self._condition.notify()

    def _is_low(self) -> bool:
        return self._is_closed or self._lines <= self._capacity // 2


Batch = list[tuple[LogBuffer, Payload]]


class Inbox:
    """A queue that delivers objects, answers and signals first, then log lines in batches.

    - Order: the lines that wait are cut by time into batches, the oldest first. In a batch, the
      lines of a stream are consecutive and in its own order: `output/log_merge.py` merges them.
    - Latency: an object waits for no more than one batch.
    """

    def __init__(self) -> None:
        self._queue: SignalQueue[Delivery | LogBuffer] = SignalQueue()
        self._urgent: deque[Delivery] = deque()
        self._ready_buffers: deque[LogBuffer] = deque()
        self._batches: Iterator[Batch] = iter(())
        self._batch: deque[Delivery] = deque()

    def put(self, subscription: Subscription | None, payload: Payload | Exception) -> None:
        """Deliver from any thread or from a signal handler."""
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
            arrival = self._queue.get(timeout) if timeout > 0 else self._queue.get_nowait()
        except Empty:
            return False
        if isinstance(arrival, LogBuffer):
            self._ready_buffers.append(arrival)
        else:
            self._urgent.append(arrival)
        return True

    def _next(self, lines: bool) -> Delivery | None:
        if self._urgent:
            return self._urgent.popleft()
        if not lines:
            return None
        batch = next(self._batches, None)
        if batch is None and self._ready_buffers:
            self._batches = cut_into_batches(
                [(buffer, buffer.take()) for buffer in self._ready_buffers]
            )
            self._ready_buffers.clear()
            batch = next(self._batches, None)
        for buffer, payload in batch or ():
            buffer.release(payload)
            self._batch.append((buffer.subscription, payload))
        return self._batch.popleft() if self._batch else None


def cut_into_batches(waiting: Sequence[tuple[LogBuffer, Sequence[Payload]]]) -> Iterator[Batch]:
    """Yield the payloads of streams in batches of about `BATCH_LINES`, the oldest lines first."""
    batch = [(buffer, payload) for buffer, payloads in waiting for payload in payloads]
    if sum(_size(payload) for _, payload in batch) <= BATCH_LINES:
        # No time needs to be compared, which is the usual case.
        yield batch
        return
    parts = [(buffer, *timed, 0) for buffer, payloads in waiting for timed in _with_times(payloads)]
    all_times = sorted(chain.from_iterable(times for _, _, times, _ in parts))
    ends = all_times[BATCH_LINES - 1 :: BATCH_LINES]
    for until in (*ends, *all_times[-1:]):
        batch = []
        later = []
        for buffer, payload, times, start in parts:
            end = bisect_right(times, until, start)
            if end > start:
                batch.append((buffer, _part(payload, start, end)))
            if end < len(times):
                later.append((buffer, payload, times, end))
        parts = later
        if batch:
            yield batch


def _with_times(payloads: Iterable[Payload]) -> Iterator[tuple[Payload, list[int]]]:
    """Yield the payloads of a stream with the times of their lines."""
    latest = 0
    for payload in payloads:
        lines = payload.lines if isinstance(payload, LogLines) else ()
        times = running_max(map(_line_time, lines), latest) or [latest]
        latest = times[-1]
        yield payload, times


def _part(payload: Payload, start: int, end: int) -> Payload:
    if not isinstance(payload, LogLines) or end - start == len(payload.lines):
        return payload
    return LogLines(payload.lines[start:end], payload.run)


def _join_lines(payloads: Iterable[Payload]) -> list[Payload]:
    """Join consecutive lines of the same run: each payload costs as much as many lines."""
    joined: list[Payload] = []
    for key, group in groupby(payloads, lambda payload: (type(payload), _run(payload))):
        if key[0] is LogLines:
            lines = chain.from_iterable(log.lines for log in group if isinstance(log, LogLines))
            joined.append(LogLines(tuple(lines), key[1]))
        else:
            joined += group
    return joined


def _run(payload: Payload) -> int | None:
    return payload.run if isinstance(payload, LogLines) else None


def _size(payload: Payload) -> int:
    return len(payload.lines) if isinstance(payload, LogLines) else 0
