"""Whether a test of a rule holds, and in words why not. Pure, and safe on any object."""

from __future__ import annotations

import re
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import text
from kubectl_dog.trackers.declarative import paths
from kubectl_dog.trackers.declarative.paths import Path
from kubectl_dog.trackers.declarative.paths import shown
from kubectl_dog.trackers.declarative.rules import AllOf
from kubectl_dog.trackers.declarative.rules import AnyOf
from kubectl_dog.trackers.declarative.rules import ConditionIs
from kubectl_dog.trackers.declarative.rules import Each
from kubectl_dog.trackers.declarative.rules import Not
from kubectl_dog.trackers.declarative.rules import Test
from kubectl_dog.trackers.declarative.rules import ValueIs
from kubectl_dog.trackers.freshness import SEEN
from kubectl_dog.trackers.freshness import is_behind

_PLACE = re.compile(r'\{([^{}]+)\}')
_CLIP = 500
_ITEM = paths.parse('conditions[*]')


class Scope(NamedTuple):
    """Where paths start: at the object, or, inside `each`, at one item of it."""

    root: Object
    conditions: Path
    here: Any = None

    def values(self, path: Path) -> list[Any]:
        """What is at a path."""
        return paths.values(path, self.root, self.here)

    def first(self, path: Path) -> str:
        """The first scalar at a path as text; empty where there is none."""
        return next(filter(None, map(shown, self.values(path))), '')

    def condition(self, kind: str) -> Object:
        """A condition of what the scope is at, or an empty mapping."""
        where = self.conditions if self.here is None else _ITEM
        for one in self.values(where):
            if isinstance(one, dict) and one.get('type') == kind:
                return one
        return {}

    def fill(self, template: str) -> str:
        """A text with its `{path}` replaced; paths were checked when the rule was read."""
        said = _PLACE.sub(lambda found: self.first(paths.parse(found[1])), template)
        return ' '.join(said.split())[:_CLIP].rstrip('. :')


def lacking(test: Test, scope: Scope) -> str:
    """What is missing for the test to hold, in words; empty where it holds."""
    if isinstance(test, ConditionIs):
        return _condition(test, scope)
    if isinstance(test, ValueIs):
        return _value(test, scope)
    if isinstance(test, AllOf):
        return next(filter(None, (lacking(one, scope) for one in test.tests)), '')
    if isinstance(test, AnyOf):
        missing = [lacking(one, scope) for one in test.tests]
        return '' if '' in missing else missing[0]
    if isinstance(test, Not):
        return '' if lacking(test.test, scope) else 'a change'
    return _each(test, scope)


def holds(test: Test, scope: Scope) -> bool:
    """Whether the test holds."""
    return not lacking(test, scope)


def focused(test: Test, scope: Scope) -> Scope:
    """Where the texts of a clause start: at the item that `some` found, else where the test did."""
    if not isinstance(test, Each) or not test.some:
        return scope
    items = (scope._replace(here=one) for one in scope.values(test.path))
    return next((one for one in items if holds(test.test, one)), scope)


def _condition(test: ConditionIs, scope: Scope) -> str:
    found = scope.condition(test.kind)
    is_history = is_behind(scope.root, found.get('observedGeneration'))
    if is_history:
        found = {}
    status, reason = text(found, 'status'), text(found, 'reason')
    right = (status in test.statuses) is not test.negated
    if right and (not test.reasons or reason in test.reasons) and reason not in test.other_than:
        return ''
    if is_history:
        return SEEN
    wanted = f'{test.kind} to be {"other than " * test.negated}{" or ".join(test.statuses)}'
    why = ': '.join(filter(None, (reason, ' '.join(text(found, 'message').split())[:_CLIP])))
    told = f'it is {status}' if status else 'it is not told yet'
    return f'{wanted} ({told}{", " if why else ""}{why})'


def _value(test: ValueIs, scope: Scope) -> str:
    found = scope.values(test.path)
    said, name = [shown(one) for one in found], test.path.text
    now = f' (it is {said[0][:80]})' if any(said) else ''
    if test.among and not any(_among(one, test.among) for one in found):
        return f'{name} to be {" or ".join(test.among)}{now}'
    if test.not_among and any(_among(one, test.not_among) for one in found):
        return f'{name} to change{now}'
    if test.exists is not None and _is_there(found) is not test.exists:
        return f'{name}{"" if test.exists else " to go"}'
    if test.equals is not None and found != scope.values(test.equals):
        return f'{name} to be what {test.equals.text} is{now}'
    if test.at_least is not None and _number(found) < _bound(test.at_least, scope):
        return f'{name} to grow{now}'
    return ''


def _among(value: Any, wanted: tuple[str, ...]) -> bool:
    said = shown(value)
    # True in YAML is a condition's «True» and a field's true.
    return said in wanted or (isinstance(value, bool) and said in {one.lower() for one in wanted})


def _is_there(found: list[Any]) -> bool:
    return any(one not in ('', []) for one in found)


def _number(found: list[Any]) -> float:
    try:
        return float(shown(found[0])) if found else 0.0
    except ValueError:
        return 0.0


def _bound(bound: Path | float, scope: Scope) -> float:
    return bound if isinstance(bound, (int, float)) else _number(scope.values(bound))


def _each(test: Each, scope: Scope) -> str:
    items = scope.values(test.path)
    missing = [lacking(test.test, scope._replace(here=one)) for one in items]
    if test.some:
        return '' if '' in missing else next(iter(missing), test.path.text)
    return next(filter(None, missing), '') if missing else test.path.text
