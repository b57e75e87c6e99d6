"""The input of a check: the objects of the batch, and the answers to lookups in the cluster.

A check is a generator. It yields causes, notices (texts), and the lookups that it needs. It is run
again when they are answered.
"""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Mapping
from typing import NamedTuple
from typing import Union

from kubectl_dog.checks.batch import Batch
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Lookup


class Evidence(NamedTuple):
    """A lookup that only adds evidence to a cause: nothing is left out if it is denied."""

    lookup: Lookup


Yielded = Union[Cause, str, Lookup, Evidence]
Findings = Iterator[Yielded]

_UNKNOWN = Answer('failed')
_MISSING = Answer('missing')


def namespace_lookup(namespace: str) -> Lookup:
    """Return the lookup of a namespace, with its labels."""
    return Lookup(NAMESPACES, '', namespace)


class CheckContext:
    """The objects of the batch, and the answers to the lookups so far."""

    def __init__(self, batch: Batch, answers: Mapping[Lookup, Answer]) -> None:
        self.batch = batch
        self.answers = answers

    def view(self, target: Target) -> View:
        """Return the input of the functions of `causes`."""
        return View(target, 0.0, answers=_WithBatch(self))

    def namespace(self, namespace: str) -> Generator[Lookup, None, Answer]:
        """Look up a namespace of the cluster; its answer is unknown until it is read."""
        return (yield from self._ask(namespace_lookup(namespace)))

    def get(
        self, resource: Resource, namespace: str, name: str, full: bool = False
    ) -> Generator[Lookup, None, Answer]:
        """Look up an object of the batch or, if it is not there, of the cluster."""
        own = self.batch.named(resource, namespace).get(name)
        if own is not None:
            return Answer('found', (own,))
        return (yield from self.current(resource, namespace, name, full))

    def current(
        self, resource: Resource, namespace: str, name: str, full: bool = True
    ) -> Generator[Lookup, None, Answer]:
        """Look up an object of the cluster."""
        if namespace and (yield from self.namespace(namespace)).status == 'missing':
            return _MISSING
        return (yield from self._ask(Lookup(resource, namespace, name, full_object=full)))

    def list(
        self, resource: Resource, namespace: str, full: bool = False
    ) -> Generator[Lookup, None, dict[str, Object] | None]:
        """Return all objects of a kind by their names; None if they cannot be read.

        Objects of the batch replace those of the cluster, except for their status.
        """
        own = self.batch.named(resource, namespace)
        if namespace and (yield from self.namespace(namespace)).status == 'missing':
            return own
        answer = yield from self._ask(Lookup(resource, namespace, full_object=full))
        if answer.status != 'found':
            # A kind that the server does not have has no objects.
            return own if answer.status == 'missing' else None
        objects = {name(obj): obj for obj in answer.objects}
        for key, obj in own.items():
            status = objects.get(key, {}).get('status')
            objects[key] = {**obj, 'status': status} if status else obj
        return objects

    def read_evidence(self, cause: Cause) -> Generator[Evidence, None, bool]:
        """Look up the evidence of a cause; returns whether all of it is answered."""
        unanswered = [lookup for lookup in cause.lookups if lookup not in self.answers]
        yield from map(Evidence, unanswered)
        return not unanswered

    def _ask(self, lookup: Lookup) -> Generator[Lookup, None, Answer]:
        answer = self.answers.get(lookup)
        if answer is None:
            yield lookup
            return _UNKNOWN
        return answer


class _WithBatch(Mapping[Lookup, Answer]):
    """The answers, with the objects of the batch in all lists, as similar names may be theirs."""

    def __init__(self, context: CheckContext) -> None:
        self._context = context

    def __getitem__(self, lookup: Lookup) -> Answer:
        answer = self._context.answers[lookup]
        own = self._context.batch.named(lookup.resource, lookup.namespace)
        if lookup.name or not own:
            return answer
        listed = answer.objects if answer.status == 'found' else ()
        return Answer('found', (*listed, *own.values()))

    def __iter__(self) -> Iterator[Lookup]:
        return iter(self._context.answers)

    def __len__(self) -> int:
        return len(self._context.answers)
