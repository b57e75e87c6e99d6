"""Family «rollout»: what a controller itself waits for before it goes on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.causes.pod_termination import describe_terminating
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
    """What stands in the way of the rollout; `diagnose` tells what is wrong with given pods."""
    yield from _terminating(view, assessed)
    yield from _partitioned(view, assessed)
    for pod in _blocking(view, assessed):
        yield from _stuck(view, pod, diagnose(view, (pod,)))


def _terminating(view: View, assessed: Assessment) -> Iterator[Cause]:
    """Old pods are still going while new ones are missing: with Recreate and by StatefulSets."""
    progress = assessed.progress
    going = sorted((pod for pod in assessed.other_pods if is_deleting(pod)), key=_due)
    if not going or progress is None or progress.updated >= progress.desired:
        return
    yield terminating(view, going)


def terminating(view: View, going: list[Object]) -> Cause:
    """What the first of these pods still waits for, as a cause."""
    return Cause(
        code='TerminatingPods',
        reason='Terminating',
        subject='pods',
        message=describe_terminating(view, going),
        pods=tuple(name(pod) for pod in going),
        suggested_commands=(
            f'kubectl get pod -n {view.target.namespace} {name(going[0])} -o yaml',
        ),
    )


def _due(pod: Object) -> float:
    return epoch(get_str(pod, 'metadata', 'deletionTimestamp')) or 0.0


def _blocking(view: View, assessed: Assessment) -> Iterator[Object]:
    """Old pods that a StatefulSet wants to be ready before it replaces any.

    With `Parallel` it replaces them whatever they are, with `OnDelete` it never does.
    """
    thing = view.object or {}
    ordered = get_str(thing, 'spec', 'podManagementPolicy') in ('', 'OrderedReady')
    rolling = get_str(thing, 'spec', 'updateStrategy', 'type') in ('', 'RollingUpdate')
    wanted = get_str(thing, 'status', 'updateRevision')
    if thing.get('kind') != 'StatefulSet' or not (ordered and rolling and wanted):
        return
    for pod in assessed.other_pods:
        is_old = get_str(pod, 'metadata', 'labels', _REVISION) != wanted
        if is_old and is_living(pod) and not is_ready(pod):
            yield pod


def _partitioned(view: View, assessed: Assessment) -> Iterator[Cause]:
    """Old pods that are not ready, and that the partition keeps at their revision."""
    thing, progress = view.object or {}, assessed.progress
    partition = get_int(thing, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
    if thing.get('kind') != 'StatefulSet' or partition <= 0 or progress is None:
        return
    kept = [pod for pod in _blocking(view, assessed) if _ordinal(pod) < partition]
    if kept:
        yield Cause(
            code='Partitioned',
            reason='RollingUpdate',
            subject='pods',
            message=(
                f'partition {partition} keeps {", ".join(map(name, kept))} at the old revision, '
                'which is not ready'
            ),
            pods=tuple(map(name, kept)),
            suggested_commands=(f'kubectl describe sts -n {view.target.namespace} {name(thing)}',),
        )


def _ordinal(pod: Object) -> int:
    last = name(pod).rpartition('-')[2]
    return int(last) if last.isdecimal() else 0


def _stuck(view: View, pod: Object, ills: tuple[Cause, ...]) -> Iterator[Cause]:
    """It is broken if something is wrong with it that fails pods, or for long enough."""
    serious = [ill for ill in ills if not tolerance_of(ill).is_informational]
    since = epoch(condition(pod, 'Ready').get('lastTransitionTime')) or view.now
    if not serious and view.now - since < OLD_POD_UNREADY_SECONDS:
        return
    told = tuple(f'{ill.code}: {ill.message}' for ill in (serious or ills)[:1])
    yield Cause(
        code='StuckOnOldPod',
        reason='OrderedReady',
        subject=name(pod),
        message=(
            f'old pod {name(pod)} is not ready, and the StatefulSet replaces none before it is'
        ),
        pods=(name(pod),),
        evidence=told or (f'it has been unready for {format_duration(view.now - since)}',),
        logs=tuple(log for ill in serious[:1] for log in ill.logs),
        suggested_commands=(f'kubectl delete pod -n {view.target.namespace} {name(pod)}',),
    )
