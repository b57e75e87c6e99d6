"""Which kube events belong to a target, each told once per count."""

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
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World

# Events of the target itself from before the run are history; those of its updated pods are not,
# as the pods are what is being rolled out. The server stamps whole seconds.
_SLACK = 2.0


class EventDedup:
    """Remembers what was told. An event may come before the pod it is about: it waits."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        # What there was about an object at the last look; the same again has nothing new in it.
        self._seen: dict[str, tuple[Object, ...]] = {}

    def new_events(self, at: float, track: TrackedTarget, world: World) -> Iterator[KubeEvent]:
        """What is new about the target and the objects behind it."""
        if not track.with_own_options(world).options.show_events:
            return
        if track.ended is not None:
            return
        for key, thing in track.related.items():
            events = world.store.kube_events_by_uid.get(key, ())
            if self._seen.get(key) is events:
                continue
            self._seen[key] = events
            for event in events:
                times = max(1, get_int(event, 'count'), get_int(event, 'series', 'count'))
                if self._told.get(uid(event)) == times or _is_history(event, thing, world.started):
                    continue
                self._told[uid(event)] = times
                yield _told(at, track.target, event, times)


def _is_history(event: Object, thing: Object, started: float) -> bool:
    return thing.get('kind') != 'Pod' and event_time(event) < started - _SLACK


def _told(at: float, target: Target, event: Object, times: int) -> KubeEvent:
    return KubeEvent(
        at=at,
        target=target,
        kind=get_str(event, 'involvedObject', 'kind'),
        name=get_str(event, 'involvedObject', 'name') or name(event),
        type=get_str(event, 'type'),
        reason=get_str(event, 'reason'),
        message=get_str(event, 'message'),
        times=times,
    )
