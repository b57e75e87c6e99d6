"""kubedog's rollout trackers: functions that wait until one object is ready or has failed.

Lines are printed to `output`, if there is one. `kube` is an ApiClient, the name of a context, a
connection, or None. Times in `options` are in seconds. `on_event` is called with each event.
Errors are those of `kubectl_dog.rollout`.
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
    PODS, 'Track a Pod until it is ready, has succeeded, or has failed.'
)
track_job = kind_functions.track_function(JOBS, 'Track a Job until it is complete, or has failed.')
track_deployment = kind_functions.track_function(
    DEPLOYMENTS, 'Track a Deployment until it is ready, or has failed.'
)
track_statefulset = kind_functions.track_function(
    STATEFULSETS, 'Track a StatefulSet until it is ready, or has failed.'
)
track_daemonset = kind_functions.track_function(
    DAEMONSETS, 'Track a DaemonSet until it is ready, or has failed.'
)
