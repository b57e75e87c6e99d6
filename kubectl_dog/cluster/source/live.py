"""The source for a live cluster: a thread for each read, one inbox, and one owner thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING
from typing import Union

from kubectl_dog.cluster.reads.inbox import Inbox
from kubectl_dog.cluster.reads.inbox import LogBuffer
from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import Target
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

if TYPE_CHECKING:
    from kubectl_dog.cluster.reads.log_reader import LogReader
    from kubectl_dog.cluster.reads.lookup import LookupQueue

_JOIN_TIMEOUT = 0.5
# Seconds that the clock of the machine may be adjusted without being told.
_MAX_DRIFT = 2.0
_SYSTEM = Environment()


class _ActiveRead(Subscription):
    """A subscription with its reader; a Lookup has neither reader nor buffer."""

    reader: Union[Watcher, LogReader, None] = None
    buffer: LogBuffer | None = None

    def end(self) -> None:
        self.live = False
        if self.reader:
            self.reader.stop()
        if self.buffer:
            self.buffer.close()


class LiveSource:
    """A `model.sources.Source` on a connection, which `close` closes.

    One thread owns it; only `signal` may be called from others, even from a signal handler.
    `resolve` answers a ManagedObjects, in a thread of its own.
    """

    def __init__(
        self,
        connection: Connection,
        environment: Environment = _SYSTEM,
        resolve: Callable[[ManagedObjects], ManagedTargets] = lambda want: ManagedTargets(()),
    ) -> None:
        self.started = time.time()
        self._connection = connection
        self._environment = environment
        self._resolve = resolve
        self._monotonic_start = time.monotonic()
        self._inbox = Inbox()
        self._wants: AbstractSet[Want] = frozenset()
        self._reads: dict[Hashable, _ActiveRead] = {}
        self._threads: list[threading.Thread] = []
        self._plain_groups: set[str] = set()
        self._lookups: LookupQueue | None = None
        self._is_clock_reported = False
        self._held_item: Item | None = None
        self._is_closed = False
        # All items of a batch have the same time.
        self._batch_time = 0.0

    def compare_with_files(self, objects: Mapping[Target, Object]) -> None:
        """Compare these targets with the objects of files; call it before `reconcile`."""
        from kubectl_dog.cluster.reads.file_comparison import FileComparison

        comparison = FileComparison(self._connection, objects)
        self._environment = self._environment._replace(
            prepare=comparison.prepare, needs_owners=comparison.needs_owners
        )

    def now(self) -> float:
        """Return the seconds since tracking began."""
        return time.monotonic() - self._monotonic_start

    def signal(self, name: str, code: int = 0) -> None:
        """Deliver a Signal; callable from signal handlers and from other threads."""
        self._inbox.put(None, Signal(name, code))

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item, or None at the time `until`; see `model.sources.Source`."""
        while True:
            now = self.now()
            if until is not None and now >= until and not self._inbox.is_mid_batch:
                return None
            if self._held_item:
                item, self._held_item = self._held_item, None
                return item._replace(at=now)
            if self._is_closed and until is None:
                raise SourceEndedError
            was_mid_batch = self._inbox.is_mid_batch
            delivery = self._inbox.take(None if until is None else until - now, lines)
            if delivery is None:
                return None
            read, payload = delivery
            if read is not None and not read.live:
                continue
            if isinstance(payload, Exception):
                raise payload
            if not was_mid_batch:
                self._batch_time = self.now()
            item = Item(self._batch_time, read.want if read else None, payload)
            return self._with_server_clock(item)

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Make the set of open reads equal to `wants`; cheap if nothing has changed."""
        if wants == self._wants or self._is_closed:
            return
        self._wants = frozenset(wants)
        keyed = {_key(want): want for want in self._wants}
        for key in [key for key in self._reads if key not in keyed]:
            self._reads.pop(key).end()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for key, want in keyed.items():
            read = self._reads.get(key)
            if read is None:
                self._reads[key] = self._open(want)
            elif read.want != want and isinstance(want, Logs):
                read.want = want
                if isinstance(read.reader, _log_reader()):
                    read.reader.update(want)

    def close(self) -> None:
        """Stop all reads and close the connection; may be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        for read in self._reads.values():
            read.end()
        self._reads.clear()
        if self._lookups:
            self._lookups.stop()
        self._join()
        # The remaining threads wait for an answer of the server: end their requests.
        self._connection.close()
        self._join()

    def _join(self) -> None:
        deadline = time.monotonic() + _JOIN_TIMEOUT
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _with_server_clock(self, item: Item) -> Item:
        if self._is_clock_reported or not isinstance(item.payload, Listed):
            return item
        self._is_clock_reported = True
        # The offset is that of the clock of now, which may have been set since the start.
        jump = time.time() - self.started - self.now()
        offset = self._connection.clock_offset + (jump if abs(jump) > _MAX_DRIFT else 0.0)
        if not offset:
            return item
        self._held_item = item
        return Item(item.at, None, ServerClock(offset))

    def _open(self, want: Want) -> _ActiveRead:
        read = _ActiveRead(want)
        if isinstance(want, Watch):
            read.reader = Watcher(
                want, self._connection, self._emitter(read), self._plain_groups, self._environment
            )
            self._start(read, read.reader.run, f'watch {want.resource.plural}')
        elif isinstance(want, Logs):
            read.buffer = self._inbox.buffer(read)
            read.reader = _log_reader()(
                want, self._connection, self._emitter(read), self._environment
            )
            self._start(read, read.reader.run, f'logs {want.pod}/{want.container}')
        elif isinstance(want, ManagedObjects):
            self._start(read, partial(self._answer_inventory, read, want), 'inventory')
        else:
            self._look_up(read)
        return read

    def _answer_inventory(self, read: Subscription, want: ManagedObjects) -> None:
        self._inbox.put(read, self._resolve(want))

    def _emitter(self, read: _ActiveRead) -> Callable[[Payload], None]:
        def post(payload: Payload) -> None:
            if read.buffer is None or isinstance(payload, ReadFailure):
                self._inbox.put(read, payload)
            else:
                read.buffer.put(payload)

        return post

    def _look_up(self, read: _ActiveRead) -> None:
        if self._lookups is None:
            from kubectl_dog.cluster.reads.lookup import LookupQueue

            self._lookups = LookupQueue(self._connection, self._inbox.put)
            self._start(None, self._lookups.run, 'lookups')
        self._lookups.ask(read)

    def _start(self, read: Subscription | None, run: Callable[[], None], name: str) -> None:
        def guarded() -> None:
            try:
                run()
            except Exception as error:
                # An internal error must end the program, not only this thread.
                self._inbox.put(read, error)

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def _log_reader() -> type[LogReader]:
    """Return the class; a rollout that is ready already reads no log."""
    from kubectl_dog.cluster.reads.log_reader import LogReader

    return LogReader


def _key(want: Want) -> Hashable:
    return want.stream if isinstance(want, Logs) else want
