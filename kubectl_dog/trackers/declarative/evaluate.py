"""Evaluate the tests of a rule on any object, and describe what is unmet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence
from math import isfinite
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition_status
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.jsonpath import scalar_text
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import AnyOf
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import ItemsMatch
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.observed_generation import is_behind

_PLACEHOLDER = re.compile(r'\{([^{}]+)\}')
_LEADING_NUMBER = re.compile(r'[0-9]{1,18}')
_MAX_TEXT = 500
_MAX_WORD = 80
_ITEM_CONDITIONS = jsonpath.parse('conditions[*]')


# How many values one assessment may read. Users who may annotate a definition write the rule, and
# users who may write a status write the object: together they must not take all the time.
MAX_STEPS = 100_000


class ExhaustedError(Exception):
    """A rule needs more steps than an assessment may take."""


class Budget:
    """The number of steps that are left for one assessment."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Subtract steps; raises ExhaustedError if there are not enough."""
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError


class Scope(NamedTuple):
    """The value at which paths start: the object, or inside `each` and `some` one of its items.

    `strict` ignores conditions without an observedGeneration of their own. All scopes of one
    assessment share a budget.
    """

    root: Object
    conditions: Path
    budget: Budget
    item: Any = None
    strict: bool = False

    def values(self, path: Path) -> list[Any]:
        """Return the values at a path."""
        return jsonpath.values(path, self.root, self.item, self.budget.spend)

    def first(self, path: Path) -> str:
        """Return the first scalar at a path as text; empty if there is none."""
        return next(filter(None, map(scalar_text, self.values(path))), '')

    def condition(self, kind: str) -> Object:
        """Return a condition of the object or item of this scope, or an empty mapping."""
        path = self.conditions if self.item is None else _ITEM_CONDITIONS
        for condition in self.values(path):
            if isinstance(condition, dict) and condition.get('type') == kind:
                return condition
        return {}

    def fill(self, template: str) -> str:
        """Replace each `{path}` in a text; the paths were checked when the rule was parsed."""
        text = _PLACEHOLDER.sub(lambda match: self._fill_path(match[1]), template)
        return ' '.join(text.split())[:_MAX_TEXT].rstrip('. :')

    def _fill_path(self, path: str) -> str:
        self.budget.spend(10)
        return self.first(jsonpath.parse(path))[: 2 * _MAX_TEXT]


def describe_unmet(test: Test, scope: Scope) -> str:
    """Describe what is missing for a test to hold; empty if it holds.

    WAITS_FOR_OBSERVATION means that it is unknown whether the test holds, because it needs a
    condition of an earlier generation. Then the negated test does not hold either.
    """
    scope.budget.spend(1)
    if isinstance(test, ConditionIs):
        return _unmet_condition(test, scope)
    if isinstance(test, ValueIs):
        return _unmet_value(test, scope)
    if isinstance(test, AllOf):
        return _unmet_all(describe_unmet(part, scope) for part in test.tests)
    if isinstance(test, AnyOf):
        return _unmet_any([describe_unmet(part, scope) for part in test.tests])
    if isinstance(test, Not):
        text = describe_unmet(test.test, scope)
        return text if text == WAITS_FOR_OBSERVATION else '' if text else 'a change'
    return _unmet_each(test, scope)


def _unmet_all(texts: Iterable[str]) -> str:
    unmet_texts = list(filter(None, texts))
    return next(
        (text for text in unmet_texts if text != WAITS_FOR_OBSERVATION),
        unmet_texts[0] if unmet_texts else '',
    )


def _unmet_any(texts: Sequence[str]) -> str:
    return (
        '' if '' in texts else WAITS_FOR_OBSERVATION if WAITS_FOR_OBSERVATION in texts else texts[0]
    )


def holds(test: Test, scope: Scope) -> bool:
    """Whether a test holds."""
    return not describe_unmet(test, scope)


def text_scope(test: Test, scope: Scope) -> Scope:
    """Return the scope for the texts of a clause: the item that `some` matches, or the same."""
    if not isinstance(test, ItemsMatch) or not test.some:
        return scope
    scopes = (scope._replace(item=item) for item in scope.values(test.path))
    return next((item_scope for item_scope in scopes if holds(test.test, item_scope)), scope)


