"""Store of the known cluster state, indexed as views need it. Replayed items change nothing."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.causes.catalogue import YOUNG_POD_SECONDS
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.pods import forget as forget_containers
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# Reasons of read failures after which a watch is not tried again.
FINAL = ('denied', 'invalid')

# Lines kept per container for the explanation of a failure; more is never shown.
KEPT_LINES = 50


class Store:
    """The state of the cluster. The engine owns it; views share its indexes and never write."""

    def __init__(self) -> None:
        self.children_by_owner_uid = Index()
        self.kube_events_by_uid = Index()
        self.nodes = Index()
        self.baseline_terminations: dict[tuple[str, str], int] = {}
        self.baseline_backoff: set[tuple[str, str]] = set()
        self.departed: dict[Watch, Object] = {}
        self.logs: dict[tuple[str, str], tuple[LogLine, ...]] = {}
        self.log_ends: dict[tuple[str, str], int] = {}
        self.answers: dict[Lookup, Answer] = {}
        self.inventories: dict[ManagedObjects, ManagedTargets] = {}
        self.listed: set[Watch] = set()
        # Kinds (`Kind.group`) that were listed, and kinds that may not be read.
        self.listed_kinds: set[str] = set()
        self.forbidden_kinds: set[str] = set()
        # Wants and log streams that are interrupted now, and the engine's time at which the last
        # interruption ended.
        self.disconnected: set[object] = set()
        self.connected_since = 0.0
        self._members: dict[Watch, dict[str, Object]] = {}
        self.objects_by_watch = ObjectsByWatch(self._members)

    def apply(self, item: Item, tracking_began: float) -> None:
        """Apply one item; `tracking_began`, in server time, is for the baseline only."""
        want, payload = item.want, item.payload
        if isinstance(want, Watch) and isinstance(payload, Listed):
            if want in self.disconnected:
                # It was read by another watch, which reports no recovery.
                self._reconnect(want, item.at)
            self._replace(want, payload.objects, tracking_began)
        elif isinstance(want, Watch) and isinstance(payload, Changed):
            self._change(want, payload)
        elif isinstance(want, Logs) and isinstance(payload, LogLines):
            kept = self.logs.get(want.stream, ()) + payload.lines[-KEPT_LINES:]
            self.logs[want.stream] = kept[-KEPT_LINES:]
        elif isinstance(want, Logs) and isinstance(payload, LogEnd):
            known = self.log_ends.get(want.stream, -1)
            self.log_ends[want.stream] = max(known, payload.restarts)
            # A log that was read and is empty differs from a log that was not read.
            self.logs.setdefault(want.stream, ())
        elif isinstance(want, Lookup) and isinstance(payload, Answer):
            self.answers[want] = payload
        elif isinstance(want, ManagedObjects) and isinstance(payload, ManagedTargets):
            self.inventories[want] = payload
        elif want is not None and isinstance(payload, ReadFailure):
            self._apply_failure(want, payload.reason, item.at)

    def _apply_failure(self, want: Want, reason: str, at: float) -> None:
        key = want.stream if isinstance(want, Logs) else want
        if isinstance(want, Watch) and reason in FINAL:
            self.forbidden_kinds.add(want.resource.key)
        elif isinstance(want, Logs) and reason in FINAL:
            self.forbidden_kinds.add(LOGS)
        if reason == 'unreachable':
            self.disconnected.add(key)
        elif reason == 'recovered' or (reason in FINAL and key in self.disconnected):
            # A want that was refused is not read again.
            self._reconnect(key, at)

    def _reconnect(self, key: object, at: float) -> None:
        self.disconnected.discard(key)
        self.connected_since = at

    def objects(self, watch: Watch) -> Iterable[Object]:
        """Return the known objects of one watch."""
        return self._members.get(watch, {}).values()

    def uids(self, watch: Watch) -> Collection[str]:
        """Return the uids of the known objects of one watch."""
        return self._members.get(watch, {}).keys()

    def forget(self, watch: Watch) -> None:
        """Remove a watch, and the objects that no other watch has."""
        objects = self._members.pop(watch, {})
        self.listed.discard(watch)
        self.departed.pop(watch, None)
        others = [uids for other, uids in self._members.items() if other.resource == watch.resource]
        for key, obj in objects.items():
            if not any(key in uids for uids in others):
                self._index(watch, obj, present=False)

    def forget_streams(self, streams: Collection[tuple[str, str]]) -> None:
        """Remove log lines and counts of terminations of containers that are gone."""
        for stream in streams:
            self.logs.pop(stream, None)
            self.log_ends.pop(stream, None)
            self.baseline_terminations.pop(stream, None)
            self.baseline_backoff.discard(stream)

    def _replace(self, watch: Watch, objects: tuple[Object, ...], tracking_began: float) -> None:
        first = watch not in self.listed
        self.listed.add(watch)
        self.listed_kinds.add(watch.resource.key)
        old, new = self._members.get(watch, {}), {uid(obj): obj for obj in objects}
        self._members[watch] = new
        for key in old.keys() - new.keys():
            self._index(watch, old[key], present=False)
        for obj in objects:
            self._index(watch, obj, present=True)
            if first and watch.resource == PODS:
                self._set_baseline(obj, tracking_began)

    def _change(self, watch: Watch, changed: Changed) -> None:
        members = self._members.setdefault(watch, {})
        present = changed.change != 'DELETED'
        if present:
            members[uid(changed.object)] = changed.object
        else:
            members.pop(uid(changed.object), None)
            self.departed[watch] = changed.object
        self._index(watch, changed.object, present)

    def _index(self, watch: Watch, obj: Object, present: bool) -> None:
        if watch.resource == EVENTS:
            subject = get_str(obj, 'involvedObject', 'uid')
            self.kube_events_by_uid.file(obj, subject if present else '')
        elif watch.resource == NODES:
            self.nodes.file(obj, name(obj) if present else '')
        else:
            self.children_by_owner_uid.file(obj, controller_uid(obj) if present else '')
            if not present and watch.resource == PODS:
                forget_containers(obj)

    def _set_baseline(self, pod: Object, tracking_began: float) -> None:
        if tracking_began - created_at(pod) < YOUNG_POD_SECONDS:
            return
        for container in containers(pod):
            key = (uid(pod), container.name)
            self.baseline_terminations[key] = container.terminations
            waiting = container.waiting.get('reason')
            if waiting == 'CrashLoopBackOff' or (
                container.terminations and not container.is_active
            ):
                self.baseline_backoff.add(key)


class ObjectsByWatch(Mapping[Watch, 'tuple[Object, ...]']):
    """The objects of each watch; a tuple is built only when it is used."""

    def __init__(self, members: Mapping[Watch, Mapping[str, Object]]) -> None:
        self._members = members

    def __getitem__(self, watch: Watch) -> tuple[Object, ...]:
        return tuple(self._members[watch].values())

    def __iter__(self) -> Iterator[Watch]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


class Index(Mapping[str, tuple[Object, ...]]):
    """Objects grouped by a key; the cost of a change does not depend on their number."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Object]] = {}
        self._filed: dict[str, str] = {}
        self._ready: dict[str, tuple[Object, ...]] = {}

    def file(self, obj: Object, key: str) -> None:
        """Store an object under this key only; an empty key removes it."""
        object_uid = uid(obj)
        before = self._filed.pop(object_uid, '')
        if before and before != key:
            self._groups[before].pop(object_uid, None)
            self._ready.pop(before, None)
            if not self._groups[before]:
                del self._groups[before]
        if key and object_uid:
            self._filed[object_uid] = key
            self._groups.setdefault(key, {})[object_uid] = obj
            self._ready.pop(key, None)

    def __getitem__(self, key: str) -> tuple[Object, ...]:
        if key not in self._ready:
            self._ready[key] = tuple(self._groups[key].values())
        return self._ready[key]

    def has(self, object_uid: str) -> bool:
        """Return whether an object is stored, under any key."""
        return object_uid in self._filed

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value like `Mapping.get`, but faster for missing keys, which are frequent."""
        return self[key] if key in self._groups else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, key: object) -> bool:
        return key in self._groups
