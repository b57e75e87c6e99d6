"""Find the objects that have changed since a command was started."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import created_at
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.targets.command_target import CommandTarget
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World

# Other controllers create, retry and delete the objects of these kinds that they own.
_OWNED_KINDS = (PODS, JOBS)
_RELEASE = 'meta.helm.sh/release-name'
_HOOK = 'helm.sh/hook'
# Timestamps of objects have whole seconds.
_ROUNDING = 1.0


def has_changed(before: Object | None, obj: Object) -> bool:
    """Return whether an object was created, or its spec was changed; None: it did not exist."""
    if is_deleting(obj):
        # The generation of an object that is being deleted increases as well.
        return False
    if before is None or uid(before) != uid(obj):
        return True
    return _generation(obj) > _generation(before)


def _generation(obj: Object) -> int:
    return get_int(obj, 'metadata', 'generation')


def is_own_target(resource: Resource, obj: Object) -> bool:
    """Return whether an object is a target of its own, and not one behind another target."""
    return resource not in _OWNED_KINDS or not controller_uid(obj)


def is_of_release(obj: Object, release: str) -> bool:
    """Return whether helm has written an object for a release; hooks do not name theirs."""
    annotations = get_dict(obj, 'metadata', 'annotations')
    return not release or _HOOK in annotations or annotations.get(_RELEASE) == release


class ChangedObjects(Groups):
    """The groups of `kubectl dog run`; members are the objects that have changed since the start.

    They are open until the command has ended and its changes have arrived.
    """

    def __init__(
        self, groups: Sequence[Group], make: Callable[[Target], TrackedTarget] | None
    ) -> None:
        super().__init__(groups, make)
        self.open = True
        self._baselines: dict[Watch, dict[Target, Object]] = {}
        self._item: Item | None = None

    def is_affected_by(self, item: Item | None) -> bool:
        """Return whether an item, or the time alone (None), can change the members."""
        self._item = None
        if not self.open or item is None:
            return False
        if isinstance(item.payload, Signal):
            return True
        watch, payload = item.want, item.payload
        group = self._roots.get(watch) if isinstance(watch, Watch) else None
        if group is None or not isinstance(payload, (Listed, Changed)):
            return False
        if isinstance(payload, Changed):
            is_gone = payload.change == 'DELETED'
            if is_gone or not is_own_target(group.resource, payload.object):
                return False
        self._item = item
        return True

    def step(self, at: float, world: World) -> tuple[list[TrackedTarget], list[Event]]:
        """Return the targets of objects that have changed, and the events of the groups."""
        joined = [*self._join(world)] if self.open else []
        events: list[Event] = []
        if world.command is not None and world.command.settled and self.open:
            self.open = False
            if self.groups and not self._targets:
                events.append(Notice(at, None, self._no_change(world)))
        return joined, events

    def _join(self, world: World) -> Iterator[TrackedTarget]:
        item, self._item = self._item, None
        if item is None or not isinstance(item.want, Watch) or self._make is None:
            return
        group, payload = self._roots[item.want], item.payload
        objects = payload.objects if isinstance(payload, Listed) else ()
        if isinstance(payload, Changed):
            objects = (payload.object,)
        elif item.want not in self._baselines:
            self._baselines[item.want] = self._baseline(group, objects, world)
        known = self._baselines.get(item.want, {})
        for obj in objects:
            target, before = _target(group, obj), known.get(_target(group, obj))
            if self._is_new(target, obj) and self._counts(group, before, obj, world):
                tracked = self._targets[target] = self._make(target)
                if isinstance(tracked, CommandTarget) and before is not None:
                    tracked.baseline = before
                yield tracked

    def _baseline(
        self, group: Group, objects: Sequence[Object], world: World
    ) -> dict[Target, Object]:
        """Return the objects from before the command; they may be listed after its start."""
        began = world.command.started_at if world.command is not None else None
        limit = None if began is None else world.started + began - _ROUNDING
        old = [obj for obj in objects if limit is None or created_at(obj) < limit]
        # The pods behind other targets are many, and are never asked for.
        return {_target(group, obj): obj for obj in old if is_own_target(group.resource, obj)}

    def _is_new(self, target: Target, obj: Object) -> bool:
        """Return whether an object is not tracked yet; it may replace one that has ended."""
        tracked = self._targets.get(target)
        if tracked is None or tracked.ended is None:
            return tracked is None
        return tracked.view is not None and uid(tracked.view.object or {}) != uid(obj)

    def _counts(self, group: Group, before: Object | None, obj: Object, world: World) -> bool:
        return (
            is_own_target(group.resource, obj)
            and is_of_release(obj, world.options.helm_release)
            and has_changed(before, obj)
        )

    def _no_change(self, world: World) -> str:
        kinds = ', '.join(group.resource.plural for group in self.groups)
        namespaces = {group.namespace for group in self.groups}
        where = '' if '' in namespaces else f' in namespace {", ".join(sorted(namespaces))}'
        release = world.options.helm_release
        of = f' in release {release}' if release else ''
        labels = next((group.labels for group in self.groups if group.labels), '')
        of += f' with labels {labels}' if labels else ''
        none = 'has created or changed nothing of these kinds'
        return f'{world.options.command} {none}{of}{where}: {kinds}'

    def on_read_failure(
        self, at: float, want: object, failure: ReadFailure, world: World
    ) -> list[Event]:
        """Leave out a kind that cannot be read; the engine reports the failure."""
        return []

    def end(self, at: float, verdict: Verdict, message: str) -> Iterator[Event]:
        """End the groups with a verdict for the exit code."""
        if self.open and self.groups and not self._targets:
            placeholder = self.groups[0].placeholder
            ended = TargetEnded(at, placeholder, verdict, '', message, None, Explanation())
            self.ended.append(ended)
        self.open = False
        yield from ()

    def deadline(self, at: float) -> float | None:
        """Return None: the engine knows when the changes of the command have arrived."""
        return None


def _target(group: Group, obj: Object) -> Target:
    namespace = get_str(obj, 'metadata', 'namespace') or group.namespace
    return Target(group.resource, namespace, name(obj))
