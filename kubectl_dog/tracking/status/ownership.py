"""Which object of a file belongs to which, also where uids were stripped when it was written.

By uid where both sides have one. Else by kind, name, namespace and, as far as it is told, API
group: never against a uid that says otherwise, as that was another object of the same name.
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


class OwnedObjects(NamedTuple):
    """`members` are the objects but for kube events, in their order, each with a uid; `owned` and
    `about` as a View has them.
    """

    objects: tuple[Object, ...]
    children_by_owner_uid: Mapping[str, tuple[Object, ...]]
    kube_events_by_uid: Mapping[str, tuple[Object, ...]]

    def descendants(self, thing: Object) -> Mapping[str, tuple[Object, ...]]:
        """The part of `owned` that holds its children and theirs: nobody else's are of interest,
        and to look through all of them for each object would take the square of their number.
        """
        found: dict[str, tuple[Object, ...]] = {}
        waiting = [uid(thing)]
        while waiting:
            owner = waiting.pop()
            if owner not in found and owner in self.children_by_owner_uid:
                found[owner] = self.children_by_owner_uid[owner]
                waiting += map(uid, found[owner])
        return found


class FileObjectsByWatch(Mapping[Watch, 'tuple[Object, ...]']):
    """What each watch would bring, were these objects all there are; made when it is asked for."""

    def __init__(self, members: Sequence[Object]) -> None:
        self._members = members

    def __getitem__(self, watch: Watch) -> tuple[Object, ...]:
        try:
            terms = selectors.parse(watch.labels)
        except UserError:
            # A selector that a file has, and no server would take, selects nothing.
            return ()
        field, _, value = watch.fields.partition('=')
        return tuple(
            one
            for one in self._members
            if kind_key(one) == watch.resource.key
            and watch.namespace in ('', get_str(one, 'metadata', 'namespace'))
            and (field != 'metadata.name' or get_str(one, 'metadata', 'name') == value)
            and selectors.matches(terms, get_dict(one, 'metadata', 'labels'))
        )

    def __iter__(self) -> Iterator[Watch]:
        return iter(())

    def __len__(self) -> int:
        return 0


def api_group(thing: Object) -> str:
    """The API group of an object, or of a reference to one; empty for the core group."""
    return get_str(thing, 'apiVersion').rpartition('/')[0]


def kind_key(thing: Object) -> str:
    """`Kind.group`, or `Kind` in the core group: what trackers register under."""
    return f'{get_str(thing, "kind")}.{api_group(thing)}'.rstrip('.')


def resolve_owners(objects: Iterable[Object]) -> OwnedObjects:
    """Sort out objects of one file, or of several that were written together."""
    members: list[Object] = []
    events: list[Object] = []
    for one in objects:
        is_event = one.get('kind') == 'Event' and api_group(one) in _EVENT_GROUPS
        (events if is_event else members).append(_identified(one))
    registry = _Registry(members)
    members = [registry.adopted(one) for one in members]
    owned: dict[str, list[Object]] = {}
    for one in members:
        owner = controller_uid(one)
        if owner:
            owned.setdefault(owner, []).append(one)
    about: dict[str, list[Object]] = {}
    for event in sorted(map(_modern, events), key=last_seen_at):
        about.setdefault(registry.subject(event), []).append(event)
    return OwnedObjects(tuple(members), _frozen(owned), _frozen(about))


def _frozen(found: Mapping[str, Sequence[Object]]) -> Mapping[str, tuple[Object, ...]]:
    return {key: tuple(those) for key, those in found.items()}


def _word(value: Any) -> str:
    """An identity as text: who writes YAML by hand leaves out the quotes of a number."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ''


def _identified(thing: Object) -> Object:
    """The same object with a uid, made of its name where it has none; a shallow copy if need be."""
    metadata = get_dict(thing, 'metadata')
    words = {key: _word(metadata.get(key)) for key in ('name', 'namespace', 'uid')}
    words['uid'] = words['uid'] or _made_uid(thing, words['namespace'], words['name'])
    kept = {key: word for key, word in words.items() if word or key in metadata}
    if all(metadata.get(key) == word for key, word in kept.items()):
        return thing
    return {**thing, 'metadata': {**metadata, **kept}}


def _made_uid(thing: Object, namespace: str, name: str) -> str:
    # No uid of a server has a slash.
    return f'{kind_key(thing)}/{namespace}/{name}' if name else f'{id(thing)}/'


class _Registry:
    """Finds what references mean."""

    def __init__(self, members: Iterable[Object]) -> None:
        self._uids: set[str] = set()
        self._named: dict[tuple[str, str, str], list[Object]] = {}
        for one in members:
            self._uids.add(uid(one))
            metadata = get_dict(one, 'metadata')
            key = (get_str(one, 'kind'), get_str(metadata, 'namespace'), get_str(metadata, 'name'))
            self._named.setdefault(key, []).append(one)

    def adopted(self, thing: Object) -> Object:
        """The same object with the uid of the owner that controls it in its reference."""
        owners = get_dicts(thing, 'metadata', 'ownerReferences')
        if not owners:
            return thing
        # Somebody who stripped an export to the names may have taken `controller` away, too.
        alone = len(owners) == 1 and 'controller' not in owners[0]
        found = [
            {**one, 'uid': self._owner(thing, one), 'controller': True}
            for one in owners
            if one.get('controller') or alone
        ]
        if not found or controller_uid(thing) == found[0]['uid']:
            return thing
        return {**thing, 'metadata': {**get_dict(thing, 'metadata'), 'ownerReferences': found}}

    def _owner(self, thing: Object, reference: Object) -> str:
        return self._find(reference, get_str(thing, 'metadata', 'namespace'))

    def subject(self, event: Object) -> str:
        """The uid of what a kube event is about, or what stands for it where it is not here."""
        about = get_dict(event, 'involvedObject')
        space = get_str(about, 'namespace') or get_str(event, 'metadata', 'namespace')
        return self._find(about, space) or _made_uid(about, space, _word(about.get('name')))

    def _find(self, reference: Object, namespace: str) -> str:
        """The uid of what is meant; if it is not here, the one that the reference has."""
        told = _word(reference.get('uid'))
        if told in self._uids:
            return told
        kind, name = get_str(reference, 'kind'), _word(reference.get('name'))
        # A pod may belong to a Node, which has no namespace.
        for space in (namespace, ''):
            for one in self._named.get((kind, space, name), ()):
                is_made = '/' in uid(one)
                is_same_group = 'apiVersion' not in reference or api_group(reference) == api_group(
                    one
                )
                if is_same_group and (is_made or not told):
                    return uid(one)
        return told


def _modern(event: Object) -> Object:
    """A kube event of events.k8s.io in the words of the core group, which rules read."""
    if 'regarding' not in event:
        return event
    old = {
        'involvedObject': event.get('regarding'),
        'message': event.get('note'),
        'count': event.get('deprecatedCount'),
        'lastTimestamp': event.get('deprecatedLastTimestamp'),
        'firstTimestamp': event.get('deprecatedFirstTimestamp'),
        'source': event.get('deprecatedSource'),
    }
    return {**{key: value for key, value in old.items() if value is not None}, **event}
