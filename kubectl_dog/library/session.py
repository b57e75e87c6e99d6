"""A session that tracks targets and yields their events, in a thread or in an asyncio loop."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from kubectl_dog import api
from kubectl_dog import target_resolution
from kubectl_dog.library import async_events
from kubectl_dog.library import target_inputs
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.connecting import connection_for
from kubectl_dog.library.option_values import check_options
from kubectl_dog.library.results import Result
from kubectl_dog.library.target_inputs import Where
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.tracking.session import Session as Engine
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

if TYPE_CHECKING:
    from typing_extensions import Unpack

_LOG = logging.getLogger('kubectl_dog.library')

Find = Callable[[Connection], target_resolution.ResolvedTargets]


class Session:
    """A session that tracks targets until all of them have a verdict; iterate it for events.

        with kubectl_dog.Session('deploy/web', namespace='shop') as session:
            for event in session:
                ...
        print(session.result.exit_code)

    Events are those of `kubectl_dog.model.events`; the last one is a RunEnded. A session can be
    iterated once and connects when iteration begins. Several sessions can run in one process, each
    in its own thread. `stop` and `close` can be called from any thread, everything else only from
    the thread that iterates. A session prints nothing and handles no signals. The end of the `with`
    or `async with` block, or `close`, closes all its threads, sockets and files.
    """

    def __init__(
        self,
        targets: target_inputs.Targets = (),
        *,
        options: Options | None = None,
        **where: Unpack[Where],
    ) -> None:
        """Prepare a session for `targets`: strings `TYPE/NAME`, or `TYPE` with a `selector`.

        Without them, the targets come from files (see Where). Times in `options` are in seconds;
        with `follow` the session continues after a failure.
        """
        self._parsed = target_inputs.parse_targets(targets, where)
        self._find: Find = lambda connection: target_inputs.find(self._parsed.inputs, connection)
        self._options = check_options(options)
        # A signal handler of the caller may call stop() while the lock is held.
        self._lock = threading.RLock()
        # Held by the thread that waits for the next events.
        self._iterating = threading.Lock()
        self._started = self._closed = False
        self._stream: AsyncGenerator[Event, None] | None = None
        self._source: api.Stoppable | None = None
        self._engine: Engine | None = None
        self._stopped = False
        self._ended: list[TargetEnded] = []
        self._run: RunEnded | None = None

    @classmethod
    def for_targets(cls, find: Find, kube: Kube, options: Options, namespace: str = '') -> Session:
        """Return a session that tracks the targets that `find` returns for its connection."""
        session = cls(kube=kube, options=options, namespace=namespace)
        session._find = find
        return session

    @property
    def result(self) -> Result:
        """The result. Raises RuntimeError before the session has ended."""
        if self._run is None:
            raise RuntimeError('the session has not ended yet')
        run = self._run
        return Result(run.exit_code, run.verdicts, self.ended, run.at)

    @property
    def ended(self) -> tuple[TargetEnded, ...]:
        """The TargetEnded events that were emitted so far."""
        return tuple(self._ended)

    @property
    def targets(self) -> Sequence[TrackedTarget]:
        """The state of each target. Read it only between two events."""
        return self._engine.targets if self._engine is not None else ()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.aclose()
        self.close()

    def __iter__(self) -> Iterator[Event]:
        """Yield the events.

        Raises UserError if a target is invalid, and AccessError if the cluster cannot be reached.
        """
        for events in self.event_batches():
            yield from events

    def __aiter__(self) -> AsyncIterator[Event]:
        """Yield the events, which a separate thread reads, so that the loop is never blocked.

        If the loop is slow, log lines stay on the server. Errors are those of `__iter__`. To leave
        the loop early, use `async with`.
        """
        self._stream = async_events.stream(self)
        return self._stream

    def event_batches(
        self, has_room: Callable[[], bool] = lambda: True
    ) -> Iterator[Sequence[Event]]:
        """Yield the events in batches of the same time; a batch may be empty.

        No log lines are read while `has_room()` is false. Errors are those of `__iter__`.
        """
        self._start()
        try:
            batches = self._open(has_room)
            while True:
                with self._iterating:
                    events = None if self._closed else next(batches, None)
                if events is None:
                    return
                for event in events:
                    self._record(event)
                yield events
        finally:
            self.close()

    def stop(self) -> None:
        """Stop the session, from any thread. Running targets get the verdict `interrupted`."""
        with self._lock:
            self._stopped, source = True, self._source
        if source is not None:
            source.signal('interrupt')

    def close(self) -> None:
        """Close all threads, sockets and files of the session. Safe to call twice.

        If another thread is iterating at this time, the session is stopped as by `stop`.
        """
        with self._lock:
            self._closed, source = True, self._source
        if source is None:
            return
        if not self._iterating.acquire(blocking=False):
            self.stop()
            return
        try:
            source.close()
        finally:
            self._iterating.release()

    def _start(self) -> None:
        with self._lock:
            if self._started or self._closed:
                raise RuntimeError('a session can be iterated only once, and not after close()')
            self._started = True

    def _open(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        trackers = api.trackers(self._parsed.rules, self._parsed.trackers)
        connection = connection_for(self._parsed.kube, self._parsed.namespace)
        source = api.live_source(connection)
        with self._lock:
            self._source, stopped = source, self._stopped
        resolved = self._find(connection)
        if resolved.expected(self._options):
            source.compare_with_files(resolved.expected(self._options))
        for notice in resolved.notices:
            _LOG.info('%s', notice)
        _LOG.debug('tracking %s', ', '.join(target.label for target in resolved.targets))
        self._engine = api.session(
            source, resolved.targets, self._options, trackers, resolved.target_options
        )
        if stopped:
            source.signal('interrupt')
        return self._engine.event_batches(has_room)

    def _record(self, event: Event) -> None:
        if isinstance(event, TargetEnded):
            self._ended.append(event)
        elif isinstance(event, Notice):
            _LOG.debug('%s', event.text)
        elif isinstance(event, RunEnded):
            self._run = event
            _LOG.debug('ended with exit code %d', event.exit_code)
