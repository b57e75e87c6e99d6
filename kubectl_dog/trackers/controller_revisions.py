"""Read ControllerRevisions, the pod templates of a StatefulSet or DaemonSet."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import created_at
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
from kubectl_dog.trackers import undo

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
    """Return whether a pod was created from this revision."""
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
    """Describe the newest revision and its changes; None while that is unknown."""
    if not newest or 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        return None
    if not previous:
        return Revision(_revision_number(newest))
    from kubectl_dog.trackers.template_diff import describe_template_diff

    changes = describe_template_diff(_template(previous), _template(newest))
    return Revision(_revision_number(newest), _revision_number(previous), changes)


def revision_templates(
    view: View, newest: Object, old_pods: Sequence[Object]
) -> RevisionTemplates | None:
    """Return the templates of the newest revision and of the last one that worked, if any.

    If no pod of an earlier revision is left, the last complete revision is assumed to have worked.
    """
    earlier = _comparable_revision(view, newest, old_pods) if newest else {}
    if not earlier:
        return None
    return RevisionTemplates(
        _revision_number(newest),
        _template(newest),
        _revision_number(earlier),
        _template(earlier),
        created_at(earlier),
    )


def _comparable_revision(view: View, newest: Object, old_pods: Sequence[Object]) -> Object:
    earlier = [revision for revision in owned_revisions(view) if uid(revision) != uid(newest)]
    with_pods = [
        (revision, pod)
        for revision in earlier
        for pod in old_pods
        if is_pod_of_revision(pod, revision)
    ]
    if with_pods:
        serving = [revision for revision, pod in with_pods if is_ready(pod)]
        return serving[-1] if serving else {}
    if not earlier or view.now - created_at(newest) >= undo.RECENT_SECONDS:
        return {}
    complete = get_str(view.object, 'status', 'currentRevision')
    return next((revision for revision in earlier if name(revision) == complete), earlier[-1])


def still_serving(previous: Object, old_pods: Sequence[Object], desired: int) -> str:
    """Describe how many pods of the previous revision are ready; empty if none are."""
    ready = sum(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    return pod_controllers.still_serving(_revision_number(previous), ready, desired)


def undo_commands(
    view: View, newest: Object, previous: Object, old_pods: Sequence[Object]
) -> tuple[str, ...]:
    """Return the command that restores the previous revision, if that has ready pods."""
    is_serving = any(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    if not previous or not is_serving:
        return ()
    earlier = [revision for revision in owned_revisions(view) if uid(revision) != uid(newest)]
    is_last = uid(earlier[-1]) == uid(previous)
    return (undo.undo_command(view.target, '' if is_last else _revision_number(previous)),)


def _template(revision: Object) -> Object:
    return get_dict(revision, 'data', 'spec', 'template')


def _revision_number(revision: Object) -> str:
    return str(get_int(revision, 'revision'))
