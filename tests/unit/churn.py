"""A simulated day: a Deployment is followed while its pods are replaced, with events and logs."""

from __future__ import annotations

from collections import deque

from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from tests.unit import fleet

# Seconds from one replacement of all pods to the next, and those for which an event is kept.
ROUND, EVENT_AGE = 60.0, 600.0
LEAVES_AFTER, GONE_AFTER = 20.0, 25.0
REPLICAS = 3


class Day:
    """A source in simulated time below SharedSource; `rounds` is how often pods are replaced.

    Each round has a new ReplicaSet, new pods of which one crashes, kube events, and log lines. In
    each tenth round, the watches are interrupted and listed again.
    """

    def __init__(self, rounds):
        self.started = fleet.STARTED
        self.opened = 0
        self._objects = {'deployments': {}, 'replicasets': {}, 'pods': {}, 'events': {}}
        self._rollout = fleet.Rollout('web-000', REPLICAS, 0.0, fleet.Fleet(0, 0, 1.0))
        for plural, obj in self._rollout.initial():
            self._objects[plural][obj['metadata']['uid']] = obj
        self._script = self._changes(rounds)
        self._next = next(self._script, None)
        self._ready = deque()
        self._wants = frozenset()
        self._now = 0.0

    def now(self):
        return self._now

    def close(self):
        pass

    def reconcile(self, wants):
        for want in sorted(wants - self._wants, key=repr):
            if isinstance(want, Watch):
                self.opened += 1
                self._ready.append(Item(self._now, want, Listed(self._selected(want))))
            elif isinstance(want, Logs) and want.stream not in {
                other.stream for other in self._wants if isinstance(other, Logs)
            }:
                lines = (LogLine(int(self._now * 1e9), f'{want.pod} says {n}') for n in range(5))
                self._ready.append(Item(self._now, want, LogLines(tuple(lines), want.restarts)))
                self._ready.append(Item(self._now, want, LogEnd(want.restarts)))
            elif isinstance(want, Lookup):
                raise AssertionError(want)
        self._wants = frozenset(wants)

    def take(self, until, lines=True):
        while not self._ready:
            if self._next is None or (until is not None and self._next[0] > until):
                if until is None:
                    raise SourceEndedError
                self._now = max(self._now, until)
                return None
            at, plural, change, obj = self._next
            self._now = max(self._now, at)
            self._deliver(plural, change, obj)
            self._next = next(self._script, None)
        return self._ready.popleft()._replace(at=self._now)

    def _deliver(self, plural, change, obj):
        if plural == 'cut':
            for want in self._watches():
                self._ready.append(Item(self._now, want, ReadFailure('unreachable', 'gone')))
                self._ready.append(Item(self._now, want, ReadFailure('recovered', 'back')))
                self._ready.append(Item(self._now, want, Listed(self._selected(want))))
        elif plural == 'end':
            self._ready.append(Item(self._now, None, Signal('interrupt')))
        else:
            uid = obj['metadata']['uid']
            self._objects[plural][uid] = obj
            if change == 'DELETED':
                del self._objects[plural][uid]
            for want in self._watches():
                if want.resource.plural == plural and fleet.selects(want, obj):
                    self._ready.append(Item(self._now, want, Changed(change, obj)))

    def _watches(self):
        return sorted(want for want in self._wants if isinstance(want, Watch))

    def _selected(self, want):
        objects = self._objects[want.resource.plural].values()
        return tuple(obj for obj in objects if fleet.selects(want, obj))

    def _changes(self, rounds):
        """Yield (time, plural, change, object): each round, all objects have new names."""
        yield 1.0, 'deployments', 'MODIFIED', self._rollout.deployment
        old, expiring = [('replicasets', self._rollout.old)], deque()
        old += [('pods', pod) for pod in self._rollout.pods]
        for number in range(1, rounds + 1):
            at, new = number * ROUND, []
            for plural, obj, change in self._round(at, number):
                if plural == 'events':
                    expiring.append((at + EVENT_AGE, obj))
                elif change == 'ADDED':
                    new.append((plural, obj))
                yield at, plural, change, obj
            for plural, obj in old:
                if plural == 'pods':
                    leaving = {**obj['metadata'], 'deletionTimestamp': fleet.stamp(at)}
                    yield at + LEAVES_AFTER, plural, 'MODIFIED', {**obj, 'metadata': leaving}
            for plural, obj in old:
                yield at + GONE_AFTER, plural, 'DELETED', obj
            while expiring and expiring[0][0] <= at + ROUND:
                yield at + GONE_AFTER, 'events', 'DELETED', expiring.popleft()[1]
            if number % 10 == 0:
                yield at + GONE_AFTER + 1, 'cut', '', None
            old = new
        yield (rounds + 30) * ROUND, 'end', '', None

    def _round(self, at, number):
        rollout, revision = self._rollout, str(number + 1)
        rollout.start = at
        rollout.deployment = fleet.copied(rollout.deployment)
        metadata, status = rollout.deployment['metadata'], rollout.deployment['status']
        metadata.update(generation=number + 2, annotations={fleet.REVISION: revision})
        status['observedGeneration'] = number + 2
        replica_set = rollout._replica_set(revision, REPLICAS)
        yield 'replicasets', replica_set, 'ADDED'
        yield 'deployments', rollout.deployment, 'MODIFIED'
        for index in range(REPLICAS):
            pod = rollout._pod(replica_set, index)
            rollout._schedule(pod, at)
            yield 'pods', pod, 'ADDED'
            pod = fleet.copied(pod)
            fleet.set_ready(pod, at + 1)
            if index == 0:
                crash(pod, at + 1)
            yield 'pods', pod, 'MODIFIED'
            for reason, kind in (('Pulled', 'Normal'), (f'Odd{number}', 'Warning')):
                event = rollout._event(at, pod, reason, f'{reason} {number}')[3]
                event['type'] = kind
                yield 'events', event, 'ADDED'


def crash(pod, at):
    """Let the container of a running pod be in its second run."""
    ended = {'exitCode': 1, 'reason': 'Error', 'finishedAt': fleet.stamp(at)}
    [status] = pod['status']['containerStatuses']
    status.update(restartCount=1, lastState={'terminated': ended})
