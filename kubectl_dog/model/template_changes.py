"""Compare two pod templates field by field; values that may be confidential are left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.model.items import Object
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.template_references import container_references
from kubectl_dog.model.template_references import entry_references
from kubectl_dog.model.template_references import without_hash
from kubectl_dog.model.verdicts import ADDED
from kubectl_dog.model.verdicts import CHANGED
from kubectl_dog.model.verdicts import REMOVED
from kubectl_dog.model.verdicts import Change

PROBES = ('livenessProbe', 'readinessProbe', 'startupProbe')
_CONTAINERS = ('initContainers', 'containers')
_PROBE_ACTIONS = ('exec', 'httpGet', 'tcpSocket', 'grpc')
_HASHED_KINDS = ('configmap', 'secret')
# Annotations that tools compute from the contents of ConfigMaps and Secrets: charts, Reloader.
_HASH_ANNOTATION = lazy_compile(r'checksum|(?:^|[-./_])hash\b|^reloader\.stakater\.com/', re.I)


def template_changes(before: Object, after: Object) -> Iterator[Change]:
    """Yield the changes of containers, their images first, then those of the other fields."""
    old, new = _containers(before), _containers(after)
    for name, container in new.items():
        if name not in old:
            referenced = tuple(container_references(container))
            yield Change('containers', name, kind=ADDED, references=referenced)
        elif container != old[name]:
            first = ('image', 'env')
            for field in (*first, *sorted({*old[name], *container}.difference(first))):
                if old[name].get(field) != container.get(field):
                    yield from _field_changes(field, name, old[name], container)
    for name in old:
        if name not in new:
            yield Change('containers', name, kind=REMOVED)
    before_spec, after_spec = get_dict(before, 'spec'), get_dict(after, 'spec')
    for field in sorted({*before_spec, *after_spec}.difference(_CONTAINERS)):
        if before_spec.get(field) != after_spec.get(field):
            yield from _field_changes(field, '', before_spec, after_spec)
    annotations = (_hash_annotations(template) for template in (before, after))
    yield from _entry_changes(Change('annotations'), *annotations)


def image_difference(old: str, new: str) -> tuple[str, str]:
    """Return two images; only their tags if they have the same repository."""
    old_name, _, old_tag = old.rpartition(':')
    new_name, _, new_tag = new.rpartition(':')
    return (old_tag, new_tag) if old_name and old_name == new_name else (old, new)


def _containers(template: Object) -> dict[str, Object]:
    spec = get_dict(template, 'spec')
    listed = (container for field in _CONTAINERS for container in get_dicts(spec, field))
    return {get_str(container, 'name'): container for container in listed}


def _field_changes(field: str, container: str, old: Object, new: Object) -> Iterator[Change]:
    """Yield the changes of a field that differs."""
    kind = CHANGED if field in old and field in new else ADDED if field in new else REMOVED
    entries = _ENTRIES.get(field)
    if entries and not (field in PROBES and kind != CHANGED):
        owner = Change(field, container)
        changes = list(_entry_changes(owner, entries(old, field), entries(new, field)))
        if changes or field == 'env':
            yield from changes
            return
    yield Change(field, container, '', kind, _text(old.get(field)), _text(new.get(field)))


def _entry_changes(
    owner: Change, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        kind = CHANGED if name in old and name in new else ADDED if name in new else REMOVED
        change = owner._replace(name=name, kind=kind, before=_text(before), after=_text(after))
        if isinstance(after, dict):
            change = change._replace(references=tuple(entry_references(after)))
            yield _with_contents(change, before, after) if kind == CHANGED else change
        else:
            yield change


def _text(value: object) -> str:
    """Return a plain value as text; lists and mappings have no text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else ''


def _with_contents(change: Change, before: Any, after: Object) -> Change:
    """Return the change with the object of which only the hash in its name has changed, if any."""
    if not _differ_in_hash(before, after):
        return change
    for old, new in zip(entry_references(before), change.references):
        kind, _, name = new.partition('/')
        old_name, short_name = old.partition('/')[2], without_hash(name)
        if name != old_name and short_name not in (name, old_name) and kind in _HASHED_KINDS:
            contents = f'{kind}/{short_name}'
            return change._replace(before=old_name, after=name, contents_of=contents)
    return change


def _differ_in_hash(old: Any, new: Any) -> bool:
    """Return whether two values are the same except for hashes at the end of names."""
    if isinstance(old, dict) and isinstance(new, dict):
        is_same = old.keys() == new.keys()
        return is_same and all(_differ_in_hash(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_differ_in_hash, old, new))
    if isinstance(old, str) and isinstance(new, str):
        return without_hash(old) == without_hash(new)
    return bool(old == new)


def _by(field_name: str) -> Callable[[Object, str], dict[str, Any]]:
    """Return a function that returns the entries of a list by this field of theirs."""

    def entries(owner: Object, field: str) -> dict[str, Any]:
        return {get_str(entry, field_name): entry for entry in get_dicts(owner, field)}

    return entries


def _sources(owner: Object, field: str) -> dict[str, Any]:
    """Return the entries of `envFrom` by the object that they refer to, without its hash."""
    return {
        without_hash(next(entry_references(entry), '')): entry for entry in get_dicts(owner, field)
    }


def _mapping(owner: Object, field: str) -> dict[str, Any]:
    return get_dict(owner, field)


def _resources(owner: Object, field: str) -> dict[str, Any]:
    """Return requests and limits by their names, such as `limits.memory`."""
    return {
        f'{group}.{name}': amount
        for group in ('limits', 'requests')
        for name, amount in get_dict(owner, field, group).items()
    }


def _probe(owner: Object, field: str) -> dict[str, Any]:
    """Return the settings of a probe by their names, such as `httpGet.path`."""
    probe = get_dict(owner, field)
    settings = {name: value for name, value in probe.items() if name not in _PROBE_ACTIONS}
    for action in _PROBE_ACTIONS:
        parts = get_dict(probe, action)
        settings.update({f'{action}.{name}': value for name, value in parts.items()})
    return settings


def _hash_annotations(template: Object) -> dict[str, Any]:
    annotations = get_dict(template, 'metadata', 'annotations')
    # The values of some are the names of objects, with all their keys.
    return {name: (value,) for name, value in annotations.items() if _HASH_ANNOTATION.search(name)}


_ENTRIES: dict[str, Callable[[Object, str], dict[str, Any]]] = {
    'env': _by('name'),
    'envFrom': _sources,
    'imagePullSecrets': _by('name'),
    'nodeSelector': _mapping,
    'resources': _resources,
    'securityContext': _mapping,
    'volumeMounts': _by('mountPath'),
    'volumes': _by('name'),
    **dict.fromkeys(PROBES, _probe),
}
