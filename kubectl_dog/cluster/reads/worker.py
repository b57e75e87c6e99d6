"""What watches and log streams have in common: a thread that reads until it is told to stop."""

from __future__ import annotations

import contextlib
import random as system_random
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Query
from kubectl_dog.model.connection import Stream
from kubectl_dog.model.items import Payload

_BODY = 65536
_MAX_RETRY_AFTER = 60.0
Emit = Callable[[Payload], None]


class Environment(NamedTuple):
    """The parts of the world that tests replace: a clock in seconds, dice, and waiting.

    `wait(event, seconds)` returns once the event is set or the time is over.
    """

    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = system_random.random
    wait: Callable[[threading.Event, float], object] = threading.Event.wait


class Backoff:
    """Jittered exponential waits in seconds; `random` returns 0.0 to 1.0."""

    def __init__(self, low: float, high: float, random: Callable[[], float]) -> None:
        self._low = low
        self._high = high
        self._random = random
        self._next = low

    def delay(self, headers: Mapping[str, str] | None = None) -> float:
        """The next wait; never less than the server's Retry-After (in whole seconds)."""
        wait = self._next * (0.5 + self._random() / 2)
        self._next = min(self._next * 2, self._high)
        asked = (headers or {}).get('Retry-After', '')
        return max(wait, min(float(asked), _MAX_RETRY_AFTER)) if asked.isdigit() else wait

    def reset(self) -> None:
        """Things work again: the next wait is a short one."""
        self._next = self._low


class StoppedError(Exception):
    """The owner wants no more of this reader."""


class Reader:
    """Owns at most one stream at a time; `run` is the thread, the owner calls `stop`."""

    def __init__(self, connection: Connection, emit: Emit, nature: Environment) -> None:
        self.connection = connection
        self.emit = emit
        self.environment = nature
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._stream: Stream | None = None

    def run(self) -> None:
        """Read until stopped, or until there can be nothing more."""
        try:
            self.work()
        except StoppedError:
            pass
        finally:
            self.done()

    def work(self) -> None:
        """What a kind of reader does; raises StoppedError when it finds itself stopped."""
        raise NotImplementedError

    def stop(self) -> None:
        """End at once; called by the owner, returns without waiting for the thread."""
        self._stopping.set()
        with self._lock:
            if self._stream is not None:
                self._stream.stop()

    def check(self) -> None:
        """Raise StoppedError if the owner has called `stop`."""
        if self._stopping.is_set():
            raise StoppedError

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond a stop."""
        self.environment.wait(self._stopping, seconds)
        self.check()

    def open(self, path: str, query: Query, read_timeout: float | None) -> Stream:
        """Open a stream which `stop` can reach; raises UnreachableError, StoppedError."""
        stream = self.connection.stream(path, query, read_timeout)
        with self._lock:
            self._stream = stream
        self.check()
        return stream

    def read(self, stream: Stream) -> bytes:
        """`stream.read()`, except that a stop is a StoppedError and never looks like an end."""
        try:
            return stream.read()
        finally:
            self.check()

    def body(self, stream: Stream) -> bytes:
        """The text of a refusal, as much of it as anyone would read."""
        parts: list[bytes] = []
        with contextlib.suppress(CutError):
            while sum(map(len, parts)) < _BODY:
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
