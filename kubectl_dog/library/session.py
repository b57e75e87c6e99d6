"""A session: tracks some targets, and can be iterated for its events, in a thread or a loop."""

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
from kubectl_dog.library import target_inputs as naming
from kubectl_dog.library.connecting import Kube
from kubectl_dog.library.connecting import connection_for
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
    """Tracks targets until each has its verdict; iterate it, with `for` or with `async for`.

        with kubectl_dog.Session('deploy/web', namespace='shop') as session:
            for event in session:
                ...
        print(session.result.exit_code)

    Events are those of `kubectl_dog.model.events`; the last one is a RunEnded. It connects at the
    first one, so that nothing is open before. It can be iterated once. Several can run in one
    process, each in a thread of its own; `stop` and `close` may be called from any thread, all else
    belongs to the one that iterates. It prints nothing and handles no signals. Leaving the `with`
    or the `async with` block, or `close`, ends all its threads, sockets and files.
    """

    def __init__(
        self,
        targets: naming.Targets = (),
        *,
        options: Options | None = None,
        **where: Unpack[Where],
    ) -> None:
        """`targets` are texts `TYPE/NAME`, or a TYPE each where there is a `selector`; without any,
        they come from files; see Where. `options` are times in seconds; with `follow` they make it
        one that ends with its targets only.
        """
        self._asked = naming.parse_targets(targets, where)
        self._find: Find = lambda connection: naming.find(self._asked.inputs, connection)
        self._options = options or Options()
        # A signal handler of the caller's may come amid anything.
        self._lock = threading.RLock()
        # Held by the thread that is about to have the next events.
        self._turn = threading.Lock()
        self._begun = self._closed = False
        self._stream: AsyncGenerator[Event, None] | None = None
        self._source: api.Stoppable | None = None
        self._engine: Engine | None = None
        self._stopped = False
        self._ended: list[TargetEnded] = []
        self._run: RunEnded | None = None

    @classmethod
    def for_targets(cls, find: Find, kube: Kube, options: Options, namespace: str = '') -> Session:
        """A session about what `find` makes of a connection."""
        made = cls(kube=kube, options=options, namespace=namespace)
        made._find = find
        return made

    @property
    def result(self) -> Result:
        """How it has ended; raises RuntimeError before it has."""
        if self._run is None:
            raise RuntimeError('the session has not ended yet')
        run = self._run
        return Result(run.exit_code, run.verdicts, self.ended, run.at)

    @property
    def ended(self) -> tuple[TargetEnded, ...]:
        """What has been said of those that have ended so far."""
        return tuple(self._ended)

    @property
    def targets(self) -> Sequence[TrackedTarget]:
        """What is known of each target; to be read between two events only."""
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
        """The events, one by one. Raises UserError for what cannot be tracked, and AccessError
        where there is no way to the cluster.
        """
        for events in self.event_batches():
            yield from events

    def __aiter__(self) -> AsyncIterator[Event]:
        """The events, read in a thread of its own: the loop is never blocked.

        Where the loop is slow, log lines wait on the server. Raises what `__iter__` does. Whoever
        leaves early has it end by `async with`, or the loop ends it when it is closed.
        """
        self._stream = async_events.stream(self)
        return self._stream

    def event_batches(
        self, has_room: Callable[[], bool] = lambda: True
    ) -> Iterator[Sequence[Event]]:
        """The events in groups, each of one moment, some of them empty; while not `has_room`, log
        lines wait. Raises what `__iter__` does.
        """
        self._begin()
        try:
            turns = self._open(has_room)
            while True:
                with self._turn:
                    events = None if self._closed else next(turns, None)
                if events is None:
                    return
                for event in events:
                    self._note(event)
                yield events
        finally:
            self.close()

    def stop(self) -> None:
        """End it from any thread: every target that is open gets the verdict `interrupted`."""
        with self._lock:
            self._stopped, source = True, self._source
        if source is not None:
            source.signal('interrupt')

    def close(self) -> None:
        """End every thread, socket and file of it at once; safe to call twice.

        Where another thread is iterating at this moment, that one ends as by `stop`.
        """
        with self._lock:
            self._closed, source = True, self._source
        if source is None:
            return
        if not self._turn.acquire(blocking=False):
            self.stop()
            return
        try:
            source.close()
        finally:
            self._turn.release()

    def _begin(self) -> None:
        with self._lock:
            if self._begun or self._closed:
                raise RuntimeError('a session can be iterated once, and not after it was closed')
            self._begun = True

    def _open(self, has_room: Callable[[], bool]) -> Iterator[Sequence[Event]]:
        judges = api.trackers(*self._asked.judges)
        connection = connection_for(self._asked.kube, self._asked.namespace)
        source = api.live_source(connection)
        with self._lock:
            self._source, stopped = source, self._stopped
        wanted = self._find(connection)
        for notice in wanted.notices:
            _LOG.info('%s', notice)
        _LOG.debug('tracking %s', ', '.join(one.label for one in wanted.targets))
        self._engine = api.session(
            source, wanted.targets, self._options, judges, wanted.target_options
        )
        if stopped:
            source.signal('interrupt')
        return self._engine.event_batches(has_room)

    def _note(self, event: Event) -> None:
        if isinstance(event, TargetEnded):
            self._ended.append(event)
        elif isinstance(event, Notice):
            _LOG.debug('%s', event.text)
        elif isinstance(event, RunEnded):
            self._run = event
            _LOG.debug('ended with exit code %d', event.exit_code)
