"""Make rules of the conditions that annotations of Helm and krane have for ready and failed.

The grammars are those of HIP-0025 and of krane's documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.fields import Field
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import Comparison
from kubectl_dog.trackers.declarative.rule_model import Rule
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs

HELM_SUCCESS = 'helm.sh/readiness-success'
HELM_FAILURE = 'helm.sh/readiness-failure'
KRANE_CONDITIONS = 'krane.shopify.io/instance-rollout-conditions'
KRANE_TIMEOUT = 'krane.shopify.io/instance-timeout'

_MAX_LENGTH = 10_000
_MAX_CONDITIONS = 50
_EXPRESSION = re.compile(r'\{([^{}]+)\}\s*(==|!=|<=|>=|<|>)\s+(\S.*)', re.S)
_ISO_DURATION = re.compile(
    r'(?:P(?:(?P<d>\d{1,3})D)?T?)?'
    r'(?:(?P<h>\d{1,5}(?:\.\d{1,9})?)H)?'
    r'(?:(?P<m>\d{1,6}(?:\.\d{1,9})?)M)?'
    r'(?:(?P<s>\d{1,8}(?:\.\d{1,9})?)S)?'
)
_UNITS = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}
_MAX_TIMEOUT = 86400.0


def annotation_text(annotations: Mapping[str, Any], key: str) -> str:
    """The text of an annotation; raises UserError if it is longer than any that is meant."""
    value = annotations.get(key)
    text = value.strip() if isinstance(value, str) else ''
    if len(text) > _MAX_LENGTH:
        raise UserError(f'is longer than {_MAX_LENGTH} characters')
    return text


def json_texts(text: str) -> list[str]:
    """Parse a JSON list of texts; raises UserError."""
    items = [item.text() for item in _parse_json(text).items()]
    if len(items) > _MAX_CONDITIONS:
        raise UserError(f'has more than {_MAX_CONDITIONS} conditions')
    return items


def _parse_json(text: str) -> Field:
    try:
        return Field(json.loads(text))
    except (ValueError, RecursionError):
        raise UserError('is not JSON') from None


def helm_rule(success: str, failure: str) -> Rule:
    """The rule of Helm's annotations, JSON lists of `{.PATH} OPERATOR VALUE`; raises UserError.

    One condition of a list is enough, and failures take precedence. An empty list has none.
    """
    ready = tuple(_helm_clauses(success)) if success else ()
    failed = tuple(_helm_clauses(failure)) if failure else ()
    return Rule((), (), paused=(), failed=failed, progressing=(), ready=ready, source=HELM_SUCCESS)


def _helm_clauses(text: str) -> Iterator[Clause]:
    for expression in json_texts(text):
        match = _EXPRESSION.fullmatch(expression.strip())
        if match is None:
            raise UserError(f'invalid condition "{expression[:60]}": use {{.PATH}} OPERATOR VALUE')
        path, operator, value = (part.strip() for part in match.groups())
        test = _helm_test(_helm_path(path), operator, _unquote(value))
        message = f'meets {path} {operator} {_without_braces(value)} ({HELM_FAILURE})'
        yield Clause(test, reason='ReadinessFailure', message=message)


def _helm_path(text: str) -> jsonpath.Path:
    """Parse a path, which starts at the status with or without saying so."""
    if not text.startswith(('.', '[')):
        raise UserError(f'invalid path "{text[:60]}": it must start with . or [')
    return _path(text[1:] if re.match(r'\.status[.\[]', text) else f'status{text}')


def _path(text: str) -> jsonpath.Path:
    try:
        return jsonpath.parse(text)
    except ValueError as error:
        raise UserError(str(error)) from None


def _helm_test(path: jsonpath.Path, operator: str, value: str) -> Test:
    if operator == '==':
        return ValueIs(path, among=(value,))
    if operator == '!=':
        return ValueIs(path, not_among=(value,), exists=True)
    try:
        return ValueIs(path, compare=Comparison(operator, float(value)))
    except ValueError:
        raise UserError(f'{operator} needs a number, not "{value[:60]}"') from None


def _unquote(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in '"\''
    return value[1:-1] if is_quoted else value


def _without_braces(text: str) -> str:
    """The text as a part of a template, in which braces would be replaced."""
    return text.replace('{', '(').replace('}', ')')


_KRANE_DEFAULT = {
    'success_conditions': [
        {'path': '$.status.conditions[?(@.type == "Ready")].status', 'value': 'True'}
    ],
    'failure_conditions': [
        {
            'path': '$.status.conditions[?(@.type == "Failed")].status',
            'value': 'True',
            'error_msg_path': '$.status.conditions[?(@.type == "Failed")].message',
        }
    ],
}


def krane_rule_of(annotations: Mapping[str, Any]) -> Rule:
    """The rule of krane's annotations on a definition; raises UserError."""
    return krane_rule(
        annotation_text(annotations, KRANE_CONDITIONS), annotation_text(annotations, KRANE_TIMEOUT)
    )


def krane_rule(conditions: str, timeout: str) -> Rule:
    """The rule of krane's conditions and time limit; raises UserError.

    All conditions for success must hold, and none for failure. The time limit only extends the
    time without progress.
    """
    data = Field(_KRANE_DEFAULT) if conditions.lower() == 'true' else _parse_json(conditions)
    tests = tuple(map(_krane_test, data.required('success_conditions').items()))
    if not tests:
        raise UserError('success_conditions must not be empty')
    failures = data.optional('failure_conditions', Field.items, [])
    if len(tests) + len(failures) > _MAX_CONDITIONS:
        raise UserError(f'has more than {_MAX_CONDITIONS} conditions')
    return Rule(
        (),
        (),
        paused=(),
        failed=tuple(map(_krane_failure, failures)),
        progressing=(),
        ready=(Clause(AllOf(tests)),),
        stall_timeout=parse_iso_duration(timeout) if timeout else 0.0,
        source=KRANE_CONDITIONS,
    )


def _krane_test(data: Field) -> ValueIs:
    value = data.required('value').value
    if not isinstance(value, (str, bool, int, float)):
        raise data.required('value').error('must be a text, a number, true or false')
    return ValueIs(_krane_path(data.required('path')), among=(jsonpath.scalar_text(value),))


def _krane_path(data: Field) -> jsonpath.Path:
    return _path(data.text().removeprefix('$.'))


def _krane_failure(data: Field) -> Clause:
    test = _krane_test(data)
    message = _without_braces(data.optional('custom_error_msg', Field.text, ''))
    message_path = data.optional('error_msg_path', _krane_path, None)
    if message_path and not message:
        message = '{' + message_path.text + '}'
    fallback = f'{test.path.text} is {_without_braces(test.among[0])}'
    return Clause(test, reason='RolloutConditionFailed', message=message or fallback)


def parse_iso_duration(text: str) -> float:
    """Parse `PT1H30M`, or its part for the time like `90s`, as krane does; raises UserError."""
    match = _ISO_DURATION.fullmatch(text.upper())
    parts = match.groupdict() if match else {}
    seconds = sum(float(parts[unit] or 0) * factor for unit, factor in _UNITS.items() if parts)
    if not 1 <= seconds <= _MAX_TIMEOUT:
        raise UserError(f'invalid duration "{text[:40]}": use 90s, 5m or PT1H, from 1s to 24h')
    return seconds
