"""The names of all objects of a kind, by as few bytes as the server can do with."""

from __future__ import annotations

from typing import Any

from kubectl_dog.cluster.reads.paging import PAGE
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource

# A table without objects is a tenth of a list; some aggregated API servers have no tables.
_ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
_COLUMNS = 'columnDefinitions'


def object_names(connection: Connection, resource: Resource) -> list[str]:
    """All objects in the connection's namespace, or none: a part would look like the whole.

    Raises AccessError where they cannot be read, and UnreachableError.
    """
    # From the server's memory, as a rule all at once: who presses TAB has no time for many pages.
    first = ('resourceVersion', '0')
    path = resource.path(connection.namespace)
    found: list[str] = []
    after = ''
    while True:
        query = [('limit', str(PAGE)), ('includeObject', 'None')]
        response = connection.get(path, [*query, ('continue', after) if after else first], _ACCEPT)
        try:
            page = json_decoding.decode(response.body)
            found += _named(page)
            after = get_str(page, 'metadata', 'continue')
        except (ValueError, LookupError, TypeError, AttributeError):
            raise AccessError(f'{resource.plural} cannot be listed') from None
        if not after:
            return found


def _named(page: dict[str, Any]) -> list[str]:
    if page['kind'] != 'Table':
        return _texts([item['metadata']['name'] for item in page['items']])
    # Kube events, for one, begin with something else.
    column = [get_str(each, 'format') for each in page[_COLUMNS]].index('name')
    return _texts([row['cells'][column] for row in page.get('rows') or ()])


def _texts(found: list[Any]) -> list[str]:
    if not all(isinstance(each, str) for each in found):
        raise TypeError('not text')
    return found
