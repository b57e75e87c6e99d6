"""Check JSON values, and convert NamedTuples to JSON objects and back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

Json = dict[str, Any]
T = TypeVar('T')
# Name in the format -> (name of the field, function that checks the value).
Rows = Mapping[str, tuple[str, Callable[[Any], Any]]]


class FormatError(Exception):
    """A value does not follow the format; the message names the field and the error."""


def _type_check(description: str, *types: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        # bool is a subclass of int, but `true` is no number in JSON.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise FormatError(f'must be {description}')
        return value

    return check


text = _type_check('text', str)
whole = _type_check('a whole number', int)
number = _type_check('a number', int, float)
flag = _type_check('true or false', bool)
mapping = _type_check('an object', dict)
sequence = _type_check('a list', list)
optional_number = _type_check('a number or null', int, float, type(None))
optional_whole = _type_check('a whole number or null', int, type(None))


def field(data: Json, name: str, check: Callable[[Any], T]) -> T:
    """Check a required field of a JSON object and return it; raises FormatError that names it."""
    if name not in data:
        raise FormatError(f'{name}: is missing')
    try:
        return check(data[name])
    except FormatError as error:
        raise FormatError(f'{name}: {error}') from None


NO_FORMER_NAMES: Mapping[str, str] = {}


class Table:
    """The fields of a NamedTuple by their names in the format, with the checks of their values.

    The names in the format are separate, so that renaming a field does not change files.
    """

    def __init__(
        self,
        kind: Any,
        rows: Rows,
        unwritten: tuple[str, ...] = (),
        former: Mapping[str, str] = NO_FORMER_NAMES,
    ) -> None:
        """`unwritten` are the fields that are not written to files. `former` maps names that older
        recordings have to the present names.

        Raises TypeError unless `rows` and `unwritten` are exactly the fields of `kind`.
        """
        listed = [*unwritten, *(name for name, _ in rows.values())]
        if sorted(listed) != sorted(kind._fields):
            differ = ', '.join(sorted({*listed} ^ {*kind._fields})) or 'a field is there twice'
            raise TypeError(f'{kind.__name__} and its table in the format differ: {differ}')
        self.kind = kind
        self.rows = rows
        self.former = former

    def renamed(self, data: Json) -> Json:
        """The same fields, by their present names."""
        return {self.former.get(name, name): value for name, value in data.items()}


def pack(value: Any, table: Table) -> Json:
    """The fields of a NamedTuple as JSON, without those that have their default."""
    defaults = value._field_defaults
    values = {wire: (name, getattr(value, name)) for wire, (name, _) in table.rows.items()}
    return {
        wire: current
        for wire, (name, current) in values.items()
        if name not in defaults or current != defaults[name]
    }


def unpack(table: Table, data: Any) -> Any:
    """A NamedTuple from JSON. Ignores unknown fields, so that newer recordings can be read."""
    data = table.renamed(mapping(data))
    values = {
        name: field(data, wire, check)
        for wire, (name, check) in table.rows.items()
        if wire in data or name not in table.kind._field_defaults
    }
    return table.kind(**values)
