"""Read targets from a live source and assess them (see `assess_once`)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import DeniedRead
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.sources import Source
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.views import View
from kubectl_dog.trackers.protocol import Tracker
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.status import assess_once
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget

# How long, in seconds, the answers of the server are waited for.
READ_TIMEOUT = 30.0
# Children of one target that are assessed; the first ones explain as much.
_MAX_CHILDREN = 1000

TrackerOf = Callable[[Resource], Tracker]


class LiveStatuses(NamedTuple):
    """The statuses of the targets that were seen, and the verdicts of the others.

    `children` are objects behind the targets that are not ready; they have no other status.
    `denied_reads` is what the statuses do not depend on, because the user may not read it;
    `notices` are sentences about it.
    """

    statuses: tuple[Status, ...]
    not_seen: tuple[TargetEnded, ...]
    children: tuple[Status, ...] = ()
    denied_reads: tuple[DeniedRead, ...] = ()
    notices: tuple[str, ...] = ()


class LiveReader:
    """A session on targets and on the members of groups, and their statuses at each moment.

    With the option `once` each want is read once; otherwise the targets are followed. Of the other
    options, those on annotations and missing statuses apply.
    """

    def __init__(
        self,
        source: Source,
        targets: Sequence[TrackedTarget],
        groups: Groups,
        options: Options,
        tracker: TrackerOf,
    ) -> None:
        """Prepare the session; `tracker` returns the trackers of children."""
        self._targets = targets
        self._groups = groups
        self._denials: list[Notice] = []
        self._options = options
        self._tracker = tracker
        self.session = Session(
            source,
            targets,
            Options(
                timeout=READ_TIMEOUT if options.once else None,
                stable_for=0.0,
                logs=False,
                once=options.once,
                follow=not options.once,
                ignore_foreign_annotations=options.ignore_foreign_annotations,
                require_status=options.require_status,
            ),
            self._groups,
        )

    def note(self, event: Event) -> None:
        """Keep what an event of the session says about denied reads.

        The other events of a rollout depend on clocks, so they are not used.
        """
        if isinstance(event, Notice) and event.denied_reads:
            self._denials.append(event)

    def statuses(self) -> LiveStatuses:
        """Return the statuses as of now: the targets in their order, then sorted members.

        A followed target that is missing has the state `absent`.
        """
        statuses: list[Status] = []
        children: list[Status] = []
        not_seen = list(self._groups.ended)
        for tracked in self._in_order():
            evaluation = tracked.last_evaluation
            if evaluation is not None:
                view = evaluation.view
                statuses.append(self._assess(view, tracked.tracker))
                if statuses[-1].state is not State.READY:
                    children += self._children(view)
            elif tracked.ended is not None:
                not_seen.append(tracked.ended)
            elif tracked.is_missing:
                statuses.append(_absent(tracked.target))
        known = {status.uid for status in statuses}
        # Two targets may share a child, and a child may be a target.
        shown = {child.uid: child for child in children if child.uid not in known}
        denied = (read for notice in self._denials for read in notice.denied_reads)
        notices = (notice.text for notice in self._denials)
        return LiveStatuses(
            *(tuple(statuses), tuple(not_seen), tuple(shown.values())),
            *(tuple(denied), tuple(notices)),
        )

    def _in_order(self) -> Iterable[TrackedTarget]:
        """The targets as given, then the members of groups by kind, namespace and name."""
        kinds = {group.resource: number for number, group in enumerate(self._groups.groups)}
        named = len(self._targets)
        members = sorted(
            self.session.targets[named:],
            key=lambda tracked: (
                kinds.get(tracked.target.resource, 0),
                tracked.target.namespace,
                tracked.target.name,
            ),
        )
        return (*self.session.targets[:named], *members)

    def _assess(self, view: View, tracker: Tracker) -> Status:
        return assess_once.assess_once(view, tracker, self._options)

    def _children(self, view: View) -> Iterator[Status]:
        from kubectl_dog.tracking.status.from_files import resource_of

        trackers: dict[Resource, Tracker] = {}
        for obj in _descendants(view):
            resource = resource_of(obj)
            if resource not in trackers:
                trackers[resource] = self._tracker(resource)
            target = Target(resource, get_str(obj, 'metadata', 'namespace'), name(obj))
            yield self._assess(view._replace(target=target, object=obj), trackers[resource])


def _absent(target: Target) -> Status:
    resource = target.resource
    return Status(
        resource.api_version,
        resource.kind,
        target.namespace,
        target.name,
        State.ABSENT,
        message='does not exist',
        short=resource.short,
    )


def _descendants(view: View) -> Iterator[Object]:
    pending = [uid(view.object or {})]
    seen = set(pending)
    while pending and len(seen) < _MAX_CHILDREN:
        for child in view.children_by_owner_uid.get(pending.pop(), ()):
            if uid(child) not in seen:
                seen.add(uid(child))
                pending.append(uid(child))
                yield child
