"""kubedog's follow trackers: each follows one object, whatever goes wrong with it.

They print nothing unless there is an `output`; `kube` is an ApiClient, a context's name, a
connection, or None, and times of `options` are in seconds. `on_event` is called with each event.
All raise what `kubectl_dog.follow` does.
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

track_pod = kind_functions.kind_function(
    PODS, 'Follow a Pod until it ends, or `options.timeout`.', follow=True
)
track_job = kind_functions.kind_function(
    JOBS, 'Follow a Job until it ends, or `options.timeout`.', follow=True
)
track_deployment = kind_functions.kind_function(
    DEPLOYMENTS, 'Follow a Deployment until `options.timeout`, or for ever.', follow=True
)
track_statefulset = kind_functions.kind_function(
    STATEFULSETS, 'Follow a StatefulSet until `options.timeout`, or for ever.', follow=True
)
track_daemonset = kind_functions.kind_function(
    DAEMONSETS, 'Follow a DaemonSet until `options.timeout`, or for ever.', follow=True
)
