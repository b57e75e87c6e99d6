"""One wide watch for many narrow ones: what comes of the one is told as if of the others."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from typing import Union

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import Object
from kubectl_dog.model.items import Payload
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import uid
from kubectl_dog.model.selectors import Term
from kubectl_dog.model.selectors import matches
from kubectl_dog.model.selectors import parse
from kubectl_dog.model.wants import Watch

# The fields that narrow watches go by; what else a server can select by is left to it.
_FIELDS = {
    'metadata.name': ('metadata', 'name'),
    'involvedObject.uid': ('involvedObject', 'uid'),
    'involvedObject.kind': ('involvedObject', 'kind'),
}
_Key = tuple[str, str]
# All that a watch that selects an object may be found by.
_Keys = list[Union[_Key, None]]
Dispatch = tuple[Watch, Payload]


class WatchSelection(NamedTuple):
    """What a narrow watch selects: `fields` are pairs of field and value, `terms` its labels."""

    fields: tuple[_Key, ...]
    terms: tuple[Term, ...]

    def key(self) -> _Key | None:
        """What all that is selected has, to be found by; None where there is no such thing."""
        if self.fields:
            return self.fields[0]
        return next(((f'={t.key}', t.values[0]) for t in self.terms if t.operator == '='), None)

    def selects(self, one: Object) -> bool:
        """Whether the API server would select it."""
        return all(
            get_str(one, *_FIELDS[field]) == value for field, value in self.fields
        ) and matches(self.terms, get_dict(one, 'metadata', 'labels'))


@lru_cache(maxsize=4096)
def watch_selection(watch: Watch) -> WatchSelection | None:
    """What a watch selects; None where only the server can tell."""
    fields = tuple(
        (field, value)
        for field, _, value in (each.partition('=') for each in watch.fields.split(',') if each)
    )
    # `==` is the server's, too.
    if any(field not in _FIELDS or value.startswith('=') for field, value in fields):
        return None
    try:
        return WatchSelection(fields, parse(watch.labels))
    except UserError:
        return None


class WatchRouter:
    """Knows every object of one wide watch, and which narrow watches each belongs to."""

    def __init__(self) -> None:
        # With what each is filed under, by its uid; None until everything was listed.
        self._objects: dict[str, tuple[Object, _Keys]] | None = None
        # The same by what they can be found by: hundreds of watches come one after the other.
        self._having: dict[Union[_Key, None], dict[str, Object]] = {}
        self.narrow: dict[Watch, WatchSelection] = {}
        self._found_by: dict[Union[_Key, None], dict[Watch, WatchSelection]] = {}
        self._told: dict[str, tuple[Watch, ...]] = {}
        self._trouble: ReadFailure | None = None

    def add(self, watch: Watch) -> Iterator[Dispatch]:
        """From now on it is told of; at once, where everything is known."""
        wanted = watch_selection(watch)
        assert wanted is not None
        self.narrow[watch] = wanted
        self._found_by.setdefault(wanted.key(), {})[watch] = wanted
        if self._objects is not None:
            found = self._having.get(wanted.key(), {})
            selected = [one for one in found.values() if wanted.selects(one)]
            for one in selected:
                # It may have been there before.
                others = (each for each in self._told.get(uid(one), ()) if each != watch)
                self._told[uid(one)] = (*others, watch)
            yield watch, Listed(tuple(selected))
        if self._trouble is not None:
            yield watch, self._trouble

    def remove(self, watch: Watch) -> None:
        """It is told of nothing any more."""
        self._found_by[self.narrow.pop(watch).key()].pop(watch)

    def route(self, payload: Payload) -> Iterator[Dispatch]:
        """What an item of the wide watch means for the narrow ones."""
        if isinstance(payload, Listed):
            yield from self._list(payload.objects)
        elif isinstance(payload, Changed):
            yield from self._change(payload)
        elif isinstance(payload, ReadFailure):
            self._trouble = None if payload.reason == 'recovered' else payload
            for watch in tuple(self.narrow):
                yield watch, payload

    def _list(self, objects: Iterable[Object]) -> Iterator[Dispatch]:
        self._objects, self._having = {}, {}
        for one in objects:
            self._file(uid(one), one, _keys(one))
        self._told = {key: self._selecting(*filed) for key, filed in self._objects.items()}
        found: dict[Watch, list[Object]] = {watch: [] for watch in self.narrow}
        for key, (one, _) in self._objects.items():
            for watch in self._told[key]:
                found[watch].append(one)
        for watch, selected in found.items():
            yield watch, Listed(tuple(selected))

    def _change(self, changed: Changed) -> Iterator[Dispatch]:
        one = changed.object
        key, keys = uid(one), _keys(one)
        before = [watch for watch in self._told.pop(key, ()) if watch in self.narrow]
        now: tuple[Watch, ...] = ()
        self._file(key, one if changed.change != 'DELETED' else None, keys)
        if changed.change != 'DELETED':
            now = self._told[key] = self._selecting(one, keys)
        for watch in before:
            if watch not in now:
                yield watch, Changed('DELETED', one)
        for watch in now:
            yield watch, Changed(changed.change if watch in before else 'ADDED', one)

    def _file(self, key: str, one: Object | None, keys: _Keys) -> None:
        if self._objects is None:
            return
        _, before = self._objects.pop(key, (None, ()))
        for each in before:
            self._having[each].pop(key, None)
            if not self._having[each]:
                del self._having[each]
        if one is not None:
            self._objects[key] = one, keys
            for each in keys:
                self._having.setdefault(each, {})[key] = one

    def _selecting(self, one: Object, keys: _Keys) -> tuple[Watch, ...]:
        found_by = self._found_by
        return tuple(
            watch
            for key in keys
            if key in found_by
            for watch, wanted in found_by[key].items()
            if wanted.selects(one)
        )


def _keys(one: Object) -> _Keys:
    labels = get_dict(one, 'metadata', 'labels')
    fields = [(field, get_str(one, *path)) for field, path in _FIELDS.items()]
    return [None, *fields, *[_label(name, str(value)) for name, value in labels.items()]]


@lru_cache(maxsize=4096)
def _label(name: str, value: str) -> _Key:
    return f'={name}', value
