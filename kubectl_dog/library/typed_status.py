"""Typed status of one object per kind, as in kubedog."""

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
    """A pod. `phase` and `node` are as in the API, `summary` is a short text for people.

    `ready_containers` of `total_containers` (without init containers) are ready. `restarts` is the
    sum over all containers. `failed_reason` is a code and a sentence. `causes` are the problems
    (docs/codes.md); the causes of a controller's pods are in the status of the controller.
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
    """A Job. `active`, `succeeded` and `failed` count pods as the status of the Job does. `pods`
    are by name. `waiting_for` is a text that follows "waiting for".
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
    """Base class of the statuses of Deployments, StatefulSets and DaemonSets.

    `desired`, `updated`, `ready`, `available` and `old` count pods; `ready` and `available` count
    only those of the revision that is rolled out. `pods` are by name, of all revisions. `new_pods`
    are the names of the pods of the revision. `waiting_for` is a text that follows "waiting for".
    `failed_reason` is a code and a sentence. `causes` are the problems (docs/codes.md).
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


def deployment(evaluation: Evaluation) -> DeploymentStatus:
    """Return the status of a Deployment from its evaluation."""
    return DeploymentStatus(**_controller_fields(evaluation))


def stateful_set(evaluation: Evaluation) -> StatefulSetStatus:
    """Return the status of a StatefulSet from its evaluation."""
    return StatefulSetStatus(**_controller_fields(evaluation))


def daemon_set(evaluation: Evaluation) -> DaemonSetStatus:
    """Return the status of a DaemonSet from its evaluation."""
    return DaemonSetStatus(**_controller_fields(evaluation))


def job(evaluation: Evaluation) -> JobStatus:
    """Return the status of a Job from its evaluation."""
    assessed, obj = evaluation.moment.assessed, evaluation.view.object or {}
    return JobStatus(
        **_common_fields(evaluation),
        is_succeeded=assessed.state is State.READY,
        active=get_int(obj, 'status', 'active'),
        succeeded=get_int(obj, 'status', 'succeeded'),
        failed=get_int(obj, 'status', 'failed'),
        pods=_pods((*assessed.pods, *assessed.other_pods)),
    )


def pod(evaluation: Evaluation) -> PodStatus:
    """Return the status of a Pod from its evaluation."""
    obj = evaluation.view.object or {}
    return _pod(obj)._replace(**_common_fields(evaluation), is_ready=_is_ready(evaluation, obj))


def reason(cause: Cause) -> str:
    """Return a cause as the reason of a failure: its code, and a sentence."""
    return f'{cause.code}: {cause.message}'


def _is_ready(evaluation: Evaluation, obj: Object) -> bool:
    return evaluation.moment.assessed.state is State.READY and phase(obj) != 'Succeeded'


def _common_fields(evaluation: Evaluation) -> dict[str, Any]:
    assessed, target = evaluation.moment.assessed, evaluation.view.target
    failure = _failure_reason(evaluation)
    return {
        'name': target.name,
        'namespace': target.namespace,
        'state': assessed.state,
        'is_failed': bool(failure),
        'failed_reason': failure,
        'waiting_for': assessed.waits_for,
        'causes': tuple(
            clock.cause
            for clock in evaluation.moment.cause_clocks.values()
            if clock.gone_since is None
        ),
    }


def _failure_reason(evaluation: Evaluation) -> str:
    """Return the reason why a rollout would fail now; empty if it would not."""
    assessed = evaluation.moment.assessed
    if assessed.state is State.READY:
        return ''
    cause = best_explanation(overdue_causes(evaluation.moment))
    if cause is not None:
        return reason(cause)
    if assessed.state is State.FAILED:
        return ': '.join(filter(None, (assessed.reason, assessed.message))) or 'failed'
    return ''


def _controller_fields(evaluation: Evaluation) -> dict[str, Any]:
    assessed = evaluation.moment.assessed
    progress = assessed.progress or _ZERO
    return {
        **_common_fields(evaluation),
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


def _pods(pods: Iterable[Object]) -> Pods:
    return MappingProxyType({name(pod): _pod(pod) for pod in pods})


def _pod(pod: Object) -> PodStatus:
    all_containers = containers(pod)
    app_containers = [container for container in all_containers if container.role != 'init']
    is_failed = phase(pod) == 'Failed'
    summary = describe_pod(pod).text
    return PodStatus(
        name=name(pod),
        namespace=get_str(pod, 'metadata', 'namespace'),
        state=State.READY if is_ready(pod) else State.PROGRESSING,
        is_ready=is_ready(pod),
        is_succeeded=phase(pod) == 'Succeeded',
        is_failed=is_failed,
        failed_reason=summary if is_failed else '',
        phase=phase(pod),
        summary=summary,
        node=get_str(pod, 'spec', 'nodeName'),
        ready_containers=sum(container.status.get('ready') is True for container in app_containers),
        total_containers=len(app_containers),
        restarts=sum(container.restarts for container in all_containers),
    )
