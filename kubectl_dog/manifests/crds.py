"""Custom resource definitions: the kinds that a file brings with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource

_GROUP = 'apiextensions.k8s.io/'

# They become parts of a URL.
_WORD = re.compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?')


def resources(objects: Iterable[Object]) -> dict[tuple[str, str], Resource]:
    """By apiVersion and kind: what the definitions among the objects define."""
    return {(one.api_version, one.kind): one for thing in objects for one in _defined(thing)}


def _defined(thing: Object) -> list[Resource]:
    of_definitions = get_str(thing, 'kind') == 'CustomResourceDefinition'
    if not of_definitions or not get_str(thing, 'apiVersion').startswith(_GROUP):
        return []
    group, kind = get_str(thing, 'spec', 'group'), get_str(thing, 'spec', 'names', 'kind')
    plural = get_str(thing, 'spec', 'names', 'plural')
    if not kind or not _WORD.fullmatch(group) or not _WORD.fullmatch(plural):
        return []
    short = _first(get_dict(thing, 'spec', 'names').get('shortNames')) or kind.lower()
    namespaced = get_str(thing, 'spec', 'scope') != 'Cluster'
    return [
        Resource(group, version, plural, kind, short, namespaced) for version in _versions(thing)
    ]


def _first(names: Any) -> str:
    return names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ''


def _versions(thing: Object) -> list[str]:
    rows = [row for row in get_dicts(thing, 'spec', 'versions') if row.get('served') is True]
    return [get_str(row, 'name') for row in rows if _WORD.fullmatch(get_str(row, 'name'))]
