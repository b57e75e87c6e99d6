"""Replace many narrow watches of a namespace by a shared wide watch."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from kubectl_dog.cluster.source.live import LiveSource
from kubectl_dog.cluster.source.watch_router import WatchRouter
from kubectl_dog.cluster.source.watch_router import watch_selection
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# The most watches of a namespace, and the additional ones for each further kind of targets.
BUDGET = 8
PER_KIND = 4
_REFUSED = ('denied', 'invalid')


class SharedSource:
    """A `model.sources.Source` on a LiveSource with fewer, wider watches.

    Delivers the same items as the narrow watches would.
    """

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._wants: AbstractSet[Want] = frozenset()
        # The wants that are not shared. There may be thousands of wants, so it is kept up to date.
        self._direct: AbstractSet[Want] = frozenset()
        self._routers: dict[Watch, WatchRouter] = {}
        self._wide_by_narrow: dict[Watch, Watch] = {}
        self._refused: set[Watch] = set()
        self._waiting: deque[Item] = deque()
        self._latest = 0.0

    @property
    def started(self) -> float:
        """When tracking began, in epoch seconds."""
        return self._source.started

    def now(self) -> float:
        """Return the seconds since tracking began."""
        return self._source.now()

    def compare_with_files(self, objects: Mapping[Target, Object]) -> None:
        """Compare these targets with the objects of files; call it before `reconcile`."""
        self._source.compare_with_files(objects)

    def signal(self, name: str, code: int = 0) -> None:
        """Deliver a Signal; callable from signal handlers and from other threads."""
        self._source.signal(name, code)

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item, or None at the time `until`; see `model.sources.Source`."""
        while True:
            if self._waiting:
                return self._in_order(self._waiting.popleft())
            item = self._source.take(until, lines)
            if item is None:
                return None
            if not isinstance(item.want, Watch) or item.want not in self._routers:
                return self._in_order(item)
            self._route(item, item.want)

    def _in_order(self, item: Item) -> Item:
        """Return an item with a time that never decreases: lines of a batch may come later."""
        self._latest = max(self._latest, item.at)
        return item if item.at == self._latest else item._replace(at=self._latest)

    def _route(self, item: Item, wide: Watch) -> None:
        is_refused = isinstance(item.payload, ReadFailure) and item.payload.reason in _REFUSED
        if is_refused and wide.resource != EVENTS:
            # A user who may not read everything may still be allowed to read single objects.
            self._refused.add(wide)
            self._serve(self._plan())
            if wide in self._wants:
                self._waiting.append(item)
            return
        dispatches = self._routers[wide].route(item.payload)
        self._waiting += [Item(item.at, narrow, payload) for narrow, payload in dispatches]

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Make the open reads serve `wants`; cheap if nothing has changed."""
        if wants is self._wants:
            return
        added, removed = wants - self._wants, self._wants - wants
        self._wants = wants
        self._direct = (self._direct - removed) | added
        if removed and self._waiting:
            # A watch that is added again begins anew: drop its old items.
            self._waiting = deque(item for item in self._waiting if item.want not in removed)
        new_watches = sorted(
            want for want in added if isinstance(want, Watch) and _is_sharable(want)
        )
        if all(_wide_watch(watch) in self._routers for watch in new_watches):
            shared = [
                want for want in removed if isinstance(want, Watch) and want in self._wide_by_narrow
            ]
            self._apply(shared, {watch: _wide_watch(watch) for watch in new_watches})
        else:
            self._serve(self._plan())

    def _plan(self) -> dict[Watch, Watch]:
        watches = [want for want in self._wants if isinstance(want, Watch)]
        return plan(watches, self._routers.keys(), self._refused)

    def _serve(self, shared: dict[Watch, Watch]) -> None:
        """Change the sharing to this mapping of narrow to wide watches."""
        current = self._wide_by_narrow
        added = {narrow: wide for narrow, wide in shared.items() if narrow not in current}
        self._apply([narrow for narrow in current if narrow not in shared], added)

    def _apply(self, removed: Iterable[Watch], added: Mapping[Watch, Watch]) -> None:
        """Change the sharing incrementally, because hundreds of targets are added one by one."""
        for narrow in removed:
            self._routers[self._wide_by_narrow.pop(narrow)].remove(narrow)
        now = self._source.now()
        for narrow, wide in added.items():
            self._wide_by_narrow[narrow] = wide
            router = self._routers.setdefault(wide, WatchRouter())
            self._waiting += [Item(now, *dispatch) for dispatch in router.add(narrow)]
        for wide in [wide for wide, router in self._routers.items() if not router.narrow]:
            del self._routers[wide]
        self._direct |= self._wants & set(removed)
        self._direct -= added.keys()
        self._source.reconcile(frozenset(self._direct.union(self._routers)))

    def close(self) -> None:
        """Stop all reads; may be called twice."""
        self._source.close()


def plan(
    watches: Iterable[Watch], open_wide: Collection[Watch] = (), refused: Collection[Watch] = ()
) -> dict[Watch, Watch]:
    """Return the wide watch of each narrow watch that is to be shared.

    Watches in `open_wide` stay shared; those in `refused` are not tried again.
    """
    groups: dict[str, dict[Watch, list[Watch]]] = {}
    for watch in sorted(filter(_is_sharable, watches)):
        groups.setdefault(watch.namespace, {}).setdefault(_wide_watch(watch), []).append(watch)
    return {
        narrow: wide
        for groups_of_namespace in groups.values()
        for wide in _shared_watches(groups_of_namespace, open_wide, refused)
        for narrow in groups_of_namespace[wide]
    }


def _shared_watches(
    groups: dict[Watch, list[Watch]], open_wide: Collection[Watch], refused: Collection[Watch]
) -> Iterator[Watch]:
    """Yield the wide watches of a namespace, the largest first, until its budget suffices."""
    kinds = sum(any(map(_selects_by_name, group)) for group in groups.values())
    remaining = BUDGET + PER_KIND * (max(1, kinds) - 1) - sum(map(len, groups.values()))
    is_crowded = False
    open_wide = set(open_wide) - set(refused)
    for wide in sorted(groups, key=lambda wide: (wide not in open_wide, -len(groups[wide]))):
        group = groups[wide]
        is_many = len(group) > 1 and (remaining < 0 or is_crowded) and wide not in refused
        if is_many or wide in open_wide or (wide in group and wide not in refused):
            remaining += len(group) - 1
            # Many targets will have many objects behind them, such as pods.
            is_crowded = is_crowded or any(map(_selects_by_name, group))
            yield wide


def _wide_watch(watch: Watch) -> Watch:
    return Watch(watch.resource, watch.namespace)


def _is_sharable(watch: Watch) -> bool:
    # Never read more Secrets than the ones that are wanted.
    return watch.resource != SECRETS and watch_selection(watch) is not None


def _selects_by_name(watch: Watch) -> bool:
    return watch.fields.startswith('metadata.name=')
