"""List and watch one collection."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.reads.paging import selectors
from kubectl_dog.cluster.reads.prune import without_owners
from kubectl_dog.cluster.reads.worker import TOO_MANY_REQUESTS
from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Emit
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model import limits
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import SilentError
from kubectl_dog.model.connection import Stream
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.wants import Watch

_READ_TIMEOUT = 90.0  # bookmarks come every 60 s: without one the link is dead
_LIST_READ_TIMEOUT = 5.0  # a server without streaming lists never sends the final bookmark
_LIST_LIMIT = 30.0
# How many bad answers in a row are reported: servers that restart cut some answers, and end
# some watches without an event.
_MALFORMED, _CUT_LISTS, _EMPTY_WATCHES = 2, 3, 10
# How many refusals in a row are an outage.
_UNAVAILABLE = 2
# How many times in a row credentials are rejected, in about half a minute, until they are invalid:
# a server that starts may reject valid ones.
_UNAUTHORIZED = 10
_NO_KIND = 'no kind'
_CHANGES = ('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK')
_INITIAL_EVENTS_END = 'k8s.io/initial-events-end'


class ExpiredError(Exception):
    """The server cannot continue from our resourceVersion: list again."""


class NoEndError(Exception):
    """The server does not support streaming lists."""


class Watcher(Reader):
    """A watch that emits `Listed` once, then `Changed`; a later `Listed` replaces everything.

    `plain_groups` is shared by the watchers of one connection: the API groups whose servers do not
    support streaming lists, which only the first watcher has to wait to find out.
    """

    def __init__(
        self,
        want: Watch,
        connection: Connection,
        emit: Emit,
        plain_groups: set[str],
        environment: Environment,
    ) -> None:
        super().__init__(connection, emit, environment)
        self._want = want
        self._plain_groups = plain_groups
        self._backoff = Backoff(0.2, 5.0, environment.random)
        self._version = ''  # where to continue; empty: list first
        self._listing: list[Object] | None = None
        self._reported_reason = ''
        self._refusals = 0
        self._drops_owners = not environment.needs_owners(want.resource)
        # The answers since the last list or event that were malformed, or ended too early.
        self._bad_answers = 0
        # The Content-Type of the last watch, and of the last one that was reported as bad: only
        # another type, a list or an event ends the outage.
        self._type = ''
        self._bad_type: str | None = None

    def work(self) -> None:
        """List and watch until stopped, or until the server refuses permanently."""
        while True:
            headers: Mapping[str, str] = {}
            try:
                self._list_and_watch()
                continue
            except NoEndError:
                self._plain_groups.add(self._want.resource.group)
                continue
            except (ExpiredError, SilentError):
                # Silence: the link is dead, or the server no longer knows our version.
                self._version = ''
            except CutError as error:
                self._handle_cut(error)
            except UnreachableError as error:
                self.check()
                self._report(ReadFailure('unreachable', str(error)))
            except RefusedError as refused:
                headers = refused.headers
                if self._handle_refusal(refused):
                    return
            finally:
                self.done()
            self.sleep(self._backoff.delay(headers))

    def _list_and_watch(self) -> None:
        if not self._version and self._want.resource.group in self._plain_groups:
            objects, self._version = list_all(
                self.connection, self._want, self.check, self.environment.prepare
            )
            self._note_success()
            self.emit(Listed(tuple(objects)))
        stream = self._open_watch()
        if self._type != self._bad_type:
            self._report_recovery()
        self._listing = None if self._version else []
        try:
            self._follow(stream)
        except SilentError:
            if self._listing is not None:
                raise NoEndError from None
            raise

    def _open_watch(self) -> Stream:
        query = [('watch', 'true'), ('allowWatchBookmarks', 'true')]
        if self._version:
            query.append(('resourceVersion', self._version))
        else:
            query.append(('sendInitialEvents', 'true'))
            query.append(('resourceVersionMatch', 'NotOlderThan'))
        query += selectors(self._want.labels, self._want.fields)
        path = self._want.resource.path(self._want.namespace)
        stream = self.open(path, query, _READ_TIMEOUT if self._version else _LIST_READ_TIMEOUT)
        self._type = stream.headers.get('Content-Type', '')
        api_errors.check_answer(stream.status, stream.headers)
        if stream.status in (400, 422) and not self._version:
            raise NoEndError
        if stream.status == 410:
            raise ExpiredError
        if stream.status != 200:
            raise RefusedError(
                api_errors.parse_status(stream.status, self.body(stream)), stream.headers
            )
        return stream

    def _follow(self, stream: Stream) -> None:
        splitter = LineSplitter()
        started = self.environment.clock()
        has_events = False
        listed_bytes = 0
        while True:
            chunk = self.read(stream)
            if not chunk:
                break
            listing = self._listing is not None
            for line in splitter.feed(chunk):
                self._handle_line(line)
            listed_bytes += len(chunk) if listing else 0
            _check_size(splitter.kept_bytes, limits.EVENT_BYTES)
            _check_size(listed_bytes, limits.LIST_BYTES)
            if listing and self._listing is None:
                stream.set_read_timeout(_READ_TIMEOUT)
            elif listing and self.environment.clock() - started > _LIST_LIMIT:
                raise NoEndError
            elif not listing and not has_events:
                has_events = True
                self._backoff.reset()
        # Servers end watches regularly, but not before the first event or bookmark.
        if not has_events:
            raise CutError('the watch ended at once')

    def _handle_line(self, line: bytes) -> None:
        event = self._decode(line)
        change, obj = get_str(event, 'type'), get_dict(event, 'object')
        if change == 'ERROR':
            raise ExpiredError
        if change not in _CHANGES or not obj:
            raise api_errors.MalformedError('an event that cannot be read')
        if self._bad_answers and self._listing is None:
            self._note_success()
        version = get_str(obj, 'metadata', 'resourceVersion')
        if change == 'BOOKMARK':
            if self._listing is None:
                self._version = version or self._version
            elif get_str(obj, 'metadata', 'annotations', _INITIAL_EVENTS_END) == 'true':
                self._version = version
                self._note_success()
                self.emit(Listed(tuple(self._listing)))
                self._listing = None
            return
        if self._listing is not None:
            self._listing.append(self.environment.prepare(obj))
        else:
            self._version = version or self._version
            self.emit(Changed(change, self.environment.prepare(obj)))

    def _decode(self, line: bytes) -> object:
        """Return the event of a line; None if it is not JSON."""
        # What is removed by mistake, because the text is an odd one, leaves no JSON.
        for text in (without_owners(line), line) if self._drops_owners else (line,):
            with contextlib.suppress(ValueError):
                return json_decoding.decode(text)
        return None

    def _handle_refusal(self, refused: RefusedError) -> bool:
        if refused.status.code == 404 and self._want.fields and is_custom(self._want.resource):
            # The kind is not served (yet): so there is no such object (yet).
            self._version = ''
            if self._reported_reason != _NO_KIND:
                self._reported_reason = _NO_KIND
                self.emit(Listed(()))
            return False
        failure = api_errors.read_failure(refused.status, self.connection.server)
        if failure.reason == 'denied':
            from kubectl_dog.cluster.reads.poller import Poller

            self.done()
            failure = Poller(self._want, self).run(failure)
        self._refusals += 1
        if failure.reason == 'unauthorized' and self._refusals >= _UNAUTHORIZED:
            failure = failure._replace(reason='invalid')
        least = TOO_MANY_REQUESTS if refused.status.code == 429 else _UNAVAILABLE
        if failure.reason != 'unreachable' or self._refusals >= least:
            self._report(failure)
        return failure.reason in ('denied', 'invalid')

    def _handle_cut(self, error: CutError) -> None:
        self._bad_answers += 1
        server = self.connection.server
        message = api_errors.unreachable(server, error)
        if isinstance(error, limits.TooLongError):
            least = 1
        elif isinstance(error, api_errors.MalformedError):
            least = _MALFORMED
        else:
            message = f'{server} ends its answers too early; check proxies and load balancers'
            least = _EMPTY_WATCHES if self._version else _CUT_LISTS
        if self._bad_answers >= least:
            self._bad_type = self._type
            self._report(ReadFailure('unreachable', message))

    def _note_success(self) -> None:
        self._bad_answers, self._bad_type = 0, None
        self._report_recovery()

    def _report(self, failure: ReadFailure) -> None:
        if self._reported_reason != failure.reason:
            self._reported_reason = failure.reason
            self.emit(failure)

    def _report_recovery(self) -> None:
        self._refusals = 0
        previous, self._reported_reason = self._reported_reason, ''
        if previous not in ('', _NO_KIND):
            self.emit(ReadFailure('recovered', f'{self.connection.server} responds again'))


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise limits.TooLongError(limits.describe(most))
