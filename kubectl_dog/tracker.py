"""The public API for packages of trackers.

A package registers a module or an object as an entry point of the group
`kubectl_dog.trackers.v1`. The name of the entry point is `Kind.group`, or `Pod` in the core group.
It must have at least one of two functions, and may declare codes:

    def wants(view: View) -> Sequence[Want]
        What to read in addition to the target and its Kubernetes events (default: nothing).
    def assess(view: View) -> Assessment
        The state of the target (default: `generic_assessment`).
    codes: Sequence[str]
        The codes of causes that only this tracker uses (default: none).

Both functions are pure: no I/O and no clock. `view.now` is the time of the server. They are called
whenever the view has changed and when `Assessment.recheck_at` has passed, and must not change
anything in the view. `wants` may return at most 64 wants.

If a tracker raises an error or returns a value of another shape, the error is reported with the
name and version of its package. The next tracker or shipped rule for the kind takes over. If there
is none, the state of the target is unknown: the generic tracker does not take over, because it
might call the target ready.

Names in this module:

    View, Target, RunHistory, Object             what a tracker gets
    Watch, Lookup, Logs, Want, Answer, LogLine   what it can read, and the results
    Resource                                     a kind of objects, for watches and lookups; known
                                                 are PODS, DEPLOYMENTS, STATEFULSETS, DAEMONSETS,
                                                 REPLICASETS, CONTROLLERREVISIONS, JOBS, SERVICES,
                                                 ENDPOINTSLICES, CONFIGMAPS, SECRETS, NAMESPACES
                                                 and NODES
    Assessment, State, Progress, Revision,       what it returns
    RevisionTemplates
    Cause, LogRef                                a problem, and the log that explains it
    ready, waiting, failed, paused, deleting     create common assessments
    deleting_or_unobserved                       the assessment of an object that is being deleted
                                                 or whose newest spec is not observed, or None
    generic_assessment                           the assessment of a kind without a tracker
    require_stability                            hold back readiness while pods may still crash
    min_stall_timeout                            the value for `Assessment.min_stall_timeout`
    describe_template_diff                       the value for `Revision.changes`
    workload, Workload, workload_watches         read a workload that belongs to the target
    get_str, get_int, get_dict, get_dicts        read fields of any object safely
    condition, is_observed, is_deleting          read the status and the metadata of an object
    name, uid, controller_uid, created_at        read the metadata of an object
    is_ready, is_living                          read the status of a pod
    label_selector                               a selector as text, for `Watch.labels`
    epoch, format_duration                       parse a timestamp, and format seconds
    Tracker                                      the protocol, for type checkers

The names in `__all__` keep their meaning within `v1`. Values may get more fields, with defaults.
docs/write-a-tracker.md is the tutorial, and `kubectl_dog.testing` helps to test a tracker.
"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import LogRef
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import is_observed
from kubectl_dog.model.objects import label_selector
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_living
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.assessment_helpers import deleting
from kubectl_dog.trackers.assessment_helpers import deleting_or_unobserved
from kubectl_dog.trackers.assessment_helpers import failed
from kubectl_dog.trackers.assessment_helpers import paused
from kubectl_dog.trackers.assessment_helpers import ready
from kubectl_dog.trackers.assessment_helpers import waiting
from kubectl_dog.trackers.child_workload import Workload
from kubectl_dog.trackers.child_workload import read_workload as workload
from kubectl_dog.trackers.child_workload import workload_watches
from kubectl_dog.trackers.protocol import Tracker

__all__ = [
    'CONFIGMAPS',
    'CONTROLLERREVISIONS',
    'DAEMONSETS',
    'DEPLOYMENTS',
    'ENDPOINTSLICES',
    'JOBS',
    'NAMESPACES',
    'NODES',
    'PODS',
    'REPLICASETS',
    'SECRETS',
    'SERVICES',
    'STATEFULSETS',
    'Answer',
    'Assessment',
    'Cause',
    'LogLine',
    'LogRef',
    'Logs',
    'Lookup',
    'Object',
    'Progress',
    'Resource',
    'Revision',
    'RevisionTemplates',
    'RunHistory',
    'State',
    'Target',
    'Tracker',
    'View',
    'Want',
    'Watch',
    'Workload',
    'condition',
    'controller_uid',
    'created_at',
    'deleting',
    'deleting_or_unobserved',
    'describe_template_diff',
    'epoch',
    'failed',
    'format_duration',
    'generic_assessment',
    'get_dict',
    'get_dicts',
    'get_int',
    'get_str',
    'is_deleting',
    'is_living',
    'is_observed',
    'is_ready',
    'label_selector',
    'min_stall_timeout',
    'name',
    'paused',
    'ready',
    'require_stability',
    'uid',
    'waiting',
    'workload',
    'workload_watches',
]


def generic_assessment(view: View) -> Assessment:
    """Assess a target as a kind without a tracker: by kstatus, conditions and phases."""
    from kubectl_dog.trackers import generic

    return generic.assess(view)


def require_stability(view: View, assessment: Assessment, since: float | None = None) -> Assessment:
    """Return an assessment that is not ready while the pods may still crash.

    A container that has no readiness probe, or has crashed before, must run for a while
    (`--stable-for`). `assessment.pods` are the updated pods, and all of them must be ready. `since`
    is the server time, in epoch seconds, at which the counts were reached; it is used if pods may
    not be read, and defaults to the time at which the counts of the assessment last changed. An
    assessment in any other state is returned unchanged.
    """
    from kubectl_dog.trackers.stability import with_stability

    if assessment.state is not State.READY:
        return assessment
    ready_since = view.run_history.progressed_at if since is None else since
    if 'Pod' not in view.forbidden_kinds and not get_dict(view.object, 'spec', 'template', 'spec'):
        # Without a pod template it is unknown whether all containers have probes: check each pod.
        ready_since = view.now
    checked = with_stability(view, assessment, len(assessment.pods), ready_since)
    return assessment if checked.state is State.READY else checked._replace(message='')


def min_stall_timeout(workload: Object) -> float:
    """Return the minimum stall timeout, in seconds, for a workload that creates pods.

    It follows from the probes in `spec.template` and `spec.minReadySeconds`, and is meant for
    `Assessment.min_stall_timeout`.
    """
    from kubectl_dog.trackers import pod_controllers

    return pod_controllers.min_stall_timeout(workload)


def describe_template_diff(before: Object, after: Object) -> tuple[str, ...]:
    """Describe the differences of two pod templates, images first, for `Revision.changes`."""
    from kubectl_dog.trackers.template_diff import describe_template_diff

    return describe_template_diff(before, after)
