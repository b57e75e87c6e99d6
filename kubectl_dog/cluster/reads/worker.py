"""Base of watches and log streams: a thread that reads until it is stopped."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping

from kubectl_dog.cluster.reads.prune import needs_owners
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.model import limits
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Query
from kubectl_dog.model.connection import Stream
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Resource

_MAX_RETRY_AFTER = 60.0
# How many answers "too many requests" in a row are an outage: kubectl accepts ten of them.
TOO_MANY_REQUESTS = 5
Emit = Callable[[Payload], None]


def _random() -> float:
    # Imported only for a retry: most runs need none.
    import random

    return random.random()


class Environment(NamedTuple):
    """The functions that can be replaced: clock (seconds), random numbers and waiting.

    `wait(event, seconds)` returns when the event is set or the time is over. `prepare` changes each
    object that a watch delivers, in place, and returns it. `needs_owners` returns whether it reads
    the managedFields of a kind.
    """

    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = _random
    wait: Callable[[threading.Event, float], object] = threading.Event.wait
    prepare: Callable[[Object], Object] = prune
    needs_owners: Callable[[Resource], bool] = needs_owners


class Backoff:
    """Exponential backoff with jitter, in seconds; `random` returns 0.0 to 1.0."""

    def __init__(self, low: float, high: float, random: Callable[[], float]) -> None:
        self._low = low
        self._high = high
        self._random = random
        self._next = low

    def delay(self, headers: Mapping[str, str] | None = None) -> float:
        """Return the next delay; at least the Retry-After of the server (whole seconds)."""
        wait = self._next * (0.5 + self._random() / 2)
        self._next = min(self._next * 2, self._high)
        return max(wait, _retry_after((headers or {}).get('Retry-After', '')))

    def reset(self) -> None:
        """Start again from the shortest delay, after a success."""
        self._next = self._low


def _retry_after(text: str) -> float:
    """Return the seconds of a Retry-After; 0.0 for dates, as client-go, and for other texts."""
    # Characters such as ² are digits for Python.
    if not (text.isascii() and text.isdigit()):
        return 0.0
    return min(float(text), _MAX_RETRY_AFTER) if len(text) < 10 else _MAX_RETRY_AFTER


class StoppedError(Exception):
    """The owner has stopped this reader."""


class Reader:
    """A reader of at most one stream at a time; `run` is the thread, the owner calls `stop`."""

    def __init__(self, connection: Connection, emit: Emit, environment: Environment) -> None:
        self.connection = connection
        self.emit = emit
        self.environment = environment
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._stream: Stream | None = None

    def run(self) -> None:
        """Read until stopped, or until nothing more can follow."""
        try:
            self.work()
        except StoppedError:
            pass
        finally:
            self.done()

    def work(self) -> None:
        """Do the work of the reader; raises StoppedError after a stop."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop reading; called by the owner, returns without waiting for the thread."""
        self._stopping.set()
        with self._lock:
            if self._stream is not None:
                self._stream.stop()

    def check(self) -> None:
        """Raise StoppedError if the owner has called `stop`."""
        if self._stopping.is_set():
            raise StoppedError

    def sleep(self, seconds: float) -> None:
        """Wait at most until a stop; raises StoppedError then."""
        self.environment.wait(self._stopping, seconds)
        self.check()

    def open(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a stream that `stop` can end; raises UnreachableError, StoppedError."""
        stream = self.connection.stream(path, query, read_timeout)
        with self._lock:
            self._stream = stream
        self.check()
        return stream

    def read(self, stream: Stream) -> bytes:
        """Return `stream.read()`; raises StoppedError after a stop, which is not an end."""
        try:
            return stream.read()
        finally:
            self.check()

    def body(self, stream: Stream) -> bytes:
        """Return the body of a refusal, up to limits for its length and its time."""
        parts: list[bytes] = []
        stream.set_read_timeout(limits.REFUSAL_SECONDS)
        ends_at = time.monotonic() + limits.REFUSAL_SECONDS
        with contextlib.suppress(CutError):
            while sum(map(len, parts)) < limits.REFUSAL_BYTES and time.monotonic() < ends_at:
                part = self.read(stream)
                if not part:
                    break
                parts.append(part)
        return b''.join(parts)

    def done(self) -> None:
        """Close the stream that is open, if any."""
        with self._lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                stream.close()
