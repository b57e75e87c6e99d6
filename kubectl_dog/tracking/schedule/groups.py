"""Track groups of targets, such as those of a label selector, whose members may change."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.store import FINAL
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World


class Members(Protocol):
    """The targets that join a run while it goes on; `Groups` documents the methods."""

    ended: list[TargetEnded]
    departed: list[TrackedTarget]

    @property
    def open(self) -> bool: ...

    @property
    def wants(self) -> frozenset[Want]: ...

    def is_affected_by(self, item: Item | None) -> bool: ...

    def step(self, at: float, world: World) -> tuple[list[TrackedTarget], list[Event]]: ...

    def on_read_failure(
        self, at: float, want: object, failure: ReadFailure, world: World
    ) -> list[Event]: ...

    def end(self, at: float, verdict: Verdict, message: str) -> Iterator[Event]: ...

    def deadline(self, at: float) -> float | None: ...


class Groups:
    """Groups of targets, with a target for each member, which `make` creates.

    A rollout takes the members that exist, or the first to come if there are none. Following takes
    every member, until the time is up. `ended` holds the verdicts of the groups themselves for the
    exit code, as their members have verdicts of their own. `departed` holds followed members that
    are gone, until the engine forgets them.
    """

    def __init__(
        self, groups: Sequence[Group] = (), make: Callable[[Target], TrackedTarget] | None = None
    ) -> None:
        self.groups = groups
        self.ended: list[TargetEnded] = []
        self.departed: list[TrackedTarget] = []
        self._make = make
        self._roots = {
            Watch(group.resource, group.namespace, group.labels): group for group in groups
        }
        self._targets: dict[Target, TrackedTarget] = {}
        self._empty_since: float | None = None
        self._first_member_at: float | None = None
        self._gone_since: dict[Target, float] = {}
        self._closes_at: float | None = None
        self._ends_at: float | None = None
        # The lookups of namespaces that may not exist.
        self._namespaces: frozenset[Lookup] = frozenset()
        self.open = bool(groups)

    @property
    def wants(self) -> frozenset[Want]:
        """The watches that list the members, and lookups of namespaces without members."""
        return frozenset((*self._roots, *self._namespaces) if self.open else ())

    def is_affected_by(self, item: Item | None) -> bool:
        """Return whether an item, or the time alone (None), can change the members."""
        if not self.open or item is None or item.want in self._namespaces:
            return self.open
        group = self._roots.get(item.want) if isinstance(item.want, Watch) else None
        if group is None or not isinstance(item.payload, Changed):
            return group is not None
        known = _member(group, item.payload.object) in self._targets
        return item.payload.change != 'MODIFIED' or not known

    def step(self, at: float, world: World) -> tuple[list[TrackedTarget], list[Event]]:
        """Return the targets of new members, and the events of the groups."""
        if not self.open:
            return [], []
        present = dict.fromkeys(self._present(world))
        new = [target for target in present if target not in self._targets]
        joined = [self._make(target) for target in new] if self._make else []
        self._targets.update(zip(new, joined))
        events: list[Event] = []
        if world.options.follow:
            events += self._departures(at, present)
        events += self._report_empty(at, world)
        if self._first_member_at is None and self._targets:
            self._first_member_at = at
        events += self._close(at, world)
        return joined, events

    def _present(self, world: World) -> Iterator[Target]:
        for watch, group in self._roots.items():
            for obj in world.store.objects(watch):
                yield _member(group, obj)

    def _departures(self, at: float, present: Container[Target]) -> Iterator[Event]:
        """End followed members that are gone; another member of the same name may appear later."""
        for target in [target for target in self._targets if target not in present]:
            since = self._gone_since.setdefault(target, at)
            if at >= since + timeouts.RECREATE_GRACE:
                tracked = self._targets.pop(target)
                del self._gone_since[target]
                self.departed.append(tracked)
                if tracked.ended is None:
                    message = 'was deleted or no longer matches'
                    yield tracked.end(at, Verdict.ENDED, 'Deleted', message)
        for target in [target for target in self._gone_since if target in present]:
            del self._gone_since[target]

    def _report_empty(self, at: float, world: World) -> Iterator[Event]:
        if self._targets or self._empty_since is not None or not self._listed(world):
            return
        self._empty_since = at
        names = {group.namespace for group in self.groups}
        if world.options.needs_namespace and '' not in names:
            self._namespaces = frozenset(Lookup(NAMESPACES, '', name) for name in names)
        if not world.options.once:
            timeout = format_duration(world.options.create_timeout)
            wait = '' if world.options.follow else f' up to {timeout}'
            kinds = ' or '.join(group.resource.plural for group in self.groups)
            yield Notice(at, None, f'{_absence(self.groups[0], kinds)}: waiting{wait}')

    def _listed(self, world: World) -> bool:
        return all(watch in world.store.listed for watch in self._roots)

    def _close(self, at: float, world: World) -> Iterator[Event]:
        self._closes_at = self._closing_time(world)
        if self._closes_at is not None and at >= self._closes_at:
            self.open = False
        ending = self._next_end(world)
        self._ends_at = ending[0] if ending else None
        if self.open and ending is not None and at >= ending[0]:
            yield from self.end(at, *ending[1:])

    def _closing_time(self, world: World) -> float | None:
        """Return the time after which it takes no new members; None if that is not known yet."""
        stays_open = world.options.follow and not world.options.exit_when_ready
        if self._first_member_at is None or stays_open or not self._listed(world):
            return None
        return self._first_member_at + (0.0 if self._empty_since is None else timeouts.GROUP_GRACE)

    def _next_end(self, world: World) -> tuple[float, Verdict, str] | None:
        """Return when and how the groups end without members, or while members are followed."""
        options, ends = world.options, []
        if options.timeout is not None:
            activity = 'followed' if self._targets else 'no object found'
            message = f'{activity} for {format_duration(options.timeout)} (--timeout)'
            ends.append((options.timeout, Verdict.TIMED_OUT, message))
        if not options.follow and not self._listed(world):
            stall = timeouts.stall_timeout(options, None)
            message = f'the cluster did not answer for {format_duration(stall)} (--stall-timeout)'
            ends.append((stall, Verdict.TIMED_OUT, message))
        elif not options.follow and self._empty_since is not None and not self._targets:
            wait = 0.0 if options.once else options.create_timeout
            ends.append((self._empty_since + wait, Verdict.NEVER_APPEARED, ''))
            answers = [world.store.answers.get(lookup) for lookup in self._namespaces]
            if answers and all(answer and answer.status == 'missing' for answer in answers):
                message = f'namespace {self.groups[0].namespace} does not exist'
                ends.append((self._empty_since, Verdict.NEVER_APPEARED, message))
        return min(ends, default=None)

    def on_read_failure(
        self, at: float, want: object, failure: ReadFailure, world: World
    ) -> list[Event]:
        """End a group that cannot be read; return no events unless the failure is final."""
        group = self._roots.get(want) if isinstance(want, Watch) and self.open else None
        listed = want in world.store.listed
        if group is None or failure.reason == 'recovered':
            return []
        if failure.reason not in FINAL and listed:
            return []
        del self._roots[want]  # type: ignore[arg-type]
        self.open = bool(self._roots)
        ended = _ended(at, group, Verdict.NO_ACCESS, failure.message, failure.reason)
        self.ended.append(ended)
        return [ended]

    def end(self, at: float, verdict: Verdict, message: str) -> Iterator[Event]:
        """End the groups with a verdict for the exit code.

        Yield an event for each group only if no group has members.
        """
        if not self.open:
            return
        self.open = False
        for group in self._roots.values():
            ended = _ended(at, group, verdict, message or _absence(group))
            self.ended.append(ended)
            if not self._targets:
                yield ended

    def deadline(self, at: float) -> float | None:
        """Return when to step again without an item, strictly after `at`; None: never."""
        if not self.open:
            return None
        times = [since + timeouts.RECREATE_GRACE for since in self._gone_since.values()]
        times += [time for time in (self._closes_at, self._ends_at) if time is not None]
        return min((time for time in times if time > at), default=None)


def _member(group: Group, obj: Object) -> Target:
    namespace = get_str(obj, 'metadata', 'namespace') or group.namespace
    return Target(group.resource, namespace, name(obj))


def _absence(group: Group, kinds: str = '') -> str:
    labels = f' with the labels {group.labels}' if group.labels else ''
    where = f' in namespace {group.namespace}' if group.namespace else ''
    return f'no {kinds or group.resource.plural}{labels}{where} found'


def _ended(
    at: float, group: Group, verdict: Verdict, message: str, reason: str = ''
) -> TargetEnded:
    return TargetEnded(at, group.placeholder, verdict, reason, message, None, Explanation())
