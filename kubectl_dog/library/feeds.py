"""Feeds of each kind."""

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
    """Feed that follows a Pod until the Pod ends. The other callbacks are those of Feed."""

    resource: ClassVar[Resource] = PODS

    def on_added(self, callback: Plain) -> Plain:
        """Register `callback()` for the creation or reappearance of the object."""
        return self._register('on_added', callback)

    def on_ready(self, callback: Plain) -> Plain:
        """Register `callback()` for each time that the object becomes ready."""
        return self._register('on_ready', callback)

    def on_succeeded(self, callback: Plain) -> Plain:
        """Register `callback()` for the success of all containers of the pod."""
        return self._register('on_succeeded', callback)

    def _status_of(self, evaluation: Evaluation | None) -> PodStatus:
        return PodStatus() if evaluation is None else typed_status.pod(evaluation)


class JobFeed(Feed[JobStatus]):
    """Feed that follows a Job until the Job ends. The other callbacks are those of Feed."""

    resource: ClassVar[Resource] = JOBS

    def on_added(self, callback: Plain) -> Plain:
        """Register `callback()` for the creation or reappearance of the object."""
        return self._register('on_added', callback)

    def on_succeeded(self, callback: Plain) -> Plain:
        """Register `callback()` for the completion of the Job."""
        return self._register('on_succeeded', callback)

    def on_pod_added(self, callback: Pod) -> Pod:
        """Register `callback(pod)` for each new pod (AddedPod)."""
        return self._register('on_pod_added', callback)

    def _status_of(self, evaluation: Evaluation | None) -> JobStatus:
        return JobStatus() if evaluation is None else typed_status.job(evaluation)


class ControllerFeed(Feed[Status]):
    """Base class of the feeds of Deployments, StatefulSets and DaemonSets.

    The other callbacks are those of Feed.
    """

    def on_added(self, callback: Flag) -> Flag:
        """Register `callback(is_ready)` for the creation or reappearance of the object."""
        return self._register('on_added', callback)

    def on_ready(self, callback: Plain) -> Plain:
        """Register `callback()` for each time that the object becomes ready."""
        return self._register('on_ready', callback)

    def on_pod_added(self, callback: Pod) -> Pod:
        """Register `callback(pod)` for each new pod (AddedPod)."""
        return self._register('on_pod_added', callback)


class DeploymentFeed(ControllerFeed[DeploymentStatus]):
    """Feed that follows a Deployment. The other callbacks are those of ControllerFeed and Feed."""

    resource: ClassVar[Resource] = DEPLOYMENTS

    def on_replica_set_added(self, callback: ReplicaSet) -> ReplicaSet:
        """Register `callback(replica_set)` for each new ReplicaSet (AddedReplicaSet)."""
        return self._register('on_replica_set_added', callback)

    def _status_of(self, evaluation: Evaluation | None) -> DeploymentStatus:
        return DeploymentStatus() if evaluation is None else typed_status.deployment(evaluation)


class StatefulSetFeed(ControllerFeed[StatefulSetStatus]):
    """Feed that follows a StatefulSet. The other callbacks are those of ControllerFeed and Feed."""

    resource: ClassVar[Resource] = STATEFULSETS

    def _status_of(self, evaluation: Evaluation | None) -> StatefulSetStatus:
        return StatefulSetStatus() if evaluation is None else typed_status.stateful_set(evaluation)


class DaemonSetFeed(ControllerFeed[DaemonSetStatus]):
    """Feed that follows a DaemonSet. The other callbacks are those of ControllerFeed and Feed."""

    resource: ClassVar[Resource] = DAEMONSETS

    def _status_of(self, evaluation: Evaluation | None) -> DaemonSetStatus:
        return DaemonSetStatus() if evaluation is None else typed_status.daemon_set(evaluation)
