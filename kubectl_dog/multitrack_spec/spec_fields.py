"""Read the fields of JSON objects and report errors with their JSON path."""

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
# A smaller number of nanoseconds was meant to be seconds.
_LEAST_NANOSECONDS = 1_000_000


class Field(NamedTuple):
    """A field: its documented name, the function that reads it, and its other names."""

    name: str
    check: Check[Any]
    others: tuple[str, ...] = ()


def spec_error(path: str, problem: str) -> UserError:
    """The exception for a problem at a JSON path."""
    return UserError(f'{path}: {problem}')


def child_path(path: str, key: object) -> str:
    """The path of a field (text key) or of an item of a list (number)."""
    if isinstance(key, int):
        return f'{path}[{key}]'
    return f'{path}.{key}' if _PLAIN_KEY.fullmatch(str(key)) else f'{path}[{str(key)!r}]'


def read(data: Any, path: str, fields: Sequence[Field]) -> dict[str, Any]:
    """The values of fields by their documented names. Raises UserError.

    As in Go, names are case-insensitive and null counts as absent. Unknown fields and fields that
    are given twice are errors.
    """
    known = {name.lower(): field for field in fields for name in (field.name, *field.others)}
    spellings: dict[str, str] = {}
    values = {}
    for key, value in mapping(data, path).items():
        field_path, field = child_path(path, key), known.get(str(key).lower())
        if field is None:
            raise spec_error(field_path, _unknown(str(key), fields))
        if field.name in spellings:
            raise spec_error(field_path, f'says again what {spellings[field.name]} says')
        spellings[field.name] = str(key)
        if value is not None:
            values[field.name] = field.check(value, field_path)
    return values


def _unknown(key: str, fields: Sequence[Field]) -> str:
    names = [field.name for field in fields]
    by_letters = {name.lower(): name for name in names}
    similar = similar_names(key.lower(), list(by_letters), 1)
    if similar:
        return f'there is no such field; did you mean {by_letters[similar[0]]}?'
    return f'there is no such field; there are {", ".join(names)}'


def mapping(data: Any, path: str) -> Mapping[Any, Any]:
    """Check that a value is an object."""
    if not isinstance(data, Mapping):
        raise spec_error(path, 'must be an object')
    return data


def text(data: Any, path: str) -> str:
    """Check that a value is text."""
    if not isinstance(data, str):
        raise spec_error(path, 'must be text')
    return data


def boolean(data: Any, path: str) -> bool:
    """Check that a value is true or false."""
    if not isinstance(data, bool):
        raise spec_error(path, 'must be true or false')
    return data


def count(data: Any, path: str) -> int:
    """Check that a value is a whole number and not negative."""
    if isinstance(data, bool) or not isinstance(data, int) or data < 0:
        raise spec_error(path, 'must be a whole number, 0 or more')
    return data


def seconds(data: Any, path: str) -> float:
    """A duration in seconds, from nanoseconds as in Go or a text like 90s or 1h30m."""
    if isinstance(data, str):
        if data.isdecimal():
            raise spec_error(path, f'{data!r} has no unit: write "{data}s"')
        try:
            return parse_duration(data)
        except UserError as error:
            raise spec_error(path, str(error)) from None
    if isinstance(data, bool) or not isinstance(data, (int, float)) or not 0 <= data < 1e19:
        raise spec_error(path, 'must be a duration: a text like "90s", or a number of nanoseconds')
    if 0 < data < _LEAST_NANOSECONDS:
        raise spec_error(path, f'is in nanoseconds: for {data} seconds write "{data}s"')
    return data / _NANOSECONDS


def choice(choices: Mapping[str, T]) -> Check[T | None]:
    """A check that maps these words to values, and empty text to None."""

    def check(data: Any, path: str) -> T | None:
        word = text(data, path)
        if word and word not in choices:
            raise spec_error(path, f'{word!r} is none of {", ".join(choices)}')
        return choices.get(word)

    return check


def items(check: Check[T]) -> Check[tuple[T, ...]]:
    """A check of a list by the check of its items."""

    def check_all(data: Any, path: str) -> tuple[T, ...]:
        if not isinstance(data, (list, tuple)):
            raise spec_error(path, 'must be a list')
        return tuple(check(item, child_path(path, number)) for number, item in enumerate(data))

    return check_all


def container(data: Any, path: str) -> str:
    """Check that a value is the name of a container."""
    name = text(data, path)
    if not _CONTAINER.fullmatch(name):
        raise spec_error(path, f'{name!r} is not the name of a container')
    return name


def by_container(check: Check[T]) -> Check[dict[str, T]]:
    """A check of an object that has the names of containers as keys."""

    def check_all(data: Any, path: str) -> dict[str, T]:
        paths = {key: child_path(path, str(key)) for key in mapping(data, path)}
        return {container(key, where): check(data[key], where) for key, where in paths.items()}

    return check_all
