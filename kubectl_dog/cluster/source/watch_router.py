"""Dispatch events of a namespace-wide watch to the narrow watches that select them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import lru_cache
from typing import Union

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.selectors import Term
from kubectl_dog.model.selectors import matches
from kubectl_dog.model.selectors import parse
from kubectl_dog.model.wants import Watch

# The fields that are evaluated here; only the server can evaluate others.
_FIELD_PATHS = {
    'metadata.name': ('metadata', 'name'),
    'involvedObject.uid': ('involvedObject', 'uid'),
    'involvedObject.kind': ('involvedObject', 'kind'),
}
_Key = tuple[str, str]
# All keys of watches that may select an object.
_Keys = Sequence[Union[_Key, None]]
Dispatch = tuple[Watch, Payload]


class WatchSelection(NamedTuple):
    """The selectors of a narrow watch: pairs of field and value, and label terms."""

    fields: tuple[_Key, ...]
    terms: tuple[Term, ...]

    def key(self) -> _Key | None:
        """Return a field or label that all selected objects have; None if there is none."""
        if self.fields:
            return self.fields[0]
        equal = (term for term in self.terms if term.operator == '=')
        return next(((f'={term.key}', term.values[0]) for term in equal), None)

    def selects(self, obj: Object) -> bool:
        """Report whether the API server would select an object."""
        return all(
            get_str(obj, *_FIELD_PATHS[field]) == value for field, value in self.fields
        ) and matches(self.terms, get_dict(obj, 'metadata', 'labels'))


@lru_cache(maxsize=4096)
def watch_selection(watch: Watch) -> WatchSelection | None:
    """Return the selection of a watch; None if only the server can evaluate it."""
    fields = tuple(
        (field, value)
        for field, _, value in (pair.partition('=') for pair in watch.fields.split(',') if pair)
    )
    # Servers also accept `==`, which is not evaluated here.
    if any(field not in _FIELD_PATHS or value.startswith('=') for field, value in fields):
        return None
    try:
        return WatchSelection(fields, parse(watch.labels))
    except UserError:
        return None


class WatchRouter:
    """The objects of one wide watch, and the narrow watches that select them."""

    def __init__(self) -> None:
        # Objects with their keys, by uid; None until the first list.
        self._indexed_objects: dict[str, tuple[Object, _Keys]] | None = None
        # Their uids by key, because hundreds of watches are added one by one.
        self._uids_by_key: dict[Union[_Key, None], dict[str, None]] = {}
        self.narrow: dict[Watch, WatchSelection] = {}
        self._watches_by_key: dict[Union[_Key, None], dict[Watch, WatchSelection]] = {}
        self._watches_by_uid: dict[str, tuple[Watch, ...]] = {}
        self._failure: ReadFailure | None = None

    def add(self, watch: Watch) -> Iterator[Dispatch]:
        """Add a narrow watch; yields its objects at once if they are known."""
        selection = watch_selection(watch)
        assert selection is not None
        self.narrow[watch] = selection
        self._watches_by_key.setdefault(selection.key(), {})[watch] = selection
        if self._indexed_objects is not None:
            candidates = self._uids_by_key.get(selection.key(), ())
            known = (self._indexed_objects[key][0] for key in candidates)
            objects = [obj for obj in known if selection.selects(obj)]
            for obj in objects:
                # The watch may have been added before.
                watches = self._watches_by_uid.get(uid(obj), ())
                others = (other for other in watches if other != watch)
                self._watches_by_uid[uid(obj)] = (*others, watch)
            yield watch, Listed(tuple(objects))
        if self._failure is not None:
            yield watch, self._failure

    def remove(self, watch: Watch) -> None:
        """Remove a narrow watch."""
        key = self.narrow.pop(watch).key()
        self._watches_by_key[key].pop(watch)
        if not self._watches_by_key[key]:
            del self._watches_by_key[key]

    def route(self, payload: Payload) -> Iterator[Dispatch]:
        """Yield the payloads for the narrow watches from one of the wide watch."""
        if isinstance(payload, Listed):
            yield from self._route_list(payload.objects)
        elif isinstance(payload, Changed):
            yield from self._route_change(payload)
        elif isinstance(payload, ReadFailure):
            self._failure = None if payload.reason == 'recovered' else payload
            for watch in tuple(self.narrow):
                yield watch, payload

    def _route_list(self, objects: Iterable[Object]) -> Iterator[Dispatch]:
        self._indexed_objects, self._uids_by_key = {}, {}
        for obj in objects:
            self._index(uid(obj), obj, _keys(obj))
        self._watches_by_uid = {
            key: self._selecting_watches(*filed) for key, filed in self._indexed_objects.items()
        }
        objects_by_watch: dict[Watch, list[Object]] = {watch: [] for watch in self.narrow}
        for key, (obj, _) in self._indexed_objects.items():
            for watch in self._watches_by_uid[key]:
                objects_by_watch[watch].append(obj)
        for watch, selected in objects_by_watch.items():
            yield watch, Listed(tuple(selected))

    def _route_change(self, changed: Changed) -> Iterator[Dispatch]:
        obj = changed.object
        key = uid(obj)
        after: tuple[Watch, ...] = ()
        before = tuple(watch for watch in self._watches_by_uid.pop(key, ()) if watch in self.narrow)
        if changed.change == 'DELETED':
            self._index(key, None, ())
        elif self._is_selected_as_before(key, obj):
            # The usual case: only the status has changed.
            after = self._watches_by_uid[key] = before
        else:
            keys = _keys(obj)
            self._index(key, obj, keys)
            after = self._watches_by_uid[key] = self._selecting_watches(obj, keys)
        for watch in before:
            if watch not in after:
                yield watch, Changed('DELETED', obj)
        for watch in after:
            yield watch, Changed(changed.change if watch in before else 'ADDED', obj)

    def _is_selected_as_before(self, key: str, obj: Object) -> bool:
        """Replace an object whose labels and fields are those of before; returns whether it is."""
        known = self._indexed_objects.get(key) if self._indexed_objects else None
        if known is None or not _has_same_keys(known[0], obj):
            return False
        assert self._indexed_objects is not None
        self._indexed_objects[key] = obj, known[1]
        return True

    def _index(self, key: str, obj: Object | None, keys: _Keys) -> None:
        if self._indexed_objects is None:
            return
        _, old_keys = self._indexed_objects.pop(key, (None, ()))
        for indexed_key in old_keys:
            self._uids_by_key[indexed_key].pop(key, None)
            if not self._uids_by_key[indexed_key]:
                del self._uids_by_key[indexed_key]
        if obj is not None:
            self._indexed_objects[key] = obj, keys
            for indexed_key in keys:
                self._uids_by_key.setdefault(indexed_key, {})[key] = None

    def _selecting_watches(self, obj: Object, keys: _Keys) -> tuple[Watch, ...]:
        by_key = self._watches_by_key
        return tuple(
            watch
            for key in keys
            if key in by_key
            for watch, selection in by_key[key].items()
            if selection.selects(obj)
        )


def _keys(obj: Object) -> _Keys:
    labels = get_dict(obj, 'metadata', 'labels')
    fields = [(field, get_str(obj, *path)) for field, path in _FIELD_PATHS.items()]
    return [None, *fields, *[_label_key(name, str(value)) for name, value in labels.items()]]


def _has_same_keys(old: Object, new: Object) -> bool:
    """Return whether `_keys` of two objects of one uid are equal."""
    before, after = get_dict(old, 'metadata'), get_dict(new, 'metadata')
    return (
        before.get('name') == after.get('name')
        and before.get('labels') == after.get('labels')
        and old.get('involvedObject') == new.get('involvedObject')
    )


@lru_cache(maxsize=4096)
def _label_key(name: str, value: str) -> _Key:
    return f'={name}', value
