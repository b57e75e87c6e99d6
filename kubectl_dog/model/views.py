"""View: the data about one target at one moment, for trackers and causes."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set
from typing import Any

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import Object
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch


class RunHistory(NamedTuple):
    """Times and facts of this run that are not in the objects.

    Times are the server's, in epoch seconds.

    - `started`: when tracking began.
    - `progressed_at`: when the pod counts of the target last changed.
    - `revision_changed`: the target has changed to another revision in this run.
    - `ready_children`: uids of children of the target that have had ready pods in this run.
    - `revisions`: revisions of a GitOps application, in the order in which this run has seen them;
      `first_revisions` are those that were applied at first (None: not known).
    - `connected_since`: since when all watches receive events; `now` while any is disconnected.
    """

    started: float = 0.0
    progressed_at: float = 0.0
    revision_changed: bool = False
    connected_since: float = 0.0
    ready_children: frozenset[str] = frozenset()
    revisions: tuple[str, ...] = ()
    first_revisions: tuple[str, ...] | None = None


class View(NamedTuple):
    """The input of trackers and causes for one target at one moment.

    Mappings are shared with the store, and must not be changed.

    - `now`: the server's time in epoch seconds.
    - `object`: the target; None if it does not exist.
    - `children_by_owner_uid`: uid of an owner -> objects that it controls.
    - `kube_events_by_uid`: uid of an object -> Kubernetes events about it, the oldest first.
    - `baseline_terminations`: (pod uid, container) -> terminations before tracking began.
    - `baseline_backoff`: (pod uid, container) of containers in a back-off when tracking began.
    - `logs`: (pod uid, container) -> the last lines received.
    - `nodes`: name -> the watched nodes of that name.
    - `answers`: answers to the lookups of trackers and causes.
    - `listed_kinds`: kinds (`Kind.group`) that were listed; only of these an object can be missing.
    - `forbidden_kinds`: kinds (`Kind.group`) that may not be read.
    - `stable_for`: seconds that the target must stay ready; None for the default of the kind.
    - `strict_nodes`: nodes that were unready before need their DaemonSet pod, too.
    - `require_status`: an object whose status cannot be assessed is unknown, not ready.
    - `objects_by_watch`: objects of each watch; see `objects_of`.
    - `definition`: the CustomResourceDefinition of the kind; empty if it was not read.
    - `is_single_look`: the target is read once, and not tracked.
    - `is_snapshot`: a single look (`status`): `now` is after every grace period, so that no elapsed
      time may count as expired, and `run_history` is empty.
    """

    target: Target
    now: float
    object: Object | None = None
    children_by_owner_uid: Mapping[str, tuple[Object, ...]] = {}
    kube_events_by_uid: Mapping[str, tuple[Object, ...]] = {}
    baseline_terminations: Mapping[tuple[str, str], int] = {}
    baseline_backoff: Set[tuple[str, str]] = frozenset()
    logs: Mapping[tuple[str, str], tuple[LogLine, ...]] = {}
    nodes: Mapping[str, tuple[Object, ...]] = {}
    answers: Mapping[Lookup, Answer] = {}
    listed_kinds: frozenset[str] = frozenset()
    forbidden_kinds: frozenset[str] = frozenset()
    run_history: RunHistory = RunHistory()
    stable_for: float | None = None
    strict_nodes: bool = False
    objects_by_watch: Mapping[Watch, tuple[Object, ...]] = {}
    is_snapshot: bool = False
    definition: Mapping[str, Any] = {}
    is_single_look: bool = False
    require_status: bool = False

    def objects_of(self, watch: Watch) -> tuple[Object, ...]:
        """Return the objects of a watch; empty until it is listed (see `objects_by_watch`)."""
        return self.objects_by_watch.get(watch, ())
