"""One collection, listed and then watched, for as long as the engine wants it."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_dog.cluster.reads.line_splitter import LineSplitter
from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.reads.paging import selectors
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.cluster.reads.worker import Backoff
from kubectl_dog.cluster.reads.worker import Emit
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
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

_SILENCE = 90.0  # bookmarks come every 60 s: without one the link is dead
_LIST_SILENCE = 5.0  # a server that cannot list by watching never says that it is done
_LIST_LIMIT = 30.0
_NO_KIND = 'no kind'
_CHANGES = ('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK')
_LISTED = 'k8s.io/initial-events-end'


class ExpiredError(Exception):
    """The server cannot go on from our resourceVersion: list again."""


class NoEndError(Exception):
    """The server does not know how to list by watching."""


class Watcher(Reader):
    """Emits `Listed` once, then `Changed`; a later `Listed` replaces everything before it.

    `plain` is shared by the watchers of one connection: the API groups whose servers cannot list
    by watching, so that only the first of them finds out the slow way.
    """

    def __init__(
        self, want: Watch, connection: Connection, emit: Emit, plain: set[str], nature: Environment
    ) -> None:
        super().__init__(connection, emit, nature)
        self._want = want
        self._plain = plain
        self._backoff = Backoff(0.2, 5.0, nature.random)
        self._version = ''  # where to go on; empty: list first
        self._listing: list[Object] | None = None
        self._trouble = ''
        self._refusals = 0

    def work(self) -> None:
        """List and watch until stopped, or until the server says that it never will."""
        while True:
            headers: Mapping[str, str] = {}
            try:
                self._round()
                continue
            except NoEndError:
                self._plain.add(self._want.resource.group)
                continue
            except (ExpiredError, SilentError):
                # Silence: the link is dead, or our version is from another world. Both end here.
                self._version = ''
            except CutError:
                pass
            except UnreachableError as error:
                self.check()
                self._report(ReadFailure('unreachable', str(error)))
            except RefusedError as refused:
                headers = refused.headers
                if self._final(refused):
                    return
            finally:
                self.done()
            self.sleep(self._backoff.delay(headers))

    def _round(self) -> None:
        if not self._version and self._want.resource.group in self._plain:
            objects, self._version = list_all(self.connection, self._want, self.check)
            self._works()
            self.emit(Listed(tuple(objects)))
        stream = self._opened()
        self._works()
        self._listing = None if self._version else []
        try:
            self._follow(stream)
        except SilentError:
            if self._listing is not None:
                raise NoEndError from None
            raise

    def _opened(self) -> Stream:
        query = [('watch', 'true'), ('allowWatchBookmarks', 'true')]
        if self._version:
            query.append(('resourceVersion', self._version))
        else:
            query.append(('sendInitialEvents', 'true'))
            query.append(('resourceVersionMatch', 'NotOlderThan'))
        query += selectors(self._want.labels, self._want.fields)
        path = self._want.resource.path(self._want.namespace)
        stream = self.open(path, query, _SILENCE if self._version else _LIST_SILENCE)
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
        lines = LineSplitter()
        began = self.environment.clock()
        heard = False
        while True:
            chunk = self.read(stream)
            if not chunk:
                break
            listing = self._listing is not None
            for line in lines.feed(chunk):
                self._line(line)
            if listing and self._listing is None:
                stream.set_read_timeout(_SILENCE)
            elif listing and self.environment.clock() - began > _LIST_LIMIT:
                raise NoEndError
            elif not listing and not heard:
                heard = True
                self._backoff.reset()
        # Servers end watches as a matter of course; one that brought nothing is no such case.
        if not heard:
            raise CutError('the watch ended at once')

    def _line(self, line: bytes) -> None:
        try:
            event = json_decoding.decode(line)
        except ValueError:
            event = None
        change, item = get_str(event, 'type'), get_dict(event, 'object')
        if change == 'ERROR':
            raise ExpiredError
        if change not in _CHANGES or not item:
            raise CutError('a watch event that cannot be read')
        version = get_str(item, 'metadata', 'resourceVersion')
        if change == 'BOOKMARK':
            if self._listing is None:
                self._version = version or self._version
            elif get_str(item, 'metadata', 'annotations', _LISTED) == 'true':
                self._version = version
                self.emit(Listed(tuple(self._listing)))
                self._listing = None
            return
        if self._listing is not None:
            self._listing.append(prune(item))
        else:
            self._version = version or self._version
            self.emit(Changed(change, prune(item)))

    def _final(self, refused: RefusedError) -> bool:
        if refused.status.code == 404 and self._want.fields and is_custom(self._want.resource):
            # The kind is not served, or not yet: then there is no such object, or not yet.
            self._version = ''
            if self._trouble != _NO_KIND:
                self._trouble = _NO_KIND
                self.emit(Listed(()))
            return False
        trouble = api_errors.read_failure(refused.status, self.connection.server)
        self._refusals += 1
        # One «too many requests» is no outage.
        if trouble.reason != 'unreachable' or self._refusals > 1:
            self._report(trouble)
        return trouble.reason in ('denied', 'invalid')

    def _report(self, trouble: ReadFailure) -> None:
        if self._trouble != trouble.reason:
            self._trouble = trouble.reason
            self.emit(trouble)

    def _works(self) -> None:
        self._refusals = 0
        before, self._trouble = self._trouble, ''
        if before not in ('', _NO_KIND):
            self.emit(ReadFailure('recovered', f'{self.connection.server} answers again'))
