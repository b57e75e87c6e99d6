"""Find causes that prevent a controller from continuing its rollout (family "rollout")."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.pod_termination import describe_terminating
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import View

# An old pod that has been unready for this long (seconds) is broken, and not just starting.
OLD_POD_UNREADY_SECONDS = 120.0

_REVISION = 'controller-revision-hash'

Diagnose = Callable[[View, Iterable[Object]], tuple[Cause, ...]]


def find(view: View, assessed: Assessment, diagnose: Diagnose) -> Iterator[Cause]:
    """Yield the causes that block the rollout; `diagnose` returns the causes of given pods."""
    yield from _terminating(view, assessed)
    yield from _partitioned(view, assessed)
    for pod in _blocking_pods(view, assessed):
        yield from _stuck_causes(view, pod, diagnose(view, (pod,)))


def _terminating(view: View, assessed: Assessment) -> Iterator[Cause]:
    """Yield a cause if old pods are terminating while new ones are missing."""
    progress = assessed.progress
    pods = sorted((pod for pod in assessed.other_pods if is_deleting(pod)), key=_deletion_time)
    if not pods or progress is None or progress.updated >= progress.desired:
        return
    yield terminating(view, pods)


def terminating(view: View, pods: list[Object]) -> Cause:
    """Return the cause for terminating pods, with the reason why the first one still exists."""
    return Cause(
        code='TerminatingPods',
        reason='Terminating',
        subject='pods',
        message=describe_terminating(view, pods),
        pods=tuple(name(pod) for pod in pods),
        suggested_commands=(f'kubectl get pod -n {view.target.namespace} {name(pods[0])} -o yaml',),
    )


def _deletion_time(pod: Object) -> float:
    return epoch(get_str(pod, 'metadata', 'deletionTimestamp')) or 0.0


def _blocking_pods(view: View, assessed: Assessment) -> Iterator[Object]:
    """Return the old pods that must become ready before a StatefulSet replaces any pod.

    With `Parallel` it replaces unready pods, too; with `OnDelete` it never replaces any.
    """
    workload = view.object or {}
    ordered = get_str(workload, 'spec', 'podManagementPolicy') in ('', 'OrderedReady')
    rolling = get_str(workload, 'spec', 'updateStrategy', 'type') in ('', 'RollingUpdate')
    wanted = get_str(workload, 'status', 'updateRevision')
    if workload.get('kind') != 'StatefulSet' or not (ordered and rolling and wanted):
        return
    for pod in assessed.other_pods:
        is_old = get_str(pod, 'metadata', 'labels', _REVISION) != wanted
        if is_old and is_living(pod) and not is_ready(pod):
            yield pod


def _partitioned(view: View, assessed: Assessment) -> Iterator[Cause]:
    """Return the old pods that are not ready, and that the partition keeps at their revision."""
    workload, progress = view.object or {}, assessed.progress
    partition = get_int(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
    if workload.get('kind') != 'StatefulSet' or partition <= 0 or progress is None:
        return
    pods = [pod for pod in _blocking_pods(view, assessed) if _ordinal(pod) < partition]
    if pods:
        yield Cause(
            code='Partitioned',
            reason='RollingUpdate',
            subject='pods',
            message=(
                f'partition {partition} keeps pods of the old revision that are not ready: '
                f'{", ".join(map(name, pods))}'
            ),
            pods=tuple(map(name, pods)),
            suggested_commands=(
                f'kubectl describe sts -n {view.target.namespace} {name(workload)}',
            ),
        )


def _ordinal(pod: Object) -> int:
    last = name(pod).rpartition('-')[2]
    return int(last) if last.isdecimal() else 0


def _stuck_causes(view: View, pod: Object, causes: tuple[Cause, ...]) -> Iterator[Cause]:
    """Yield the cause if an old pod has a cause that can fail it, or is unready for long."""
    serious = [cause for cause in causes if not tolerance_of(cause).is_informational]
    since = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or view.now
    if not serious and view.now - since < OLD_POD_UNREADY_SECONDS:
        return
    evidence = tuple(f'{cause.code}: {cause.message}' for cause in (serious or causes)[:1])
    yield Cause(
        code='StuckOnOldPod',
        reason='OrderedReady',
        subject=name(pod),
        message=(
            f'old pod "{name(pod)}" is not ready, and the StatefulSet waits for it before it '
            'replaces any pod'
        ),
        pods=(name(pod),),
        evidence=evidence or (f'not ready for {format_duration(view.now - since)}',),
        logs=tuple(log for cause in serious[:1] for log in cause.logs),
        suggested_commands=(f'kubectl delete pod -n {view.target.namespace} {name(pod)}',),
    )
