"""Reading pods: what their containers did, without any judgement of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import uid
from kubectl_dog.model.times import epoch


class Container(NamedTuple):
    """One container of a pod: its spec and its status, which is empty until the kubelet tells.

    `role` is init, sidecar (an init container that keeps running), app or ephemeral; `step` counts
    init containers and sidecars from 1, of `steps`.
    """

    name: str
    role: str
    spec: Object
    status: Object
    step: int = 0
    steps: int = 0

    @property
    def restarts(self) -> int:
        """restartCount: the number of the instance that `state` tells of, from 0."""
        return get_int(self.status, 'restartCount')

    @property
    def waiting(self) -> Object:
        """state.waiting, or an empty mapping."""
        return get_dict(self.status, 'state', 'waiting')

    @property
    def running(self) -> bool:
        """Whether it runs at this moment."""
        return 'running' in get_dict(self.status, 'state')

    @property
    def is_active(self) -> bool:
        """Whether it runs, or waits for something else than the end of a back-off."""
        return self.running or bool(self.waiting)

    @property
    def running_since(self) -> float | None:
        """When the running instance started, in the server's epoch seconds."""
        return epoch(get_dict(self.status, 'state', 'running').get('startedAt'))

    @property
    def last_termination(self) -> Object:
        """How it ended the last time, or an empty mapping: state.terminated before lastState."""
        return get_dict(self.status, 'state', 'terminated') or get_dict(
            self.status,
            'lastState',
            'terminated',
        )

    @property
    def terminated_instance(self) -> int:
        """The number of the instance that `last_end` tells of."""
        return self.restarts - 1 if self.running else self.restarts

    @property
    def terminations(self) -> int:
        """How often it has ended so far; an init container that is done has ended in order."""
        if not self.last_termination:
            return self.restarts
        return self.terminated_instance + 1

    @property
    def has_started(self) -> bool:
        """Whether any instance ever ran, so that there may be a log."""
        return self.running or bool(self.last_termination)


# Every look at a target looks at all of its pods: each is parsed once, until it is another object.
_known: dict[str, tuple[Object, tuple[Container, ...]]] = {}
_MOST_KNOWN = 16384


def containers(pod: Object) -> tuple[Container, ...]:
    """Init containers and sidecars in their order, then the others; a pod is never changed."""
    key = uid(pod)
    before = _known.get(key)
    if before is not None and before[0] is pod:
        return before[1]
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    # Sessions may run in threads of their own, and two may know the same pod: not read back.
    found = _parsed(pod)
    _known[key] = pod, found
    return found


def _parsed(pod: Object) -> tuple[Container, ...]:
    inits = get_dicts(pod, 'spec', 'initContainers')
    told = {get_str(one, 'name'): one for one in _statuses(pod)}
    found = []
    for step, spec in enumerate(inits, 1):
        role = 'sidecar' if spec.get('restartPolicy') == 'Always' else 'init'
        name = get_str(spec, 'name')
        found.append(Container(name, role, spec, told.get(name, {}), step, len(inits)))
    for spec in get_dicts(pod, 'spec', 'containers'):
        found.append(
            Container(get_str(spec, 'name'), 'app', spec, told.get(get_str(spec, 'name'), {}))
        )
    return tuple(found)


def ephemeral_containers(pod: Object) -> list[Container]:
    """Ephemeral containers, which `kubectl debug` adds: they have logs, and no part in the pod."""
    specs = get_dicts(pod, 'spec', 'ephemeralContainers')
    if not specs:
        return []
    told = {
        get_str(one, 'name'): one for one in get_dicts(pod, 'status', 'ephemeralContainerStatuses')
    }
    return [
        Container(get_str(spec, 'name'), 'ephemeral', spec, told.get(get_str(spec, 'name'), {}))
        for spec in specs
    ]


def _statuses(pod: Object) -> Iterator[Object]:
    yield from get_dicts(pod, 'status', 'initContainerStatuses')
    yield from get_dicts(pod, 'status', 'containerStatuses')


def is_unseen_by_kubelet(pod: Object) -> bool:
    """Whether no kubelet has said anything about it."""
    told = get_str(pod, 'status', 'startTime') or any(one.status for one in containers(pod))
    return not told


def phase(pod: Object) -> str:
    """status.phase."""
    return get_str(pod, 'status', 'phase')


def is_finished(pod: Object) -> bool:
    """Whether it will never run again."""
    return phase(pod) in ('Succeeded', 'Failed')


def is_living(pod: Object) -> bool:
    """Whether a controller still counts on it."""
    return not is_deleting(pod) and not is_finished(pod)


def is_ready(pod: Object) -> bool:
    """Whether its Ready condition is True."""
    return condition(pod, 'Ready').get('status') == 'True'
