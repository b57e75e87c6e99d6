"""List a collection in pages, for servers without streaming lists."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model import json_decoding
from kubectl_dog.model import limits
from kubectl_dog.model.connection import JSON
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import Response
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Watch

PAGE = 500
# Accept plain JSON as well: some aggregated API servers have no metadata-only form.
METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'


class RefusedError(Exception):
    """The server refused a request; `status` is its answer."""

    def __init__(self, status: api_errors.ApiStatus, headers: Mapping[str, str]) -> None:
        super().__init__(status.message)
        self.status = status
        self.headers = headers


def selectors(labels: str, fields: str = '') -> list[tuple[str, str]]:
    """Return query parameters for label and field selectors, without empty ones."""
    pairs = (('labelSelector', labels), ('fieldSelector', fields))
    return [(name, value) for name, value in pairs if value]


def list_all(
    connection: Connection,
    want: Watch,
    check: Callable[[], None],
    prepare: Callable[[Object], Object] = prune,
    metadata_only: bool = False,
) -> tuple[list[Object], str]:
    """Return all objects and the resourceVersion; calls `check` before each page.

    `prepare` is called for each object.

    Raises RefusedError, UnreachableError, CutError, and what `check` raises.
    """
    path = want.resource.path(want.namespace)
    selector_query = selectors(want.labels, want.fields)
    paging = [('limit', str(PAGE))]
    accept = METADATA_LIST if metadata_only else JSON
    objects: list[Object] = []
    size = 0
    while True:
        check()
        response = connection.get(path, selector_query + paging, accept)
        size += len(response.body)
        if size > limits.LIST_BYTES:
            raise limits.TooLongError(limits.describe(limits.LIST_BYTES))
        if response.status == 410 and paging:
            # The continue token has expired: list everything at once.
            objects, paging = [], []
            continue
        page = _parse_page(response)
        objects.extend(add_type_fields(item, want.resource) for item in items(page))
        continue_token = get_str(page, 'metadata', 'continue')
        if not continue_token:
            return [prepare(item) for item in objects], get_str(page, 'metadata', 'resourceVersion')
        paging = [('limit', str(PAGE)), ('continue', continue_token)]


def items(page: Object) -> list[Object]:
    """Return the objects of a list; raises CutError for other types, which do not mean "empty"."""
    listed = page.get('items') or []
    if not isinstance(listed, list):
        raise api_errors.MalformedError('a list without items')
    return [item for item in listed if isinstance(item, dict)]


def add_type_fields(item: Object, resource: Resource) -> Object:
    """Add kind and apiVersion, which the items of a list do not have."""
    item.setdefault('kind', resource.kind)
    item.setdefault('apiVersion', resource.api_version)
    return item


def _parse_page(response: Response) -> dict[str, Any]:
    api_errors.check_answer(response.status, response.headers)
    if response.status != 200:
        raise RefusedError(
            api_errors.parse_status(response.status, response.body), response.headers
        )
    try:
        page = json_decoding.decode(response.body)
    except ValueError:
        raise api_errors.MalformedError('a list that is not JSON') from None
    if not isinstance(page, dict):
        raise api_errors.MalformedError('a list that is not an object')
    return page
