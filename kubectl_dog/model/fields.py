"""Check the values of a JSON or YAML document; errors name the path and the valid values."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import TypeVar
from typing import cast

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.times import parse_duration

T = TypeVar('T')
D = TypeVar('D')
N = TypeVar('N', int, float)

_PLAIN_KEY = lazy_compile(r'[A-Za-z0-9_][A-Za-z0-9_-]{0,62}')
# The number of characters of a key or value that messages show.
_LONGEST = 63
# Of integers, as in other JSON and YAML.
_MAX_DIGITS = 40
# Of times and durations in seconds. Larger times have no date.
_MAX_TIME_DIGITS = 15


class FieldError(UserError):
    """A value of a document is invalid."""


class Field:
    """A value of a document and its path, such as `spec.targets[2].name`.

    The functions that return a value of one type raise FieldError if it has another type. These
    messages name the type and do not show the value, which may be a secret.
    """

    __slots__ = ('_key', '_parent', 'value')

    def __init__(self, value: Any, key: str | int = '', parent: Field | None = None) -> None:
        """Create a field; `key` is its key or index in the parent.

        The key of a root is the name of the document in messages, or empty.
        """
        self.value = value
        self._key = key
        self._parent = parent

    @property
    def path(self) -> str:
        """The path from the root; empty for the root."""
        if self._parent is None:
            return ''
        if isinstance(self._key, int):
            return f'{self._parent.path}[{self._key}]'
        if not _PLAIN_KEY.fullmatch(self._key):
            return f'{self._parent.path}[{self._key[:_LONGEST]!r}]'
        return f'{self._parent.path}.{self._key}'.lstrip('.')

    def error(self, problem: str) -> FieldError:
        """Return the exception for a problem; its message has the document's name and the path."""
        root = self
        while root._parent is not None:
            root = root._parent
        return FieldError(': '.join(filter(None, (str(root._key), self.path, problem))))

    def text(self) -> str:
        """Return the value if it is text."""
        return self._check('text', str)

    def whole(self) -> int:
        """Return the value if it is an integer."""
        return self._bounded(self._check('a whole number', int), _MAX_DIGITS)

    def number(self) -> float:
        """Return the value if it is an integer or a float: a time or a duration."""
        return self._bounded(self._check('a number', float, int), _MAX_TIME_DIGITS)

    def flag(self) -> bool:
        """Return the value if it is a boolean."""
        return self._check('true or false', bool)

    def object(self) -> dict[str, Any]:
        """Return the value if it is a mapping."""
        value: dict[str, Any] = self._check('a mapping', dict, Mapping)
        return value

    def mapping(self) -> dict[str, Field]:
        """Return the fields of a mapping by their keys."""
        return {str(key): Field(value, str(key), self) for key, value in self.object().items()}

    def items(self) -> list[Field]:
        """Return the items of a list."""
        values = self._check('a list', list, tuple)
        return [Field(value, index, self) for index, value in enumerate(values)]

    def choice(self, choices: Collection[str]) -> str:
        """Return the value if it is one of these words."""
        word = self.text()
        if word not in choices:
            raise self.error(f'must be one of {", ".join(choices)}, not "{word[:_LONGEST]}"')
        return word

    def duration(self) -> float:
        """Return the seconds of a duration such as `1m30s`."""
        try:
            return parse_duration(self.text())
        except FieldError:
            raise
        except UserError as error:
            raise self.error(str(error)) from None

    def required(self, name: str) -> Field:
        """Return the field of a mapping; raises FieldError if it is missing."""
        values = self.object()
        field = Field(values.get(name), name, self)
        if name not in values:
            raise field.error('is missing')
        return field

    def optional(self, name: str, read: Callable[[Field], T], default: D) -> T | D:
        """Read the field of a mapping, or return the default if it is missing or null."""
        value = self.object().get(name)
        return default if value is None else read(Field(value, name, self))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise FieldError for any field of a mapping with another name than these."""
        for name, field in self.mapping().items():
            if name not in known:
                raise field.unknown(known)

    def unknown(self, known: Collection[str]) -> FieldError:
        """Return the exception for a field with an unknown name."""
        from difflib import get_close_matches

        by_letters = {name.lower(): name for name in known}
        # The time is proportional to the length, and documents may be hostile.
        similar = get_close_matches(str(self._key)[:_LONGEST].lower(), by_letters, 1)
        if similar:
            return self.error(f'unknown field: did you mean {by_letters[similar[0]]}?')
        return self.error(f'unknown field: use {", ".join(known)}')

    def _bounded(self, value: N, digits: int) -> N:
        # Not true for NaN either.
        if not abs(value) < 10**digits:
            raise self.error(f'must be a number of at most {digits} digits')
        return value

    def _check(self, description: str, kind: type[T], *more: type) -> T:
        value = self.value
        # bool is a subclass of int, but `true` is not a number.
        if not isinstance(value, (kind, *more)) or (isinstance(value, bool) and kind is not bool):
            raise self.error(f'must be {description}{_but(value, kind)}')
        return cast(T, value)


def nullable(read: Callable[[Field], T]) -> Callable[[Field], T | None]:
    """Return a function that reads a value or null."""
    return lambda field: None if field.value is None else read(field)


def _but(value: object, kind: type) -> str:
    """Return the type that a value has instead, and how to correct it."""
    if value is None:
        return ', not null'
    names: Mapping[type, str] = {
        **{str: 'text', bool: 'true or false', int: 'a number', float: 'a number'},
        **{list: 'a list', tuple: 'a list', dict: 'a mapping'},
    }
    name = names.get(type(value))
    quotes = ': put it in quotes' if kind is str and isinstance(value, (int, float)) else ''
    return f', not {name}{quotes}' if name else ''
