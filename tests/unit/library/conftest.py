from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from kubectl_dog import api
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from tests.unit.in_memory import Cluster


def named(obj, name='web', namespace='shop'):
    """A copy of an object with another name."""
    meta = {'name': name, 'namespace': namespace}
    return {**obj, 'metadata': {**obj['metadata'], **meta}}


class Live(Cluster):
    """A cluster in memory that changes: `then(at, change, object)`."""

    def __init__(self, *objects, lines=()):
        super().__init__(*objects)
        self._later = []
        self.logs = []
        self._lines = list(lines)

    def then(self, at, change, obj):
        self._later.append((at, change, obj))

    def reconcile(self, wants):
        fresh = [want for want in wants - self._seen if isinstance(want, Logs)]
        super().reconcile(wants)
        self.logs += fresh
        for want in fresh:
            for line in self._lines:
                log_lines = LogLines((LogLine(0, line),), want.restarts)
                self._items.append(Item(self._now, want, log_lines))

    def take(self, until, lines=True):
        if self._items:
            return super().take(until, lines)
        if self._later and (until is None or self._later[0][0] <= until):
            at, change, obj = self._later.pop(0)
            self._now = max(self._now, at)
            if change == 'signal':
                return Item(self._now, None, Signal(obj))
            for want in self._seen:
                if isinstance(want, Watch) and want.resource.kind == obj['kind']:
                    return Item(self._now, want, Changed(change, obj))
        return super().take(until, lines)

    def signal(self, name):
        self._later.insert(0, (self._now, 'signal', name))


@pytest.fixture
def on(monkeypatch):
    """The library connects to a cluster in memory with these objects."""

    def put(*objects, **more):
        cluster = Live(*objects, **more)
        connection = SimpleNamespace(namespace='shop', close=lambda: None)
        monkeypatch.setattr(api, 'connect', lambda *name, **flags: connection)
        monkeypatch.setattr(api, 'live_source', lambda connection: cluster)
        return cluster

    return put


@pytest.fixture
def left():
    """The running threads that were started during the test."""
    before = set(threading.enumerate())
    return lambda: set(threading.enumerate()) - before
