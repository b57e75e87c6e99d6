"""Collect the causes of all families for a target, and merge the same cause of many pods."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from kubectl_dog.causes import creation
from kubectl_dog.causes import rollout
from kubectl_dog.causes.catalogue import YOUNG_POD_SECONDS
from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.causes.rolling_update import has_healthy_pod
from kubectl_dog.causes.rolling_update import is_blocked
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.views import View

# Families whose causes use up the retries of a Job.
_RETRIED = ('container start', 'probes', 'infrastructure', 'init')


def causes_of_target(view: View, assessed: Assessment) -> tuple[Cause, ...]:
    """Return all causes of a target: those of its pods, and those that prevent new pods."""
    workload = view.object or {}
    causes = (
        *causes_of_pods(view, assessed.pods),
        *causes_of_controllers(view, (workload, *assessed.children)),
        *_eviction_causes(view, assessed),
        *rollout.find(view, assessed, causes_of_pods),
    )
    if workload.get('kind') == 'Job':
        # Its own retries decide, except for causes that use up none of them.
        causes = tuple(
            cause._replace(informational=code_of(cause.code).family in _RETRIED) for cause in causes
        )
    if not is_blocked(workload, assessed.progress):
        causes = tuple(
            cause._replace(
                affects_some_pods=bool(cause.pods)
                and has_healthy_pod(view, assessed.pods, cause.pods)
            )
            for cause in causes
        )
    if not causes:
        return ()
    # Most runs have no cause, and start faster without this module.
    from kubectl_dog.causes.config_updates import with_config_updates
    from kubectl_dog.causes.dependencies import with_dependency

    explained = (with_dependency(view, cause, assessed.pods, causes_of_pods) for cause in causes)
    updated = (with_config_updates(view, cause, assessed) for cause in explained)
    return tuple(sorted(updated, key=rank))


def next_timed_check(view: View, assessed: Assessment) -> float | None:
    """Return the server time, in epoch seconds, at which missing events become a cause, or None."""
    unready = [pod for pod in assessed.pods if not is_ready(pod)]
    if not unready:
        return None
    from kubectl_dog.causes import infrastructure
    from kubectl_dog.causes import scheduling

    moments = [
        moment
        for pod in unready
        for moment in (scheduling.silent_at(pod), infrastructure.silent_at(pod))
        if moment is not None and moment > view.now
    ]
    return min(moments, default=None)


def causes_of_pods(view: View, pods: Iterable[Object]) -> tuple[Cause, ...]:
    """Return the causes of these pods, merged by code and subject, the best explanation first."""
    # Most of hundreds of pods are healthy: skip all families for them.
    unhealthy = [pod for pod in pods if not _is_healthy(pod)]
    if not unhealthy:
        return ()
    families = _families()
    return _merge_causes(
        cause
        for pod in unhealthy
        for find in families
        for cause in find(_in_namespace_of(view, pod), pod)
    )


def _families() -> tuple[Callable[[View, Object], Iterable[Cause]], ...]:
    """Return the functions that find the causes of a pod; rollouts without any do not load them."""
    from kubectl_dog.causes import configuration
    from kubectl_dog.causes import container_start
    from kubectl_dog.causes import image
    from kubectl_dog.causes import infrastructure
    from kubectl_dog.causes import init
    from kubectl_dog.causes import probes
    from kubectl_dog.causes import scheduling
    from kubectl_dog.causes import volume_claims
    from kubectl_dog.causes import volumes

    return (
        init.find,
        container_start.find,
        image.find,
        configuration.find,
        scheduling.find,
        volume_claims.find,
        volumes.find,
        infrastructure.find,
        probes.find,
    )


def _is_healthy(pod: Object) -> bool:
    """Return whether a pod is ready and none of its containers has ever terminated."""
    if not is_ready(pod):
        return False
    apps, inits = (
        get_dicts(pod, 'status', 'containerStatuses'),
        get_dicts(pod, 'status', 'initContainerStatuses'),
    )
    has_restarted = any(status.get('restartCount') for status in (*apps, *inits))
    return not has_restarted and all(get_dict(status, 'state', 'running') for status in apps)


def causes_of_controllers(view: View, objects: Iterable[Object]) -> tuple[Cause, ...]:
    """Return the causes that keep the controllers among these objects from creating their pods."""
    return _merge_causes(
        cause for obj in objects for cause in creation.find(_in_namespace_of(view, obj), obj)
    )


def _in_namespace_of(view: View, obj: Object) -> View:
    """Return the view for an object's namespace: some operators create objects in another one."""
    namespace = get_str(obj, 'metadata', 'namespace')
    if namespace in ('', view.target.namespace):
        return view
    return view._replace(target=view.target._replace(namespace=namespace))


def _eviction_causes(view: View, assessed: Assessment) -> tuple[Cause, ...]:
    """Return causes for pods of this revision that were evicted since tracking began."""
    owners = {uid(obj) for obj in (view.object or {}, *assessed.children)}
    finished = [pod for pod in assessed.pods if not is_living(pod)]
    others = [pod for pod in assessed.other_pods if not is_living(pod)]
    finished += [pod for pod in others if controller_uid(pod) in owners]
    if not finished:
        return ()
    from kubectl_dog.causes import infrastructure

    ready = bool(assessed.pods) and all(is_ready(pod) for pod in assessed.pods)
    pods = infrastructure.within_run(view, finished, YOUNG_POD_SECONDS)
    return tuple(infrastructure.evicted_pods(view, pods, is_complete=ready))


def _merge_causes(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    merged: dict[tuple[str, str], Cause] = {}
    for cause in causes:
        known = merged.get(cause.key)
        merged[cause.key] = cause if known is None else _merge_pair(known, cause)
    return tuple(sorted(merged.values(), key=rank))


def rank(cause: Cause) -> tuple[int, bool, int]:
    """Return the sort key: specific before general, active before inactive, many pods first."""
    return (code_of(cause.code).rank, not cause.active, -len(cause.pods))


def _merge_pair(first: Cause, second: Cause) -> Cause:
    """Merge two causes; use the text and count of the pod with the most terminations."""
    worst, other = (first, second) if first.terminations >= second.terminations else (second, first)
    return worst._replace(
        pods=worst.pods + tuple(pod for pod in other.pods if pod not in worst.pods),
        active=worst.active or other.active,
        recovering=worst.recovering and other.recovering,
        clock_paused=worst.clock_paused and other.clock_paused,
        tolerance_seconds=_longest(worst.tolerance_seconds, other.tolerance_seconds),
    )


def _longest(first: float | None, second: float | None) -> float | None:
    """Return the longer of two tolerances; an explicit value replaces None, the default."""
    values = [seconds for seconds in (first, second) if seconds is not None]
    return max(values, default=None)
