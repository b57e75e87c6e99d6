"""Remove fields that no tracker reads from objects, so that thousands fit in memory.

Only known kinds are pruned: custom resources may use the same fields with another meaning.
"""

from __future__ import annotations

from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource

_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_POD_FIELDS = ('dnsPolicy', 'dnsConfig', 'enableServiceLinks', 'preemptionPolicy', 'serviceAccount')
_CONTAINER_FIELDS = (
    'terminationMessagePath',
    'terminationMessagePolicy',
    'volumeMounts',
    'stdin',
    'stdinOnce',
    'tty',
)
_CONTAINER_LISTS = ('containers', 'initContainers', 'ephemeralContainers')
_KINDS_WITH_POD_TEMPLATE = frozenset(
    ('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController')
)


# The beginning of managedFields as the API server writes it: the last field of the metadata.
_OWNERS = b',"managedFields":[{"manager":"'


def needs_owners(resource: Resource) -> bool:
    """Return whether managedFields of a kind are read: `_prune_metadata` keeps a time of them."""
    return '.' in resource.group


def without_owners(line: bytes) -> bytes:
    """Return JSON text of an object without managedFields, which are half of it.

    Decoding them costs as much as all the rest. Text of another form than that of the API server is
    returned unchanged. The sets of fields contain no list, and a quote that a letter follows begins
    a string: so the end that is taken is no part of a string, and the list ends there.
    """
    begin = line.find(_OWNERS)
    end = line.find(b']}', begin) if begin >= 0 else -1
    if end < 0 or line[end - 1 : end] != b'}' or line.find(b'],"', begin, end) >= 0:
        return line
    if line[end + 2 : end + 4] != b',"' or not line[end + 4 : end + 5].isalpha():
        return line
    return line[:begin] + line[end + 1 :]


def prune(obj: Object) -> Object:
    """Remove unused fields and all values of Secrets in place; returns the object."""
    is_custom = _is_custom(obj)
    metadata = obj.get('metadata')
    if isinstance(metadata, dict):
        _prune_metadata(metadata, is_custom)
    kind = get_str(obj, 'kind')
    if kind == 'Secret':
        _remove_values(obj)
    elif kind == 'CustomResourceDefinition':
        _prune_definition(obj)
    elif is_custom:
        pass
    elif kind == 'Node':
        # Nodes list dozens of images with all their names.
        get_dict(obj, 'status').pop('images', None)
    elif kind == 'Pod':
        _prune_pod(get_dict(obj, 'spec'))
    elif kind in _KINDS_WITH_POD_TEMPLATE:
        _prune_pod(get_dict(obj, 'spec', 'template', 'spec'))
    return obj


def _prune_metadata(metadata: Object, is_custom: bool) -> None:
    entries = metadata.pop('managedFields', None)
    last_write = last_spec_write(entries) if is_custom else ''
    if last_write:
        metadata['managedFields'] = [{'time': last_write}]
    annotations = metadata.get('annotations')
    if isinstance(annotations, dict):
        annotations.pop(_APPLIED, None)
        if not annotations:
            del metadata['annotations']


def _is_custom(obj: Object) -> bool:
    return '.' in get_str(obj, 'apiVersion').rpartition('/')[0]


def last_spec_write(entries: Any) -> str:
    """Return when the spec, or the data of a ConfigMap or Secret, was last written.

    It is needed because many controllers do not report whether they have observed the newest spec.
    """
    times = ['']
    for entry in entries if isinstance(entries, list) else ():
        if set(get_dict(entry, 'fieldsV1')) - {'f:metadata', 'f:status'}:
            times.append(get_str(entry, 'time'))
    return max(times)


def _prune_pod(spec: Object) -> None:
    for key in _POD_FIELDS:
        if key in spec:
            del spec[key]
    for key in _CONTAINER_LISTS:
        for container in get_dicts(spec, key) if key in spec else ():
            for field in _CONTAINER_FIELDS:
                if field in container:
                    del container[field]


def _remove_values(secret: Object) -> None:
    """Remove the values of a Secret, also if its data are not a mapping (aggregated APIs)."""
    secret.pop('stringData', None)
    if secret.get('data'):
        secret['data'] = dict.fromkeys(get_dict(secret, 'data'), '')


def _prune_definition(definition: Object) -> None:
    """Remove all of the schemas except that of the status: they may have a megabyte."""
    for version in get_dicts(definition, 'spec', 'versions'):
        root = get_dict(version, 'schema', 'openAPIV3Schema')
        status = get_dict(root, 'properties').get('status')
        if root:
            root.clear()
            root['properties'] = {'status': status} if status else {}
