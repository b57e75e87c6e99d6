"""Select the pods of a Job that show its progress or its failure."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import phase

# A Job with running pods may go this many seconds without progress.
RUNNING_STALL_TIMEOUT = 600.0

# Show at most this many of the newest finished pods.
_MAX_FAILED = 10
_MAX_SUCCEEDED = 3


def split_pods(
    pods: Iterable[Object], failure_reason: str
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """Split pods into those that show the current state of the Job, and the other pods.

    Shown are the living pods, the newest failed pods, which explain a failure, and the newest
    succeeded pods, whose last log lines are wanted. A failing Job deletes its running pods; these
    explain nothing, unless they never ran. `failure_reason` is the reason of a failed Job.
    """
    ordered = sorted(pods, key=lambda pod: (created_at(pod), name(pod)))
    living = [
        pod
        for pod in ordered
        if is_living(pod) or (failure_reason and _was_deleted_on_failure(pod, failure_reason))
    ]
    failed = [pod for pod in ordered if _has_failed(pod)]
    succeeded = [pod for pod in ordered if _has_succeeded(pod)]
    shown = (*living, *failed[-_MAX_FAILED:], *succeeded[-_MAX_SUCCEEDED:])
    return shown, tuple(pod for pod in ordered if pod not in shown)


def is_running(pod: Object) -> bool:
    """Return whether a living pod has a running container."""
    return is_living(pod) and any(container.running for container in containers(pod))


def _was_deleted_on_failure(pod: Object, failure_reason: str) -> bool:
    """Return whether a pod explains the failure of the Job, although deleted because of it."""
    if not is_deleting(pod) or phase(pod) in ('Failed', 'Succeeded'):
        return False
    explains_failure = phase(pod) == 'Pending' or any(
        container.restarts for container in containers(pod)
    )
    return explains_failure or failure_reason != 'DeadlineExceeded'


def _has_failed(pod: Object) -> bool:
    """Return whether a pod failed by itself, and not because its node was lost."""
    is_lost = any(container.waiting for container in containers(pod))
    return phase(pod) == 'Failed' and not is_lost


def _has_succeeded(pod: Object) -> bool:
    """Return whether a pod succeeded without a restart, so that it has no causes any more."""
    return phase(pod) == 'Succeeded' and not any(
        container.restarts for container in containers(pod)
    )
