"""Find the owners of objects from files, even if the files were written without uids.

An owner is found by uid if both sides have one, and otherwise by kind, name, namespace and, if
known, API group. A uid that differs never matches: it was another object of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from kubectl_dog.causes.kube_event_queries import last_seen_at
from kubectl_dog.model import selectors
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import controller_uid
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.wants import Watch

_EVENT_GROUPS = ('', 'events.k8s.io')


# Of owners; a pod of the deepest known custom resources has six.
_MOST_LEVELS = 10


class OwnedObjects(NamedTuple):
    """All objects except Kubernetes events, in order and with uids; mappings as in a View."""

    objects: tuple[Object, ...]
    children_by_owner_uid: Mapping[str, tuple[Object, ...]]
    kube_events_by_uid: Mapping[str, tuple[Object, ...]]

    def descendants(self, obj: Object) -> Mapping[str, tuple[Object, ...]]:
        """Return the part of `children_by_owner_uid` for an object and its descendants.

        A search of all objects for each object would be quadratic, and so would all descendants in
        a long chain of owners.
        """
        children: dict[str, tuple[Object, ...]] = {}
        level = [uid(obj)]
        for _ in range(_MOST_LEVELS):
            owners = [
                owner
                for owner in dict.fromkeys(level)
                if owner not in children and owner in self.children_by_owner_uid
            ]
            children.update({owner: self.children_by_owner_uid[owner] for owner in owners})
            level = [uid(child) for owner in owners for child in children[owner]]
        return children


class FileObjectsByWatch(Mapping[Watch, 'tuple[Object, ...]']):
    """The objects that each watch would select from some objects, computed on demand."""

    def __init__(self, members: Sequence[Object]) -> None:
        self._members = members
        self._by_kind: dict[str, list[Object]] = {}
        for obj in members:
            self._by_kind.setdefault(kind_key(obj), []).append(obj)

    def __getitem__(self, watch: Watch) -> tuple[Object, ...]:
        try:
            terms = selectors.parse(watch.labels)
        except UserError:
            # An invalid selector in a file, which no server would accept, selects nothing.
            return ()
        field, _, value = watch.fields.partition('=')
        return tuple(
            obj
            for obj in self._by_kind.get(watch.resource.key, ())
            if watch.namespace in ('', get_str(obj, 'metadata', 'namespace'))
            and (field != 'metadata.name' or get_str(obj, 'metadata', 'name') == value)
            and selectors.matches(terms, get_dict(obj, 'metadata', 'labels'))
        )

    def __iter__(self) -> Iterator[Watch]:
        return iter(())

    def __len__(self) -> int:
        return 0


def pods_by_claim(objects: Iterable[Object]) -> Mapping[tuple[str, str], str]:
    """Return the uid of the first pod that uses each claim, by namespace and name of the claim."""
    pods: dict[tuple[str, str], str] = {}
    for pod in objects:
        if kind_key(pod) == 'Pod':
            namespace = get_str(pod, 'metadata', 'namespace')
            for volume in get_dicts(pod, 'spec', 'volumes'):
                claim = get_str(volume, 'persistentVolumeClaim', 'claimName')
                pods.setdefault((namespace, claim), uid(pod))
    return pods


def api_group(obj: Object) -> str:
    """Return the API group of an object, or of a reference to one; empty for the core group."""
    return get_str(obj, 'apiVersion').rpartition('/')[0]


def kind_key(obj: Object) -> str:
    """Return the key for trackers: `Kind.group`, or `Kind` in the core group."""
    return f'{get_str(obj, "kind")}.{api_group(obj)}'.rstrip('.')


def resolve_owners(objects: Iterable[Object]) -> OwnedObjects:
    """Sort the objects of files that were written together by their owners."""
    members: list[Object] = []
    events: list[Object] = []
    for obj in objects:
        is_event = obj.get('kind') == 'Event' and api_group(obj) in _EVENT_GROUPS
        (events if is_event else members).append(_with_uid(obj))
    references = _References(members)
    members = list(map(references.with_owner_uid, members))
    children: dict[str, list[Object]] = {}
    for obj in members:
        owner = controller_uid(obj)
        if owner:
            children.setdefault(owner, []).append(obj)
    events_by_uid: dict[str, list[Object]] = {}
    for event in sorted(map(_as_core_event, events), key=last_seen_at):
        events_by_uid.setdefault(references.subject_uid(event), []).append(event)
    return OwnedObjects(tuple(members), _freeze(children), _freeze(events_by_uid))


def _freeze(groups: Mapping[str, Sequence[Object]]) -> Mapping[str, tuple[Object, ...]]:
    return {key: tuple(members) for key, members in groups.items()}


def _to_text(value: Any) -> str:
    """Return a name or uid as text: a number in manual YAML may lack its quotes."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ''


