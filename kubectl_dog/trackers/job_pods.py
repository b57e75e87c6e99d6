"""The pods of a Job: which of them tell something, and whether they are at work."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import phase

# How long, in seconds, pods at work may go on before the next look at them.
RUNNING_STALL_TIMEOUT = 600.0

# Of the pods that have ended, so many of the newest are enough to tell how.
_MAX_FAILED = 10
_MAX_SUCCEEDED = 3


def split_pods(
    pods: Iterable[Object], failure_reason: str
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """Those that show what the Job does, and the others; `failure` is the reason of its failure.

    The living; the newest of those that failed, because they explain; the newest of those that
    succeeded, because their last words are wanted. When a Job fails, its running pods are
    deleted: what these do then is no explanation, unless they did not get as far as running.
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
    """Whether anything of it runs."""
    return is_living(pod) and any(container.running for container in containers(pod))


def _was_deleted_on_failure(pod: Object, failure_reason: str) -> bool:
    """Deleted because the Job failed, and telling: it is what failed, or it never came to run."""
    if not is_deleting(pod) or phase(pod) in ('Failed', 'Succeeded'):
        return False
    explains_failure = phase(pod) == 'Pending' or any(
        container.restarts for container in containers(pod)
    )
    return explains_failure or failure_reason != 'DeadlineExceeded'


def _has_failed(pod: Object) -> bool:
    """Ended badly by itself; one that was lost with its node still seems to wait for something."""
    is_lost = any(container.waiting for container in containers(pod))
    return phase(pod) == 'Failed' and not is_lost


def _has_succeeded(pod: Object) -> bool:
    """Ended well at the first try: what went wrong before a success is no cause any more."""
    return phase(pod) == 'Succeeded' and not any(
        container.restarts for container in containers(pod)
    )
