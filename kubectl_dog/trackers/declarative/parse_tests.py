"""Parse the tests of a rule from YAML data; errors name the field."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from math import isfinite
from typing import Any
from typing import TypeVar

from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import AnyOf
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import ItemsMatch
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs

T = TypeVar('T')

PLACEHOLDER = re.compile(r'\{([^{}]+)\}')
_CONDITION = re.compile(r'([^\s=!]+)\s*(?:(!?=)\s*(\S.*))?')
_VALUE_KEYS = ('is', 'isNot', 'exists', 'equals', 'atLeast', 'prefixAtLeast', 'asManyAs')
_REASON_KEYS = ('reasons', 'exceptReasons')
_TEST_KEYS = ('condition', 'path', 'all', 'any', 'not', 'each', 'some')
TESTS = (*_TEST_KEYS, *_VALUE_KEYS, *_REASON_KEYS, 'that')
_MAX_DEPTH = 20

# Nested `each` and `some` multiply the number of evaluations of the innermost test.
_MAX_LOOPS = 3


class RuleError(Exception):
    """An invalid field of a rule, with its path and the reason."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f'{where} {why}' if where else why)


def mapping(data: Any, where: str) -> Mapping[str, Any]:
    """Return a mapping; raises RuleError for other data."""
    if not isinstance(data, dict):
        raise RuleError(where, 'must be a mapping (key: value)')
    return data


def string(data: Any, where: str) -> str:
    """Return a text; raises RuleError for other data. Every scalar in YAML is read as text."""
    if not isinstance(data, str):
        raise RuleError(where, 'must be a text')
    return data


def texts(data: Any, where: str) -> tuple[str, ...]:
    """Return the texts of a list or of a single text."""
    if isinstance(data, list) and data:
        return tuple(string(text, f'{where}[{n}]') for n, text in enumerate(data))
    return (string(data, where),)


def as_list(data: Any, where: str) -> list[tuple[Any, str]]:
    """Return the items of a list, or a single item, with their paths."""
    if isinstance(data, list):
        return [(item, f'{where}[{n}]') for n, item in enumerate(data)]
    return [(data, where)]


def path(data: Any, where: str) -> Path:
    """Parse a path; raises RuleError if it is invalid."""
    try:
        return jsonpath.parse(string(data, where))
    except ValueError as error:
        raise RuleError(where + ':', str(error)) from None


def refuse_unknown(fields: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raise RuleError for an unknown key, which would have no effect."""
    for key in fields:
        if key not in known:
            place = f'{where}.{key}' if where else str(key)
            raise RuleError(place, f'is not known here: there is {", ".join(known)}')


def read_test(fields: Mapping[str, Any], where: str, depth: int = 0, loops: int = 0) -> Test:
    """Parse a test; exactly one of its keys names its type."""
    keys = [key for key in _TEST_KEYS if key in fields]
    if len(keys) != 1 or depth > _MAX_DEPTH:
        raise RuleError(
            where, f'must have one of {", ".join(_TEST_KEYS)}, nested less than 20 deep'
        )
    kind = keys[0]
    allowed = {'condition': _REASON_KEYS, 'path': _VALUE_KEYS, 'each': ('that',), 'some': ('that',)}
    refuse_unknown(fields, (kind, *allowed.get(kind, ())), where)
    if kind == 'condition':
        return _read_condition(fields, where)
    if kind == 'path':
        return _read_value(fields, where)
    if kind in ('each', 'some'):
        if 'that' not in fields:
            raise RuleError(where, 'needs «that»: what has to hold for the items')
        if loops >= _MAX_LOOPS:
            raise RuleError(where, f'has each or some nested more than {_MAX_LOOPS} deep')
        inner = _read_inner(fields['that'], f'{where}.that', depth, loops + 1)
        return ItemsMatch(path(fields[kind], f'{where}.{kind}'), inner, kind == 'some')
    inner = _read_inner(fields[kind], f'{where}.{kind}', depth, loops)
    if kind == 'not':
        return Not(inner)
    return AnyOf(inner.tests) if kind == 'any' and isinstance(inner, AllOf) else inner


def _read_inner(data: Any, where: str, depth: int, loops: int) -> Test:
    tests = [
        read_test(mapping(item, place), place, depth + 1, loops)
        for item, place in as_list(data, where)
    ]
    if not tests:
        raise RuleError(where, 'must not be empty')
    return AllOf(tuple(tests)) if isinstance(data, list) else tests[0]


def _read_condition(fields: Mapping[str, Any], where: str) -> Test:
    text = string(fields['condition'], f'{where}.condition')
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise RuleError(f'{where}.condition', f'cannot be read: {text!r}; write it like Ready=True')
    return ConditionIs(
        match[1],
        tuple(status.strip() for status in (match[3] or 'True').split('|')),
        match[2] == '!=',
        texts(fields['reasons'], f'{where}.reasons') if 'reasons' in fields else (),
        texts(fields['exceptReasons'], f'{where}.exceptReasons')
        if 'exceptReasons' in fields
        else (),
    )


def _read_value(fields: Mapping[str, Any], where: str) -> Test:
    if not any(key in fields for key in _VALUE_KEYS):
        raise RuleError(where, f'needs one of {", ".join(_VALUE_KEYS)}')
    exists = string(fields['exists'], f'{where}.exists').lower() if 'exists' in fields else None
    if exists not in (None, 'true', 'false'):
        raise RuleError(f'{where}.exists', 'must be true or false')
    return ValueIs(
        path(fields['path'], f'{where}.path'),
        texts(fields['is'], f'{where}.is') if 'is' in fields else (),
        texts(fields['isNot'], f'{where}.isNot') if 'isNot' in fields else (),
        None if exists is None else exists == 'true',
        _optional(fields, 'equals', path, where),
        _optional(fields, 'atLeast', _at_least, where),
        _optional(fields, 'prefixAtLeast', _at_least, where),
        _optional(fields, 'asManyAs', path, where),
    )


def _optional(
    fields: Mapping[str, Any], key: str, read: Callable[[Any, str], T], where: str
) -> T | None:
    return read(fields[key], f'{where}.{key}') if key in fields else None


def _at_least(data: Any, where: str) -> Path | float:
    text = string(data, where)
    try:
        bound = float(text)
    except ValueError:
        return path(text, where)
    if not isfinite(bound):
        raise RuleError(where, 'must be a finite number, or a path')
    return bound
