"""Read which objects a pod template refers to, such as `configmap/app`, and which of their keys."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str

_CONTAINERS = ('initContainers', 'containers')
_KINDS = {
    'configMapRef': 'configmap',
    'configMapKeyRef': 'configmap',
    'configMap': 'configmap',
    'secretRef': 'secret',
    'secretKeyRef': 'secret',
    'secret': 'secret',
}
# kustomize appends a hash of the contents to names: 10 hexadecimal digits, of which it replaces
# those that could form words.
_CONTENT_HASH = lazy_compile(r'-[2456789bcdfghkmt]{10}$')


def references(template: Object) -> frozenset[str]:
    """Return the objects that a pod template refers to, and their keys as `configmap/app/url`."""
    spec = get_dict(template, 'spec')
    listed = [container for field in _CONTAINERS for container in get_dicts(spec, field)]
    all_references = [text for container in listed for text in container_references(container)]
    for volume in get_dicts(spec, 'volumes'):
        all_references += entry_references(volume)
    return frozenset(all_references)


def container_references(container: Object) -> Iterator[str]:
    """Yield the references in the environment of a container."""
    for field in ('env', 'envFrom'):
        for entry in get_dicts(container, field):
            yield from entry_references(entry)


def entry_references(entry: Object) -> Iterator[str]:
    """Yield the references of an entry of `env`, `envFrom` or `volumes`."""
    for source in (entry, get_dict(entry, 'valueFrom'), *get_dicts(entry, 'projected', 'sources')):
        yield from _source_references(source)
    claim = get_str(entry, 'persistentVolumeClaim', 'claimName')
    if claim:
        yield f'persistentvolumeclaim/{claim}'


def _source_references(source: Object) -> Iterator[str]:
    for field, kind in _KINDS.items():
        reference = get_dict(source, field)
        name = get_str(reference, 'name') or get_str(reference, 'secretName')
        if name:
            yield f'{kind}/{name}'
            for item in (reference, *get_dicts(reference, 'items')):
                if get_str(item, 'key'):
                    yield f'{kind}/{name}/{get_str(item, "key")}'


def without_hash(name: str) -> str:
    """Return the name of a generated ConfigMap or Secret without the hash of its contents."""
    return _CONTENT_HASH.sub('', name)
