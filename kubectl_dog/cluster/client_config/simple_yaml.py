"""Read the form of YAML that kubectl writes into kubeconfigs.

The import of PyYAML, which reads all other forms, is a sixth of the CPU time of a finished rollout.
"""

from __future__ import annotations

import re
from typing import Any
from typing import Union

# Keys and scalars without quotes that cannot be anything but text, except for a few words.
_KEY = '[A-Za-z][A-Za-z0-9_-]{0,99}'
_SAFE = r'[A-Za-z0-9/._+=@,%\[\]-]'
_PLAIN = f'(?:/|-{{0,2}}[A-Za-z]){_SAFE}*(?:(?::+| ){_SAFE}+)*'
_QUOTED = r'"[ !#-\[\]-~]*"' + "|'[ -&(-~]*'"
_VALUE = rf'{_PLAIN}|{_QUOTED}|{{}}|\[\]'
# Indentation, the dash of an item, and `key:`, `key: value` or `value`.
_LINE = re.compile(rf'( {{0,30}})(- )?(?:({_KEY}):(?: ({_VALUE}))?|({_VALUE}))')
_CONSTANTS = {'true': True, 'false': False, 'null': None}
# Some spellings of these words are not text either.
_RESERVED = frozenset([*_CONSTANTS, 'yes', 'no', 'on', 'off'])

# Indentation, whether it is an item, and key and value as far as there are any.
_Row = tuple[int, bool, Union[str, None], Union[str, None]]


class _UnsupportedError(Exception):
    """The text has another form, or is invalid."""


def parse(content: bytes) -> dict[str, Any] | None:
    """Return the mapping that a file contains; None if it needs PyYAML."""
    try:
        lines = content.decode('ascii').split('\n')
        reader = _Reader([_read_row(line) for line in lines if not _is_comment(line)])
        return reader.read_mapping(0) or None
    except (UnicodeDecodeError, _UnsupportedError):
        return None


def _is_comment(line: str) -> bool:
    text = line.lstrip(' ')
    return not text or (text[0] == '#' and text.isprintable())


def _read_row(line: str) -> _Row:
    match = _LINE.fullmatch(line)
    if match is None:
        raise _UnsupportedError
    spaces, dash, key, value, bare = match.groups()
    return len(spaces), bool(dash), key, value or bare


class _Reader:
    """A reader of rows; each level of nesting is indented more, so that depth is limited."""

    def __init__(self, rows: list[_Row]) -> None:
        # The end is less indented than any level.
        self._rows = [*rows, (-1, False, None, None)]
        self._at = 0

    def read_mapping(self, indent: int) -> dict[str, Any]:
        """Read the keys at an indentation; raises _UnsupportedError."""
        result: dict[str, Any] = {}
        while True:
            at, is_item, key, value = self._rows[self._at]
            if at < indent:
                return result
            if at > indent or is_item or key is None or key in result:
                raise _UnsupportedError
            self._at += 1
            result[key] = self._read_below(indent) if value is None else _scalar(value)

    def _read_below(self, indent: int) -> Any:
        """Read the value of a key that has none in its line."""
        at, is_item, _, _ = self._rows[self._at]
        if is_item and at >= indent:
            return self._read_list(at)
        return self.read_mapping(at) if at > indent else None

    def _read_list(self, indent: int) -> list[Any]:
        result: list[Any] = []
        while True:
            at, is_item, key, value = self._rows[self._at]
            if at < indent or (at == indent and not is_item):
                return result
            if at > indent:
                raise _UnsupportedError
            if key is None:
                self._at += 1
                result.append(_scalar(value or ''))
            else:
                # The keys of an item continue below its first key.
                self._rows[self._at] = (indent + 2, False, key, value)
                result.append(self.read_mapping(indent + 2))


def _scalar(text: str) -> Any:
    if text[:1] in ('"', "'"):
        return text[1:-1]
    if text in ('{}', '[]'):
        return {} if text == '{}' else []
    if text.lower() not in _RESERVED:
        return text
    if text not in _CONSTANTS:
        raise _UnsupportedError
    return _CONSTANTS[text]
