"""Compare objects with the manifests that name them, before they are pruned.

The comparison needs what pruning removes: owners of fields, the manifest that was applied last, and
values of Secrets. The engine gets the names of the fields that differ.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from collections.abc import Mapping

from kubectl_dog.cluster.reads.prune import needs_owners
from kubectl_dog.cluster.reads.prune import prune
from kubectl_dog.model import json_decoding
from kubectl_dog.model.connection import Connection
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.file_differences import cut
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import FILE_DIFFERENCES
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.unapplied_fields import describe
from kubectl_dog.model.unapplied_fields import unapplied_fields

# Limits for one run, as a watch waits for each dry run.
MOST_DRY_RUNS = 200
MOST_SECONDS = 10.0
_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
_Key = tuple[str, str, str, str]
# A change of any other field changes metadata.generation, or is not compared.
_COUNTED_BY_GENERATION = {'apiVersion', 'kind', 'metadata', 'spec', 'status'}


class FileComparison:
    """A comparison of live objects with the objects of files that name targets.

    An object that seems to differ is applied by a server-side dry run, at most once, so that
    defaults and changes by webhooks do not count; without the right to do this, or if the
    server refuses, the values of the file are compared.
    """

    def __init__(
        self,
        connection: Connection,
        objects: Mapping[Target, Object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dry_run = getattr(connection, 'dry_run_apply', None)
        self._clock = clock
        self._files = {_key_of(target): (target, obj) for target, obj in objects.items()}
        self._answers: dict[str, Object] = {}
        # What was compared with each file when nothing differed.
        self._equal: dict[_Key, tuple[object, ...] | None] = {}
        self._refused_kinds: set[tuple[str, str]] = set()
        self._seconds = 0.0

    def prepare(self, obj: Object) -> Object:
        """Prune an object in place, and add the fields that differ from its file."""
        metadata = get_dict(obj, 'metadata')
        key = (
            get_str(obj, 'apiVersion'),
            get_str(obj, 'kind'),
            get_str(metadata, 'namespace'),
            name(obj),
        )
        if key not in self._files:
            return prune(obj)
        target, wanted = self._files[key]
        compared = _compared_fields(wanted, obj)
        if compared is not None and self._equal.get(key) == compared:
            # The usual case: only the status has changed.
            return prune(obj)
        differences = unapplied_fields(wanted, obj)
        if differences and not is_deleting(obj):
            wanted = self._expected(target, wanted, uid(obj))
            differences = unapplied_fields(wanted, obj)
        entries = describe(wanted, obj, differences)
        prune(obj)
        self._equal[key] = None if entries else compared
        if entries:
            obj[FILE_DIFFERENCES] = entries
        return obj

    def needs_owners(self, resource: Resource) -> bool:
        """Return whether managedFields of a kind are compared, or kept by pruning."""
        key = (resource.api_version, resource.kind)
        return needs_owners(resource) or any(file[:2] == key for file in self._files)

    def _expected(self, target: Target, wanted: Object, identity: str) -> Object:
        """Return the object of the file as the server would store it; as it is without an answer.

        An object that was created again is another one.
        """
        if identity not in self._answers:
            answer = self._ask(target, wanted) if self._may_ask(target) else None
            self._answers[identity] = wanted if answer is None else cut(answer, wanted)
        return self._answers[identity]

    def _may_ask(self, target: Target) -> bool:
        return (
            self._dry_run is not None
            # Values of Secrets are compared here: there is no reason to send them.
            and target.resource.key != 'Secret'
            and (target.resource.key, target.namespace) not in self._refused_kinds
            and len(self._answers) < MOST_DRY_RUNS
            and self._seconds < MOST_SECONDS
        )

    def _ask(self, target: Target, wanted: Object) -> Object | None:
        assert self._dry_run is not None
        path = target.resource.path(target.namespace, target.name)
        started = self._clock()
        try:
            response = self._dry_run(path, json.dumps(_to_apply(target, wanted)).encode())
            answer = json_decoding.decode(response.body) if response.status < 300 else None
        except (UnreachableError, OSError, ValueError, TypeError):
            return None
        finally:
            self._seconds += self._clock() - started
        if response.status in (403, 405, 415):
            self._refused_kinds.add((target.resource.key, target.namespace))
        return answer if isinstance(answer, dict) else None


def _compared_fields(wanted: Object, obj: Object) -> tuple[object, ...] | None:
    """Return all that a comparison with a file reads, if the generation stands for the spec.

    If the comparison reads more, return None.
    """
    metadata = get_dict(obj, 'metadata')
    generation = metadata.get('generation')
    if not generation or not wanted.keys() <= _COUNTED_BY_GENERATION:
        return None
    # Pruning changes the annotations.
    annotations = dict(get_dict(metadata, 'annotations'))
    return uid(obj), generation, is_deleting(obj), get_dict(metadata, 'labels'), annotations


def _key_of(target: Target) -> _Key:
    return (
        target.resource.api_version,
        target.resource.kind,
        target.namespace,
        target.name,
    )


def _to_apply(target: Target, wanted: Object) -> Object:
    """Return the fields that a user may apply: files of `kubectl get -o yaml` have others."""
    metadata = get_dict(wanted, 'metadata')
    annotations = get_dict(metadata, 'annotations')
    own: Object = {
        'name': target.name,
        'labels': get_dict(metadata, 'labels'),
        'annotations': {key: annotations[key] for key in annotations if key != _APPLIED},
    }
    if target.namespace:
        own['namespace'] = target.namespace
    rest = {key: value for key, value in wanted.items() if key not in ('metadata', 'status')}
    return {**rest, 'metadata': own}
