"""kubedog's rollout trackers: each waits until one object is ready, or says why it is not.

They print nothing unless there is an `output`; `kube` is an ApiClient, a context's name, a
connection, or None, and times of `options` are in seconds. `on_event` is called with each event.
All raise what `kubectl_dog.rollout` does.
"""

from __future__ import annotations

from kubectl_dog.library import perkind
from kubectl_dog.library.calls import OnEvent
from kubectl_dog.library.perkind import Output
from kubectl_dog.library.reaching import Kube
from kubectl_dog.library.results import Result
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS

__all__ = [
    'track_daemonset',
    'track_deployment',
    'track_job',
    'track_pod',
    'track_statefulset',
]


def track_pod(
    name: str,
    namespace: str = '',
    kube: Kube = None,
    options: Options | None = None,
    *,
    on_event: OnEvent | None = None,
    output: Output | None = None,
) -> Result:
    """Track a Pod until it is ready, or has ended well, or has failed."""
    asked = options or Options()
    return perkind.track(PODS, name, namespace, kube, asked, on_event, output)


def track_job(
    name: str,
    namespace: str = '',
    kube: Kube = None,
    options: Options | None = None,
    *,
    on_event: OnEvent | None = None,
    output: Output | None = None,
) -> Result:
    """Track a Job until it is complete, or has failed."""
    asked = options or Options()
    return perkind.track(JOBS, name, namespace, kube, asked, on_event, output)


def track_deployment(
    name: str,
    namespace: str = '',
    kube: Kube = None,
    options: Options | None = None,
    *,
    on_event: OnEvent | None = None,
    output: Output | None = None,
) -> Result:
    """Track a Deployment until it is ready, or has failed."""
    asked = options or Options()
    return perkind.track(DEPLOYMENTS, name, namespace, kube, asked, on_event, output)


def track_statefulset(
    name: str,
    namespace: str = '',
    kube: Kube = None,
    options: Options | None = None,
    *,
    on_event: OnEvent | None = None,
    output: Output | None = None,
) -> Result:
    """Track a StatefulSet until it is ready, or has failed."""
    asked = options or Options()
    return perkind.track(STATEFULSETS, name, namespace, kube, asked, on_event, output)


def track_daemonset(
    name: str,
    namespace: str = '',
    kube: Kube = None,
    options: Options | None = None,
    *,
    on_event: OnEvent | None = None,
    output: Output | None = None,
) -> Result:
    """Track a DaemonSet until it is ready, or has failed."""
    asked = options or Options()
    return perkind.track(DAEMONSETS, name, namespace, kube, asked, on_event, output)
