"""Read the log of one container, across its restarts and broken connections."""

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

_MAX_LINE_BYTES = 16 * 1024
_PREVIOUS_READ_TIMEOUT = 30.0
_IDLE_WAIT = 3600.0
_START_WAIT = 30.0
# This many bytes of an ended run are held until it is clear that they are of that run.
_HELD_BYTES = 256 * 1024


class LogReader(Reader):
    """Emits LogLines, LogEnd(restarts) and LogGap, in order; ReadFailure if the log is unreadable.

    The runs of a container are numbered by its restarts. `_next_run` is the run to read next: the
    current run is followed, the one before is read with `previous=true`, older ones are lost.
    """

    def __init__(
        self, want: Logs, connection: Connection, emit: Emit, environment: Environment
    ) -> None:
        super().__init__(connection, emit, environment)
        self._want = want
        self._status_changed = threading.Event()
        self._resume = LogResume(want.since)
        self._next_run = max(0, want.restarts - want.previous)
        # The current run was not followed yet: `tail` applies, and lost runs are no gap.
        self._is_initial = True
        # Existing lines are not wanted (`tail` is 0), and the run has written none since.
        self._skips_existing = want.tail == 0
        # The next bytes may be of a later run: the log ended and was opened again, but the status
        # shows no end; or the run has ended, and the next may start before the log is open.
        self._is_run_uncertain = False
        # The run `_next_run` was read to its apparent end, and is read again for lines after it.
        self._is_rereading = False
        self._backoff = Backoff(0.2, 5.0, environment.random)
        self._status_backoff = Backoff(1.0, 5.0, lambda: 1.0)
        self._refusals = 0
        self._reported_reason = ''
        # The run of the last lines, while there may be more.
        self._last_run = -1
        # The run and the text of the last notice of the kubelet.
        self._last_notice = (-1, '')

    def update(self, want: Logs) -> None:
        """Take a change of the pod status; called by the owner."""
        has_started = want.running and not self._want.running
        has_new_run = has_started or want.restarts > self._want.restarts
        self._want = want
        self._status_changed.set()
        if has_new_run and self._is_run_uncertain:
            with self._lock:
                if self._stream is not None:
                    self._stream.stop()

    def stop(self) -> None:
        """Stop reading; called by the owner, returns without waiting for the thread."""
        super().stop()
        self._status_changed.set()

    def work(self) -> None:
        """Read run after run until stopped, or until the pod is gone."""
        while True:
            want = self._current_want()
            try:
                if self._next_run > want.restarts:
                    self._wait_for_next_run(want)
                elif self._next_run == want.restarts:
                    self._follow(want)
                else:
                    self._catch_up(want)
            except (CutError, UnreachableError):
                self.check()
                self._wait_for_update(self._backoff.delay())
            except RefusedError as refused:
                self.done()
                if self._handle_refusal(refused, want):
                    return
            finally:
                self.done()

    def _wait_for_next_run(self, want: Logs) -> None:
        """Wait for the next run; a container that is still running has not ended."""
        if not want.running:
            self._wait_for_update(_IDLE_WAIT)
        elif not self._wait_for_update(self._status_backoff.delay()):
            self._next_run = want.restarts

    def _follow(self, want: Logs) -> None:
        self._is_run_uncertain = self._is_run_uncertain or not want.running
        self._read(want, [('follow', 'true')], None)
        # The log ends a little before the status shows it; or only the connection ended.
        latest = self._current_want()
        if latest.running and latest.restarts == want.restarts:
            self._wait_for_update(self._status_backoff.delay())
            latest = self._want
        ended = latest.restarts > want.restarts or not latest.running
        self._is_rereading = ended and want.running and _is_still_served(want.restarts, latest)
        if ended and not self._is_rereading:
            self._end_run(want.restarts)
        else:
            self._is_run_uncertain = True

    def _catch_up(self, want: Logs) -> None:
        previous = want.restarts - 1
        missed = (previous if want.running else want.restarts) - self._next_run
        if missed and not self._is_initial:
            runs = 'an earlier run' if missed == 1 else f'{missed} earlier runs'
            self.emit(LogGap(f'{runs} of {want.container} ended before the log could be read'))
        self._next_run = previous if want.running else want.restarts
        # While a container waits for its restart, `previous` and the current log are the same.
        if not want.running:
            return
        try:
            self._read(want, [('previous', 'true')], _PREVIOUS_READ_TIMEOUT)
        except RefusedError as refused:
            if refused.status.code != 400:
                raise
            if not self._is_initial and not self._is_rereading:
                self.emit(LogGap(refused.status.message))
        self._end_run(previous)

    def _end_run(self, restarts: int) -> None:
        self._next_run, self._last_run = restarts + 1, -1
        self._is_run_uncertain = self._is_rereading = False
        self._skips_existing = self._skips_existing and self._is_initial
        self.emit(LogEnd(restarts))

    def _read(self, want: Logs, mode: list[tuple[str, str]], read_timeout: float | None) -> None:
        """Deliver one stream to its end; raises if that is not the end of the log."""
        query = [('container', want.container), ('timestamps', 'true'), *mode]
        query += self._range_query(want)
        path = PODS.path(want.namespace, want.pod, 'log')
        stream = self.open(path, query, read_timeout)
        self._check_run(want)
        if stream.status != 200:
            raise RefusedError(
                api_errors.parse_status(stream.status, self.body(stream)), stream.headers
            )
        self._report_recovery()
        if mode[0][0] == 'follow':
            self._is_initial = False
        self._resume.reopen(self._last_run == self._next_run)
        splitter, held = LineSplitter(_MAX_LINE_BYTES), b''
        hold_limit = 0 if want.running else _HELD_BYTES
        while True:
            chunk = self.read(stream)
            held += splitter.block(chunk) if chunk else splitter.last_block()
            if not chunk or len(held) > hold_limit:
                self._check_run(want)
                self._deliver(held)
                held, hold_limit = b'', 0
            if not chunk:
                return

    def _check_run(self, want: Logs) -> None:
        """Raise CutError if the stream may be of a later run."""
        if self._is_run_uncertain and self._want.restarts > want.restarts:
            raise CutError('another run has begun')

    def _range_query(self, want: Logs) -> list[tuple[str, str]]:
        query = []
        if self._resume.since:
            since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(self._resume.since))
            query.append(('sinceTime', since))
        if want.tail is not None and (self._is_initial or self._skips_existing):
            query.append(('tailLines', str(want.tail)))
        return query

    def _deliver(self, block: bytes) -> None:
        lines, notices = self._resume.read(block)
        gap_message = self._resume.gap_message(lines)
        if gap_message:
            self.emit(LogGap(gap_message))
        if lines:
            self.emit(LogLines(tuple(lines), self._next_run))
            self._last_run = self._next_run
            self._skips_existing = False
            self._backoff.reset()
            self._status_backoff.reset()
        # A kubelet that cannot follow a log repeats its notice for each new stream.
        if notices and self._last_notice != (self._next_run, notices[0]):
            self._last_notice = (self._next_run, notices[0])
            self.emit(LogGap(notices[0]))

    def _handle_refusal(self, refused: RefusedError, want: Logs) -> bool:
        """Report whether the refusal is final; wait before a retry if it is not."""
        code, message = refused.status.code, refused.status.message
        if code == 400 and 'not valid for pod' not in message:
            # The container waits to start: a change of the pod status ends the wait.
            self._wait_for_update(self._status_backoff.delay() if want.running else _START_WAIT)
            return False
        if code == 404 and 'could not find the requested resource' not in message:
            if self._is_rereading:
                self._end_run(self._next_run)
            if self._next_run <= want.restarts:
                self._end_run(want.restarts)
            return True
        failure = api_errors.read_failure(refused.status, self.connection.server)
        if code == 404:  # the kubelet does not know the pod yet
            failure = failure._replace(reason='unreachable')
        self._refusals += 1
        if failure.reason != 'unreachable' or self._refusals > 2:
            self._report(failure)
        if failure.reason in ('denied', 'invalid'):
            return True
        self._wait_for_update(self._backoff.delay(refused.headers))
        return False

    def _report(self, failure: ReadFailure) -> None:
        if self._reported_reason != failure.reason:
            self._reported_reason = failure.reason
            self.emit(failure)

    def _report_recovery(self) -> None:
        self._refusals = 0
        if self._reported_reason:
            self._reported_reason = ''
            self.emit(ReadFailure('recovered', f'{self.connection.server} answers again'))

    def _current_want(self) -> Logs:
        """Return the current want; a later `_wait_for_update` ends with the next update."""
        self._status_changed.clear()
        self.check()
        return self._want

    def _wait_for_update(self, seconds: float) -> bool:
        """Wait for an update since `_current_want`; report whether there was one."""
        self.environment.wait(self._status_changed, seconds)
        self.check()
        return self._status_changed.is_set()


def _is_still_served(restarts: int, latest: Logs) -> bool:
    """Report whether the log of an ended run can be read once more.

    A server that shuts down ends its streams as if the log ended. If that coincides with the end
    of the container, the last lines can still be read.
    """
    return latest.restarts == restarts or (latest.restarts == restarts + 1 and latest.running)