def _unmet_condition(test: ConditionIs, scope: Scope) -> str:
    scope.budget.spend(len(test.statuses) + len(test.reasons) + len(test.not_reasons))
    condition = scope.condition(test.kind)
    generation = condition.get('observedGeneration')
    if is_behind(scope.root, generation) or (scope.strict and generation is None):
        return WAITS_FOR_OBSERVATION
    status, reason = condition_status(condition), get_str(condition, 'reason')
    # Compared as in kubectl wait, which ignores case.
    is_listed = status.lower() in (wanted_status.lower() for wanted_status in test.statuses)
    is_status_right = is_listed is not test.negated
    if (
        is_status_right
        and (not test.reasons or reason in test.reasons)
        and reason not in test.not_reasons
    ):
        return ''
    wanted = (
        f'{test.kind[:_MAX_TEXT]} to be {"other than " * test.negated}{_join_or(test.statuses)}'
    )
    message = ' '.join(get_str(condition, 'message')[: 2 * _MAX_TEXT].split())[:_MAX_TEXT]
    details = ': '.join(filter(None, (reason[:_MAX_TEXT], message)))
    current = f'it is {status[:_MAX_WORD]}' if status else 'it is not told yet'
    return f'{wanted} ({current}{", " if details else ""}{details})'


def _unmet_value(test: ValueIs, scope: Scope) -> str:
    scope.budget.spend(len(test.among) + len(test.not_among))
    values = scope.values(test.path)
    texts, name = [scalar_text(value) for value in values], test.path.text
    current = f' (it is {texts[0][:_MAX_WORD]})' if any(texts) else ''
    if test.among and not any(_among(value, test.among) for value in values):
        return f'{name} to be {_join_or(test.among)}{current}'
    if test.not_among and any(_among(value, test.not_among) for value in values):
        return f'{name} to change{current}'
    if test.exists is not None and _is_present(values) is not test.exists:
        return f'{name}{"" if test.exists else " to go"}'
    if test.equals is not None and not _equal(values, scope.values(test.equals), scope.budget):
        return f'{name} to be what {test.equals.text} is{current}'
    return _unmet_number(test, values, scope)


def _unmet_number(test: ValueIs, values: list[Any], scope: Scope) -> str:
    name = test.path.text
    if test.at_least is not None and _number(values) < _bound(test.at_least, scope):
        return (
            f'{name} to grow (it is {scalar_text(values[0])[:_MAX_WORD] if values else "missing"})'
        )
    prefix_at_least = test.prefix_at_least
    if prefix_at_least is not None and _number(_prefixes(values)) < _bound(prefix_at_least, scope):
        return f'{name} to begin with a newer number'
    wanted = [] if test.as_many_as is None else scope.values(test.as_many_as)
    if test.as_many_as is not None and len(values) < len(wanted):
        return f'{name} to be {len(wanted)}, as {test.as_many_as.text} (there are {len(values)})'
    return ''


def _prefixes(values: list[Any]) -> list[str]:
    matches = (_LEADING_NUMBER.match(scalar_text(value)) for value in values)
    return [match[0] if match else '' for match in matches]


def _join_or(words: Sequence[str]) -> str:
    return ' or '.join(word[:_MAX_WORD] for word in words)


def _equal(left: list[Any], right: list[Any], budget: Budget) -> bool:
    pending: list[Any] = [left]
    while pending:
        value = pending.pop()
        budget.spend(1 + (len(value) // _MAX_TEXT if isinstance(value, str) else 0))
        pending += value.values() if isinstance(value, dict) else ()
        pending += value if isinstance(value, list) else ()
    return left == right


def _among(value: Any, wanted: tuple[str, ...]) -> bool:
    text = scalar_text(value)
    # True in YAML is the text "True" of a condition and the value true of a field.
    return text in wanted or (isinstance(value, bool) and text in {word.lower() for word in wanted})


def _is_present(values: list[Any]) -> bool:
    return any(value not in ('', []) for value in values)


def _number(values: list[Any]) -> float:
    try:
        number = float(scalar_text(values[0])) if values else 0.0
    except ValueError:
        return 0.0
    # NaN is not less than any bound, so that it would always be enough.
    return number if isfinite(number) else 0.0


def _bound(bound: Path | float, scope: Scope) -> float:
    return bound if isinstance(bound, (int, float)) else _number(scope.values(bound))


def _unmet_each(test: ItemsMatch, scope: Scope) -> str:
    items = scope.values(test.path)
    texts = [describe_unmet(test.test, scope._replace(item=item)) for item in items]
    if not texts:
        return test.path.text
    return _unmet_any(texts) if test.some else _unmet_all(texts)
