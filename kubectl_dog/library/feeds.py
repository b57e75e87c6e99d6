"""The feeds of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from typing import TypeVar

from kubectl_dog.library import typed_status
from kubectl_dog.library.callbacks import AddedPod
from kubectl_dog.library.callbacks import AddedReplicaSet
from kubectl_dog.library.feed import Feed
from kubectl_dog.library.feed import Plain
from kubectl_dog.library.feed import Status
from kubectl_dog.library.typed_status import DaemonSetStatus
from kubectl_dog.library.typed_status import DeploymentStatus
from kubectl_dog.library.typed_status import JobStatus
from kubectl_dog.library.typed_status import PodStatus
from kubectl_dog.library.typed_status import StatefulSetStatus
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.tracking.targets.evaluator import Evaluation

Flag = TypeVar('Flag', bound='Callable[[bool], object] | None')
Pod = TypeVar('Pod', bound='Callable[[AddedPod], object] | None')
ReplicaSet = TypeVar('ReplicaSet', bound='Callable[[AddedReplicaSet], object] | None')


class PodFeed(Feed[PodStatus]):
    """Follows a Pod until the Pod ends. The other callbacks are those of Feed."""

    resource: ClassVar[Resource] = PODS

    def on_added(self, callback: Plain) -> Plain:
        """`callback()`: the object was created, or was found again."""
        return self._register('on_added', callback)

    def on_ready(self, callback: Plain) -> Plain:
        """`callback()`: it has become ready, also after it was not ready for a while."""
        return self._register('on_ready', callback)

    def on_succeeded(self, callback: Plain) -> Plain:
        """`callback()`: all its containers have succeeded."""
        return self._register('on_succeeded', callback)

    def _status_of(self, evaluation: Evaluation | None) -> PodStatus:
        return PodStatus() if evaluation is None else typed_status.pod(evaluation)


class JobFeed(Feed[JobStatus]):
    """Follows a Job until the Job ends. The other callbacks are those of Feed."""

    resource: ClassVar[Resource] = JOBS

    def on_added(self, callback: Plain) -> Plain:
        """`callback()`: the object was created, or was found again."""
        return self._register('on_added', callback)

    def on_succeeded(self, callback: Plain) -> Plain:
        """`callback()`: it is complete."""
        return self._register('on_succeeded', callback)

    def on_pod_added(self, callback: Pod) -> Pod:
        """`callback(pod)`: a pod was seen for the first time, an AddedPod."""
        return self._register('on_pod_added', callback)

    def _status_of(self, evaluation: Evaluation | None) -> JobStatus:
        return JobStatus() if evaluation is None else typed_status.job(evaluation)


class ControllerFeed(Feed[Status]):
    """Base class of the feeds of Deployments, StatefulSets and DaemonSets. The other callbacks are
    those of Feed.
    """

    def on_added(self, callback: Flag) -> Flag:
        """`callback(is_ready)`: the object was created, or was found again."""
        return self._register('on_added', callback)

    def on_ready(self, callback: Plain) -> Plain:
        """`callback()`: it has become ready, also after it was not ready for a while."""
        return self._register('on_ready', callback)

    def on_pod_added(self, callback: Pod) -> Pod:
        """`callback(pod)`: a pod was seen for the first time, an AddedPod."""
        return self._register('on_pod_added', callback)


class DeploymentFeed(ControllerFeed[DeploymentStatus]):
    """Follows a Deployment. The other callbacks are those of ControllerFeed and of Feed."""

    resource: ClassVar[Resource] = DEPLOYMENTS

    def on_replica_set_added(self, callback: ReplicaSet) -> ReplicaSet:
        """`callback(replica_set)`: a ReplicaSet was seen for the first time, an AddedReplicaSet."""
        return self._register('on_replica_set_added', callback)

    def _status_of(self, evaluation: Evaluation | None) -> DeploymentStatus:
        return DeploymentStatus() if evaluation is None else typed_status.deployment(evaluation)


class StatefulSetFeed(ControllerFeed[StatefulSetStatus]):
    """Follows a StatefulSet. The other callbacks are those of ControllerFeed and of Feed."""

    resource: ClassVar[Resource] = STATEFULSETS

    def _status_of(self, evaluation: Evaluation | None) -> StatefulSetStatus:
        return StatefulSetStatus() if evaluation is None else typed_status.stateful_set(evaluation)


class DaemonSetFeed(ControllerFeed[DaemonSetStatus]):
    """Follows a DaemonSet. The other callbacks are those of ControllerFeed and of Feed."""

    resource: ClassVar[Resource] = DAEMONSETS

    def _status_of(self, evaluation: Evaluation | None) -> DaemonSetStatus:
        return DaemonSetStatus() if evaluation is None else typed_status.daemon_set(evaluation)
