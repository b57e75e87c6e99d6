"""The log of one container, across its restarts and broken connections."""

from __future__ import annotations

import threading
import time

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.log_resume import LogResume
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Emit
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs

_CLIP = 16 * 1024
_PREVIOUS_SILENCE = 30.0
_IDLE = 3600.0
_WAITING = 30.0
# So many bytes of a run that has ended wait to be sure of: then it was that run's.
_HELD = 256 * 1024


class LogReader(Reader):
    """Emits LogLines, LogEnd(restarts) and LogGap, in order; Trouble where nothing can be read.

    Instances of a container are counted by its restarts. `_next` is the instance to read next:
    the current one is followed, the one before it is had with `previous=true`, older ones never.
    """

    def __init__(self, want: Logs, connection: Connection, emit: Emit, nature: Environment) -> None:
        super().__init__(connection, emit, nature)
        self._want = want
        self._changed = threading.Event()
        self._lines = LogResume(want.since)
        self._next = max(0, want.restarts - want.previous)
        self._history = True
        # What was there is not wanted (`tail` is 0), and the run has said nothing since.
        self._skipping = want.tail == 0
        # Which run is it? The log ended and was opened again, though nothing told of an end; or
        # the run has ended, and the next may begin before the log is open.
        self._doubt = False
        # The run `_next` was read to what seemed its end, and is read again to be sure.
        self._again = False
        self._backoff = Backoff(0.2, 5.0, nature.random)
        self._patience = Backoff(1.0, 5.0, lambda: 1.0)
        self._refusals = 0
        self._trouble = ''
        # The run whose lines came last, while there may be more.
        self._run = -1
        # The kubelet's own words of a run that were told last.
        self._told = (-1, '')

    def update(self, want: Logs) -> None:
        """The pod's status shows something new; called by the owner."""
        grown = want.restarts > self._want.restarts or (want.running and not self._want.running)
        self._want = want
        self._changed.set()
        if grown and self._doubt:
            with self._lock:
                if self._stream is not None:
                    self._stream.stop()

    def stop(self) -> None:
        """End at once; called by the owner, returns without waiting for the thread."""
        super().stop()
        self._changed.set()

    def work(self) -> None:
        """Read instance after instance until stopped, or until the pod is gone."""
        while True:
            want = self._news()
            try:
                if self._next > want.restarts:
                    self._rest(want)
                elif self._next == want.restarts:
                    self._follow(want)
                else:
                    self._catch_up(want)
            except (CutError, UnreachableError):
                self.check()
                self._wait(self._backoff.delay())
            except RefusedError as refused:
                self.done()
                if self._final(refused, want):
                    return
            finally:
                self.done()

    def _rest(self, want: Logs) -> None:
        """Everything was read; a container that runs all the same has not ended after all."""
        if not want.running:
            self._wait(_IDLE)
        elif not self._wait(self._patience.delay()):
            self._next = want.restarts

    def _follow(self, want: Logs) -> None:
        self._doubt = self._doubt or not want.running
        self._read(want, [('follow', 'true')], None)
        # The log ends a little before the pod's status tells; or only the connection ended.
        now = self._news()
        if now.running and now.restarts == want.restarts:
            self._wait(self._patience.delay())
            now = self._want
        ended = now.restarts > want.restarts or not now.running
        self._again = ended and want.running and _is_still_served(want.restarts, now)
        if ended and not self._again:
            self._end(want.restarts)
        else:
            self._doubt = True

    def _catch_up(self, want: Logs) -> None:
        previous = want.restarts - 1
        lost = (previous if want.running else want.restarts) - self._next
        if lost and not self._history:
            runs = 'an earlier run' if lost == 1 else f'{lost} earlier runs'
            self.emit(LogGap(f'{runs} of {want.container} ended before the log could be read'))
        self._next = previous if want.running else want.restarts
        # While a container waits for its restart, `previous` and the current log are the same.
        if not want.running:
            return
        try:
            self._read(want, [('previous', 'true')], _PREVIOUS_SILENCE)
        except RefusedError as refused:
            if refused.status.code != 400:
                raise
            if not self._history and not self._again:
                self.emit(LogGap(refused.status.message))
        self._end(previous)

    def _end(self, restarts: int) -> None:
        self._next, self._run = restarts + 1, -1
        self._doubt = self._again = False
        self._skipping = self._skipping and self._history
        self.emit(LogEnd(restarts))

    def _read(self, want: Logs, kind: list[tuple[str, str]], read_timeout: float | None) -> None:
        """Deliver one opening to its end; raises when that is not the log's own end."""
        query = [('container', want.container), ('timestamps', 'true'), *kind, *self._from(want)]
        path = PODS.path(want.namespace, want.pod, 'log')
        stream = self.open(path, query, read_timeout)
        self._check_run(want)
        if stream.status != 200:
            raise RefusedError(
                api_errors.parse_status(stream.status, self.body(stream)), stream.headers
            )
        self._works()
        if kind[0][0] == 'follow':
            self._history = False
        self._lines.reopen(self._run == self._next)
        lines, held, room = LineSplitter(_CLIP), b'', 0 if want.running else _HELD
        while True:
            chunk = self.read(stream)
            block = lines.block(chunk) if chunk else b''.join(line + b'\n' for line in lines.rest())
            held += block
            if not chunk or len(held) > room:
                self._check_run(want)
                self._deliver(held)
                held, room = b'', 0
            if not chunk:
                return

    def _check_run(self, want: Logs) -> None:
        """Raise CutError where what is read may be of the next run."""
        if self._doubt and self._want.restarts > want.restarts:
            raise CutError('another run has begun')

    def _from(self, want: Logs) -> list[tuple[str, str]]:
        query = []
        if self._lines.since:
            since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(self._lines.since))
            query.append(('sinceTime', since))
        if want.tail is not None and (self._history or self._skipping):
            query.append(('tailLines', str(want.tail)))
        return query

    def _deliver(self, block: bytes) -> None:
        lines, notices = self._lines.read(block)
        gap = self._lines.gap(lines)
        if gap:
            self.emit(LogGap(gap))
        if lines:
            self.emit(LogLines(tuple(lines), self._next))
            self._run = self._next
            self._skipping = False
            self._backoff.reset()
            self._patience.reset()
        # What keeps a kubelet from following a log is met by every new opening.
        if notices and self._told != (self._next, notices[0]):
            self._told = (self._next, notices[0])
            self.emit(LogGap(notices[0]))

    def _final(self, refused: RefusedError, want: Logs) -> bool:
        """Whether there is no use in asking again; else wait as long as seems right."""
        code, message = refused.status.code, refused.status.message
        if code == 400 and 'not valid for pod' not in message:
            # Waiting to start: the pod's status will say when that changes.
            self._wait(self._patience.delay() if want.running else _WAITING)
            return False
        if code == 404 and 'could not find the requested resource' not in message:
            if self._again:
                self._end(self._next)
            if self._next <= want.restarts:
                self._end(want.restarts)
            return True
        trouble = api_errors.read_failure(refused.status, self.connection.server)
        if code == 404:  # the kubelet has not heard of the pod yet
            trouble = trouble._replace(reason='unreachable')
        self._refusals += 1
        if trouble.reason != 'unreachable' or self._refusals > 2:
            self._report(trouble)
        if trouble.reason in ('denied', 'invalid'):
            return True
        self._wait(self._backoff.delay(refused.headers))
        return False

    def _report(self, trouble: ReadFailure) -> None:
        if self._trouble != trouble.reason:
            self._trouble = trouble.reason
            self.emit(trouble)

    def _works(self) -> None:
        self._refusals = 0
        if self._trouble:
            self._trouble = ''
            self.emit(ReadFailure('recovered', f'{self.connection.server} answers again'))

    def _news(self) -> Logs:
        """What the pod's status shows; a `_wait` after this ends with the next update."""
        self._changed.clear()
        self.check()
        return self._want

    def _wait(self, seconds: float) -> bool:
        """Wait for an update since `_news`; True when there was one."""
        self.environment.wait(self._changed, seconds)
        self.check()
        return self._changed.is_set()


def _is_still_served(restarts: int, now: Logs) -> bool:
    """Whether the log of a run that has ended can be read once more.

    A server that shuts down ends its streams as if the log ended. Where that happens in the moment
    in which the container ends, the last lines are still to be had.
    """
    return now.restarts == restarts or (now.restarts == restarts + 1 and now.running)
