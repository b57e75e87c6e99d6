"""Read the log of one container, across its restarts and broken connections."""

from __future__ import annotations

import threading
import time

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.log_resume import LogResume
from kubectl_dog.cluster.reads.log_resume import split_timestamps
from kubectl_dog.cluster.reads.log_state import Event
from kubectl_dog.cluster.reads.log_state import Phase
from kubectl_dog.cluster.reads.log_state import State
from kubectl_dog.cluster.reads.log_state import Tail
from kubectl_dog.cluster.reads.log_state import next_state
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.worker import TOO_MANY_REQUESTS
from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Emit
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import limits
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs

_PREVIOUS_READ_TIMEOUT = 30.0
_IDLE_WAIT = 3600.0
# How many refusals in a row are reported.
_UNAVAILABLE = 3
_START_WAIT = 30.0
# This many bytes of an ended run are held until it is clear that they are of that run.
_HELD_BYTES = 256 * 1024
# The beginning of the notice of a kubelet that has removed the file, mostly as the pod is deleted.
_NO_FILE = 'failed to try resolving symlinks in path'
_LOG_IS_GONE = 'the log no longer exists: its container was removed'


class LogReader(Reader):
    """A reader that emits LogLines, LogEnd and LogGap in order, or ReadFailure if it cannot read.

    `log_state` decides which run to read next; the reader does the requests and the waiting.
    """

    def __init__(
        self, want: Logs, connection: Connection, emit: Emit, environment: Environment
    ) -> None:
        super().__init__(connection, emit, environment)
        self._want = want
        self._status_changed = threading.Event()
        self._resume = LogResume(want.since)
        self._state = State(Phase.WAIT, max(0, want.restarts - want.previous))
        self._backoff = Backoff(0.2, 5.0, environment.random)
        self._status_backoff = Backoff(1.0, 5.0, lambda: 1.0)
        self._refusals = 0
        self._reported_reason = ''
        # The run and the text of the last notice of the kubelet.
        self._last_notice = (-1, '')

    def update(self, want: Logs) -> None:
        """Accept a change of the pod status; called by the owner."""
        has_started = want.running and not self._want.running
        has_new_run = has_started or want.restarts > self._want.restarts
        self._want = want
        self._status_changed.set()
        if has_new_run and self._state.may_change_run:
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
            self._advance(Event.STATUS, want)
            try:
                if self._state.phase is Phase.WAIT:
                    self._wait_for_run(want)
                else:
                    self._read_run(want)
            except (CutError, UnreachableError) as error:
                self.check()
                if isinstance(error, api_errors.MalformedError):
                    message = api_errors.unreachable(self.connection.server, error)
                    self._report(ReadFailure('unreachable', message))
                self._wait_for_update(self._backoff.delay())
            except RefusedError as refused:
                self.done()
                if self._handle_refusal(refused, want):
                    return
            finally:
                self.done()

    def _advance(self, event: Event, status: Logs, message: str = '') -> None:
        self._state, actions = next_state(self._state, event, status, message)
        for action in actions:
            self.emit(action)

    def _wait_for_run(self, want: Logs) -> None:
        delay = self._status_backoff.delay() if want.running else _IDLE_WAIT
        if not self._wait_for_update(delay):
            self._advance(Event.STATUS_UNCHANGED, want)

    def _read_run(self, want: Logs) -> None:
        reads_previous = self._state.reads_previous
        try:
            self._read_stream(want)
        except RefusedError as refused:
            if not reads_previous or refused.status.code != 400:
                raise
            self._advance(Event.NO_PREVIOUS, want, refused.status.message)
            return
        status = want if reads_previous else self._current_want()
        if not reads_previous and status.running and status.restarts == want.restarts:
            # The log ends a little before the status shows it; or only the connection ended.
            self._wait_for_update(self._status_backoff.delay())
            status = self._want
        self._advance(Event.ENDED, status)

    def _read_stream(self, want: Logs) -> None:
        """Deliver one stream to its end; raises if that is not the end of the log."""
        path = PODS.path(want.namespace, want.pod, 'log')
        read_timeout = _PREVIOUS_READ_TIMEOUT if self._state.reads_previous else None
        stream = self.open(path, self._query(want), read_timeout)
        self._check_run(want)
        api_errors.check_answer(stream.status, stream.headers)
        if stream.status != 200:
            raise RefusedError(
                api_errors.parse_status(stream.status, self.body(stream)), stream.headers
            )
        self._report_recovery()
        self._advance(Event.OPENED, want)
        self._resume.reopen(self._state.has_lines)
        splitter, held = LineSplitter(limits.LOG_LINE_BYTES), b''
        hold_limit = 0 if self._want.running else _HELD_BYTES
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
        if self._state.may_change_run and self._want.restarts > want.restarts:
            raise CutError('another run has begun')

    def _query(self, want: Logs) -> list[tuple[str, str]]:
        mode = 'previous' if self._state.reads_previous else 'follow'
        query = [('container', want.container), ('timestamps', 'true'), (mode, 'true')]
        if self._resume.since:
            since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(self._resume.since))
            query.append(('sinceTime', since))
        if want.tail is not None and self._state.tail is not Tail.READ:
            query.append(('tailLines', str(want.tail)))
        return query

    def _deliver(self, block: bytes) -> None:
        lines, notices = split_timestamps(block)
        lines, gap_message = self._resume.new_lines(lines)
        if gap_message:
            self.emit(LogGap(gap_message))
        if lines:
            self.emit(LogLines(tuple(lines), self._state.run))
            self._advance(Event.LINES, self._want)
            self._backoff.reset()
            self._status_backoff.reset()
        # A kubelet that cannot follow a log repeats its notice for each new stream.
        if notices and self._last_notice != (self._state.run, notices[0]):
            self._last_notice = (self._state.run, notices[0])
            is_gone = notices[0].startswith(_NO_FILE)
            self.emit(LogGap(_LOG_IS_GONE if is_gone else notices[0]))

    def _handle_refusal(self, refused: RefusedError, want: Logs) -> bool:
        """Report whether the refusal is final; wait before a retry if it is not."""
        code, message = refused.status.code, refused.status.message
        if code == 400 and 'not valid for pod' not in message:
            # The container waits to start: a change of the pod status ends the wait.
            self._wait_for_update(self._status_backoff.delay() if want.running else _START_WAIT)
            return False
        if code == 404 and 'could not find the requested resource' not in message:
            self._advance(Event.POD_GONE, want)
            return True
        failure = api_errors.read_failure(refused.status, self.connection.server)
        if code == 404:  # the kubelet does not know the pod yet
            failure = failure._replace(reason='unreachable')
        self._refusals += 1
        least = TOO_MANY_REQUESTS if code == 429 else _UNAVAILABLE
        if failure.reason != 'unreachable' or self._refusals >= least:
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
            self.emit(ReadFailure('recovered', f'{self.connection.server} responds again'))

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
