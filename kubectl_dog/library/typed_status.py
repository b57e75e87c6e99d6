"""What is known of one object at one moment, typed per kind: kubedog's statuses."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import phase
from kubectl_dog.tracking.targets.evaluator import Evaluation
from kubectl_dog.tracking.targets.pod_summary import describe_pod
from kubectl_dog.tracking.verdict.decide import overdue_causes
from kubectl_dog.tracking.verdict.explain import best_explanation

_ZERO = Progress(0)


class PodStatus(NamedTuple):
    """A pod. `phase` and `node` are as the API has them, `summary` is a few words for people;
    `ready_containers` of `total_containers` (init containers not counted) are ready, and
    `restarts` is the sum over all. `failed_reason` is a code and a sentence. `causes` are what
    stands in the way (docs/codes.md); of a pod behind a controller they are the controller's.
    """

    name: str = ''
    namespace: str = ''
    state: State = State.ABSENT
    is_ready: bool = False
    is_succeeded: bool = False
    is_failed: bool = False
    failed_reason: str = ''
    waiting_for: str = ''
    phase: str = ''
    summary: str = ''
    node: str = ''
    ready_containers: int = 0
    total_containers: int = 0
    restarts: int = 0
    causes: tuple[Cause, ...] = ()


Pods = Mapping[str, PodStatus]
_NONE: Pods = MappingProxyType({})


class JobStatus(NamedTuple):
    """A Job: `active`, `succeeded` and `failed` count pods, as the Job's own status does; `pods`
    are by name. `waiting_for` completes «waiting for …».
    """

    name: str = ''
    namespace: str = ''
    state: State = State.ABSENT
    is_succeeded: bool = False
    is_failed: bool = False
    failed_reason: str = ''
    waiting_for: str = ''
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    pods: Pods = _NONE
    causes: tuple[Cause, ...] = ()


class ControllerStatus(NamedTuple):
    """What the statuses of Deployments, StatefulSets and DaemonSets have in common: `desired`,
    `updated`, `ready`, `available` and `old` count pods, `ready` and `available` those of the
    revision that is rolled out; `pods` are by name, of all revisions, and `new_pods` the names of
    those of the revision. `waiting_for` completes «waiting for …», `failed_reason` is a code and a
    sentence, and `causes` are what stands in the way (docs/codes.md).
    """

    name: str = ''
    namespace: str = ''
    state: State = State.ABSENT
    is_ready: bool = False
    is_failed: bool = False
    failed_reason: str = ''
    waiting_for: str = ''
    revision: str = ''
    desired: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0
    old: int = 0
    pods: Pods = _NONE
    new_pods: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()


class DeploymentStatus(ControllerStatus):
    """A Deployment; the fields are those of ControllerStatus."""

    __slots__ = ()


class StatefulSetStatus(ControllerStatus):
    """A StatefulSet; the fields are those of ControllerStatus."""

    __slots__ = ()


class DaemonSetStatus(ControllerStatus):
    """A DaemonSet; the fields are those of ControllerStatus, and `desired` counts nodes."""

    __slots__ = ()


def deployment(look: Evaluation) -> DeploymentStatus:
    """The status of a Deployment that was looked at."""
    return DeploymentStatus(**_rolled(look))


def stateful_set(look: Evaluation) -> StatefulSetStatus:
    """The status of a StatefulSet that was looked at."""
    return StatefulSetStatus(**_rolled(look))


def daemon_set(look: Evaluation) -> DaemonSetStatus:
    """The status of a DaemonSet that was looked at."""
    return DaemonSetStatus(**_rolled(look))


def job(look: Evaluation) -> JobStatus:
    """The status of a Job that was looked at."""
    assessed, thing = look.moment.assessed, look.view.object or {}
    return JobStatus(
        **_common(look),
        is_succeeded=assessed.state is State.READY,
        active=get_int(thing, 'status', 'active'),
        succeeded=get_int(thing, 'status', 'succeeded'),
        failed=get_int(thing, 'status', 'failed'),
        pods=_pods((*assessed.pods, *assessed.other_pods)),
    )


def pod(look: Evaluation) -> PodStatus:
    """The status of a Pod that was looked at."""
    thing = look.view.object or {}
    return _pod(thing)._replace(**_common(look), is_ready=_is_ready(look, thing))


def reason(cause: Cause) -> str:
    """A cause as the reason of a failure: its code, and a sentence."""
    return f'{cause.code}: {cause.message}'


def _is_ready(look: Evaluation, thing: Object) -> bool:
    return look.moment.assessed.state is State.READY and phase(thing) != 'Succeeded'


def _common(look: Evaluation) -> dict[str, Any]:
    assessed, target = look.moment.assessed, look.view.target
    failed = _failure(look)
    return {
        'name': target.name,
        'namespace': target.namespace,
        'state': assessed.state,
        'is_failed': bool(failed),
        'failed_reason': failed,
        'waiting_for': assessed.waits_for,
        'causes': tuple(
            one.cause for one in look.moment.cause_clocks.values() if one.gone_since is None
        ),
    }


def _failure(look: Evaluation) -> str:
    """Why a rollout would have failed; empty where it would not."""
    assessed = look.moment.assessed
    if assessed.state is State.READY:
        return ''
    cause = best_explanation(overdue_causes(look.moment))
    if cause is not None:
        return reason(cause)
    if assessed.state is State.FAILED:
        return ': '.join(filter(None, (assessed.reason, assessed.message))) or 'failed'
    return ''


def _rolled(look: Evaluation) -> dict[str, Any]:
    assessed = look.moment.assessed
    progress = assessed.progress or _ZERO
    return {
        **_common(look),
        'desired': progress.desired,
        'updated': progress.updated,
        'ready': progress.ready,
        'available': progress.available,
        'old': progress.old,
        'is_ready': assessed.state is State.READY,
        'revision': assessed.revision.name if assessed.revision else '',
        'pods': _pods((*assessed.pods, *assessed.other_pods)),
        'new_pods': tuple(sorted(map(name, assessed.pods))),
    }


def _pods(things: Iterable[Object]) -> Pods:
    return MappingProxyType({name(one): _pod(one) for one in things})


def _pod(thing: Object) -> PodStatus:
    parts = containers(thing)
    apps = [one for one in parts if one.role != 'init']
    is_failed = phase(thing) == 'Failed'
    summary = describe_pod(thing)
    return PodStatus(
        name=name(thing),
        namespace=get_str(thing, 'metadata', 'namespace'),
        state=State.READY if is_ready(thing) else State.PROGRESSING,
        is_ready=is_ready(thing),
        is_succeeded=phase(thing) == 'Succeeded',
        is_failed=is_failed,
        failed_reason=summary if is_failed else '',
        phase=phase(thing),
        summary=summary,
        node=get_str(thing, 'spec', 'nodeName'),
        ready_containers=sum(one.status.get('ready') is True for one in apps),
        total_containers=len(apps),
        restarts=sum(one.restarts for one in parts),
    )
