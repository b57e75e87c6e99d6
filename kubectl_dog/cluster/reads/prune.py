"""Leaves out of objects what no one judges, so that thousands of them fit in memory.

Custom resources may have the same fields with another meaning: only known kinds lose any.
"""

from __future__ import annotations

from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str

_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_POD = ('dnsPolicy', 'dnsConfig', 'enableServiceLinks', 'preemptionPolicy', 'serviceAccount')
_CONTAINER = (
    'terminationMessagePath',
    'terminationMessagePolicy',
    'volumeMounts',
    'stdin',
    'stdinOnce',
    'tty',
)
_LISTS = ('containers', 'initContainers', 'ephemeralContainers')
_TEMPLATED = frozenset(
    ('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController')
)


def prune(item: Object) -> Object:
    """Take away, in place; the object is the caller's own. Secret values never get further."""
    is_custom = _is_custom(item)
    metadata = item.get('metadata')
    if isinstance(metadata, dict):
        _prune_metadata(metadata, is_custom)
    kind = get_str(item, 'kind')
    if kind == 'Secret':
        _forget(item)
    elif is_custom:
        pass
    elif kind == 'Node':
        # Dozens of them, with all their names.
        get_dict(item, 'status').pop('images', None)
    elif kind == 'Pod':
        _prune_pod(get_dict(item, 'spec'))
    elif kind in _TEMPLATED:
        _prune_pod(get_dict(item, 'spec', 'template', 'spec'))
    return item


def _prune_metadata(metadata: Object, is_custom: bool) -> None:
    managed = metadata.pop('managedFields', None)
    written = _written(managed) if is_custom else ''
    if written:
        metadata['managedFields'] = [{'time': written}]
    annotations = metadata.get('annotations')
    if isinstance(annotations, dict):
        annotations.pop(_APPLIED, None)
        if not annotations:
            del metadata['annotations']


def _is_custom(item: Object) -> bool:
    return '.' in get_str(item, 'apiVersion').rpartition('/')[0]


def _written(entries: Any) -> str:
    """When anything but metadata and status was last written: many controllers do not tell whether
    they have seen it.
    """
    times = ['']
    for entry in entries if isinstance(entries, list) else ():
        if set(get_dict(entry, 'fieldsV1')) - {'f:metadata', 'f:status'}:
            times.append(get_str(entry, 'time'))
    return max(times)


def _prune_pod(spec: Object) -> None:
    for key in _POD:
        spec.pop(key, None)
    for key in _LISTS:
        for container in get_dicts(spec, key):
            for field in _CONTAINER:
                container.pop(field, None)


def _forget(secret: Object) -> None:
    """What is no mapping of an aggregated API's Secret may hold values just as well."""
    secret.pop('stringData', None)
    if secret.get('data'):
        secret['data'] = dict.fromkeys(get_dict(secret, 'data'), '')
