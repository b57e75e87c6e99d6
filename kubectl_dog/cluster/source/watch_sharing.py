"""Many targets share their watches: where a namespace has too many of them, one reads for all."""

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
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch

# A namespace may have so many watches (design §9), and some more for each further kind of targets.
BUDGET = 8
PER_KIND = 4
_REFUSED = ('denied', 'invalid')


class SharedSource:
    """Implements `model.sources.Source` on another, which reads less often and more at once.

    What is taken is what the narrow watches would have brought: nobody can tell the difference.
    """

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._wants: AbstractSet[Want] = frozenset()
        self._routers: dict[Watch, WatchRouter] = {}
        self._wide_of: dict[Watch, Watch] = {}
        self._refused: set[Watch] = set()
        self._waiting: deque[Item] = deque()
        self._latest = 0.0

    @property
    def started(self) -> float:
        """As the other source's."""
        return self._source.started

    def now(self) -> float:
        """As the other source's."""
        return self._source.now()

    def signal(self, name: str) -> None:
        """Deliver a Signal; for signal handlers."""
        self._source.signal(name)

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """The next item, or None once `now()` has reached `until`; see `model.sources.Source`."""
        while True:
            if self._waiting:
                return self._told(self._waiting.popleft())
            item = self._source.take(until, lines)
            if item is None:
                return None
            if not isinstance(item.want, Watch) or item.want not in self._routers:
                return self._told(item)
            self._share(item, item.want)

    def _told(self, item: Item) -> Item:
        """Lines of a moment that has begun may come after what was told since: time only grows."""
        self._latest = max(self._latest, item.at)
        return item if item.at == self._latest else item._replace(at=self._latest)

    def _share(self, item: Item, wide: Watch) -> None:
        refused = isinstance(item.payload, ReadFailure) and item.payload.reason in _REFUSED
        if refused and wide.resource != EVENTS:
            # Who may not read everything may be allowed to read what is wanted of it.
            self._refused.add(wide)
            self._serve(self._plan())
            if wide in self._wants:
                self._waiting.append(item)
            return
        told = self._routers[wide].route(item.payload)
        self._waiting += [Item(item.at, narrow, payload) for narrow, payload in told]

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Make the set of open reads serve `wants`; cheap when nothing changed."""
        if wants is self._wants:
            return
        added, gone = wants - self._wants, self._wants - wants
        self._wants = wants
        # Who comes back begins anew, and what lies here is of before.
        self._waiting = deque(item for item in self._waiting if item.want not in gone)
        fresh = sorted(want for want in added if isinstance(want, Watch) and _is_sharable(want))
        if all(_wide(each) in self._routers for each in fresh):
            shared = [want for want in gone if isinstance(want, Watch) and want in self._wide_of]
            self._shift(shared, {each: _wide(each) for each in fresh})
        else:
            self._serve(self._plan())

    def _plan(self) -> dict[Watch, Watch]:
        watches = [want for want in self._wants if isinstance(want, Watch)]
        return plan(watches, self._routers.keys(), self._refused)

    def _serve(self, shared: dict[Watch, Watch]) -> None:
        """Open and close what is needed for the narrow watches to be served by the wide ones."""
        before = self._wide_of
        added = {narrow: wide for narrow, wide in shared.items() if narrow not in before}
        self._shift([narrow for narrow in before if narrow not in shared], added)

    def _shift(self, gone: Iterable[Watch], added: Mapping[Watch, Watch]) -> None:
        """The same by what changes, as hundreds of targets come to it one by one."""
        for narrow in gone:
            self._routers[self._wide_of.pop(narrow)].remove(narrow)
        now = self._source.now()
        for narrow, wide in added.items():
            self._wide_of[narrow] = wide
            router = self._routers.setdefault(wide, WatchRouter())
            self._waiting += [Item(now, *told) for told in router.add(narrow)]
        for wide in [each for each, router in self._routers.items() if not router.narrow]:
            del self._routers[wide]
        # Of dictionaries, unlike their views, the hashes are known and not taken anew.
        wants = frozenset(self._wants).difference(self._wide_of)
        self._source.reconcile(wants.union(self._routers))

    def close(self) -> None:
        """Stop every read promptly; safe to call twice."""
        self._source.close()


def plan(
    watches: Iterable[Watch], already: Collection[Watch] = (), refused: Collection[Watch] = ()
) -> dict[Watch, Watch]:
    """For watches that are served by a wide one, which that is.

    Those that are wide `already` stay so; those that were `refused` are not tried again.
    """
    groups: dict[str, dict[Watch, list[Watch]]] = {}
    for watch in sorted(filter(_is_sharable, watches)):
        groups.setdefault(watch.namespace, {}).setdefault(_wide(watch), []).append(watch)
    return {
        narrow: wide
        for one in groups.values()
        for wide in _widened(one, already, refused)
        for narrow in one[wide]
    }


def _widened(
    groups: dict[Watch, list[Watch]], already: Collection[Watch], refused: Collection[Watch]
) -> Iterator[Watch]:
    """Of one namespace: the largest first, until no more watches are left than it may have."""
    kinds = sum(any(map(_names_one, group)) for group in groups.values())
    left = BUDGET + PER_KIND * (max(1, kinds) - 1) - sum(map(len, groups.values()))
    crowd = False
    already = set(already) - set(refused)
    for wide in sorted(groups, key=lambda wide: (wide not in already, -len(groups[wide]))):
        group = groups[wide]
        is_many = len(group) > 1 and (left < 0 or crowd) and wide not in refused
        if is_many or wide in already or (wide in group and wide not in refused):
            left += len(group) - 1
            # Where there are many targets, there will be many of what is behind them.
            crowd = crowd or any(map(_names_one, group))
            yield wide


def _wide(watch: Watch) -> Watch:
    return Watch(watch.resource, watch.namespace)


def _is_sharable(watch: Watch) -> bool:
    # Nobody is shown more secrets than those that were asked for.
    return watch.resource != SECRETS and watch_selection(watch) is not None


def _names_one(watch: Watch) -> bool:
    return watch.fields.startswith('metadata.name=')
