"""Find the kinds that the CustomResourceDefinitions in manifests define."""

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

# Group, version and plural become parts of a URL.
_WORD = re.compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?')


def resources(objects: Iterable[Object]) -> dict[tuple[str, str], Resource]:
    """Return the resources that the objects define, by apiVersion and kind."""
    defined = (resource for obj in objects for resource in _resources_of(obj))
    return {(resource.api_version, resource.kind): resource for resource in defined}


def _resources_of(obj: Object) -> list[Resource]:
    is_definition = get_str(obj, 'kind') == 'CustomResourceDefinition'
    if not is_definition or not get_str(obj, 'apiVersion').startswith(_GROUP):
        return []
    group, kind = get_str(obj, 'spec', 'group'), get_str(obj, 'spec', 'names', 'kind')
    plural = get_str(obj, 'spec', 'names', 'plural')
    if not kind or not _WORD.fullmatch(group) or not _WORD.fullmatch(plural):
        return []
    short = _first(get_dict(obj, 'spec', 'names').get('shortNames')) or kind.lower()
    namespaced = get_str(obj, 'spec', 'scope') != 'Cluster'
    return [
        Resource(group, version, plural, kind, short, namespaced)
        for version in _served_versions(obj)
    ]


def _first(names: Any) -> str:
    return names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ''


def _served_versions(obj: Object) -> list[str]:
    versions = get_dicts(obj, 'spec', 'versions')
    names = [get_str(version, 'name') for version in versions if version.get('served') is True]
    return [name for name in names if _WORD.fullmatch(name)]
