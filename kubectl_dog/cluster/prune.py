"""Leaves out of objects what no one judges, so that thousands of them fit in memory."""

from __future__ import annotations

from typing import Any

from kubectl_dog.model.items import Object

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


def prune(item: Object) -> Object:
    """Take away, in place; the object is the caller's own. Secret values never get further."""
    metadata = item.get('metadata')
    if isinstance(metadata, dict):
        managed = metadata.pop('managedFields', None)
        written = _written(managed) if managed and _is_custom(item) else ''
        if written:
            metadata['managedFields'] = [{'time': written}]
        annotations = metadata.get('annotations')
        if annotations:
            annotations.pop(_APPLIED, None)
            if not annotations:
                del metadata['annotations']
    kind = item.get('kind')
    if kind == 'Secret':
        _forget(item)
    elif kind == 'Node' and isinstance(item.get('status'), dict):
        # Dozens of them, with all their names.
        item['status'].pop('images', None)
    spec = item.get('spec')
    if isinstance(spec, dict):
        if kind == 'Pod':
            _prune_pod(spec)
        template = spec.get('template')
        if isinstance(template, dict) and isinstance(template.get('spec'), dict):
            _prune_pod(template['spec'])
    return item


def _is_custom(item: Object) -> bool:
    group, slash, _ = str(item.get('apiVersion')).partition('/')
    return bool(slash) and '.' in group


def _written(entries: Any) -> str:
    """When anything but metadata and status was last written: many controllers do not tell whether
    they have seen it.
    """
    times = ['']
    for entry in entries if isinstance(entries, list) else ():
        fields = entry.get('fieldsV1') if isinstance(entry, dict) else None
        if isinstance(fields, dict) and set(fields) - {'f:metadata', 'f:status'}:
            times.append(str(entry.get('time') or ''))
    return max(times)


def _prune_pod(spec: dict[str, Any]) -> None:
    for key in _POD:
        spec.pop(key, None)
    for key in _LISTS:
        for container in spec.get(key) or ():
            for part in _CONTAINER:
                container.pop(part, None)


def _forget(secret: Object) -> None:
    secret.pop('stringData', None)
    if secret.get('data'):
        secret['data'] = dict.fromkeys(secret['data'], '')
