"""Checks of JSON values, and NamedTuples to JSON objects and back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

Json = dict[str, Any]
T = TypeVar('T')
Shape = Mapping[str, Callable[[Any], Any]]


class FormatError(Exception):
    """A value does not follow the format; says which and how."""


def _is(said: str, *types: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        # For Python true is a number, for people it is not.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise FormatError(f'must be {said}')
        return value

    return check


text = _is('text', str)
whole = _is('a whole number', int)
number = _is('a number', int, float)
flag = _is('true or false', bool)
mapping = _is('an object', dict)
sequence = _is('a list', list)
optional_number = _is('a number or null', int, float, type(None))
optional_whole = _is('a whole number or null', int, type(None))


def field(data: Json, name: str, check: Callable[[Any], T]) -> T:
    """One required field of a JSON object, checked; raises FormatError naming it."""
    if name not in data:
        raise FormatError(f'{name}: is missing')
    try:
        return check(data[name])
    except FormatError as error:
        raise FormatError(f'{name}: {error}') from None


def pack(value: Any) -> Json:
    """The fields of a NamedTuple that differ from their defaults."""
    defaults = value._field_defaults
    return {
        name: part
        for name, part in value._asdict().items()
        if name not in defaults or part != defaults[name]
    }


def unpack(kind: Any, shape: Shape, data: Any) -> Any:
    """A NamedTuple from JSON; unknown fields are ignored, so that newer recordings can be read."""
    mapping(data)
    given = {
        name: field(data, name, check)
        for name, check in shape.items()
        if name in data or name not in kind._field_defaults
    }
    return kind(**given)
