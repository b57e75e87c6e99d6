"""What a plain YAML scalar means: YAML 1.1 as kubectl reads it, but nothing becomes a date.

Timestamps stay text as in JSON, and `12:30` is no number to the base of sixty, as for kubectl.
"""

from __future__ import annotations

import re
from typing import Union

Scalar = Union[str, int, float, bool, None]

_WORDS: dict[str, Scalar] = {'': None, '~': None, 'null': None, 'Null': None, 'NULL': None}
_WORDS.update({word: True for word in ('true', 'True', 'TRUE', 'yes', 'Yes', 'YES')})
_WORDS.update({word: True for word in ('on', 'On', 'ON')})
_WORDS.update({word: False for word in ('false', 'False', 'FALSE', 'no', 'No', 'NO')})
_WORDS.update({word: False for word in ('off', 'Off', 'OFF')})

_DECIMAL = re.compile(r'[-+]?(0|[1-9][0-9_]*)')
_BASED = re.compile(r'[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+)')
_FLOAT = re.compile(r'[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?')
_NOT_FINITE = re.compile(r'[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)')

# Every scalar that means anything but itself begins with one of these, or is empty.
SCALAR_STARTS = frozenset(['', *'0123456789+-.~nNtTfFyYoO'])

_NUMERIC = frozenset('0123456789+-.')

# Of longer numbers nobody wants the value, and Python takes the square of their length to read it.
_LONGEST = 40


def plain(text: str) -> Scalar:
    """The value of a scalar that stands without quotes and without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[:1] in _NUMERIC and len(text) <= _LONGEST else text


def _number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(text.replace('_', ''))
    if _BASED.fullmatch(text):
        return _based(text.replace('_', ''), text)
    if _FLOAT.fullmatch(text):
        return float(text.replace('_', ''))
    if _NOT_FINITE.fullmatch(text):
        return float(text.lower().replace('.', ''))
    return text


def _based(digits: str, text: str) -> Scalar:
    """`0x1f`, `0b101`, `0o17` and `017`; what has no digits left stays text."""
    sign = -1 if digits[0] == '-' else 1
    bare = digits.lstrip('+-')
    base = {'x': 16, 'b': 2, 'o': 8}.get(bare[1:2], 8)
    core = bare[2:] if bare[1:2] in ('x', 'b', 'o') else bare
    return sign * int(core, base) if core else text


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with a tag: numbers and the like as if plain, all else is text."""
    known = ('int', 'float', 'bool', 'null')
    return plain(text) if tag in {f'tag:yaml.org,2002:{one}' for one in known} else text
