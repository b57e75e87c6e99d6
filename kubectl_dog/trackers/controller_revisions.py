"""ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, in order."""

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

# On a pod: of a DaemonSet the hash alone, of a StatefulSet the name of the revision.
HASH = 'controller-revision-hash'


def revision_watch(view: View) -> Watch:
    """The revisions carry the labels of the template, so the workload's selector finds them."""
    return Watch(CONTROLLERREVISIONS, view.target.namespace, pod_controllers.labels(view))


def owned_revisions(view: View) -> list[Object]:
    """The revisions of the target, the newest last: an undo makes an old one the newest again."""
    things = view.children_by_owner_uid.get(uid(view.object or {}), ())
    found = [one for one in things if one.get('kind') == 'ControllerRevision']
    return sorted(found, key=lambda one: get_int(one, 'revision'))


def revision_label(thing: Object) -> str:
    """What says which revision a pod is of."""
    return get_str(thing, 'metadata', 'labels', HASH)


def is_pod_of_revision(pod: Object, revision: Object) -> bool:
    """Whether a pod was made from this revision."""
    return bool(revision_label(pod)) and revision_label(pod) in (
        name(revision),
        revision_label(revision),
    )


def previous_revision(
    revisions: Iterable[Object], newest: Object, other_pods: Sequence[Object]
) -> Object:
    """The newest of the other revisions that is still there as a pod; else an empty one."""
    earlier = [one for one in revisions if newest and uid(one) != uid(newest)]
    found = [one for one in earlier if any(is_pod_of_revision(pod, one) for pod in other_pods)]
    return found[-1] if found else {}


def describe_revision(view: View, newest: Object, previous: Object) -> Revision | None:
    """The number of the newest revision and what it changes; None while that is not known."""
    if not newest or 'Pod' not in view.listed_kinds | view.forbidden_kinds:
        return None
    if not previous:
        return Revision(_number(newest))
    old, new = (get_dict(one, 'data', 'spec', 'template') for one in (previous, newest))
    return Revision(
        _number(newest), _number(previous), template_diff.describe_template_diff(old, new)
    )


def still_serving(previous: Object, old_pods: Sequence[Object], desired: int) -> str:
    """What still works of the revision before, in words."""
    ready = sum(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    return f'the old revision {_number(previous)} still serves: {ready}/{desired}' if ready else ''


def undo_commands(view: View, previous: Object, old_pods: Sequence[Object]) -> tuple[str, ...]:
    """How to go back, where there is something to go back to that works."""
    target = view.target
    undo = f'kubectl rollout undo -n {target.namespace} {target.label}'
    works = any(is_ready(pod) and is_pod_of_revision(pod, previous) for pod in old_pods)
    return (undo,) if previous and works else ()


def _number(revision: Object) -> str:
    return str(get_int(revision, 'revision'))
