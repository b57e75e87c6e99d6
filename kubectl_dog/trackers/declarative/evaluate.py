"""Whether a test of a rule holds, and in words why not. Pure, and safe on any object."""

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
from kubectl_dog.trackers.declarative.rule_model import Each
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.declarative.rule_model import ValueIs
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.observed_generation import is_behind

_PLACE = re.compile(r'\{([^{}]+)\}')
_HEAD = re.compile(r'[0-9]{1,18}')
_CLIP = 500
_WORD = 80
_ITEM = jsonpath.parse('conditions[*]')


# How many values one judgement may look at. A rule is anybody's who may annotate a definition, and
# the object anybody's who may write its status: together they must not keep us busy.
STEPS = 100_000


class ExhaustedError(Exception):
    """A rule asked for more steps than a judgement may take."""


class Budget:
    """The steps that are left for one judgement."""

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take so many; raises ExhaustedError where there are no more."""
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError


class Scope(NamedTuple):
    """Where paths start: at the object, or, inside `each`, at one item of it.

    `strict` counts only conditions that tell by themselves that they are about the newest
    generation. All scopes of one judgement share a budget.
    """

    root: Object
    conditions: Path
    budget: Budget
    here: Any = None
    strict: bool = False

    def values(self, path: Path) -> list[Any]:
        """What is at a path."""
        return jsonpath.values(path, self.root, self.here, self.budget.spend)

    def first(self, path: Path) -> str:
        """The first scalar at a path as text; empty where there is none."""
        return next(filter(None, map(scalar_text, self.values(path))), '')

    def condition(self, kind: str) -> Object:
        """A condition of what the scope is at, or an empty mapping."""
        where = self.conditions if self.here is None else _ITEM
        for one in self.values(where):
            if isinstance(one, dict) and one.get('type') == kind:
                return one
        return {}

    def fill(self, template: str) -> str:
        """A text with its `{path}` replaced; paths were checked when the rule was read."""
        said = _PLACE.sub(lambda found: self._place(found[1]), template)
        return ' '.join(said.split())[:_CLIP].rstrip('. :')

    def _place(self, path: str) -> str:
        self.budget.spend(10)
        return self.first(jsonpath.parse(path))[: 2 * _CLIP]


def unmet(test: Test, scope: Scope) -> str:
    """What is missing for the test to hold, in words; empty where it holds.

    SEEN where that is not known, as a condition that it needs is history: then its opposite does
    not hold either.
    """
    scope.budget.spend(1)
    if isinstance(test, ConditionIs):
        return _condition(test, scope)
    if isinstance(test, ValueIs):
        return _value(test, scope)
    if isinstance(test, AllOf):
        return _all(unmet(one, scope) for one in test.tests)
    if isinstance(test, AnyOf):
        return _any([unmet(one, scope) for one in test.tests])
    if isinstance(test, Not):
        missing = unmet(test.test, scope)
        return missing if missing == WAITS_FOR_OBSERVATION else '' if missing else 'a change'
    return _each(test, scope)


def _all(missing: Iterable[str]) -> str:
    found = list(filter(None, missing))
    return next((one for one in found if one != WAITS_FOR_OBSERVATION), found[0] if found else '')


def _any(missing: Sequence[str]) -> str:
    return (
        ''
        if '' in missing
        else WAITS_FOR_OBSERVATION
        if WAITS_FOR_OBSERVATION in missing
        else missing[0]
    )


def holds(test: Test, scope: Scope) -> bool:
    """Whether the test holds."""
    return not unmet(test, scope)


def focus(test: Test, scope: Scope) -> Scope:
    """Where the texts of a clause start: at the item that `some` found, else where the test did."""
    if not isinstance(test, Each) or not test.some:
        return scope
    items = (scope._replace(here=one) for one in scope.values(test.path))
    return next((one for one in items if holds(test.test, one)), scope)


def _condition(test: ConditionIs, scope: Scope) -> str:
    scope.budget.spend(len(test.statuses) + len(test.reasons) + len(test.not_reasons))
    found = scope.condition(test.kind)
    generation = found.get('observedGeneration')
    if is_behind(scope.root, generation) or (scope.strict and generation is None):
        return WAITS_FOR_OBSERVATION
    status, reason = condition_status(found), get_str(found, 'reason')
    # As kubectl wait compares them: without case.
    is_one = status.lower() in (one.lower() for one in test.statuses)
    right = is_one is not test.negated
    if right and (not test.reasons or reason in test.reasons) and reason not in test.not_reasons:
        return ''
    wanted = f'{test.kind[:_CLIP]} to be {"other than " * test.negated}{_either(test.statuses)}'
    message = ' '.join(get_str(found, 'message')[: 2 * _CLIP].split())[:_CLIP]
    why = ': '.join(filter(None, (reason[:_CLIP], message)))
    said = f'it is {status[:_WORD]}' if status else 'it is not told yet'
    return f'{wanted} ({said}{", " if why else ""}{why})'


def _value(test: ValueIs, scope: Scope) -> str:
    scope.budget.spend(len(test.among) + len(test.not_among))
    found = scope.values(test.path)
    said, name = [scalar_text(one) for one in found], test.path.text
    now = f' (it is {said[0][:_WORD]})' if any(said) else ''
    if test.among and not any(_among(one, test.among) for one in found):
        return f'{name} to be {_either(test.among)}{now}'
    if test.not_among and any(_among(one, test.not_among) for one in found):
        return f'{name} to change{now}'
    if test.exists is not None and _is_there(found) is not test.exists:
        return f'{name}{"" if test.exists else " to go"}'
    if test.equals is not None and not _equal(found, scope.values(test.equals), scope.budget):
        return f'{name} to be what {test.equals.text} is{now}'
    return _too_little(test, found, scope)


def _too_little(test: ValueIs, found: list[Any], scope: Scope) -> str:
    name = test.path.text
    if test.at_least is not None and _number(found) < _bound(test.at_least, scope):
        return f'{name} to grow (it is {scalar_text(found[0])[:_WORD] if found else "missing"})'
    least = test.prefix_at_least
    if least is not None and _number(_prefixes(found)) < _bound(least, scope):
        return f'{name} to begin with a newer number'
    wanted = [] if test.as_many_as is None else scope.values(test.as_many_as)
    if test.as_many_as is not None and len(found) < len(wanted):
        return f'{name} to be {len(wanted)}, as {test.as_many_as.text} (there are {len(found)})'
    return ''


def _prefixes(found: list[Any]) -> list[str]:
    heads = (_HEAD.match(scalar_text(one)) for one in found)
    return [head[0] if head else '' for head in heads]


def _either(words: Sequence[str]) -> str:
    return ' or '.join(one[:_WORD] for one in words)


def _equal(one: list[Any], other: list[Any], budget: Budget) -> bool:
    rest: list[Any] = [one]
    while rest:
        value = rest.pop()
        budget.spend(1 + (len(value) // _CLIP if isinstance(value, str) else 0))
        rest += value.values() if isinstance(value, dict) else ()
        rest += value if isinstance(value, list) else ()
    return one == other


def _among(value: Any, wanted: tuple[str, ...]) -> bool:
    said = scalar_text(value)
    # True in YAML is a condition's «True» and a field's true.
    return said in wanted or (isinstance(value, bool) and said in {one.lower() for one in wanted})


def _is_there(found: list[Any]) -> bool:
    return any(one not in ('', []) for one in found)


def _number(found: list[Any]) -> float:
    try:
        value = float(scalar_text(found[0])) if found else 0.0
    except ValueError:
        return 0.0
    # Nothing is less than NaN, so that it would be enough for any bound.
    return value if isfinite(value) else 0.0


def _bound(bound: Path | float, scope: Scope) -> float:
    return bound if isinstance(bound, (int, float)) else _number(scope.values(bound))


def _each(test: Each, scope: Scope) -> str:
    items = scope.values(test.path)
    missing = [unmet(test.test, scope._replace(here=one)) for one in items]
    if not missing:
        return test.path.text
    return _any(missing) if test.some else _all(missing)
