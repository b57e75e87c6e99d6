"""JSON from outside to values; what is nested absurdly deep is left out, and overflows nothing.

Python's decoder, the comparison of values and whatever walks through them are recursive. A thread
has a small stack, where recursion in C ends the process.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

# Deeper than any object of Kubernetes, and less than Python's own limit where values are compared.
DEEPEST = 200

# Of longer numbers nobody wants the value, and Python takes the square of their length to read it.
_LONGEST = 40

_STRUCTURE = b'"[]{}'
_ELSE = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_ALIKE = bytes.maketrans(b'[]', b'{}')
# A string has no end where the text was cut off.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]+|[\]}]+', re.DOTALL)


def decode(data: bytes, deepest: int = DEEPEST) -> Any:
    """The value of a JSON text in UTF-8; null stands for what is nested deeper than `deepest`
    levels, and for numbers that are not finite. Raises ValueError where it is not JSON.
    """
    text = clip(data, deepest).decode('utf-8', 'replace')
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A number of thousands of digits.
        return _patient_decoder.decode(text)


def clip(data: bytes, deepest: int = DEEPEST) -> bytes:
    """The same text with null for each list and object that is nested deeper than that."""
    return _clipped(data, deepest) if is_deeper(data, deepest) else data


def is_deeper(data: bytes, deepest: int = DEEPEST) -> bool:
    """Whether anything in a JSON text is nested deeper than that.

    Each line of a watch is asked about, so that nothing is looked at byte by byte.
    """
    opened = data.count(b'{') + data.count(b'[')
    # Half of a pod are the empty objects of managedFields: nothing is nested in them.
    if opened <= deepest or opened - data.count(b'{}') < deepest:
        return False
    if b'\\' in data:
        data = data.replace(b'\\\\', b'').replace(b'\\"', b'')
    # Strings have nothing in them now but quotes and brackets; most are gone as they are empty.
    data = data.translate(_ALIKE, _ELSE).replace(b'""', b'')
    if b'"' in data:
        data = b''.join(data.split(b'"')[::2])
    # Each pass takes the innermost level away.
    for level in range(deepest):
        outer = data.replace(b'{}', b'')
        if len(outer) == len(data):
            # What is left was never closed.
            return data.count(b'{') > deepest - level
        data = outer
    return b'{' in data


def _clipped(data: bytes, deepest: int) -> bytes:
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


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _nothing(_: str) -> None:
    """NaN and Infinity are not JSON; Python reads and writes them all the same."""


def whole(digits: str) -> int | str:
    """An integer of JSON; one that is too long to be meant stays text."""
    return int(digits) if len(digits) <= _LONGEST else digits


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_nothing)
_patient_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_nothing, parse_int=whole)
