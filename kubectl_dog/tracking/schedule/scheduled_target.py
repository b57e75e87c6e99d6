"""A track that goes on: what it asked for, what concerns it, and when it is to be looked at."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.world import World


class ScheduledTarget(NamedTuple):
    """A track, and what it last asked for; it is not looked at while it rests.

    `keys` are those of its wants, `about` the uids of the objects behind it, whose kube events
    concern it.
    """

    target: TrackedTarget
    wants: frozenset[Want] = frozenset()
    keys: frozenset[Hashable] = frozenset()
    related_uids: frozenset[Hashable] = frozenset()
    deadline: float | None = 0.0
    rests_until: float = 0.0

    @property
    def logs(self) -> frozenset[Want]:
        """The logs among what it asked for."""
        return frozenset(want for want in self.wants if isinstance(want, Logs))

    def postponed(self) -> ScheduledTarget:
        """The same, to be looked at as soon as it has rested."""
        return self._replace(deadline=self.rests_until)


def schedule(at: float, track: TrackedTarget, world: World) -> ScheduledTarget:
    """The track with what it asks for now."""
    wants = frozenset(track.wants(at, world))
    keys, about = frozenset(map(_key, wants)), frozenset(track.related)
    return ScheduledTarget(track, wants, keys, about, track.deadline(at, world))


def keys_of(item: Item) -> tuple[Hashable, ...] | None:
    """By which of its keys a track is found that an item concerns; None: it concerns all."""
    want = item.want
    if want is None:
        return None
    if isinstance(want, Watch) and want.resource == EVENTS:
        if isinstance(item.payload, Changed):
            about = get_str(item.payload.object, 'involvedObject', 'kind')
            uid = get_str(item.payload.object, 'involvedObject', 'uid')
            # By the fields of a package's own, the event may be about anything.
            asked = (_key(want),) if want.fields else ()
            return None if about == 'PersistentVolumeClaim' else (uid, *asked)
        if not want.fields:
            return None
    return (_key(want),)


def _key(want: Want) -> Hashable:
    """What an item of a want is known by: the Logs of a stream change while it goes on."""
    return want.stream if isinstance(want, Logs) else want
