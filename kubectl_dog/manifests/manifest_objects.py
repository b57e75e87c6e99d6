"""From documents to Kubernetes objects: Lists are opened, and what is no object is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from kubectl_dog.manifests import manifest_text
from kubectl_dog.manifests.yaml_parser import DocumentError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.items import Object


class Place(NamedTuple):
    """Where something stands, for the sentence that says what is wrong with it."""

    file: str
    document: int
    line: int
    item: str = ''

    def __str__(self) -> str:
        return f'{self.file}, document {self.document} (line {self.line}){self.item}'


class Placed(NamedTuple):
    """An object, and where it was read."""

    place: Place
    object: Object


def parse(data: bytes, name: str) -> Iterator[Placed]:
    """The objects of a file in their order; raises UserError that names the document.

    A document must be a mapping with `apiVersion` and `kind`; everything else may be missing.
    """
    seen = False
    try:
        for number, (line, value) in enumerate(manifest_text.documents(_decode(data, name)), 1):
            if value is not None:
                seen = True
                yield from _opened(value, Place(name, number, line))
    except DocumentError as error:
        raise UserError(f'{name}, line {error.line}: {error}') from None
    if not seen:
        raise UserError(f'{name} is empty: it should hold Kubernetes objects as YAML or JSON')


def _decode(data: bytes, name: str) -> str:
    is_wide = data[:2] in (b'\xff\xfe', b'\xfe\xff')
    try:
        return data.decode('utf-16' if is_wide else 'utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise UserError(f'{name}, line {line}: is no text in UTF-8') from None


def _opened(value: Any, place: Place) -> Iterator[Placed]:
    """An object, or those of a List in it; Lists in Lists as deep as a file can be."""
    waiting = [(value, place, '', '')]
    while waiting:
        one, where, version, kind = waiting.pop()
        thing = _checked(one, where, version, kind)
        if not _is_list(thing):
            yield Placed(where, thing)
            continue
        version, kind = _of_items(thing)
        items = thing.get('items') or []
        inner = [
            (item, where._replace(item=f'{where.item}, item {number}'), version, kind)
            for number, item in enumerate(items, 1)
        ]
        waiting += reversed(inner)


def _checked(one: Any, where: Place, version: str, kind: str) -> Object:
    """A mapping with kind and apiVersion, which items of a typed List take from the List."""
    if not isinstance(one, dict):
        raise UserError(f'{where} is no Kubernetes object: it is {_called(one)}')
    thing: Object = one
    if kind and 'kind' not in thing:
        thing = {'apiVersion': version, 'kind': kind, **thing}
    for field in ('kind', 'apiVersion'):
        told = thing.get(field)
        if not isinstance(told, str) or not told.strip():
            lacks = f'its {field} is {_called(told)}' if field in thing else f'it has no {field}'
            raise UserError(f'{where} is no Kubernetes object: {lacks}')
    return thing


def _is_list(thing: Object) -> bool:
    """Whether it is a List; a custom resource may be called AllowList, but has no items."""
    if thing['kind'] == 'List':
        return isinstance(thing.get('items'), (list, type(None)))
    return thing['kind'].endswith('List') and isinstance(thing.get('items'), list)


def _of_items(thing: Object) -> tuple[str, str]:
    """What the items of a typed List (PodList) are where they do not say it themselves."""
    return thing['apiVersion'], thing['kind'][: -len('List')]


def _called(value: Any) -> str:
    names = {list: 'a list', dict: 'a mapping', str: 'text', bool: 'true or false'}
    return 'empty' if value in (None, '') else names.get(type(value), 'a number')
