"""Answer single lookups one after the other, in one thread."""

from __future__ import annotations

import queue
from collections.abc import Callable

from kubectl_dog.cluster.reads.inbox import Subscription
from kubectl_dog.cluster.reads.paging import PAGE
from kubectl_dog.cluster.reads.paging import add_type_fields
from kubectl_dog.cluster.reads.paging import items
from kubectl_dog.cluster.reads.paging import selectors
from kubectl_dog.cluster.reads.prune import last_spec_write
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import CutError
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Lookup

_STATUS = {401: 'denied', 403: 'denied', 404: 'missing'}


def answer_lookup(connection: Connection, want: Lookup) -> Answer:
    """Send the request of a lookup and return its Answer; failures are returned, not raised."""
    try:
        response = send_lookup(connection, want)
    except UnreachableError as error:
        return Answer('failed', message=str(error))
    return read_answer(connection, want, response)


def send_lookup(connection: Connection, want: Lookup) -> Response:
    """Send the request of a lookup; raises UnreachableError."""
    path = want.resource.path(want.namespace, want.name)
    query = [] if want.name else [('limit', str(PAGE)), *selectors(want.labels)]
    accept = JSON if want.full_object else _accept('' if want.name else 'List')
    return connection.get(path, query, accept=accept)


def read_answer(connection: Connection, want: Lookup, response: Response) -> Answer:
    """Return the Answer in the response to a lookup."""
    if response.status != 200:
        refusal = api_errors.parse_status(response.status, response.body)
        return Answer(_STATUS.get(response.status, 'failed'), message=refusal.message)
    try:
        return Answer('found', tuple(_objects(response, want)))
    except (ValueError, CutError):
        return Answer('failed', message=f'{connection.server} did not answer with an object')


def _accept(suffix: str) -> str:
    # Accept plain JSON as well: some aggregated API servers have no metadata-only form.
    return f'application/json;as=PartialObjectMetadata{suffix};g=meta.k8s.io;v=v1,application/json'


def _objects(response: Response, want: Lookup) -> list[Object]:
    answer = json_decoding.decode(response.body)
    if not isinstance(answer, dict):
        raise ValueError('no object')
    listed = [answer] if want.name else items(answer)
    if want.full_object:
        return [prune(add_type_fields(item, want.resource)) for item in listed]
    return [_metadata_only(item, want) for item in listed]


def _metadata_only(item: Object, want: Lookup) -> Object:
    metadata = dict(get_dict(item, 'metadata'))
    last_write = last_spec_write(metadata.pop('managedFields', None))
    if last_write and want.resource in (CONFIGMAPS, SECRETS):
        metadata['managedFields'] = [{'time': last_write}]
    return add_type_fields({'metadata': metadata}, want.resource)


class LookupQueue:
    """A queue that answers lookups in order; `run` is the target of its thread."""

    def __init__(
        self, connection: Connection, emit: Callable[[Subscription, Answer], None]
    ) -> None:
        self._connection = connection
        self._emit = emit
        self._queue: queue.SimpleQueue[Subscription | None] = queue.SimpleQueue()

    def ask(self, subscription: Subscription) -> None:
        """Queue a subscription that requests a Lookup."""
        self._queue.put(subscription)

    def stop(self) -> None:
        """End after the current lookup."""
        self._queue.put(None)

    def run(self) -> None:
        """Answer until stopped; skips subscriptions that are not live any more."""
        while True:
            subscription = self._queue.get()
            if subscription is None:
                return
            if subscription.live and isinstance(subscription.want, Lookup):
                self._emit(subscription, answer_lookup(self._connection, subscription.want))
