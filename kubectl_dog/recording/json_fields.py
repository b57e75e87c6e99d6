"""Checks of JSON values, and NamedTuples to JSON objects and back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

Json = dict[str, Any]
T = TypeVar('T')
# By the name in the format: the name of the field, and what checks its value.
Rows = Mapping[str, tuple[str, Callable[[Any], Any]]]


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


class Table:
    """The fields of a NamedTuple by their names in the format, each with the check of its value.

    The two names are written down apart: a field that is renamed must not rename what is in files.
    """

    def __init__(self, kind: Any, rows: Rows, unwritten: tuple[str, ...] = ()) -> None:
        """`unwritten` are the fields that are in no file.

        Raises TypeError where a field of `kind` is in neither, or one of them is there no more.
        """
        listed = [*unwritten, *(name for name, _ in rows.values())]
        if sorted(listed) != sorted(kind._fields):
            differ = ', '.join(sorted({*listed} ^ {*kind._fields})) or 'a field is there twice'
            raise TypeError(f'{kind.__name__} and its table in the format differ: {differ}')
        self.kind = kind
        self.rows = rows


def pack(value: Any, table: Table) -> Json:
    """The fields of a NamedTuple that differ from their defaults."""
    defaults = value._field_defaults
    parts = {wire: (name, getattr(value, name)) for wire, (name, _) in table.rows.items()}
    return {
        wire: part
        for wire, (name, part) in parts.items()
        if name not in defaults or part != defaults[name]
    }


def unpack(table: Table, data: Any) -> Any:
    """A NamedTuple from JSON; unknown fields are ignored, so that newer recordings can be read."""
    mapping(data)
    given = {
        name: field(data, wire, check)
        for wire, (name, check) in table.rows.items()
        if wire in data or name not in table.kind._field_defaults
    }
    return table.kind(**given)
