"""Find the fields of a manifest that have not been applied yet, and describe them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from kubectl_dog.model import json_decoding
from kubectl_dog.model.equal_values import is_text
from kubectl_dog.model.field_owners import FieldOwners
from kubectl_dog.model.file_differences import Difference
from kubectl_dog.model.file_differences import find_differences
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting

_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_GROUPS_WITH_PODS = ('', 'apps', 'batch')
# Texts that may be printed: others may be passwords, also in custom resources.
_PUBLIC = (
    *('image', 'imagePullPolicy', 'type', 'schedule', 'restartPolicy', 'storageClassName'),
    *('serviceAccountName', 'priorityClassName', 'schedulerName', 'mountPath', 'path'),
    *('cpu', 'memory', 'storage', 'ephemeral-storage', 'port', 'targetPort', 'protocol'),
    *('maxSurge', 'maxUnavailable', 'minAvailable', 'clusterIP'),
)
_LONGEST = 120
# Where the path of a field may end. Keys of mappings may have any number of them.
_BOUNDARY = re.compile(r'[.\[]')
_MOST_BOUNDARIES = 100


def unapplied_fields(wanted: Object, live: Object) -> list[Difference]:
    """Return the fields of a manifest that differ because it has not been applied yet.

    `live` is complete, as the server sends it. A field that was applied with the value of the
    manifest and changed after that, or that a controller has set, does not count; images do, as an
    undo changes them.
    """
    differences = find_differences(wanted, live)
    if not differences:
        return differences
    owners = FieldOwners(live)
    differences = [
        difference
        for difference in differences
        if is_image(wanted, difference) or not owners.is_foreign(difference.steps)
    ]
    applied = _last_applied(live)
    if (applied.get('apiVersion'), applied.get('kind')) != (
        wanted.get('apiVersion'),
        wanted.get('kind'),
    ):
        return differences
    never_applied = {difference.field for difference in find_differences(wanted, applied)}
    around = {holder for field in never_applied for holder in _holders(field)}
    return [
        difference
        for difference in differences
        if is_image(wanted, difference)
        or difference.field in around
        or not never_applied.isdisjoint(_holders(difference.field))
    ]


def _last_applied(live: Object) -> Object:
    """Return the manifest that `kubectl apply` has applied last; empty if it is not known."""
    text = get_str(live, 'metadata', 'annotations', _APPLIED)
    try:
        applied = json_decoding.decode(text.encode('utf-8', 'replace')) if text else {}
    except ValueError:
        return {}
    return applied if isinstance(applied, dict) else {}


def _holders(field: str) -> Iterator[str]:
    """Yield a field, and the fields that contain it."""
    yield field
    for boundary in islice(_BOUNDARY.finditer(field), _MOST_BOUNDARIES):
        yield field[: boundary.start()]


def is_image(obj: Object, difference: Difference) -> bool:
    """Return whether the field is the image of a container of a built-in kind."""
    group = get_str(obj, 'apiVersion').rpartition('/')[0]
    names = difference.names
    return (
        group in _GROUPS_WITH_PODS
        and names[-1] == 'image'
        and names[-2] in ('containers', 'initContainers')
    )


def describe(wanted: Object, live: Object, differences: list[Difference]) -> list[Object]:
    """Return what the engine reads about an object that differs from its manifest.

    Each entry has the path of the field as `field`, `current` and `wanted` as texts if the values
    may be printed, and `isImage` if it is the image of a container.
    """
    entries = [_entry(wanted, difference) for difference in differences]
    if is_deleting(live):
        entries.insert(0, {'field': 'metadata.deletionTimestamp'})
    return entries


def _entry(wanted: Object, difference: Difference) -> Object:
    entry: Object = {'field': difference.field}
    values = (difference.current, difference.wanted)
    if all(_is_public(difference.names, value) for value in values) and any(
        value is not None for value in values
    ):
        entry['current'], entry['wanted'] = map(_text, values)
    if is_image(wanted, difference):
        entry['isImage'] = True
    return entry


def _text(value: Any) -> str:
    """Return a value as in YAML."""
    if value is None:
        return 'none'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_public(names: tuple[str, ...], value: Any) -> bool:
    if value is None:
        return True
    if is_text(names):
        return False
    return not isinstance(value, str) or (names[-1] in _PUBLIC and len(value) <= _LONGEST)
