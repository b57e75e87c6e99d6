"""kubedog's follow trackers: functions that follow one object and do not end when it fails.

Lines are printed to `output`, if there is one. `kube` is an ApiClient, the name of a context, a
connection, or None. Times in `options` are in seconds. `on_event` is called with each event.
Errors are those of `kubectl_dog.follow`.
"""

from __future__ import annotations

from kubectl_dog.library import kind_functions
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

track_pod = kind_functions.track_function(
    PODS, 'Follow a Pod until it ends or `options.timeout` expires.', follow=True
)
track_job = kind_functions.track_function(
    JOBS, 'Follow a Job until it ends or `options.timeout` expires.', follow=True
)
track_deployment = kind_functions.track_function(
    DEPLOYMENTS, 'Follow a Deployment until `options.timeout` expires, or forever.', follow=True
)
track_statefulset = kind_functions.track_function(
    STATEFULSETS, 'Follow a StatefulSet until `options.timeout` expires, or forever.', follow=True
)
track_daemonset = kind_functions.track_function(
    DAEMONSETS, 'Follow a DaemonSet until `options.timeout` expires, or forever.', follow=True
)
