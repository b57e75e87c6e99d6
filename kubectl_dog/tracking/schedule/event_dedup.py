"""Report Kubernetes events once per count, and notices about failed reads once."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.kube_event_queries import last_seen_at as event_time
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_int
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Target
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World

# Events of the target from before the run are history. Those of its updated pods are not, because
# these pods are what is rolled out. Timestamps of the server are in whole seconds.
_SLACK = 2.0
# Notices about failed reads that are remembered: they may name pods, which come and go.
_MAX_NOTICES = 1000


class EventDedup:
    """The Kubernetes events that were reported.

    An event may come before the pod that it is about; it is reported once that pod is known.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        # The events of each object at its last evaluation; the same tuple has nothing new in it.
        self._seen: dict[str, tuple[Object, ...]] = {}

    def forget(self, store: Store) -> None:
        """Forget the events that the cluster has deleted, an hour after they occurred."""
        known = store.kube_events_by_uid
        self._seen = {key: events for key, events in self._seen.items() if key in known}
        self._counts = {key: count for key, count in self._counts.items() if known.has(key)}

    def new_events(self, at: float, tracked: TrackedTarget, world: World) -> Iterator[KubeEvent]:
        """Yield the new events about a target and the objects behind it."""
        if tracked.ended is not None or not tracked.call_target(world).options.show_events:
            return
        for key, obj in tracked.related.items():
            events = world.store.kube_events_by_uid.get(key, ())
            if self._seen.get(key) is events:
                continue
            self._seen[key] = events
            for event in events:
                count = max(1, get_int(event, 'count'), get_int(event, 'series', 'count'))
                is_known = self._counts.get(uid(event)) == count
                if is_known or _is_history(event, obj, world.started):
                    continue
                self._counts[uid(event)] = count
                age = max(0.0, world.started + at - (event_time(event) or world.started + at))
                yield _kube_event(at, tracked.target, event, count, age)


class NoticeDedup:
    """The notices about failed reads that were reported.

    Each outage is reported once when it begins, and once when it is over.
    """

    def __init__(self) -> None:
        self._reported: dict[str, None] = {}
        self._outages: dict[str, set[str]] = {}

    def is_new(self, reason: str, message: str) -> bool:
        """Return whether to report a read failure, and record it as reported."""
        is_new = message not in self._reported
        self._reported[message] = None
        if len(self._reported) > _MAX_NOTICES:
            del self._reported[next(iter(self._reported))]
        other = {'unreachable': 'recovered', 'recovered': 'unreachable'}.get(reason)
        if other is not None:
            for text in self._outages.pop(other, set()):
                self._reported.pop(text, None)
            self._outages.setdefault(reason, set()).add(message)
        return is_new


def _is_history(event: Object, obj: Object, started: float) -> bool:
    return obj.get('kind') != 'Pod' and event_time(event) < started - _SLACK


def _kube_event(at: float, target: Target, event: Object, count: int, age: float) -> KubeEvent:
    return KubeEvent(
        at=at,
        target=target,
        kind=get_str(event, 'involvedObject', 'kind'),
        name=get_str(event, 'involvedObject', 'name') or name(event),
        type=get_str(event, 'type'),
        reason=get_str(event, 'reason'),
        message=get_str(event, 'message'),
        times=count,
        age=age,
    )
