"""Groups of targets: who is in them is known only to the cluster, and may change."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.store import FINAL
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World


class Groups:
    """Makes a track for each member of some groups, through `make`.

    A rollout takes those that are there, or, where there is nobody, those that come first. Who
    follows takes whatever comes, until the time is up. `ended` is how it ended with the groups
    themselves, for the exit code: their members have verdicts of their own.
    """

    def __init__(
        self, groups: Sequence[Group] = (), make: Callable[[Target], TrackedTarget] | None = None
    ) -> None:
        self.groups = groups
        self.ended: list[TargetEnded] = []
        self._make = make
        self._roots = {Watch(one.resource, one.namespace, one.labels): one for one in groups}
        self._tracks: dict[Target, TrackedTarget] = {}
        self._nobody_since: float | None = None
        self._first_at: float | None = None
        self._gone: dict[Target, float] = {}
        self._closes_at: float | None = None
        self._ends_at: float | None = None
        self.open = bool(groups)

    @property
    def wants(self) -> frozenset[Watch]:
        """What tells who the members are."""
        return frozenset(self._roots if self.open else ())

    def is_affected_by(self, item: Item | None) -> bool:
        """Whether an item, or without one the time, can change who is in the groups."""
        if not self.open or item is None:
            return self.open
        group = self._roots.get(item.want) if isinstance(item.want, Watch) else None
        if group is None or not isinstance(item.payload, Changed):
            return group is not None
        known = _member(group, item.payload.object) in self._tracks
        return item.payload.change != 'MODIFIED' or not known

    def step(self, at: float, world: World) -> tuple[list[TrackedTarget], list[Event]]:
        """The tracks of those that are new, and what there is to say."""
        if not self.open:
            return [], []
        present = dict.fromkeys(self._present(world))
        new = [target for target in present if target not in self._tracks]
        made = [self._make(target) for target in new] if self._make else []
        self._tracks.update(zip(new, made))
        events: list[Event] = []
        if world.options.follow:
            events += self._departures(at, present)
        events += self._nobody(at, world)
        if self._first_at is None and self._tracks:
            self._first_at = at
        events += self._close(at, world)
        return made, events

    def _present(self, world: World) -> Iterator[Target]:
        for watch, group in self._roots.items():
            for thing in world.store.objects(watch):
                yield _member(group, thing)

    def _departures(self, at: float, present: Container[Target]) -> Iterator[Event]:
        """What is followed ends when it is gone; under the same name it may come again."""
        for target in [one for one in self._tracks if one not in present]:
            since = self._gone.setdefault(target, at)
            if at >= since + timeouts.RECREATE_GRACE:
                track = self._tracks.pop(target)
                del self._gone[target]
                if track.ended is None:
                    yield track.end(at, Verdict.ENDED, 'Deleted', 'is not among them any more')
        for target in [one for one in self._gone if one in present]:
            del self._gone[target]

    def _nobody(self, at: float, world: World) -> Iterator[Event]:
        if self._tracks or self._nobody_since is not None or not self._listed(world):
            return
        self._nobody_since = at
        if not world.options.once:
            wait = (
                ''
                if world.options.follow
                else f' up to {format_duration(world.options.create_timeout)}'
            )
            kinds = ' or '.join(one.resource.plural for one in self.groups)
            yield Notice(at, None, f'{_absence(self.groups[0], kinds)} yet: waiting{wait}')

    def _listed(self, world: World) -> bool:
        return all(watch in world.store.listed for watch in self._roots)

    def _close(self, at: float, world: World) -> Iterator[Event]:
        self._closes_at = self._closing(world)
        if self._closes_at is not None and at >= self._closes_at:
            self.open = False
        ending = self._ending(world)
        self._ends_at = ending[0] if ending else None
        if self.open and ending is not None and at >= ending[0]:
            yield from self.end(at, *ending[1:])

    def _closing(self, world: World) -> float | None:
        """When nobody else can join; None: that is open."""
        lasts = world.options.follow and not world.options.exit_when_ready
        if self._first_at is None or lasts or not self._listed(world):
            return None
        return self._first_at + (0.0 if self._nobody_since is None else timeouts.GROUP_GRACE)

    def _ending(self, world: World) -> tuple[float, Verdict, str] | None:
        """When and how it ends without members, or for who follows."""
        options, found = world.options, []
        if options.timeout is not None:
            said = 'followed' if self._tracks else 'nobody came'
            message = f'{said} for {format_duration(options.timeout)} (--timeout)'
            found.append((options.timeout, Verdict.TIMED_OUT, message))
        if not options.follow and not self._listed(world):
            stall = timeouts.stall_timeout(options, None)
            message = f'the cluster did not answer for {format_duration(stall)} (--stall-timeout)'
            found.append((stall, Verdict.TIMED_OUT, message))
        elif not options.follow and self._nobody_since is not None and not self._tracks:
            wait = 0.0 if options.once else options.create_timeout
            found.append((self._nobody_since + wait, Verdict.NEVER_APPEARED, ''))
        return min(found, default=None)

    def on_read_failure(
        self, at: float, want: object, trouble: ReadFailure, world: World
    ) -> list[Event]:
        """What it means that the groups cannot be read; nothing where that is not final."""
        group = self._roots.get(want) if isinstance(want, Watch) and self.open else None
        seen = want in world.store.listed
        if group is None or trouble.reason == 'recovered':
            return []
        if trouble.reason not in FINAL and seen:
            return []
        del self._roots[want]  # type: ignore[arg-type]
        self.open = bool(self._roots)
        ended = _ended(at, group, Verdict.NO_ACCESS, trouble.message, trouble.reason)
        self.ended.append(ended)
        return [ended]

    def end(self, at: float, verdict: Verdict, message: str) -> Iterator[Event]:
        """End now. Who has members is no target, and only the exit code is told of it."""
        if not self.open:
            return
        self.open = False
        for group in self._roots.values():
            ended = _ended(at, group, verdict, message or _absence(group))
            self.ended.append(ended)
            if not self._tracks:
                yield ended

    def deadline(self, at: float) -> float | None:
        """When to look again though nothing was delivered, strictly after `at`; None: never."""
        if not self.open:
            return None
        found = [since + timeouts.RECREATE_GRACE for since in self._gone.values()]
        found += [one for one in (self._closes_at, self._ends_at) if one is not None]
        return min((moment for moment in found if moment > at), default=None)


def _member(group: Group, thing: Object) -> Target:
    space = get_str(thing, 'metadata', 'namespace') or group.namespace
    return Target(group.resource, space, name(thing))


def _absence(group: Group, kinds: str = '') -> str:
    labels = f' with the labels {group.labels}' if group.labels else ''
    where = f' in namespace {group.namespace}' if group.namespace else ''
    return f'there are no {kinds or group.resource.plural}{labels}{where}'


def _ended(
    at: float, group: Group, verdict: Verdict, message: str, reason: str = ''
) -> TargetEnded:
    return TargetEnded(at, group.placeholder, verdict, reason, message, None, Explanation())
