"""What is known of the cluster: idempotent under replays, indexed the way views ask."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Trouble
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import created
from kubectl_dog.model.objects import text
from kubectl_dog.model.objects import uid
from kubectl_dog.model.pods import containers
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.times import epoch
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch

# A pod this young (seconds) when tracking began belongs to the rollout that is tracked: its ends
# are not history, so that it does not matter how soon after `apply` the program was started.
FRESH = 120.0

# Lines kept per container for the last words; more is never shown.
KEPT_LINES = 50


class Store:
    """Owned by the engine; views share its indexes and never write to them."""

    def __init__(self) -> None:
        self.owned: dict[str, tuple[Object, ...]] = {}
        self.about: dict[str, tuple[Object, ...]] = {}
        self.history: dict[tuple[str, str], int] = {}
        self.logs: dict[tuple[str, str], tuple[LogLine, ...]] = {}
        self.log_ends: dict[tuple[str, str], int] = {}
        self.answers: dict[Lookup, Answer] = {}
        self.listed: set[Watch] = set()
        self.blind: set[str] = set()
        self._members: dict[Watch, dict[str, Object]] = {}
        self._filed: dict[str, str] = {}

    def apply(self, item: Item, server_time: float) -> None:
        """Take one item in; `server_time` in epoch seconds is used for the baseline only."""
        want, payload = item.want, item.payload
        if isinstance(want, Watch) and isinstance(payload, Listed):
            self._replace(want, payload.objects, server_time)
        elif isinstance(want, Watch) and isinstance(payload, Changed):
            self._change(want, payload)
        elif isinstance(want, Logs) and isinstance(payload, LogLines):
            kept = self.logs.get(want.stream, ()) + payload.lines
            self.logs[want.stream] = kept[-KEPT_LINES:]
        elif isinstance(want, Logs) and isinstance(payload, LogEnd):
            known = self.log_ends.get(want.stream, -1)
            self.log_ends[want.stream] = max(known, payload.restarts)
            # An empty log that was read is not one that was not.
            self.logs.setdefault(want.stream, ())
        elif isinstance(want, Lookup) and isinstance(payload, Answer):
            self.answers[want] = payload
        elif (
            isinstance(want, Watch) and isinstance(payload, Trouble) and payload.reason == 'denied'
        ):
            self.blind.add(want.resource.key)

    def objects(self, watch: Watch) -> Iterable[Object]:
        """The objects of one watch, as far as they are known."""
        return self._members.get(watch, {}).values()

    def _replace(self, watch: Watch, objects: tuple[Object, ...], server_time: float) -> None:
        first = watch not in self.listed
        self.listed.add(watch)
        old, new = self._members.get(watch, {}), {uid(one): one for one in objects}
        self._members[watch] = new
        for key in old.keys() - new.keys():
            self._index(watch, old[key], present=False)
        for one in objects:
            self._index(watch, one, present=True)
            if first and watch.resource == PODS:
                self._remember(one, server_time)

    def _change(self, watch: Watch, changed: Changed) -> None:
        members = self._members.setdefault(watch, {})
        present = changed.change != 'DELETED'
        if present:
            members[uid(changed.object)] = changed.object
        else:
            members.pop(uid(changed.object), None)
        self._index(watch, changed.object, present)

    def _index(self, watch: Watch, one: Object, present: bool) -> None:
        if watch.resource == EVENTS:
            index, key = self.about, text(one, 'involvedObject', 'uid')
        else:
            index, key = self.owned, controller_uid(one)
        same = uid(one)
        filed = self._filed.pop(same, '')
        if filed and (not present or filed != key):
            # Gone, or adopted by another owner.
            index[filed] = tuple(other for other in index[filed] if uid(other) != same)
        if not present or not key:
            return
        self._filed[same] = key
        kept = index.get(key, ())
        where = next((n for n, other in enumerate(kept) if uid(other) == same), len(kept))
        index[key] = (*kept[:where], one, *kept[where + 1 :])

    def _remember(self, pod: Object, server_time: float) -> None:
        if server_time - created(pod) < FRESH:
            return
        for container in containers(pod):
            self.history[(uid(pod), container.name)] = container.ends


def event_time(event: Object) -> float:
    """When a kube event last happened, in epoch seconds; series and new-style events included."""
    for path in (('series', 'lastObservedTime'), ('lastTimestamp',), ('eventTime',)):
        found = epoch(text(event, *path))
        if found is not None:
            return found
    return created(event)
