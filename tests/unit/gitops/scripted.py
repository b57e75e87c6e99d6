"""A source of objects in memory that change at given times."""

from __future__ import annotations

from collections import deque

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ManagedTargets
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import ManagedObjects
from kubectl_dog.model.wants import Watch
from tests.unit.builders import NOW
from tests.unit.gitops.objects import APPLICATIONS
from tests.unit.gitops.objects import HELM_RELEASES
from tests.unit.gitops.objects import KUSTOMIZATIONS

KINDS = {
    resource.kind: resource
    for resource in (APPLICATIONS, KUSTOMIZATIONS, HELM_RELEASES, CONFIGMAPS, DEPLOYMENTS, PODS)
}


def resolve(want):
    """Resolve an inventory as a server with these kinds would."""
    targets = tuple(
        Target(KINDS[reference.kind], reference.namespace, reference.name)
        for reference in want.objects
    )
    return ManagedTargets(targets)


class Scripted:
    """`changes` are pairs of a time and the objects as they are from then on.

    A pair (kind, name) in place of an object deletes it.
    """

    def __init__(self, *changes, resolve=resolve, delay=0.0, interrupt_at=None, denied=()):
        self.started = NOW
        self._changes = deque(changes)
        self._objects = {}
        self._wants = set()
        self._items = deque()
        self._now = 0.0
        self._resolve = resolve
        self._delay = delay
        self._answers = deque()
        self._interrupt_at = interrupt_at
        self._denied = denied
        self.asked = []
        self._apply_changes()

    def now(self):
        return self._now

    def reconcile(self, wants):
        for want in sorted(wants - self._wants, key=repr):
            if isinstance(want, Watch) and want.resource.kind in self._denied:
                self._items.append((want, ReadFailure('denied', 'forbidden')))
            elif isinstance(want, Watch):
                present = tuple(obj for obj in self._objects.values() if _matches(want, obj))
                self._items.append((want, Listed(present)))
            elif isinstance(want, Lookup):
                self._items.append((want, Answer('missing')))
            elif isinstance(want, ManagedObjects):
                self.asked.append((self._now, want))
                delay = self._delay(want) if callable(self._delay) else self._delay
                self._answers.append((self._now + delay, want))
        self._wants = set(wants)

    def take(self, until, lines=True):
        if self._items:
            return Item(self._now, *self._items.popleft())
        times = [self._changes[0][0]] if self._changes else []
        times += [self._answers[0][0]] if self._answers else []
        times += [self._interrupt_at] if self._interrupt_at is not None else []
        at = min(times, default=None)
        if at is None or (until is not None and at > until):
            assert until is not None, 'waits for ever'
            self._now = max(self._now, until)
            return None
        self._now = max(self._now, at)
        if self._interrupt_at == at:
            self._interrupt_at = None
            return Item(self._now, None, Signal('interrupt'))
        if self._answers and self._answers[0][0] == at:
            _, want = self._answers.popleft()
            return Item(self._now, want, self._resolve(want))
        self._apply_changes()
        return self.take(until)

    def _apply_changes(self):
        while self._changes and self._changes[0][0] <= self._now:
            for obj in self._changes.popleft()[1:]:
                self._set(obj)

    def _set(self, obj):
        if isinstance(obj, tuple):
            obj = self._objects.pop(obj)
            change = 'DELETED'
        else:
            self._objects[obj['kind'], obj['metadata']['name']] = obj
            change = 'MODIFIED'
        for want in self._wants:
            if isinstance(want, Watch) and _matches(want, obj):
                self._items.append((want, Changed(change, obj)))

    def close(self):
        pass


def _matches(want, obj):
    field, _, value = want.fields.partition('=')
    meta = obj['metadata']
    return (
        obj['kind'] == want.resource.kind
        and meta.get('namespace', '') == want.namespace
        and (field != 'metadata.name' or meta['name'] == value)
        and not want.labels
    )
