"""Resolve YAML scalars by YAML 1.1 as kubectl does, except that timestamps stay text.

As for kubectl, `12:30` is text and no number in base 60.
"""

from __future__ import annotations

import re
from typing import Union

Scalar = Union[str, int, float, bool, None]

_CONSTANTS: dict[str, Scalar] = {'': None, '~': None, 'null': None, 'Null': None, 'NULL': None}
_CONSTANTS.update({word: True for word in ('true', 'True', 'TRUE', 'yes', 'Yes', 'YES')})
_CONSTANTS.update({word: True for word in ('on', 'On', 'ON')})
_CONSTANTS.update({word: False for word in ('false', 'False', 'FALSE', 'no', 'No', 'NO')})
_CONSTANTS.update({word: False for word in ('off', 'Off', 'OFF')})

_DECIMAL = re.compile(r'[-+]?(0|[1-9][0-9_]*)')
_BASED = re.compile(r'[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+)')
_FLOAT = re.compile(r'[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?')
_NOT_FINITE = re.compile(r'[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)')

# Scalars that are not text begin with one of these characters or are empty.
SCALAR_STARTS = frozenset(['', *'0123456789+-.~nNtTfFyYoO'])

_NUMERIC = frozenset('0123456789+-.')

# Longer numbers stay text: int() takes quadratic time for them.
_LONGEST = 40


def plain(text: str) -> Scalar:
    """The value of a scalar without quotes and without a tag."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _parse_number(text) if text[:1] in _NUMERIC and len(text) <= _LONGEST else text


def _parse_number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(text.replace('_', ''))
    if _BASED.fullmatch(text):
        return _parse_based(text.replace('_', ''), text)
    if _FLOAT.fullmatch(text):
        return float(text.replace('_', ''))
    if _NOT_FINITE.fullmatch(text):
        return float(text.lower().replace('.', ''))
    return text


def _parse_based(digits: str, text: str) -> Scalar:
    """The value of `0x1f`, `0b101`, `0o17` and `017`; a text without digits stays text."""
    sign = -1 if digits[0] == '-' else 1
    bare = digits.lstrip('+-')
    base = {'x': 16, 'b': 2, 'o': 8}.get(bare[1:2], 8)
    core = bare[2:] if bare[1:2] in ('x', 'b', 'o') else bare
    return sign * int(core, base) if core else text


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with a tag: resolved for the types of YAML, text for other tags."""
    known = ('int', 'float', 'bool', 'null')
    return plain(text) if tag in {f'tag:yaml.org,2002:{type_name}' for type_name in known} else text
