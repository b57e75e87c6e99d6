"""Evaluate the tests of a rule on any object, in three-valued logic."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from enum import IntEnum
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
from kubectl_dog.trackers.declarative.rule_model import Comparison
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import ItemsMatch
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.observed_generation import is_behind

_PLACEHOLDER = re.compile(r'\{([^{}]+)\}')
_AFTER_NUMBER = re.compile(r'[^0-9].*', re.S)
_MAX_TEXT = 500
_MAX_WORD = 80
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    '<': operator.lt,
    '<=': operator.le,
    '>': operator.gt,
    '>=': operator.ge,
}
_ITEM_CONDITIONS = jsonpath.parse('conditions[*]')

# How many values one assessment may read. Users who may annotate a definition write the rule, and
# users who may write a status write the object: together they must not take all the time.
MAX_STEPS = 100_000


class ExhaustedError(Exception):
    """A rule needs more steps than an assessment may take."""


class Budget:
    """The remaining number of steps for one assessment."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Subtract steps; raises ExhaustedError if there are not enough."""
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError


class Scope(NamedTuple):
    """The value at which paths start: the object, or in `each` and `some` one of its items.

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
        conditions = (value for value in self.values(path) if isinstance(value, dict))
        return next((value for value in conditions if value.get('type') == kind), {})

    def fill(self, template: str) -> str:
        """Replace each `{path}` in a text; the paths were checked when the rule was parsed."""
        text = _PLACEHOLDER.sub(lambda match: self._fill_path(match[1]), template)
        return ' '.join(text.split())[:_MAX_TEXT].rstrip('. :')

    def _fill_path(self, path: str) -> str:
        self.budget.spend(10)
        return self.first(jsonpath.parse(path))[: 2 * _MAX_TEXT]


class Outcome(IntEnum):
    """The outcome of a test; "and" is the minimum of outcomes, and "or" the maximum."""

    NO = 0
    UNKNOWN = 1
    YES = 2


class Result(NamedTuple):
    """The outcome of a test; `why` completes the text "waiting for" unless the outcome is YES."""

    outcome: Outcome
    why: str = ''


HOLDS = Result(Outcome.YES)
UNOBSERVED = Result(Outcome.UNKNOWN, WAITS_FOR_OBSERVATION)


def all_of(results: Iterable[Result]) -> Result:
    """Combine results with "and": the first NO, else the first UNKNOWN, else YES."""
    return min(results, key=operator.attrgetter('outcome'))


def any_of(results: Iterable[Result]) -> Result:
    """Combine results with "or": the first YES, else the first UNKNOWN, else the first NO."""
    return max(results, key=operator.attrgetter('outcome'))


def negate(result: Result) -> Result:
    """Exchange YES and NO; UNKNOWN stays."""
    if result.outcome is Outcome.YES:
        return Result(Outcome.NO, 'its status to change')
    return HOLDS if result.outcome is Outcome.NO else result


def evaluate(test: Test, scope: Scope) -> Result:
    """Evaluate a test; UNKNOWN if it needs a condition of an earlier generation."""
    scope.budget.spend(1)
    if isinstance(test, ConditionIs):
        return _evaluate_condition(test, scope)
    if isinstance(test, ValueIs):
        why = _unmet_value(test, scope)
        return Result(Outcome.NO, why) if why else HOLDS
    if isinstance(test, Not):
        return negate(evaluate(test.test, scope))
    if isinstance(test, ItemsMatch):
        items = scope.values(test.path)
        results = [evaluate(test.test, scope._replace(item=item)) for item in items]
        if not results:
            return Result(Outcome.NO, f'{test.path.text} to have an item')
        return any_of(results) if test.some else all_of(results)
    results = [evaluate(part, scope) for part in test.tests]
    return all_of(results) if isinstance(test, AllOf) else any_of(results)


def holds(test: Test, scope: Scope) -> bool:
    """Return whether a test holds."""
    return evaluate(test, scope).outcome is Outcome.YES


def text_scope(test: Test, scope: Scope) -> Scope:
    """Return the scope for the texts of a clause: the item that `some` matches, or the same."""
    if not isinstance(test, ItemsMatch) or not test.some:
        return scope
    scopes = (scope._replace(item=item) for item in scope.values(test.path))
    return next((item_scope for item_scope in scopes if holds(test.test, item_scope)), scope)


def _evaluate_condition(test: ConditionIs, scope: Scope) -> Result:
    scope.budget.spend(len(test.statuses) + len(test.reasons) + len(test.not_reasons))
    condition = scope.condition(test.kind)
    generation = condition.get('observedGeneration')
    if is_behind(scope.root, generation) or (scope.strict and generation is None):
        return UNOBSERVED
    status, reason = condition_status(condition), get_str(condition, 'reason')
    # Compared as in kubectl wait, which ignores case.
    is_listed = status.lower() in (wanted.lower() for wanted in test.statuses)
    is_reason_right = not test.reasons or reason in test.reasons
    if is_listed is not test.negated and is_reason_right and reason not in test.not_reasons:
        return HOLDS
    wanted = f'condition "{test.kind[:_MAX_TEXT]}" to be {"other than " * test.negated}'
    message = ' '.join(get_str(condition, 'message')[: 2 * _MAX_TEXT].split())[:_MAX_TEXT]
    current = f'now "{status[:_MAX_WORD]}"' if status else 'not reported yet'
    details = (current, ': '.join(filter(None, (reason[:_MAX_TEXT], message))))
    why = f'{wanted}{_join_or(test.statuses)} ({", ".join(filter(None, details))})'
    return Result(Outcome.NO, why)


def _unmet_value(test: ValueIs, scope: Scope) -> str:
    """Describe the first part of the test that the values do not meet; empty if all do."""
    scope.budget.spend(len(test.among) + len(test.not_among))
    values = scope.values(test.path)
    name, current = test.path.text, _describe_current(values)
    if test.among and not any(_among(value, test.among) for value in values):
        return f'{name} to be {_join_or(test.among)}{current}'
    if test.not_among and any(_among(value, test.not_among) for value in values):
        return f'{name} to be other than {_join_or(test.not_among)}{current}'
    if test.exists is not None and any(value not in ('', []) for value in values) != test.exists:
        return f'{name} to be {"set" if test.exists else "removed"}'
    if test.equals is not None and not _equal(values, scope.values(test.equals), scope.budget):
        return f'{name} to be equal to {test.equals.text}{current}'
    return _unmet_number(test, values, scope)


def _unmet_number(test: ValueIs, values: list[Any], scope: Scope) -> str:
    name, current = test.path.text, _describe_current(values)
    prefixes = [_AFTER_NUMBER.sub('', scalar_text(value)) for value in values]
    for bound, numbers, verb in (
        (test.at_least, values, 'be'),
        (test.prefix_at_least, prefixes, 'start with'),
    ):
        minimum = _number(scope.values(bound)) if isinstance(bound, Path) else bound
        if minimum is not None and _number(numbers) < minimum:
            label = bound.text if isinstance(bound, Path) else f'{minimum:g}'
            return f'{name} to {verb} at least {label}{current}'
    if test.compare and not any(_compares(value, test.compare) for value in values):
        return f'{name} to be {test.compare.operator} {test.compare.number:g}{current}'
    wanted = scope.values(test.as_many_as) if test.as_many_as else []
    if test.as_many_as and len(values) < len(wanted):
        return f'{name} to have {len(wanted)} items, as {test.as_many_as.text} (now {len(values)})'
    return ''


def _describe_current(values: list[Any]) -> str:
    text = next(filter(None, map(scalar_text, values)), '')[:_MAX_WORD]
    return f' (now "{text}")' if text else '' if values else ' (not set)'


def _join_or(words: Sequence[str]) -> str:
    return ' or '.join(f'"{word[:_MAX_WORD]}"' for word in words)


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


def _compares(value: Any, comparison: Comparison) -> bool:
    try:
        number = float(scalar_text(value))
    except ValueError:
        return False
    return _OPERATORS[comparison.operator](number, comparison.number)


def _number(values: list[Any]) -> float:
    try:
        number = float(scalar_text(values[0])) if values else 0.0
    except ValueError:
        return 0.0
    # NaN is not less than any bound, so that it would always be enough.
    return number if isfinite(number) else 0.0
