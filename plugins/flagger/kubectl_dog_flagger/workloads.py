"""The two workloads of a Canary: its target, and the `-primary` copy that Flagger creates.

https://docs.flagger.app/usage/how-it-works#canary-target
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_dog.tracker import DAEMONSETS
from kubectl_dog.tracker import DEPLOYMENTS
from kubectl_dog.tracker import STATEFULSETS
from kubectl_dog.tracker import Object
from kubectl_dog.tracker import View
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import Workload
from kubectl_dog.tracker import get_dict
from kubectl_dog.tracker import get_dicts
from kubectl_dog.tracker import get_str
from kubectl_dog.tracker import workload
from kubectl_dog.tracker import workload_watches

_KINDS = {'Deployment': DEPLOYMENTS, 'DaemonSet': DAEMONSETS, 'StatefulSet': STATEFULSETS}
PRIMARY = '-primary'
_CONTAINER_FIELDS = ('image', 'command', 'args')


def watches(view: View) -> Iterator[Watch]:
    """The watches for both workloads and their pods."""
    for suffix in ('', PRIMARY):
        watch = _watch(view, suffix)
        if watch is None:
            return
        yield watch
        for obj in view.objects_of(watch):
            yield from workload_watches(obj)


def canary(view: View) -> Workload | None:
    """The workload of `spec.targetRef`; None if it does not exist or its kind has no pods."""
    return _read(view, '')


def primary(view: View) -> Workload | None:
    """The primary, a copy of the revision that was promoted last."""
    return _read(view, PRIMARY)


def is_known(view: View) -> bool:
    """Whether all readable objects of both workloads have been listed."""
    return all(
        watch in view.objects_by_watch or watch.resource.key in view.forbidden_kinds
        for watch in watches(view)
    )


def is_missing(view: View, suffix: str = '') -> bool:
    """Whether the target, or the workload with this suffix, is known not to exist."""
    watch = _watch(view, suffix)
    return watch is not None and watch in view.objects_by_watch and not view.objects_of(watch)


def target_label(view: View) -> str:
    """The kind and name of the target: `deployment/web`."""
    reference = get_dict(view.object, 'spec', 'targetRef')
    return f'{get_str(reference, "kind").lower()}/{get_str(reference, "name")}'


def differ(target: Object, primary_object: Object) -> bool:
    """Whether two workloads differ in a container that both have.

    Other fields are not compared: Flagger renames ConfigMaps for the primary, and webhooks inject.
    """
    ours, theirs = _container_fields(target), _container_fields(primary_object)
    return any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def _watch(view: View, suffix: str) -> Watch | None:
    reference = get_dict(view.object, 'spec', 'targetRef')
    resource = _KINDS.get(get_str(reference, 'kind'))
    name = get_str(reference, 'name')
    if resource is None or not name:
        return None
    return Watch(resource, view.target.namespace, fields=f'metadata.name={name}{suffix}')


def _read(view: View, suffix: str) -> Workload | None:
    watch = _watch(view, suffix)
    objects = view.objects_of(watch) if watch else ()
    return workload(view, objects[0]) if objects else None


def _container_fields(obj: Object) -> dict[str, list[Any]]:
    """Image, command and arguments by container."""
    spec = get_dict(obj, 'spec', 'template', 'spec')
    both = (*get_dicts(spec, 'initContainers'), *get_dicts(spec, 'containers'))
    return {
        get_str(container, 'name'): [container.get(key) for key in _CONTAINER_FIELDS]
        for container in both
    }
