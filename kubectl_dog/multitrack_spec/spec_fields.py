"""Read the fields of a spec's JSON objects by the rules of Go."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from kubectl_dog.model.fields import Field

T = TypeVar('T')
Read = Callable[[Field], T]

_CONTAINER = re.compile(r'[a-z0-9]([a-z0-9-]*[a-z0-9])?')
_NANOSECONDS = 1_000_000_000
# A smaller number of nanoseconds was meant to be seconds.
_LEAST_NANOSECONDS = 1_000_000


class SpecField(NamedTuple):
    """A known field: its documented name, the function that reads it, and its other names."""

    name: str
    read: Read[Any]
    others: tuple[str, ...] = ()


def read_object(data: Field, fields: Sequence[SpecField]) -> dict[str, Any]:
    """Return the values of the known fields by their documented names; raises FieldError.

    As in Go, names are case-insensitive and null counts as absent. Unknown fields and fields that
    are given twice are errors.
    """
    known = {name.lower(): field for field in fields for name in (field.name, *field.others)}
    spellings: dict[str, str] = {}
    values = {}
    for key, value in data.mapping().items():
        field = known.get(key.lower())
        if field is None:
            raise value.unknown([field.name for field in fields])
        if field.name in spellings:
            raise value.error(f'is the same field as {spellings[field.name]}: remove one of them')
        spellings[field.name] = key
        if value.value is not None:
            values[field.name] = field.read(value)
    return values


def count(data: Field) -> int:
    """Read a whole number that is not negative."""
    number = data.whole()
    if number < 0:
        raise data.error(f'must be 0 or more, not {number}')
    return number


def seconds(data: Field) -> float:
    """Return a duration in seconds, from nanoseconds as in Go or a text like 90s or 1h30m."""
    value = data.value
    if isinstance(value, str):
        if value.isdecimal():
            raise data.error(f'"{value}" has no unit: use "{value}s"')
        return data.duration()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e19:
        raise data.error('must be a duration: use text like "90s", or a number of nanoseconds')
    if 0 < value < _LEAST_NANOSECONDS:
        raise data.error(f'is in nanoseconds: for {value} seconds use "{value}s"')
    return value / _NANOSECONDS


def choice(choices: Mapping[str, T]) -> Read[T | None]:
    """Return a function that reads one of these words as its value, and empty text as None."""
    return lambda data: None if data.value == '' else choices[data.choice(choices)]


def items(read: Read[T]) -> Read[tuple[T, ...]]:
    """Return a function that reads a list by the function that reads an item."""
    return lambda data: tuple(map(read, data.items()))


def container(data: Field) -> str:
    """Read the name of a container."""
    return _container_name(data, data.text())


def by_container(read: Read[T]) -> Read[dict[str, T]]:
    """Return a function that reads an object whose keys are names of containers."""
    return lambda data: {
        _container_name(value, name): read(value) for name, value in data.mapping().items()
    }


def _container_name(data: Field, name: str) -> str:
    if not _CONTAINER.fullmatch(name):
        raise data.error(f'"{name}" is not the name of a container')
    return name
