"""Parse rules from YAML data in which every scalar is text; see docs/rules.md."""

from __future__ import annotations

from typing import Any

from kubectl_dog.model.fields import Field
from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.parse_tests import PLACEHOLDER
from kubectl_dog.trackers.declarative.parse_tests import as_list
from kubectl_dog.trackers.declarative.parse_tests import parse_test
from kubectl_dog.trackers.declarative.parse_tests import path
from kubectl_dog.trackers.declarative.parse_tests import texts
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import Rule

_STATUS_MODES = ('required', 'usual', 'none')
_RULE_KEYS = (
    *('group', 'groups', 'kind', 'kinds', 'version', 'versions', 'documentation'),
    *('paused', 'failed', 'progressing', 'ready', 'notices'),
    *('conditions', 'observedGeneration', 'status', 'stable_for', 'stall_timeout'),
)
_CLAUSE_KEYS = ('reason', 'message', 'after')


def parse_rules(data: Any, source: str, about: Resource | None = None) -> list[Rule]:
    """Parse a document with a rule or a list of rules.

    `about` is the kind of rules that name none. Raises FieldError that names the source, the rule
    and the field.
    """
    items = data if isinstance(data, list) else [data]
    return [_rule(item, f'{source}: rule {number}', about) for number, item in enumerate(items, 1)]


def _rule(value: Any, source: str, about: Resource | None) -> Rule:
    data = Field(value, source)
    data.refuse_unknown(_RULE_KEYS)
    groups, kinds = _names(data, 'group'), _names(data, 'kind')
    if about is not None:
        groups, kinds = groups or (about.group,), kinds or (about.kind,)
    if not groups or not kinds:
        missing = 'kind' if groups else 'group'
        raise data.error(f'{missing} is missing: name the {missing} of the objects')
    conditions = data.optional('conditions', path, None)
    return Rule(
        groups=groups,
        kinds=kinds,
        versions=_names(data, 'version'),
        paused=data.optional('paused', _clauses, None),
        failed=data.optional('failed', _clauses, None),
        progressing=data.optional('progressing', _clauses, None),
        ready=data.optional('ready', _clauses, None),
        notices=data.optional('notices', _clauses, ()),
        conditions=conditions and jsonpath.parse(f'{conditions.text}[*]'),
        observed=data.optional('observedGeneration', path, None),
        status=data.optional('status', lambda field: field.choice(_STATUS_MODES), 'usual'),
        stable_for=data.optional('stable_for', _duration_or_path, None),
        stall_timeout=data.optional('stall_timeout', Field.duration, 0.0),
        documentation=data.optional('documentation', Field.text, ''),
        source=source,
    )


def _names(data: Field, name: str) -> tuple[str, ...]:
    """Read `kind: A` or `kinds: [A, B]`; the core group is the empty string."""
    return data.optional(f'{name}s', texts, ()) or data.optional(name, texts, ())


def _clauses(data: Field) -> tuple[Clause, ...]:
    return tuple(map(_clause, as_list(data)))


def _clause(data: Field) -> Clause:
    return Clause(
        parse_test(data, _CLAUSE_KEYS),
        reason=data.optional('reason', _template, ''),
        message=data.optional('message', _template, ''),
        seconds=data.optional('after', Field.duration, 0.0),
    )


def _template(data: Field) -> str:
    """Read a text, and check each `{path}` in it."""
    for placeholder in PLACEHOLDER.findall(data.text()):
        path(data, placeholder)
    return data.text()


def _duration_or_path(data: Field) -> float | Path:
    return data.duration() if data.text()[:1].isdigit() else path(data)
