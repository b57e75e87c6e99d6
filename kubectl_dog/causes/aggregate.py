"""All families over a target: the same cause on many pods is one cause with a count."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.causes import configuration
from kubectl_dog.causes import container_start
from kubectl_dog.causes import creation
from kubectl_dog.causes import image
from kubectl_dog.causes import infrastructure
from kubectl_dog.causes import init
from kubectl_dog.causes import probes
from kubectl_dog.causes import rollout
from kubectl_dog.causes import scheduling
from kubectl_dog.causes import volume_claims
from kubectl_dog.causes import volumes
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

_FAMILIES = (
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

# Families whose causes use up the retries of a Job.
_RETRIED = ('container start', 'probes', 'infrastructure', 'init')


def causes_of_target(view: View, assessed: Assessment) -> tuple[Cause, ...]:
    """Everything that is wrong with a target: its pods, and what keeps it from having pods."""
    thing = view.object or {}
    causes = (
        *causes_of_pods(view, assessed.pods),
        *causes_of_controllers(view, (thing, *assessed.children)),
        *_put_out(view, assessed),
        *rollout.find(view, assessed, causes_of_pods),
    )
    if thing.get('kind') == 'Job':
        # Its own retries decide, except over what uses up none of them (design §4.1).
        causes = tuple(
            cause._replace(informational=code_of(cause.code).family in _RETRIED) for cause in causes
        )
    if not is_blocked(thing, assessed.progress):
        causes = tuple(
            cause._replace(
                affects_some_pods=bool(cause.pods)
                and has_healthy_pod(view, assessed.pods, cause.pods)
            )
            for cause in causes
        )
    return tuple(sorted(causes, key=rank))


def next_timed_check(view: View, assessed: Assessment) -> float | None:
    """When, in the server's epoch seconds, silence alone becomes a cause; None: it will not."""
    moments = [
        moment
        for pod in assessed.pods
        for moment in (scheduling.silent_at(pod), infrastructure.silent_at(pod))
        if moment is not None and moment > view.now
    ]
    return min(moments, default=None)


def causes_of_pods(view: View, pods: Iterable[Object]) -> tuple[Cause, ...]:
    """What is wrong with these pods, merged by code and subject, the best explanation first."""
    # Of hundreds, most have nothing to tell, whatever the family.
    ill = [pod for pod in pods if not _is_well(pod)]
    return _merged(
        cause for pod in ill for find in _FAMILIES for cause in find(_there(view, pod), pod)
    )


def _is_well(pod: Object) -> bool:
    """Whether it is ready, with all containers running that have never ended."""
    if not is_ready(pod):
        return False
    apps, inits = (
        get_dicts(pod, 'status', 'containerStatuses'),
        get_dicts(pod, 'status', 'initContainerStatuses'),
    )
    ended = any(one.get('restartCount') for one in (*apps, *inits))
    return not ended and all(get_dict(one, 'state', 'running') for one in apps)


def causes_of_controllers(view: View, objects: Iterable[Object]) -> tuple[Cause, ...]:
    """What keeps the controllers among these objects from creating what they want."""
    return _merged(cause for one in objects for cause in creation.find(_there(view, one), one))


def _there(view: View, thing: Object) -> View:
    """The view from the namespace of an object: what some operators make is in another one."""
    namespace = get_str(thing, 'metadata', 'namespace')
    if namespace in ('', view.target.namespace):
        return view
    return view._replace(target=view.target._replace(namespace=namespace))


def _put_out(view: View, assessed: Assessment) -> tuple[Cause, ...]:
    """Pods of this revision that were evicted and the like since tracking began."""
    owners = {uid(one) for one in (view.object or {}, *assessed.children)}
    over = [pod for pod in assessed.pods if not is_living(pod)]
    others = [pod for pod in assessed.other_pods if not is_living(pod)]
    over += [pod for pod in others if controller_uid(pod) in owners]
    if not over:
        return ()
    ready = bool(assessed.pods) and all(is_ready(pod) for pod in assessed.pods)
    pods = infrastructure.within_run(view, over, YOUNG_POD_SECONDS)
    return tuple(infrastructure.evicted_pods(view, pods, is_complete=ready))


def _merged(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    merged: dict[tuple[str, str], Cause] = {}
    for cause in causes:
        known = merged.get(cause.key)
        merged[cause.key] = cause if known is None else _merge(known, cause)
    return tuple(sorted(merged.values(), key=rank))


def rank(cause: Cause) -> tuple[int, bool, int]:
    """Sort key: specific before general, standing before not, many pods before few."""
    return (code_of(cause.code).rank, not cause.active, -len(cause.pods))


def _merge(one: Cause, other: Cause) -> Cause:
    """The worst pod's cause speaks for all."""
    worst, lesser = (one, other) if one.terminations >= other.terminations else (other, one)
    return worst._replace(
        pods=worst.pods + tuple(pod for pod in lesser.pods if pod not in worst.pods),
        active=worst.active or lesser.active,
        recovering=worst.recovering and lesser.recovering,
        clock_paused=worst.clock_paused and lesser.clock_paused,
        tolerance_seconds=_longest(worst.tolerance_seconds, lesser.tolerance_seconds),
    )


def _longest(one: float | None, other: float | None) -> float | None:
    """Whichever is longer; None means the default, which anything said explicitly replaces."""
    told = [seconds for seconds in (one, other) if seconds is not None]
    return max(told, default=None)
