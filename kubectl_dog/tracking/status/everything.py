"""The objects of a namespace or of the cluster that have a state, and their statuses.

They are assessed like the objects of files (see `from_files`). Each kind is listed once, so that
no object is read by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import is_custom
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.plugins import built_in
from kubectl_dog.tracking.status import from_files
from kubectl_dog.tracking.status.ownership import kind_key

# Kinds of custom resources that are listed; each takes a request, also if there are no objects.
MOST_CUSTOM_KINDS = 300
# Kinds that have no rows, and explain the objects of others.
_EVIDENCE = (EVENTS, CONTROLLERREVISIONS, ENDPOINTSLICES)
# Rows in this order; other kinds follow.
_FIRST = (
    *('Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'Job.batch', 'CronJob.batch'),
    *('ReplicaSet.apps', 'ReplicationController', 'Pod', 'Service', 'Ingress.networking.k8s.io'),
)
_MOST_NAMED = 8
# Definitions of custom resources have megabytes, and their state hardly ever changes.
_NOT_LISTED = ('CustomResourceDefinition.apiextensions.k8s.io', 'Secret')


class Kinds(NamedTuple):
    """The kinds to list: those with rows, and those that explain others.

    `left_out` is the number of kinds of custom resources beyond the limit.
    """

    rows: tuple[Resource, ...]
    evidence: tuple[Resource, ...]
    left_out: int = 0


def choose_kinds(served: Iterable[Resource], namespace: str) -> Kinds:
    """Return the kinds with a state, of those that the server lists.

    These are built-in kinds whose state can differ from "exists", and custom resources. A
    namespace has no objects of cluster-scoped kinds.
    """
    resources = [resource for resource in served if resource.namespaced or not namespace]
    custom = [resource for resource in resources if is_custom(resource)]
    built_ins = [resource for resource in resources if _has_state(resource)]
    order = {key: number for number, key in enumerate(_FIRST)}
    built_ins.sort(key=lambda resource: order.get(resource.key, len(order)))
    keys = {resource.key: resource for resource in resources}
    evidence = tuple(known for known in _EVIDENCE if known.key in keys)
    left_out = max(0, len(custom) - MOST_CUSTOM_KINDS)
    return Kinds((*built_ins, *custom[:MOST_CUSTOM_KINDS]), evidence, left_out)


def _has_state(resource: Resource) -> bool:
    module = built_in.TRACKERS.get(resource.key, '')
    is_state = bool(module) and not module.endswith('.exists')
    return is_state and resource.key not in _NOT_LISTED and not is_custom(resource)


def _failure_notice(reason: str, kinds: Sequence[Resource]) -> str:
    names = ', '.join(kind.plural for kind in kinds[:_MOST_NAMED])
    more = f' and {len(kinds) - _MOST_NAMED} more' if len(kinds) > _MOST_NAMED else ''
    problem = 'you may not list them' if reason == 'denied' else 'the server did not answer'
    return f'without {names}{more}: {problem}'


class Inventory:
    """The objects of some kinds, as they are now."""

    def __init__(
        self,
        kinds: Kinds,
        namespace: str,
        tracker: Callable[..., Tracker],
        options: Options,
    ) -> None:
        """Prepare an empty inventory; `tracker` is as in `statuses_from_objects`."""
        self._kinds = kinds
        self._namespace = namespace
        self._tracker = tracker
        self._options = options
        self._objects: dict[Resource, dict[str, Object]] = {}
        # CustomResourceDefinitions of the listed kinds.
        self.definitions: Sequence[Object] = ()
        self.denied_reads: tuple[DeniedRead, ...] = ()

    def fill(self, answers: Mapping[Resource, Union[Listed, ReadFailure]]) -> tuple[str, ...]:
        """Set the objects of all kinds; return notices about kinds that cannot be read.

        Raises AccessError if this applies to all kinds with rows.
        """
        failures: dict[str, list[Resource]] = {}
        for kind, answer in answers.items():
            if isinstance(answer, Listed):
                self.replace(kind, answer.objects)
            else:
                failures.setdefault(answer.reason, []).append(kind)
        first = next(filter(None, (answers.get(kind) for kind in self._kinds.rows)), None)
        if isinstance(first, ReadFailure) and not set(self._kinds.rows) & set(self._objects):
            raise AccessError(f'nothing can be read: {first.message}')
        self.denied_reads = tuple(
            DeniedRead(('list',), kind.group, kind.plural, self._namespace, answer.message)
            for kind, answer in answers.items()
            if isinstance(answer, ReadFailure) and answer.reason == 'denied'
        )
        notices = [_failure_notice(reason, kinds) for reason, kinds in failures.items()]
        if self._kinds.left_out:
            count = MOST_CUSTOM_KINDS + self._kinds.left_out
            notices.append(
                f'only the first {MOST_CUSTOM_KINDS} of {count} kinds of custom resources are read'
            )
        return tuple(notices)

    def replace(self, resource: Resource, objects: Iterable[Object]) -> None:
        """Set the objects of a kind."""
        self._objects[resource] = {uid(obj): obj for obj in objects}

    def apply(self, item: Item) -> None:
        """Apply an item of one of `wants`."""
        if not isinstance(item.want, Watch):
            return
        if isinstance(item.payload, Listed):
            self.replace(item.want.resource, item.payload.objects)
        elif isinstance(item.payload, Changed):
            members = self._objects.setdefault(item.want.resource, {})
            if item.payload.change == 'DELETED':
                members.pop(uid(item.payload.object), None)
            else:
                members[uid(item.payload.object)] = item.payload.object

    @property
    def custom_kinds(self) -> Sequence[Resource]:
        """The kinds of custom resources that have objects."""
        return [kind for kind in self._kinds.rows if is_custom(kind) and self._objects.get(kind)]

    @property
    def wants(self) -> frozenset[Watch]:
        """The watches that show changes; not of custom resources without objects."""
        kinds = [kind for kind in self._objects if not is_custom(kind) or self._objects[kind]]
        return frozenset(Watch(kind, self._namespace if kind.namespaced else '') for kind in kinds)

    def statuses(self) -> tuple[Status, ...]:
        """Return the statuses by namespace, kind and name.

        Two groups have none while they are ready: custom resources without a status, and
        cluster-scoped objects.
        """
        order = {kind: number for number, kind in enumerate(self._kinds.rows)}
        rows = [
            ((get_str(obj, 'metadata', 'namespace'), order[kind], name(obj)), obj)
            for kind in order
            for obj in self._objects.get(kind, {}).values()
        ]
        objects = [obj for _, obj in sorted(rows, key=lambda row: row[0])]
        scoped = {uid(obj) for kind in order if not kind.namespaced for obj in self._of(kind)}
        bare = {
            uid(obj)
            for kind in self.custom_kinds
            for obj in self._of(kind)
            if not get_dict(obj, 'status')
        }
        evidence = [obj for kind in self._kinds.evidence for obj in self._of(kind)]
        listed = {kind.key: kind for kind in self._objects}
        statuses = from_files.statuses_from_objects(
            (*objects, *evidence, *self.definitions), self._tracker, self._options, listed
        )
        keys = {kind.key for kind in order}
        return tuple(
            status
            for status in statuses
            if kind_key({'kind': status.kind, 'apiVersion': status.api_version}) in keys
            and not (status.state is State.READY and status.uid in scoped | bare)
        )

    def _of(self, kind: Resource) -> Iterable[Object]:
        return self._objects.get(kind, {}).values()
