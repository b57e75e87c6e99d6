"""Convert NamedTuples to JSON objects and back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from kubectl_dog.model.fields import Field

Json = dict[str, Any]
# Name in the format -> (name of the field, function that reads the value).
Rows = Mapping[str, tuple[str, Callable[[Field], Any]]]

NO_FORMER_NAMES: Mapping[str, str] = {}


class Table:
    """The fields of a NamedTuple by their names in the format, with functions to read them.

    The names in the format are separate, so that renaming a field does not change files.
    """

    def __init__(
        self,
        kind: Any,
        rows: Rows,
        unwritten: tuple[str, ...] = (),
        former: Mapping[str, str] = NO_FORMER_NAMES,
    ) -> None:
        """Create a table; `unwritten` are the fields that are not written to files.

        `former` maps names in older recordings to the current names.

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
        """Return the same fields, by their current names."""
        return {self.former.get(name, name): value for name, value in data.items()}


def pack(value: Any, table: Table) -> Json:
    """Return the fields of a NamedTuple as JSON, without those that have their default."""
    defaults = value._field_defaults
    values = {wire: (name, getattr(value, name)) for wire, (name, _) in table.rows.items()}
    return {
        wire: current
        for wire, (name, current) in values.items()
        if name not in defaults or current != defaults[name]
    }


def unpack(table: Table, data: Field) -> Any:
    """Read a NamedTuple; raises FieldError.

    Ignores unknown fields, so that newer recordings can be read.
    """
    values = {table.former.get(name, name): value for name, value in data.mapping().items()}
    return table.kind(
        **{
            name: read(values[wire] if wire in values else data.required(wire))
            for wire, (name, read) in table.rows.items()
            if wire in values or name not in table.kind._field_defaults
        }
    )
