"""The live source: a thread per read, one mailbox, one owner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Set as AbstractSet
from typing import Union

from kubectl_dog.cluster.reads.inbox import Inbox
from kubectl_dog.cluster.reads.inbox import LogBuffer
from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.cluster.reads.log_reader import LogReader
from kubectl_dog.cluster.reads.lookup import LookupQueue
from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

_PATIENCE = 0.5
_NATURE = Environment()


class _Served(Subscription):
    """A feed with what serves it; a Lookup has neither reader nor buffer."""

    reader: Union[Watcher, LogReader, None] = None
    buffer: LogBuffer | None = None

    def end(self) -> None:
        self.live = False
        if self.reader:
            self.reader.stop()
        if self.buffer:
            self.buffer.close()


class LiveSource:
    """Implements `model.sources.Source` on a connection, which it closes in the end.

    One thread owns it; only `signal` may be called from elsewhere, even from a signal handler.
    """

    def __init__(self, connection: Connection, nature: Environment = _NATURE) -> None:
        self.started = time.time()
        self._connection = connection
        self._nature = nature
        self._zero = time.monotonic()
        self._mailbox = Inbox()
        self._wants: AbstractSet[Want] = frozenset()
        self._feeds: dict[Hashable, _Served] = {}
        self._threads: list[threading.Thread] = []
        self._plain: set[str] = set()
        self._desk: LookupQueue | None = None
        self._clock_told = False
        self._held: Item | None = None
        self._closed = False
        # Lines that waited together are of one moment.
        self._moment = 0.0

    def now(self) -> float:
        """Seconds since tracking began."""
        return time.monotonic() - self._zero

    def signal(self, name: str) -> None:
        """Deliver a Signal; for signal handlers."""
        self._mailbox.put(None, Signal(name))

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """The next item, or None once `now()` has reached `until`; see `model.sources.Source`."""
        while True:
            now = self.now()
            if until is not None and now >= until and not self._mailbox.is_mid_batch:
                return None
            if self._held:
                item, self._held = self._held, None
                return item._replace(at=now)
            if self._closed and until is None:
                raise SourceEndedError
            is_amid = self._mailbox.is_mid_batch
            letter = self._mailbox.take(None if until is None else until - now, lines)
            if letter is None:
                return None
            feed, payload = letter
            if feed is not None and not feed.live:
                continue
            if isinstance(payload, Exception):
                raise payload
            if not is_amid:
                self._moment = self.now()
            return self._stamped(Item(self._moment, feed.want if feed else None, payload))

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Make the set of open reads equal to `wants`; cheap when nothing changed."""
        if wants == self._wants or self._closed:
            return
        self._wants = frozenset(wants)
        keyed = {_key(want): want for want in self._wants}
        for key in [key for key in self._feeds if key not in keyed]:
            self._feeds.pop(key).end()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for key, want in keyed.items():
            feed = self._feeds.get(key)
            if feed is None:
                self._feeds[key] = self._serve(want)
            elif feed.want != want and isinstance(want, Logs):
                feed.want = want
                if isinstance(feed.reader, LogReader):
                    feed.reader.update(want)

    def close(self) -> None:
        """Stop every read promptly and close the connection; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        for feed in self._feeds.values():
            feed.end()
        self._feeds.clear()
        if self._desk:
            self._desk.stop()
        self._join()
        # Those that are left wait for an answer of the server; now nothing can come any more.
        self._connection.close()
        self._join()

    def _join(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _stamped(self, item: Item) -> Item:
        if self._clock_told or not isinstance(item.payload, Listed):
            return item
        self._clock_told = True
        offset = self._connection.clock_offset
        if not offset:
            return item
        self._held = item
        return Item(item.at, None, ServerClock(offset))

    def _serve(self, want: Want) -> _Served:
        feed = _Served(want)
        if isinstance(want, Watch):
            feed.reader = Watcher(
                want, self._connection, self._post(feed), self._plain, self._nature
            )
            self._start(feed, feed.reader.run, f'watch {want.resource.plural}')
        elif isinstance(want, Logs):
            feed.buffer = self._mailbox.buffer(feed)
            feed.reader = LogReader(want, self._connection, self._post(feed), self._nature)
            self._start(feed, feed.reader.run, f'logs {want.pod}/{want.container}')
        else:
            self._ask(feed)
        return feed

    def _post(self, feed: _Served) -> Callable[[Payload], None]:
        def post(payload: Payload) -> None:
            if feed.buffer is None or isinstance(payload, ReadFailure):
                self._mailbox.put(feed, payload)
            else:
                feed.buffer.put(payload)

        return post

    def _ask(self, feed: _Served) -> None:
        if self._desk is None:
            self._desk = LookupQueue(self._connection, self._mailbox.put)
            self._start(None, self._desk.run, 'lookups')
        self._desk.ask(feed)

    def _start(self, feed: Subscription | None, run: Callable[[], None], name: str) -> None:
        def guarded() -> None:
            try:
                run()
            except Exception as error:
                # A defect of ours: it must end the program, not only this thread.
                self._mailbox.put(feed, error)

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def _key(want: Want) -> Hashable:
    return want.stream if isinstance(want, Logs) else want
