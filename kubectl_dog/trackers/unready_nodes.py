"""Find nodes that were not ready before tracking began; a DaemonSet does not wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import is_finished
from kubectl_dog.model.pods import is_ready
from kubectl_dog.model.pods import is_unseen_by_kubelet
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.times import epoch
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Watch

# A kubelet starts a pod within a second. After this many seconds its node is checked.
SILENT_AFTER = 10.0
# More nodes than this are watched with one watch.
_MAX_SINGLE_WATCHES = 5


def pods_on_silent_nodes(view: View, pods: Iterable[Object]) -> dict[str, Object]:
    """Return the pods whose kubelet does not seem to respond, by the name of their node."""
    return {
        get_str(pod, 'spec', 'nodeName'): pod
        for pod in pods
        if get_str(pod, 'spec', 'nodeName') and not is_ready(pod) and _is_silent(view, pod)
    }


def _is_silent(view: View, pod: Object) -> bool:
    due = epoch(get_str(pod, 'metadata', 'deletionTimestamp'))
    if due is not None:
        return view.now >= due
    if is_unseen_by_kubelet(pod):
        return view.now >= created_at(pod) + SILENT_AFTER
    # The node controller sets the pods of a lost node to not ready. The container statuses stay
    # as the kubelet last reported them.
    ready_states = [
        container.status.get('ready') for container in containers(pod) if container.role == 'app'
    ]
    return all(ready_states) and not is_finished(pod)


def recheck_at(view: View, pods: Iterable[Object]) -> float | None:
    """Return when the next unseen pod will be treated as silent, in epoch seconds, or None."""
    due_times = [created_at(pod) + SILENT_AFTER for pod in pods if is_unseen_by_kubelet(pod)]
    return min((due for due in due_times if due > view.now), default=None)


def node_watches(names: Iterable[str]) -> Sequence[Watch]:
    """Return a watch per node, or one watch for all nodes if there are many."""
    sorted_names = sorted(names)
    if len(sorted_names) > _MAX_SINGLE_WATCHES:
        return [Watch(NODES, '')]
    return [Watch(NODES, '', fields=f'metadata.name={name}') for name in sorted_names]


def not_ready_before(view: View, names: Iterable[str]) -> frozenset[str]:
    """Return the nodes that are not ready, and were not ready when tracking began."""
    return frozenset(name for name in names if _was_not_ready(view, name))


def _was_not_ready(view: View, name: str) -> bool:
    node = next(iter(view.nodes.get(name, ())), None)
    ready = condition(node or {}, 'Ready')
    since = epoch(ready.get('lastTransitionTime')) or 0.0
    return node is not None and ready.get('status') != 'True' and since <= view.run_history.started