def _with_uid(obj: Object) -> Object:
    """Return the object with text as identity and a uid, derived from its name if it has none."""
    metadata = get_dict(obj, 'metadata')
    identity = {key: _to_text(metadata.get(key)) for key in ('name', 'namespace', 'uid')}
    namespace, name = identity['namespace'], identity['name']
    identity['uid'] = identity['uid'] or _derived_uid(obj, namespace, name)
    kept = {key: text for key, text in identity.items() if text or key in metadata}
    if all(metadata.get(key) == text for key, text in kept.items()):
        return obj
    return {**obj, 'metadata': {**metadata, **kept}}


def _derived_uid(obj: Object, namespace: str, name: str) -> str:
    # A uid of a server never has a slash.
    return f'{kind_key(obj)}/{namespace}/{name}' if name else f'{id(obj)}/'


class _References:
    """A resolver of references to the objects of files."""

    def __init__(self, members: Iterable[Object]) -> None:
        self._uids: set[str] = set()
        self._by_name: dict[tuple[str, str, str], list[Object]] = {}
        for obj in members:
            self._uids.add(uid(obj))
            metadata = get_dict(obj, 'metadata')
            key = (get_str(obj, 'kind'), get_str(metadata, 'namespace'), get_str(metadata, 'name'))
            self._by_name.setdefault(key, []).append(obj)

    def with_owner_uid(self, obj: Object) -> Object:
        """Return the object with the uid of its controller in the owner reference."""
        owners = get_dicts(obj, 'metadata', 'ownerReferences')
        if not owners:
            return obj
        namespace = get_str(obj, 'metadata', 'namespace')
        # Exports that were reduced to names may lack `controller`, too.
        is_only = len(owners) == 1 and 'controller' not in owners[0]
        controllers = [
            {**owner, 'uid': self._find(owner, namespace), 'controller': True}
            for owner in owners
            if owner.get('controller') or is_only
        ]
        if not controllers or controller_uid(obj) == controllers[0]['uid']:
            return obj
        metadata = {**get_dict(obj, 'metadata'), 'ownerReferences': controllers}
        return {**obj, 'metadata': metadata}

    def subject_uid(self, event: Object) -> str:
        """Return the uid of the object of an event; a derived uid if it is not in the files."""
        subject = get_dict(event, 'involvedObject')
        namespace = get_str(subject, 'namespace') or get_str(event, 'metadata', 'namespace')
        name = _to_text(subject.get('name'))
        return self._find(subject, namespace) or _derived_uid(subject, namespace, name)

    def _find(self, reference: Object, namespace: str) -> str:
        """Return the uid of a referenced object, or the uid in the reference if it is missing."""
        own_uid = _to_text(reference.get('uid'))
        if own_uid in self._uids:
            return own_uid
        kind, name = get_str(reference, 'kind'), _to_text(reference.get('name'))
        # A pod may belong to a Node, which has no namespace.
        for space in (namespace, ''):
            for obj in self._by_name.get((kind, space, name), ()):
                has_group = 'apiVersion' in reference
                is_same_group = not has_group or api_group(reference) == api_group(obj)
                is_derived = '/' in uid(obj)
                if is_same_group and (is_derived or not own_uid):
                    return uid(obj)
        return own_uid


def _as_core_event(event: Object) -> Object:
    """Return an event of events.k8s.io with the fields of the core group."""
    if 'regarding' not in event:
        return event
    fields = {
        'involvedObject': event.get('regarding'),
        'message': event.get('note'),
        'count': event.get('deprecatedCount'),
        'lastTimestamp': event.get('deprecatedLastTimestamp'),
        'firstTimestamp': event.get('deprecatedFirstTimestamp'),
        'source': event.get('deprecatedSource'),
    }
    return {**{key: value for key, value in fields.items() if value is not None}, **event}
