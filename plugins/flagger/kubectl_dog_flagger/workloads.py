"""The two workloads behind a Canary: its target, and the `-primary` that Flagger makes of it.

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
_RUN = ('image', 'command', 'args')


def watches(view: View) -> Iterator[Watch]:
    """What brings both, and what is behind them."""
    for suffix in ('', PRIMARY):
        watch = _watch(view, suffix)
        if watch is None:
            return
        yield watch
        for thing in view.objects_of(watch):
            yield from workload_watches(thing)


def canary(view: View) -> Workload | None:
    """What `spec.targetRef` names; None where it is not there, or of a kind without pods."""
    return _read(view, '')


def primary(view: View) -> Workload | None:
    """What serves: a copy of what was promoted last."""
    return _read(view, PRIMARY)


def is_known(view: View) -> bool:
    """Whether all of it has been listed, as far as it may be read."""
    return all(
        one in view.objects_by_watch or one.resource.key in view.forbidden_kinds
        for one in watches(view)
    )


def is_missing(view: View, suffix: str = '') -> bool:
    """Whether the target, or what has this suffix, is known not to be there."""
    watch = _watch(view, suffix)
    return watch is not None and watch in view.objects_by_watch and not view.objects_of(watch)


def named(view: View) -> str:
    """How the target is called: `deployment/web`."""
    reference = get_dict(view.object, 'spec', 'targetRef')
    return f'{get_str(reference, "kind").lower()}/{get_str(reference, "name")}'


def differ(one: Object, other: Object) -> bool:
    """Whether two workloads surely run something else: the containers that both have.

    What else a template holds Flagger renames for a primary, and others may add to either.
    """
    ours, theirs = _runs(one), _runs(other)
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
    found = view.objects_of(watch) if watch else ()
    return workload(view, found[0]) if found else None


def _runs(thing: Object) -> dict[str, list[Any]]:
    """What each container runs."""
    spec = get_dict(thing, 'spec', 'template', 'spec')
    both = (*get_dicts(spec, 'initContainers'), *get_dicts(spec, 'containers'))
    return {get_str(one, 'name'): [one.get(key) for key in _RUN] for one in both}
