"""A track that goes on: what it asked for, what concerns it, and when it is to be looked at."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.objects import text
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.track import Track
from kubectl_dog.tracking.views import World

# A look takes time for every object behind a target: with more than so many of them there is a
# rest, of so many seconds per object, before the next, so that looking keeps up with what comes.
_FEW = 200
_REST = 0.0005


class Opened(NamedTuple):
    """A track, and what it last asked for; it is not looked at while it rests."""

    track: Track
    wants: frozenset[Want] = frozenset()
    keys: frozenset[object] = frozenset()
    deadline: float | None = 0.0
    rests_until: float = 0.0

    @property
    def logs(self) -> frozenset[Want]:
        """The logs among what it asked for."""
        return frozenset(want for want in self.wants if isinstance(want, Logs))

    def postponed(self) -> Opened:
        """The same, to be looked at as soon as it has rested."""
        soonest = (
            self.rests_until if self.deadline is None else min(self.deadline, self.rests_until)
        )
        return self._replace(deadline=soonest)

    def concerns(self, at: float, item: Item | None) -> bool:
        """Whether it can have anything new to say: of hundreds, an item is about one."""
        if item is None or item.want is None:
            return item is not None or (self.deadline is not None and self.deadline <= at)
        if isinstance(item.want, Watch) and item.want.resource == EVENTS:
            changed = item.payload.object if isinstance(item.payload, Changed) else None
            if changed is None or text(changed, 'involvedObject', 'uid') in self.track.related:
                return True
            return text(changed, 'involvedObject', 'kind') == 'PersistentVolumeClaim'
        return _key(item.want) in self.keys


def ask(at: float, track: Track, world: World) -> Opened:
    """The track with what it asks for now."""
    wants = frozenset(track.wants(at, world))
    behind = len(track.related)
    rest = behind * _REST if behind > _FEW else 0.0
    return Opened(track, wants, frozenset(map(_key, wants)), track.deadline(at, world), at + rest)


def _key(want: Want) -> object:
    """What an item of a want is known by: the Logs of a stream change while it goes on."""
    return want.stream if isinstance(want, Logs) else want
