"""Parse manifests into Kubernetes objects; expand Lists and report documents without an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from kubectl_dog.manifests import manifest_text
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object
from kubectl_dog.model.resources import well_known_kind
from kubectl_dog.yaml_documents import DocumentError
from kubectl_dog.yaml_documents import decode


class Place(NamedTuple):
    """The place of a value in a file, for error messages."""

    file: str
    document: int
    line: int
    item: str = ''

    def __str__(self) -> str:
        return f'{self.file}, document {self.document} (line {self.line}){self.item}'


class Placed(NamedTuple):
    """An object and its place in a file."""

    place: Place
    object: Object


def parse(data: bytes, name: str) -> Iterator[Placed]:
    """Yield the objects of a file in their order; raises UserError that names the document.

    A document must be a mapping with `apiVersion` and `kind`; everything else may be missing.
    """
    has_objects = False
    try:
        for number, (line, value) in enumerate(manifest_text.documents(decode(data)), 1):
            if value is not None:
                has_objects = True
                yield from _expand_lists(value, Place(name, number, line))
    except DocumentError as error:
        raise UserError(f'{name}, line {error.line}: {error}') from None
    if not has_objects:
        raise UserError(f'{name} is empty: use Kubernetes objects in YAML or JSON')


def _expand_lists(value: Any, place: Place) -> Iterator[Placed]:
    """Yield an object, or the items of a List. Not recursive, as Lists can be nested deeply."""
    pending = [(value, place, '', '')]
    while pending:
        value, place, version, kind = pending.pop()
        obj = _check_object(value, place, version, kind)
        if not _is_list(obj):
            yield Placed(place, obj)
            continue
        version, kind = _item_type(obj)
        items = _items(obj, place)
        inner = [
            (item, place._replace(item=f'{place.item}, item {number}'), version, kind)
            for number, item in enumerate(items, 1)
        ]
        pending += reversed(inner)


def _check_object(value: Any, place: Place, version: str, kind: str) -> Object:
    """Return a mapping with kind and apiVersion; a typed List provides them for its items."""
    if not isinstance(value, dict):
        raise UserError(f'{place} is not a Kubernetes object: it is {_type_name(value)}')
    obj: Object = value
    if kind and 'kind' not in obj:
        obj = {'apiVersion': version, 'kind': kind, **obj}
    for field in ('kind', 'apiVersion'):
        text = obj.get(field)
        if not isinstance(text, str) or not text.strip():
            problem = f'its {field} is {_type_name(text)}' if field in obj else f'it has no {field}'
            raise UserError(f'{place} is not a Kubernetes object: {problem}')
    return obj


def _is_list(obj: Object) -> bool:
    """Return whether it is a List. A custom resource like AllowList has no items."""
    if obj['kind'] == 'List':
        return True
    return obj['kind'].endswith('List') and (
        isinstance(obj.get('items'), list) or _is_typed_list(obj)
    )


def _is_typed_list(obj: Object) -> bool:
    return 'items' in obj and well_known_kind(*_item_type(obj)) is not None


def _items(obj: Object, place: Place) -> list[Any]:
    items = obj.get('items')
    if not isinstance(items, (list, type(None))):
        raise UserError(f'{place} is no {obj["kind"]}: its items are {_type_name(items)}')
    return items or []


def _item_type(obj: Object) -> tuple[str, str]:
    """Return the apiVersion and kind of items without their own, in a typed List like PodList."""
    return obj['apiVersion'], obj['kind'][: -len('List')]


def _type_name(value: Any) -> str:
    names = {list: 'a list', dict: 'a mapping', str: 'text', bool: 'true or false'}
    return 'empty' if value in (None, '') else names.get(type(value), 'a number')
