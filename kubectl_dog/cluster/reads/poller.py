"""Read objects at intervals, because the user may list or get them, and may not watch them.

Imported only after a watch was denied.
"""

from __future__ import annotations

from collections.abc import Callable

from kubectl_dog.cluster.reads.paging import RefusedError
from kubectl_dog.cluster.reads.paging import add_type_fields
from kubectl_dog.cluster.reads.paging import list_all
from kubectl_dog.cluster.reads.worker import Reader
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.wants import Watch

# Seconds between two reads of one object, and of a collection.
OBJECT_INTERVAL, LIST_INTERVAL = 2.0, 5.0
_NAME_FIELD = 'metadata.name='
_FINAL = ('denied', 'invalid')


class Poller:
    """Emits `Listed` at the start and after each change, for the reader of a want.

    `reader` gives the connection and the functions to emit, to wait and to stop.
    """

    def __init__(self, want: Watch, reader: Reader) -> None:
        self._want = want
        self._reader = reader
        # An object is named by this field alone.
        is_named = want.fields.startswith(_NAME_FIELD) and not want.labels
        name = want.fields[len(_NAME_FIELD) :] if is_named else ''
        self._name = '' if ',' in name else name
        self._is_interrupted = False

    def run(self, refusal: ReadFailure) -> ReadFailure:
        """Read until the server refuses; returns its last refusal, which is final.

        `refusal` is the answer to the watch. A single object is read by its name if the user may
        not list it.
        """
        failure = self._repeat(self._list, refusal)
        if failure.reason == 'denied' and self._name:
            failure = self._repeat(self._get, refusal)
        return failure

    def _repeat(self, read: Callable[[], list[Object]], refusal: ReadFailure) -> ReadFailure:
        reader, known = self._reader, None
        while True:
            try:
                objects = read()
            except RefusedError as error:
                failure = api_errors.read_failure(error.status, reader.connection.server)
                if failure.reason in _FINAL:
                    return failure
                self._report(failure)
            except UnreachableError as error:
                reader.check()
                self._report(ReadFailure('unreachable', str(error)))
            except CutError:
                pass
            else:
                self._report_recovery()
                if objects != known:
                    reader.emit(Listed(tuple(objects)))
                if known is None:
                    reader.emit(refusal._replace(reason='unwatched'))
                known = objects
            reader.sleep(OBJECT_INTERVAL if self._name else LIST_INTERVAL)

    def _list(self) -> list[Object]:
        reader = self._reader
        try:
            objects, _ = list_all(
                reader.connection, self._want, reader.check, reader.environment.prepare
            )
        except RefusedError as error:
            if error.status.code == 404 and self._want.fields and is_custom(self._want.resource):
                # The kind is not served (yet): so there is no such object (yet).
                return []
            raise
        return objects

    def _get(self) -> list[Object]:
        resource, reader = self._want.resource, self._reader
        reader.check()
        response = reader.connection.get(resource.path(self._want.namespace, self._name))
        if response.status == 404:
            return []
        if response.status != 200:
            status = api_errors.parse_status(response.status, response.body)
            raise RefusedError(status, response.headers)
        try:
            obj = json_decoding.decode(response.body)
        except ValueError:
            obj = None
        if not isinstance(obj, dict):
            raise CutError('the answer is not an object')
        return [reader.environment.prepare(add_type_fields(obj, resource))]

    def _report(self, failure: ReadFailure) -> None:
        if not self._is_interrupted:
            self._is_interrupted = True
            self._reader.emit(failure)

    def _report_recovery(self) -> None:
        if self._is_interrupted:
            self._is_interrupted = False
            server = self._reader.connection.server
            self._reader.emit(ReadFailure('recovered', f'{server} responds again'))
