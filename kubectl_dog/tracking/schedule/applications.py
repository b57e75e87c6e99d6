"""Track what applications of Argo CD and Flux manage, also through other applications."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from kubectl_dog.gitops.inventory import is_application
from kubectl_dog.gitops.inventory import managed_objects
from kubectl_dog.gitops.revision_state import read_facts
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.verdict import at_revision
from kubectl_dog.tracking.world import World

# How deep applications may manage applications.
MAX_DEPTH = 10

# Creates a target; options are its own, None those of the call.
Make = Callable[[Target, 'Options | None'], TrackedTarget]


class _Application:
    """One application; `inventory` is what it manages, as far as that is known."""

    def __init__(self, tracked: TrackedTarget, depth: int) -> None:
        self.tracked = tracked
        self.depth = depth
        self.object: Object | None = None
        self.inventory: ManagedObjects | None = None
        self.answer: ManagedTargets | None = None
        self.reported_elsewhere = False

    @property
    def may_add(self) -> bool:
        """Whether targets may join that it manages: it waits for them, or may still change."""
        ended = self.tracked.ended
        is_asking = self.inventory is not None and self.answer is None
        if ended is None:
            return True
        # The causes of a failure are in what it manages.
        return is_asking and ended.verdict in (Verdict.READY, Verdict.FAILED)


class Applications:
    """The objects that applications manage, each with a target that `make` creates.

    They become targets once the expected revision, if any, is applied. Later changes of an
    inventory add targets, and drop those that are no longer managed. It is used like `Groups`.
    """

    def __init__(self, roots: Iterable[TrackedTarget], make: Make) -> None:
        self.ended: list[TargetEnded] = []
        self.departed: list[TrackedTarget] = []
        self._make = make
        self._applications = {tracked.root: _Application(tracked, 0) for tracked in roots}
        self._members = {app.tracked.target: app.tracked for app in self._applications.values()}
        self._is_stopped = False
        self._timeout: float | None = None

    @property
    def open(self) -> bool:
        """Whether targets may join."""
        return not self._is_stopped and any(app.may_add for app in self._applications.values())

    @property
    def wants(self) -> frozenset[Want]:
        """The inventories that have to be resolved."""
        apps = self._applications.values() if self.open else ()
        return frozenset(
            app.inventory for app in apps if app.inventory is not None and app.answer is None
        )

    def is_affected_by(self, item: Item | None) -> bool:
        """Return whether an item, or the time alone (None), can change the targets."""
        if not self.open or item is None:
            return self.open
        return isinstance(item.want, ManagedObjects) or item.want in self._applications

    def step(self, at: float, world: World) -> tuple[list[TrackedTarget], list[Event]]:
        """Return the targets that join, and events about them."""
        joined: list[TrackedTarget] = []
        events: list[Event] = []
        self._timeout = world.options.timeout
        for app in list(self._applications.values()):
            events += self._read(at, world, app)
            answer = world.store.inventories.get(app.inventory) if app.inventory else None
            if answer is not None and app.answer is None:
                app.answer = answer
                events += self._report(at, app, answer)
                joined += self._join(world, app, answer)
                events += self._drop(at)
        if self._timeout is not None and at >= self._timeout:
            within = format_duration(self._timeout)
            message = f'the objects that it manages were not known within {within}'
            events += self.end(at, Verdict.TIMED_OUT, f'{message} (--timeout)')
        return joined, events

    def _read(self, at: float, world: World, app: _Application) -> Iterator[Event]:
        """Read the inventory of an application, if it is the one to judge."""
        tracked, resource = app.tracked, app.tracked.target.resource
        obj = next(iter(world.store.objects(tracked.root)), None)
        if obj is None or obj is app.object or tracked.ended is not None:
            return
        app.object = obj
        if not _is_current(world, tracked, obj):
            return
        managed = managed_objects(obj, resource)
        if managed.elsewhere and not app.reported_elsewhere:
            app.reported_elsewhere = True
            label = tracked.target.label
            yield Notice(
                at, tracked.target, f'{label} deploys to another cluster: only {label} is tracked'
            )
        if managed.inventory is not None and managed.inventory != app.inventory:
            app.inventory, app.answer = managed.inventory, None

    def _report(self, at: float, app: _Application, answer: ManagedTargets) -> Iterator[Event]:
        target, label = app.tracked.target, app.tracked.target.label
        if answer.failure:
            yield from self._fail(at, app, Verdict.NO_ACCESS, answer.failure)
        elif not answer.targets:
            yield Notice(at, target, f'{label} manages no objects')
        for notice in answer.notices:
            yield Notice(at, target, f'{label}: {notice}')

    def _fail(
        self, at: float, app: _Application, verdict: Verdict, message: str
    ) -> Iterator[TargetEnded]:
        """End an application whose objects are not known; it may have ended as ready."""
        if app.tracked.ended is None:
            yield app.tracked.end(at, verdict, '', message)
            return
        ended = TargetEnded(at, app.tracked.target, verdict, '', message, None, Explanation())
        self.ended.append(ended)
        yield ended

    def _join(
        self, world: World, app: _Application, answer: ManagedTargets
    ) -> Iterator[TrackedTarget]:
        for target in answer.targets:
            if target in self._members:
                continue
            is_nested = is_application(target.resource) and app.depth < MAX_DEPTH
            tracked = self._make(target, self._options(world, app) if is_nested else None)
            self._members[target] = tracked
            if is_nested:
                self._applications[tracked.root] = _Application(tracked, app.depth + 1)
            yield tracked

    def _options(self, world: World, app: _Application) -> Options | None:
        """Return the own options of an application that another one manages.

        The expected revision is one of its source, and both may have the same.
        """
        options = app.tracked.with_own_options(world).options
        obj = next(iter(world.store.objects(app.tracked.root)), {})
        source = options.at_source or read_facts(obj, app.tracked.target.resource).source
        if not options.at_revision or not source:
            return None
        return world.options._replace(at_revision=options.at_revision, at_source=source)

    def _drop(self, at: float) -> Iterator[Event]:
        """End the targets that no application manages any more."""
        answers = [app.answer for app in self._applications.values()]
        if not all(answers):
            return
        managed = {target for answer in answers if answer for target in answer.targets}
        roots = {app.tracked.target for app in self._applications.values() if not app.depth}
        for target, tracked in self._members.items():
            if target not in managed and target not in roots and tracked.ended is None:
                yield tracked.end(at, Verdict.ENDED, 'Removed', 'is no longer managed')

    def on_read_failure(
        self, at: float, want: object, failure: ReadFailure, world: World
    ) -> list[Event]:
        """Return no events: an application that cannot be read ends as a target."""
        return []

    def end(self, at: float, verdict: Verdict, message: str) -> Iterator[Event]:
        """Stop waiting for targets, and end the applications whose objects are not known."""
        if not self.open:
            return
        self._is_stopped = True
        for app in self._applications.values():
            if app.tracked.ended is not None and app.may_add:
                yield from self._fail(at, app, verdict, message)

    def deadline(self, at: float) -> float | None:
        """Return when to step again without an item, strictly after `at`; None: never."""
        if not self.open or self._timeout is None:
            return None
        return self._timeout if self._timeout > at else None


def _is_current(world: World, tracked: TrackedTarget, obj: Object) -> bool:
    """Whether the inventory of an application is that of the expected revision."""
    options, resource = tracked.with_own_options(world).options, tracked.target.resource
    if not options.at_revision:
        return True
    run_history = tracked.view.run_history if tracked.view else RunHistory()
    revisions, first = at_revision.advance(
        run_history.revisions, run_history.first_revisions, obj, resource
    )
    run_history = run_history._replace(revisions=revisions, first_revisions=first)
    state = at_revision.expected_state(obj, resource, options, run_history)
    return state is None or state.has_inventory
