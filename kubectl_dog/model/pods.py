"""Read pods and the states of their containers."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set

from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import uid
from kubectl_dog.model.times import epoch


class Container(NamedTuple):
    """A container of a pod.

    - `role`: init, sidecar (an init container that keeps running), app or ephemeral.
    - `status`: its entry in the status of the pod; empty until the kubelet reports it.
    - `step`, `steps`: number among the init containers and sidecars, from 1; 0 for others.
    """

    name: str
    role: str
    spec: Object
    status: Object
    step: int = 0
    steps: int = 0

    @property
    def restarts(self) -> int:
        """restartCount: the number of the instance that `state` describes, from 0."""
        return get_int(self.status, 'restartCount')

    @property
    def waiting(self) -> Object:
        """state.waiting, or an empty mapping."""
        return get_dict(self.status, 'state', 'waiting')

    @property
    def running(self) -> bool:
        """Whether the container is running."""
        return 'running' in get_dict(self.status, 'state')

    @property
    def is_active(self) -> bool:
        """Whether the container is running, or waiting with a reason."""
        return self.running or bool(self.waiting)

    @property
    def running_since(self) -> float | None:
        """When the running instance started, in the server's epoch seconds."""
        return epoch(get_dict(self.status, 'state', 'running').get('startedAt'))

    @property
    def last_termination(self) -> Object:
        """The last termination, or an empty mapping: state.terminated before lastState."""
        return get_dict(self.status, 'state', 'terminated') or get_dict(
            self.status,
            'lastState',
            'terminated',
        )

    @property
    def terminated_instance(self) -> int:
        """The number of the instance that `last_termination` describes."""
        return self.restarts - 1 if self.running else self.restarts

    @property
    def terminations(self) -> int:
        """Number of terminations so far, including that of a completed init container."""
        if not self.last_termination:
            return self.restarts
        return self.terminated_instance + 1

    @property
    def has_started(self) -> bool:
        """Whether any instance of the container has started, so that there may be a log."""
        return self.running or bool(self.last_termination)


# Every assessment reads all pods of a target: each object is parsed once.
_cache: dict[str, tuple[Object, tuple[Container, ...]]] = {}
_MAX_CACHED = 16384


def containers(pod: Object) -> tuple[Container, ...]:
    """Return init containers and sidecars in their order, then app containers.

    The result is cached: objects of pods are never modified.
    """
    key = uid(pod)
    cached = _cache.get(key)
    if cached is not None and cached[0] is pod:
        return cached[1]
    if len(_cache) >= _MAX_CACHED:
        _cache.clear()
    # Not read back from the cache: other sessions may replace the entry in other threads.
    result = _parse_containers(pod)
    _cache[key] = pod, result
    return result


def forget(pod: Object) -> None:
    """Drop the cached containers of a pod that is gone."""
    _cache.pop(uid(pod), None)


def forget_others(uids: Set[str]) -> None:
    """Drop the cached containers of all pods except these."""
    for key in [key for key in _cache if key not in uids]:
        _cache.pop(key, None)


def _parse_containers(pod: Object) -> tuple[Container, ...]:
    inits = get_dicts(pod, 'spec', 'initContainers')
    statuses = {get_str(status, 'name'): status for status in _container_statuses(pod)}
    result = []
    for step, spec in enumerate(inits, 1):
        role = 'sidecar' if spec.get('restartPolicy') == 'Always' else 'init'
        name = get_str(spec, 'name')
        result.append(Container(name, role, spec, statuses.get(name, {}), step, len(inits)))
    for spec in get_dicts(pod, 'spec', 'containers'):
        result.append(
            Container(get_str(spec, 'name'), 'app', spec, statuses.get(get_str(spec, 'name'), {}))
        )
    return tuple(result)


def template_images(obj: Object) -> list[tuple[str, str]]:
    """(container, image) of a pod template, or of a Pod itself; init containers last."""
    spec = get_dict(obj, 'spec')
    nested = get_dict(spec, 'jobTemplate', 'spec', 'template', 'spec')
    pod_spec = get_dict(spec, 'template', 'spec') or nested or spec
    specs = (*get_dicts(pod_spec, 'containers'), *get_dicts(pod_spec, 'initContainers'))
    return [(get_str(container, 'name'), get_str(container, 'image')) for container in specs]


def ephemeral_containers(pod: Object) -> list[Container]:
    """Return the ephemeral containers (`kubectl debug`), which have logs but affect no state."""
    specs = get_dicts(pod, 'spec', 'ephemeralContainers')
    if not specs:
        return []
    statuses = {
        get_str(status, 'name'): status
        for status in get_dicts(pod, 'status', 'ephemeralContainerStatuses')
    }
    return [
        Container(get_str(spec, 'name'), 'ephemeral', spec, statuses.get(get_str(spec, 'name'), {}))
        for spec in specs
    ]


def _container_statuses(pod: Object) -> Iterator[Object]:
    yield from get_dicts(pod, 'status', 'initContainerStatuses')
    yield from get_dicts(pod, 'status', 'containerStatuses')


def is_unseen_by_kubelet(pod: Object) -> bool:
    """Return whether no kubelet has reported a status of the pod."""
    is_seen = get_str(pod, 'status', 'startTime') or any(
        container.status for container in containers(pod)
    )
    return not is_seen


def phase(pod: Object) -> str:
    """Return status.phase."""
    return get_str(pod, 'status', 'phase')


def is_finished(pod: Object) -> bool:
    """Return whether its phase is Succeeded or Failed."""
    return phase(pod) in ('Succeeded', 'Failed')


def is_living(pod: Object) -> bool:
    """Return whether it is neither finished nor terminating."""
    return not is_deleting(pod) and not is_finished(pod)


def is_ready(pod: Object) -> bool:
    """Return whether its Ready condition is True."""
    return condition(pod, 'Ready').get('status') == 'True'
