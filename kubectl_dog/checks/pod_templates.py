"""The pods that workloads create, as objects."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.checks.batch import Entry
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.resources import Target

_REPLICATED = (
    'Deployment.apps',
    'ReplicaSet.apps',
    'StatefulSet.apps',
    'ReplicationController',
)
DAEMON_SET = 'DaemonSet.apps'
_JOB = 'Job.batch'
_CRON_JOB = 'CronJob.batch'
_POD = 'Pod'


class PodTemplate(NamedTuple):
    """The pod that a workload creates, with the name of the workload.

    `pods` is the number of pods that exist when the rollout is done; 0 if they come later.
    """

    target: Target
    workload: Object
    pod: Object
    pods: int = 1

    @property
    def is_daemon(self) -> bool:
        """Whether each matching node gets a pod."""
        return self.target.resource.key == DAEMON_SET


def pod_template(entry: Entry) -> PodTemplate | None:
    """Return the template of a workload or Pod; None for other kinds."""
    return template_of(entry.target, entry.object)


def template_of(target: Target, obj: Object) -> PodTemplate | None:
    """Return the template of an object of a kind that creates pods; None for other kinds."""
    key = target.resource.key
    if key == _POD:
        return PodTemplate(target, obj, _pod(target, obj))
    if key == _CRON_JOB:
        template = get_dict(obj, 'spec', 'jobTemplate', 'spec', 'template')
        return PodTemplate(target, obj, _pod(target, template), 0)
    if key not in (*_REPLICATED, DAEMON_SET, _JOB):
        return None
    pod = _pod(target, get_dict(obj, 'spec', 'template'))
    if key == _JOB:
        return PodTemplate(target, obj, pod, _job_pods(obj))
    return PodTemplate(target, obj, pod, get_int(obj, 'spec', 'replicas', default=1))


def _job_pods(job: Object) -> int:
    if get_dict(job, 'spec').get('suspend') is True:
        return 0
    parallel = get_int(job, 'spec', 'parallelism', default=1)
    return min(parallel, get_int(job, 'spec', 'completions', default=parallel))


def _pod(target: Target, template: Object) -> Object:
    metadata = {
        **get_dict(template, 'metadata'),
        'name': target.name,
        'namespace': target.namespace,
    }
    # Without the uid: pods of templates are not cached.
    metadata.pop('uid', None)
    return {
        'apiVersion': 'v1',
        'kind': 'Pod',
        'metadata': metadata,
        'spec': get_dict(template, 'spec'),
    }
