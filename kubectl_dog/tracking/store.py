"""What is known of the cluster: idempotent under replays, indexed the way views ask."""

from __future__ import annotations

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
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# Trouble after which a watch is not tried again.
FINAL = ('denied', 'invalid')

# Lines kept per container for the last words; more is never shown.
KEPT_LINES = 50


class Store:
    """Owned by the engine; views share its indexes and never write to them."""

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
        self.listed: set[Watch] = set()
        # Kinds of which something was listed, and those that may not be read.
        self.listed_kinds: set[str] = set()
        self.forbidden_kinds: set[str] = set()
        # What nothing is heard of now; and the engine's time at which that was last so of anything.
        self.disconnected: set[object] = set()
        self.connected_since = 0.0
        self._members: dict[Watch, dict[str, Object]] = {}
        self.objects_by_watch = ObjectsByWatch(self._members)

    def apply(self, item: Item, tracking_began: float) -> None:
        """Take one item in; the server's time when tracking began is for the baseline only."""
        want, payload = item.want, item.payload
        if isinstance(want, Watch) and isinstance(payload, Listed):
            if want in self.disconnected:
                # It was read in another way, which knows of no trouble.
                self._hear(want, item.at)
            self._replace(want, payload.objects, tracking_began)
        elif isinstance(want, Watch) and isinstance(payload, Changed):
            self._change(want, payload)
        elif isinstance(want, Logs) and isinstance(payload, LogLines):
            kept = self.logs.get(want.stream, ()) + payload.lines[-KEPT_LINES:]
            self.logs[want.stream] = kept[-KEPT_LINES:]
        elif isinstance(want, Logs) and isinstance(payload, LogEnd):
            known = self.log_ends.get(want.stream, -1)
            self.log_ends[want.stream] = max(known, payload.restarts)
            # An empty log that was read is not one that was not.
            self.logs.setdefault(want.stream, ())
        elif isinstance(want, Lookup) and isinstance(payload, Answer):
            self.answers[want] = payload
        elif want is not None and isinstance(payload, ReadFailure):
            self._trouble(want, payload.reason, item.at)

    def _trouble(self, want: Want, reason: str, at: float) -> None:
        key = want.stream if isinstance(want, Logs) else want
        if isinstance(want, Watch) and reason in FINAL:
            self.forbidden_kinds.add(want.resource.key)
        elif isinstance(want, Logs) and reason in FINAL:
            self.forbidden_kinds.add(LOGS)
        if reason == 'unreachable':
            self.disconnected.add(key)
        elif reason == 'recovered' or (reason in FINAL and key in self.disconnected):
            # To what is refused for good nobody listens any more.
            self._hear(key, at)

    def _hear(self, key: object, at: float) -> None:
        self.disconnected.discard(key)
        self.connected_since = at

    def objects(self, watch: Watch) -> Iterable[Object]:
        """The objects of one watch, as far as they are known."""
        return self._members.get(watch, {}).values()

    def _replace(self, watch: Watch, objects: tuple[Object, ...], tracking_began: float) -> None:
        first = watch not in self.listed
        self.listed.add(watch)
        self.listed_kinds.add(watch.resource.key)
        old, new = self._members.get(watch, {}), {uid(one): one for one in objects}
        self._members[watch] = new
        for key in old.keys() - new.keys():
            self._index(watch, old[key], present=False)
        for one in objects:
            self._index(watch, one, present=True)
            if first and watch.resource == PODS:
                self._remember(one, tracking_began)

    def _change(self, watch: Watch, changed: Changed) -> None:
        members = self._members.setdefault(watch, {})
        present = changed.change != 'DELETED'
        if present:
            members[uid(changed.object)] = changed.object
        else:
            members.pop(uid(changed.object), None)
            self.departed[watch] = changed.object
        self._index(watch, changed.object, present)

    def _index(self, watch: Watch, one: Object, present: bool) -> None:
        if watch.resource == EVENTS:
            self.kube_events_by_uid.file(
                one, get_str(one, 'involvedObject', 'uid') if present else ''
            )
        elif watch.resource == NODES:
            self.nodes.file(one, name(one) if present else '')
        else:
            self.children_by_owner_uid.file(one, controller_uid(one) if present else '')

    def _remember(self, pod: Object, tracking_began: float) -> None:
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
    """What each watch has brought; made when it is asked for, as few ask."""

    def __init__(self, members: Mapping[Watch, Mapping[str, Object]]) -> None:
        self._members = members

    def __getitem__(self, watch: Watch) -> tuple[Object, ...]:
        return tuple(self._members[watch].values())

    def __iter__(self) -> Iterator[Watch]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


class Index(Mapping[str, tuple[Object, ...]]):
    """Objects filed under a key each; a change costs the same however many there are."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Object]] = {}
        self._filed: dict[str, str] = {}
        self._ready: dict[str, tuple[Object, ...]] = {}

    def file(self, one: Object, key: str) -> None:
        """File an object under a key, and nowhere else; an empty key takes it out."""
        same = uid(one)
        before = self._filed.pop(same, '')
        if before and before != key:
            self._groups[before].pop(same, None)
            self._ready.pop(before, None)
        if key and same:
            self._filed[same] = key
            self._groups.setdefault(key, {})[same] = one
            self._ready.pop(key, None)

    def __getitem__(self, key: str) -> tuple[Object, ...]:
        if key not in self._ready:
            self._ready[key] = tuple(self._groups[key].values())
        return self._ready[key]

    def get(self, key: str, default: Any = None) -> Any:
        """As every mapping has it, but many ask for what is not there: that is no exception."""
        return self[key] if key in self._groups else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)
