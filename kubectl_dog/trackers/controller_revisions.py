"""Read ControllerRevisions, the pod templates of a StatefulSet or DaemonSet."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers import pod_controllers
from kubectl_dog.trackers import template_diff

# On pods of a DaemonSet the hash, on pods of a StatefulSet the name of the revision.
HASH = 'controller-revision-hash'


def revision_watch(view: View) -> Watch:
    """Return the watch for revisions; they have the labels of the pod template."""
    return Watch(CONTROLLERREVISIONS, view.target.namespace, pod_controllers.labels(view))


def owned_revisions(view: View) -> list[Object]:
    """Return the revisions of the target in ascending order of number.

    (An undo gives an old revision the highest number.)
    """
    children = view.children_by_owner_uid.get(uid(view.object or {}), ())
    revisions = [child for child in children if child.get('kind') == 'ControllerRevision']
    return sorted(revisions, key=lambda child: get_int(child, 'revision'))


def revision_label(obj: Object) -> str:
    """Return the label that names the revision of a pod."""
    return get_str(obj, 'metadata', 'labels', HASH)


def is_pod_of_revision(pod: Object, revision: Object) -> bool:
    """Whether a pod was created from this revision."""
    return bool(revision_label(pod)) and revision_label(pod) in (
        name(revision),
        revision_label(revision),
    )


def previous_revision(
    revisions: Iterable[Object], newest: Object, other_pods: Sequence[Object]
) -> Object:
    """Return the newest other revision that still has pods, or an empty object."""
    earlier = [revision for revision in revisions if newest and uid(revision) != uid(newest)]
    with_pods = [
        revision
        for revision in earlier
        if any(is_pod_of_revision(pod, revision) for pod in other_pods)
    ]
    return with_pods[-1] if with_pods else {}


def describe_revision(view: View, newest: Object, previous: Object) -> Revision | None:
    """Describe the newest revision and what it changes; None while that is unknown."""
    if not newest or 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        return None
    if not previous:
        return Revision(_revision_number(newest))
    old, new = (get_dict(revision, 'data', 'spec', 'template') for revision in (previous, newest))
    return Revision(
        _revision_number(newest),
        _revision_number(previous),
        template_diff.describe_template_diff(old, new),
    )


def still_serving(previous: Object, old_pods: Sequence[Object], desired: int) -> str:
    """Describe how many pods of the previous revision are ready; empty if none are."""
    ready = sum(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    return (
        f'the old revision {_revision_number(previous)} still serves: {ready}/{desired}'
        if ready
        else ''
    )


def undo_commands(view: View, previous: Object, old_pods: Sequence[Object]) -> tuple[str, ...]:
    """Return the command that restores the previous revision, if that has ready pods."""
    target = view.target
    undo = f'kubectl rollout undo -n {target.namespace} {target.label}'
    is_serving = any(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    return (undo,) if previous and is_serving else ()


def _revision_number(revision: Object) -> str:
    return str(get_int(revision, 'revision'))
