"""From plain data, as YAML gives it with every scalar as text, to rules; docs/rules.md."""

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
from kubectl_dog.trackers.declarative.parse_tests import PLACE
from kubectl_dog.trackers.declarative.parse_tests import TESTS
from kubectl_dog.trackers.declarative.parse_tests import RuleError
from kubectl_dog.trackers.declarative.parse_tests import as_list
from kubectl_dog.trackers.declarative.parse_tests import mapping
from kubectl_dog.trackers.declarative.parse_tests import path
from kubectl_dog.trackers.declarative.parse_tests import read_test
from kubectl_dog.trackers.declarative.parse_tests import string
from kubectl_dog.trackers.declarative.parse_tests import texts
from kubectl_dog.trackers.declarative.parse_tests import unknown
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import Rule

T = TypeVar('T')

_STATUS = ('required', 'usual', 'none')
_KEYS = (
    *('group', 'groups', 'kind', 'kinds', 'version', 'versions', 'documentation'),
    *('paused', 'failed', 'progressing', 'ready', 'notices'),
    *('conditions', 'observedGeneration', 'status', 'stable_for', 'stall_timeout'),
)
_SAYS = ('reason', 'message', 'after')


def parse_rules(data: Any, source: str, about: Resource | None = None) -> list[Rule]:
    """The rules in one document: a rule, or a list of them; `about` is what none has to name.

    Raises UserError naming the source, the rule and the field that is wrong.
    """
    found = data if isinstance(data, list) else [data]
    return [_rule(one, f'{source}: rule {n}', about) for n, one in enumerate(found, 1)]


def _rule(data: Any, source: str, about: Resource | None) -> Rule:
    try:
        fields = mapping(data, '')
        unknown(fields, _KEYS, '')
        return _built(fields, source, about)
    except RuleError as error:
        raise UserError(f'{source}: {error}') from None


def _built(fields: Mapping[str, Any], source: str, about: Resource | None) -> Rule:
    groups, kinds = _names(fields, 'group'), _names(fields, 'kind')
    if about is not None:
        groups, kinds = groups or (about.group,), kinds or (about.kind,)
    if not groups or not kinds:
        raise RuleError('kind' if groups else 'group', 'is missing: which kinds is this rule about')
    status = _given(fields, 'status', string) or 'usual'
    if status not in _STATUS:
        raise RuleError('status', f'must be one of {", ".join(_STATUS)}')
    conditions = _given(fields, 'conditions', path)
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
        observed=_given(fields, 'observedGeneration', path),
        status=status,
        stable_for=_given(fields, 'stable_for', _stable_for),
        stall_timeout=_given(fields, 'stall_timeout', _time) or 0.0,
        documentation=_given(fields, 'documentation', string) or '',
        source=source,
    )


def _given(fields: Mapping[str, Any], name: str, check: Callable[[Any, str], T]) -> T | None:
    return check(fields[name], name) if name in fields else None


def _names(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """`kind: A` or `kinds: [A, B]`; the core group is the empty text."""
    return _given(fields, f'{name}s', texts) or _given(fields, name, texts) or ()


def _section(fields: Mapping[str, Any], name: str) -> tuple[Clause, ...] | None:
    if name not in fields:
        return None
    return tuple(_clause(one, where) for one, where in as_list(fields[name], name))


def _clause(data: Any, where: str) -> Clause:
    fields = mapping(data, where)
    unknown(fields, (*TESTS, *_SAYS), where)
    test = read_test({key: fields[key] for key in fields if key not in _SAYS}, where)
    return Clause(
        test,
        reason=_template(fields, 'reason', where),
        message=_template(fields, 'message', where),
        seconds=_time(fields['after'], f'{where}.after') if 'after' in fields else 0.0,
    )


def _template(fields: Mapping[str, Any], name: str, where: str) -> str:
    """Text with `{path}` in it, each of which must be one."""
    if name not in fields:
        return ''
    text = string(fields[name], f'{where}.{name}')
    for found in PLACE.findall(text):
        path(found, f'{where}.{name}')
    return text


def _duration(text: str, where: str) -> float:
    try:
        return parse_duration(text)
    except UserError as error:
        raise RuleError(where, str(error)) from None


def _time(data: Any, where: str) -> float:
    return _duration(string(data, where), where)


def _stable_for(data: Any, where: str) -> float | Path:
    """A duration, or the path of one."""
    text = string(data, where)
    return _duration(text, where) if text[:1].isdigit() else path(text, where)
