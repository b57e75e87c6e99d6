"""Reads JSON objects field by field; what is wrong is told with its JSON path."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.times import parse_duration

T = TypeVar('T')
Check = Callable[[Any, str], T]

ROOT = '$'
_PLAIN_KEY = re.compile(r'[A-Za-z_][A-Za-z0-9_-]*')
_CONTAINER = re.compile(r'[a-z0-9]([a-z0-9-]*[a-z0-9])?')
_NANOSECONDS = 1_000_000_000
# Nobody means to wait for fewer nanoseconds than this: they were meant to be seconds.
_MEANT_SECONDS = 1_000_000


class Field(NamedTuple):
    """A field by its documented name, what reads it, and the names it had before."""

    name: str
    check: Check[Any]
    others: tuple[str, ...] = ()


def wrong(path: str, said: str) -> UserError:
    """What to raise: the path, and what is wrong there."""
    return UserError(f'{path}: {said}')


def below(path: str, key: object) -> str:
    """The path of a field, or, for a number, of an item of a list."""
    if isinstance(key, int):
        return f'{path}[{key}]'
    return f'{path}.{key}' if _PLAIN_KEY.fullmatch(str(key)) else f'{path}[{str(key)!r}]'


def read(data: Any, path: str, fields: Sequence[Field]) -> dict[str, Any]:
    """The fields that say something, by their documented names; raises UserError.

    As Go reads JSON, small and capital letters are the same, and null says nothing. A field that
    is not known is an error, and so is one that is told twice.
    """
    known = {name.lower(): one for one in fields for name in (one.name, *one.others)}
    told: dict[str, str] = {}
    found = {}
    for key, value in mapping(data, path).items():
        where, one = below(path, key), known.get(str(key).lower())
        if one is None:
            raise wrong(where, _unknown(str(key), fields))
        if one.name in told:
            raise wrong(where, f'says again what {told[one.name]} says')
        told[one.name] = str(key)
        if value is not None:
            found[one.name] = one.check(value, where)
    return found


def _unknown(key: str, fields: Sequence[Field]) -> str:
    names = [one.name for one in fields]
    by_letters = {name.lower(): name for name in names}
    similar = similar_names(key.lower(), list(by_letters), 1)
    if similar:
        return f'there is no such field; did you mean {by_letters[similar[0]]}?'
    return f'there is no such field; there are {", ".join(names)}'


def mapping(data: Any, path: str) -> Mapping[Any, Any]:
    """An object."""
    if not isinstance(data, Mapping):
        raise wrong(path, 'must be an object')
    return data


def text(data: Any, path: str) -> str:
    """A text."""
    if not isinstance(data, str):
        raise wrong(path, 'must be text')
    return data


def switch(data: Any, path: str) -> bool:
    """true or false."""
    if not isinstance(data, bool):
        raise wrong(path, 'must be true or false')
    return data


def count(data: Any, path: str) -> int:
    """A whole number that is not negative."""
    if isinstance(data, bool) or not isinstance(data, int) or data < 0:
        raise wrong(path, 'must be a whole number, 0 or more')
    return data


def seconds(data: Any, path: str) -> float:
    """A duration in seconds: nanoseconds, as Go writes it, or a text like 90s or 1h30m."""
    if isinstance(data, str):
        if data.isdecimal():
            raise wrong(path, f'{data!r} has no unit: write "{data}s"')
        try:
            return parse_duration(data)
        except UserError as error:
            raise wrong(path, str(error)) from None
    if isinstance(data, bool) or not isinstance(data, (int, float)) or not 0 <= data < 1e19:
        raise wrong(path, 'must be a duration: a text like "90s", or a number of nanoseconds')
    if 0 < data < _MEANT_SECONDS:
        raise wrong(path, f'is in nanoseconds: for {data} seconds write "{data}s"')
    return data / _NANOSECONDS


def choice(choices: Mapping[str, T]) -> Check[T | None]:
    """What one of these words means; the empty text says nothing."""

    def check(data: Any, path: str) -> T | None:
        word = text(data, path)
        if word and word not in choices:
            raise wrong(path, f'{word!r} is none of {", ".join(choices)}')
        return choices.get(word)

    return check


def items(check: Check[T]) -> Check[tuple[T, ...]]:
    """A list of such."""

    def check_all(data: Any, path: str) -> tuple[T, ...]:
        if not isinstance(data, (list, tuple)):
            raise wrong(path, 'must be a list')
        return tuple(check(one, below(path, number)) for number, one in enumerate(data))

    return check_all


def container(data: Any, path: str) -> str:
    """The name of a container."""
    name = text(data, path)
    if not _CONTAINER.fullmatch(name):
        raise wrong(path, f'{name!r} is not the name of a container')
    return name


def by_container(check: Check[T]) -> Check[dict[str, T]]:
    """An object of such, by the names of containers."""

    def check_all(data: Any, path: str) -> dict[str, T]:
        places = {key: below(path, str(key)) for key in mapping(data, path)}
        return {container(key, at): check(data[key], at) for key, at in places.items()}

    return check_all
