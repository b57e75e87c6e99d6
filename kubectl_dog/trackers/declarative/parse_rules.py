"""Parse rules from YAML data in which every scalar is text; see docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.times import parse_duration
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.parse_tests import PLACEHOLDER
from kubectl_dog.trackers.declarative.parse_tests import TESTS
from kubectl_dog.trackers.declarative.parse_tests import RuleError
from kubectl_dog.trackers.declarative.parse_tests import as_list
from kubectl_dog.trackers.declarative.parse_tests import mapping
from kubectl_dog.trackers.declarative.parse_tests import path
from kubectl_dog.trackers.declarative.parse_tests import read_test
from kubectl_dog.trackers.declarative.parse_tests import refuse_unknown
from kubectl_dog.trackers.declarative.parse_tests import string
from kubectl_dog.trackers.declarative.parse_tests import texts
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import Rule

T = TypeVar('T')

_STATUS_MODES = ('required', 'usual', 'none')
_RULE_KEYS = (
    *('group', 'groups', 'kind', 'kinds', 'version', 'versions', 'documentation'),
    *('paused', 'failed', 'progressing', 'ready', 'notices'),
    *('conditions', 'observedGeneration', 'status', 'stable_for', 'stall_timeout'),
)
_CLAUSE_KEYS = ('reason', 'message', 'after')


def parse_rules(data: Any, source: str, about: Resource | None = None) -> list[Rule]:
    """Parse a document with a rule or a list of rules.

    `about` is the kind of rules that name none.

    Raises UserError naming the source, the rule and the field that is wrong.
    """
    items = data if isinstance(data, list) else [data]
    return [_parse_rule(item, f'{source}: rule {n}', about) for n, item in enumerate(items, 1)]


def _parse_rule(data: Any, source: str, about: Resource | None) -> Rule:
    try:
        fields = mapping(data, '')
        refuse_unknown(fields, _RULE_KEYS, '')
        return _build_rule(fields, source, about)
    except RuleError as error:
        raise UserError(f'{source}: {error}') from None


def _build_rule(fields: Mapping[str, Any], source: str, about: Resource | None) -> Rule:
    groups, kinds = _names(fields, 'group'), _names(fields, 'kind')
    if about is not None:
        groups, kinds = groups or (about.group,), kinds or (about.kind,)
    if not groups or not kinds:
        raise RuleError('kind' if groups else 'group', 'is missing: which kinds is this rule about')
    status = _optional(fields, 'status', string) or 'usual'
    if status not in _STATUS_MODES:
        raise RuleError('status', f'must be one of {", ".join(_STATUS_MODES)}')
    conditions = _optional(fields, 'conditions', path)
    return Rule(
        groups=groups,
        kinds=kinds,
        versions=_names(fields, 'version'),
        paused=_section(fields, 'paused'),
        failed=_section(fields, 'failed'),
        progressing=_section(fields, 'progressing'),
        ready=_section(fields, 'ready'),
        notices=_section(fields, 'notices') or (),
        conditions=conditions and jsonpath.parse(f'{conditions.text}[*]'),
        observed=_optional(fields, 'observedGeneration', path),
        status=status,
        stable_for=_optional(fields, 'stable_for', _stable_for),
        stall_timeout=_optional(fields, 'stall_timeout', _time) or 0.0,
        documentation=_optional(fields, 'documentation', string) or '',
        source=source,
    )


def _optional(fields: Mapping[str, Any], name: str, check: Callable[[Any, str], T]) -> T | None:
    return check(fields[name], name) if name in fields else None


def _names(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Read `kind: A` or `kinds: [A, B]`; the core group is the empty text."""
    return _optional(fields, f'{name}s', texts) or _optional(fields, name, texts) or ()


def _section(fields: Mapping[str, Any], name: str) -> tuple[Clause, ...] | None:
    if name not in fields:
        return None
    return tuple(_clause(item, where) for item, where in as_list(fields[name], name))


def _clause(data: Any, where: str) -> Clause:
    fields = mapping(data, where)
    refuse_unknown(fields, (*TESTS, *_CLAUSE_KEYS), where)
    test = read_test({key: fields[key] for key in fields if key not in _CLAUSE_KEYS}, where)
    return Clause(
        test,
        reason=_template(fields, 'reason', where),
        message=_template(fields, 'message', where),
        seconds=_time(fields['after'], f'{where}.after') if 'after' in fields else 0.0,
    )


def _template(fields: Mapping[str, Any], name: str, where: str) -> str:
    """Read a text, and check each `{path}` in it."""
    if name not in fields:
        return ''
    text = string(fields[name], f'{where}.{name}')
    for placeholder in PLACEHOLDER.findall(text):
        path(placeholder, f'{where}.{name}')
    return text


def _duration(text: str, where: str) -> float:
    try:
        return parse_duration(text)
    except UserError as error:
        raise RuleError(where, str(error)) from None


def _time(data: Any, where: str) -> float:
    return _duration(string(data, where), where)


def _stable_for(data: Any, where: str) -> float | Path:
    """Read a duration, or the path of a duration."""
    text = string(data, where)
    return _duration(text, where) if text[:1].isdigit() else path(text, where)
