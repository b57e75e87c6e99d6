"""Plays items into the engine at chosen times, the way a session does."""

from __future__ import annotations

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import deployment
from kubectl_dog.trackers.kinds import pod
from kubectl_dog.trackers.kinds import statefulset
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import DEPLOY
from tests.unit.builders import NOW

TRACKERS = {'Deployment': deployment, 'Pod': pod, 'StatefulSet': statefulset}
REPLICA_SETS = Watch(REPLICASETS, 'shop', 'app=web')
POD_WATCH = Watch(PODS, 'shop', 'app=web')
EVENT_WATCH = Watch(EVENTS, 'shop')


def events_of(uid):
    return Watch(EVENTS, 'shop', fields=f'involvedObject.uid={uid}')


NAMES = Lookup(CONFIGMAPS, 'shop')


class Play:
    def __init__(self, target=DEPLOY, tracker=None, **options):
        tracker = tracker or TRACKERS[target.resource.kind]
        self.track = TrackedTarget(target, tracker, options.get('follow', False))
        self.engine = Engine([self.track], Options(**options), NOW)
        self.events = []
        self._take(self.engine.step(0.0, None))

    @property
    def root(self):
        return self.track.root

    def _take(self, step):
        self.step = step
        self.events += step.events

    def until(self, at):
        """Let time pass; every deadline on the way fires."""
        while self.step.deadline is not None and self.step.deadline <= at:
            self._take(self.engine.step(self.step.deadline, None))
        return self

    def give(self, at, want, payload):
        if not self.until(at).step.finished:
            self._take(self.engine.step(at, Item(at, want, payload)))
        return self

    def listed(self, at, want, *objects):
        return self.give(at, want, Listed(objects))

    def changed(self, at, want, obj, change='MODIFIED'):
        return self.give(at, want, Changed(change, obj))

    def rollout(self, deploy, *pods, at=0.0, replica_sets=()):
        """A Deployment with the pods of its newest ReplicaSet, all listed at once."""
        self.listed(at, self.root, deploy)
        self.listed(at, REPLICA_SETS, *replica_sets)
        return self.listed(at, POD_WATCH, *pods)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ended(self):
        return next(iter(self.of(TargetEnded)), None)

    @property
    def outcome(self):
        """(verdict, reason, when), or None while it is open."""
        end = self.ended
        return end and (end.verdict.value, end.reason, end.at)
