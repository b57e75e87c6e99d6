"""Decode untrusted JSON; null replaces values that are nested too deep.

Python's decoder, comparisons of values and functions that walk through them are recursive. A thread
has a small stack, where deep recursion in C ends the process.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

# More than in any object of Kubernetes, and less than Python's limit for comparing values.
DEEPEST = 200

# Python reads integers in quadratic time; numbers with more digits are not meaningful.
_MAX_DIGITS = 40

_WHITE_SPACE = ' \t\n\r'
_STRUCTURE = b'"[]{}'
_OTHER_BYTES = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_ONE_BRACKET = bytes.maketrans(b'[]', b'{}')
# A string of a truncated text has no closing quote.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]+|[\]}]+', re.DOTALL)


def decode(data: bytes, deepest: int = DEEPEST) -> Any:
    """Decode a JSON text in UTF-8; raises ValueError if it is not JSON.

    Null replaces values that are nested deeper than `deepest` levels, and infinite numbers.
    """
    text = clip(data, deepest).decode('utf-8', 'replace')
    try:
        # The usual case: `decode` looks for white space, which costs as much as a small object.
        value, end = _decoder.raw_decode(text)
        if not text[end:].strip(_WHITE_SPACE):
            return value
    except ValueError:
        pass
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # An integer has thousands of digits.
        return _long_integer_decoder.decode(text)


def clip(data: bytes, deepest: int = DEEPEST) -> bytes:
    """Return the text with null for each list and object nested deeper than `deepest` levels."""
    return _clip(data, deepest) if is_deeper(data, deepest) else data


def is_deeper(data: bytes, deepest: int = DEEPEST) -> bool:
    """Return whether any value of a JSON text is nested deeper than `deepest` levels.

    Every line of a watch is checked, so that no loop over bytes is affordable.
    """
    opened = data.count(b'{') + data.count(b'[')
    # Half of the brackets of a pod are empty objects in managedFields, which add no depth.
    if opened <= deepest or opened - data.count(b'{}') < deepest:
        return False
    if b'\\' in data:
        data = data.replace(b'\\\\', b'').replace(b'\\"', b'')
    # Only quotes and brackets are left; most strings are empty now, and are removed.
    data = data.translate(_ONE_BRACKET, _OTHER_BYTES).replace(b'""', b'')
    if b'"' in data:
        data = b''.join(data.split(b'"')[::2])
    # Each pass removes the innermost level.
    for level in range(deepest):
        outer = data.replace(b'{}', b'')
        if len(outer) == len(data):
            # The brackets that are left were never closed.
            return data.count(b'{') > deepest - level
        data = outer
    return b'{' in data


def _clip(data: bytes, deepest: int) -> bytes:
    parts, depth, kept = [], 0, 0
    for match in _TOKEN.finditer(data):
        begin, end = match.span()
        first = data[begin]
        if first == 0x22:
            continue
        before = depth
        if first in b'[{':
            depth += end - begin
            if before <= deepest < depth:
                parts += [data[kept : begin + deepest - before], b'null']
        else:
            depth -= end - begin
            if depth <= deepest < before:
                kept = begin + before - deepest
    return b''.join([*parts, data[kept:]] if depth <= deepest else parts)


def finite(digits: str) -> float | None:
    """Decode a number with a point or an exponent; None if it is too large for a float."""
    value = float(digits)
    return value if math.isfinite(value) else None


def _decode_constant(_: str) -> None:
    """Return null for NaN and Infinity, which Python accepts although they are not JSON."""


def whole(digits: str) -> int | str:
    """Decode an integer; return it as text if it has too many digits to be meaningful."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


_decoder = json.JSONDecoder(parse_float=finite, parse_constant=_decode_constant)
_long_integer_decoder = json.JSONDecoder(
    parse_float=finite, parse_constant=_decode_constant, parse_int=whole
)
