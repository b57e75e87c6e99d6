"""Custom resource definitions: the kinds that a file brings with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import parts
from kubectl_dog.model.objects import text
from kubectl_dog.model.resources import Resource

_GROUP = 'apiextensions.k8s.io/'

# They become parts of a URL.
_WORD = re.compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?')


def resources(objects: Iterable[Object]) -> dict[tuple[str, str], Resource]:
    """By apiVersion and kind: what the definitions among the objects define."""
    return {(one.api_version, one.kind): one for thing in objects for one in _defined(thing)}


def _defined(thing: Object) -> list[Resource]:
    of_definitions = text(thing, 'kind') == 'CustomResourceDefinition'
    if not of_definitions or not text(thing, 'apiVersion').startswith(_GROUP):
        return []
    group, kind = text(thing, 'spec', 'group'), text(thing, 'spec', 'names', 'kind')
    plural = text(thing, 'spec', 'names', 'plural')
    if not kind or not _WORD.fullmatch(group) or not _WORD.fullmatch(plural):
        return []
    short = _first(part(thing, 'spec', 'names').get('shortNames')) or kind.lower()
    namespaced = text(thing, 'spec', 'scope') != 'Cluster'
    return [
        Resource(group, version, plural, kind, short, namespaced) for version in _versions(thing)
    ]


def _first(names: Any) -> str:
    return names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ''


def _versions(thing: Object) -> list[str]:
    rows = [row for row in parts(thing, 'spec', 'versions') if row.get('served') is True]
    return [text(row, 'name') for row in rows if _WORD.fullmatch(text(row, 'name'))]
