"""A source of a fixed list of objects, in memory."""

from __future__ import annotations

import copy
from collections import deque

from kubectl_dog.cluster.reads.file_comparison import FileComparison
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Signal
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from tests.unit.builders import NOW


class Cluster:
    def __init__(self, *objects):
        self.started = NOW
        self.is_closed = False
        self._objects = objects
        self._now = 0.0
        self._seen = set()
        self._items = deque()

    def compare_with_files(self, objects):
        prepare = FileComparison(None, objects).prepare
        self._objects = tuple(prepare(copy.deepcopy(obj)) for obj in self._objects)

    def now(self):
        return self._now

    def reconcile(self, wants):
        for want in sorted(wants - self._seen, key=repr):
            if isinstance(want, Watch):
                self._items.append(Item(self._now, want, Listed(tuple(self._matching(want)))))
            elif isinstance(want, Lookup):
                self._items.append(Item(self._now, want, Answer('missing')))
        self._seen = set(wants)

    def take(self, until, lines=True):
        if self._items:
            return self._items.popleft()._replace(at=self._now)
        if until is None:
            raise SourceEndedError
        self._now = max(self._now, until)
        return None

    def signal(self, name, code=0):
        assert name.startswith('command-'), f'{name} in a test'
        self._items.append(Item(self._now, None, Signal(name, code)))

    def close(self):
        self.is_closed = True

    def _matching(self, want):
        field, _, value = want.fields.partition('=')
        for obj in self._objects:
            meta = obj['metadata']
            labels = {f'{key}={label}' for key, label in meta.get('labels', {}).items()}
            if (
                obj['kind'] == want.resource.kind
                and meta.get('namespace', '') == want.namespace
                and (field != 'metadata.name' or meta['name'] == value)
                and (not want.labels or want.labels in labels)
            ):
                yield obj
