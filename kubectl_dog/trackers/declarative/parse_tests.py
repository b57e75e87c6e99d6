"""Parse the tests of a rule from YAML data in which every scalar is text."""

from __future__ import annotations

import re
from math import isfinite

from kubectl_dog.model.fields import Field
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import AnyOf
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import ItemsMatch
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs

PLACEHOLDER = re.compile(r'\{([^{}]+)\}')
_CONDITION = re.compile(r'([^\s=!]+)\s*(?:(!?=)\s*(\S.*))?')
_VALUE_KEYS = ('is', 'isNot', 'exists', 'equals', 'atLeast', 'prefixAtLeast', 'asManyAs')
_REASON_KEYS = ('reasons', 'exceptReasons')
# The keys that name the type of a test, with the keys that it may have besides.
_TYPES = {
    'condition': _REASON_KEYS,
    'path': _VALUE_KEYS,
    'all': (),
    'any': (),
    'not': (),
    'each': ('that',),
    'some': ('that',),
}
TESTS = (*_TYPES, *_VALUE_KEYS, *_REASON_KEYS, 'that')
_MAX_DEPTH = 20

# Nested `each` and `some` multiply the number of evaluations of the innermost test.
_MAX_LOOPS = 3


def texts(data: Field) -> tuple[str, ...]:
    """Return the texts of a non-empty list, or a single text."""
    return tuple(item.text() for item in as_list(data)) if data.value != [] else (data.text(),)


def as_list(data: Field) -> list[Field]:
    """Return the items of a list, or a single item."""
    return data.items() if isinstance(data.value, list) else [data]


def path(data: Field, text: str | None = None) -> Path:
    """Parse a path, which may be a part of the text of a field."""
    try:
        return jsonpath.parse(data.text() if text is None else text)
    except ValueError as error:
        raise data.error(str(error)) from None


def parse_test(data: Field, other_keys: tuple[str, ...] = ()) -> Test:
    """Parse a test; exactly one of its keys names its type. `other_keys` belong to the caller."""
    return _parse_test(data, other_keys, 0, 0)


def _parse_test(data: Field, other_keys: tuple[str, ...], depth: int, loops: int) -> Test:
    data.refuse_unknown((*TESTS, *other_keys))
    types = [key for key in _TYPES if key in data.object()]
    if len(types) != 1:
        raise data.error(f'must have exactly one of {", ".join(_TYPES)}')
    if depth > _MAX_DEPTH:
        raise data.error(f'tests are nested more than {_MAX_DEPTH} levels deep')
    key = types[0]
    allowed = (*_TYPES[key], *other_keys)
    for name, field in data.mapping().items():
        if name not in (key, *allowed):
            raise field.error(f'is not allowed beside {key}: use {", ".join(allowed) or "only it"}')
    if key == 'condition':
        return _parse_condition(data)
    if key == 'path':
        return _parse_value(data)
    field = data.required(key)
    if key in ('each', 'some'):
        if loops >= _MAX_LOOPS:
            raise data.error(f'each and some are nested more than {_MAX_LOOPS} levels deep')
        inner = _parse_inner(data.required('that'), depth, loops + 1)
        return ItemsMatch(path(field), inner, key == 'some')
    inner = _parse_inner(field, depth, loops)
    if key == 'not':
        return Not(inner)
    return AnyOf(inner.tests) if key == 'any' and isinstance(inner, AllOf) else inner


def _parse_inner(data: Field, depth: int, loops: int) -> Test:
    tests = [_parse_test(item, (), depth + 1, loops) for item in as_list(data)]
    if not tests:
        raise data.error('must not be empty')
    return AllOf(tuple(tests)) if isinstance(data.value, list) else tests[0]


def _parse_condition(data: Field) -> Test:
    field = data.required('condition')
    match = _CONDITION.fullmatch(field.text().strip())
    if match is None:
        raise field.error(
            f'invalid condition "{field.value}": use Ready, Ready=True or Ready!=True'
        )
    return ConditionIs(
        match[1],
        tuple(status.strip() for status in (match[3] or 'True').split('|')),
        match[2] == '!=',
        data.optional('reasons', texts, ()),
        data.optional('exceptReasons', texts, ()),
    )


def _parse_value(data: Field) -> Test:
    if not any(key in data.object() for key in _VALUE_KEYS):
        raise data.error(f'must have one of {", ".join(_VALUE_KEYS)}')
    return ValueIs(
        path(data.required('path')),
        data.optional('is', texts, ()),
        data.optional('isNot', texts, ()),
        data.optional('exists', _boolean, None),
        data.optional('equals', path, None),
        data.optional('atLeast', _at_least, None),
        data.optional('prefixAtLeast', _at_least, None),
        data.optional('asManyAs', path, None),
    )


def _boolean(data: Field) -> bool:
    word = data.text()
    if word.lower() not in ('true', 'false'):
        raise data.error(f'must be true or false, not "{word}"')
    return word.lower() == 'true'


def _at_least(data: Field) -> Path | float:
    try:
        bound = float(data.text())
    except ValueError:
        return path(data)
    if not isfinite(bound):
        raise data.error(f'must be a finite number or a path, not "{data.value}"')
    return bound
