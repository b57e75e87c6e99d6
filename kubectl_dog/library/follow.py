"""kubedog's follow trackers: each follows one object, whatever goes wrong with it.

They print nothing unless there is an `output`; `kube` is an ApiClient, a context's name, a
connection, or None, and times of `options` are in seconds. `on_event` is called with each event.
All raise what `kubectl_dog.follow` does.
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
    """Follow a Pod until it ends, or `options.timeout`."""
    asked = (options or Options())._replace(follow=True)
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
    """Follow a Job until it ends, or `options.timeout`."""
    asked = (options or Options())._replace(follow=True)
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
    """Follow a Deployment until `options.timeout`, or for ever."""
    asked = (options or Options())._replace(follow=True)
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
    """Follow a StatefulSet until `options.timeout`, or for ever."""
    asked = (options or Options())._replace(follow=True)
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
    """Follow a DaemonSet until `options.timeout`, or for ever."""
    asked = (options or Options())._replace(follow=True)
    return perkind.track(DAEMONSETS, name, namespace, kube, asked, on_event, output)
