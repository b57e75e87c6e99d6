"""What a tracker is written with: the public, stable surface for packages of trackers.

A package registers a module, or an object, in the entry-point group `kubectl_dog.trackers.v1`
under `Kind.group` (`Pod` in the core group). It may have, each with a default where it is missing:

    codes: Sequence[str]                     the codes of causes of its own (default: none)
    def wants(view: View) -> Sequence[Want]  what to read besides the object (default: nothing)
    def assess(view: View) -> Assessment     what that means (default: `usual`)

Both functions are pure: no I/O, no clock (`view.now` is the time), and nothing in the view is
changed. They are called again whenever anything in the view is new, or `recheck_at` has come. What
they raise, and what has another shape than is told here, is reported with the name and version of
the package; the next tracker or rule that is made for the kind takes over, and without one the
state is unknown: nothing is ready, or failed, by a judgement that knows less of the kind.

The names in `__all__` keep their meaning within `v1`; fields may be added to the values, with
defaults. docs/write-a-tracker.md is the way in, `kubectl_dog.testing` the kit for tests.
"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
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
    """The judgement of a kind that nobody knows: by kstatus, conditions and phases."""
    from kubectl_dog.trackers import generic

    return generic.assess(view)


def require_stability(view: View, assessment: Assessment, since: float | None = None) -> Assessment:
    """A judgement that is ready, held back as long as its pods may still crash.

    Ready means ready (`--stable-for`): a container that no probe looks at, or that has crashed
    before, counts only when it has run for a while. `judged.pods` are the updated pods, all of
    which have to be ready. `since` is the server's time, in epoch seconds, since when the counts
    say that it is ready: all to go by where pods may not be read (default: since when the counts
    of the judgement have not changed).
    """
    from kubectl_dog.trackers.stability import check_stability

    if assessment.state is not State.READY:
        return assessment
    ready_since = view.run_history.progressed_at if since is None else since
    if 'Pod' not in view.forbidden_kinds and not get_dict(view.object, 'spec', 'template', 'spec'):
        # Only a template tells that all of them have probes: without it each has to be looked at.
        ready_since = view.now
    stability = check_stability(view, assessment.pods, len(assessment.pods), ready_since)
    if stability.state is State.READY:
        return assessment
    return assessment._replace(
        state=stability.state,
        reason=stability.reason,
        message='',
        waits_for=stability.waits_for,
        recheck_at=stability.recheck_at,
    )


def min_stall_timeout(workload: Object) -> float:
    """The least stall time-out, in seconds, that the probes in `spec.template` and its
    `minReadySeconds` ask for: for `Assessment.patience` of what makes pods.
    """
    from kubectl_dog.trackers import pod_controllers

    return pod_controllers.min_stall_timeout(workload)


def describe_template_diff(before: Object, after: Object) -> tuple[str, ...]:
    """What differs between two pod templates, in words and images first: for `Revision.changes`."""
    from kubectl_dog.trackers.template_diff import describe_template_diff

    return describe_template_diff(before, after)
