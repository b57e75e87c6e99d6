"""The model of a parsed rule."""

from __future__ import annotations

from typing import NamedTuple
from typing import Union

from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative.jsonpath import Path


class ConditionIs(NamedTuple):
    """A test: a condition has one of these statuses (`negated`: none), and optionally a reason."""

    kind: str
    statuses: tuple[str, ...]
    negated: bool = False
    reasons: tuple[str, ...] = ()
    not_reasons: tuple[str, ...] = ()


class Comparison(NamedTuple):
    """An operator (`<`, `<=`, `>` or `>=`) and the number on its right side."""

    operator: str
    number: float


class ValueIs(NamedTuple):
    """A test of the values at a path; all given parts must hold.

    `prefix_at_least` compares the number at the start of a text, as in `3-9f8c`. `compare` holds
    only for numbers.
    """

    path: Path
    among: tuple[str, ...] = ()
    not_among: tuple[str, ...] = ()
    exists: bool | None = None
    equals: Path | None = None
    at_least: Path | float | None = None
    prefix_at_least: Path | float | None = None
    as_many_as: Path | None = None
    compare: Comparison | None = None


class AllOf(NamedTuple):
    """A test that holds if all of its tests hold."""

    tests: tuple[Test, ...]


class AnyOf(NamedTuple):
    """A test that holds if any of its tests holds."""

    tests: tuple[Test, ...]


class Not(NamedTuple):
    """A test that holds if its test does not."""

    test: Test


class ItemsMatch(NamedTuple):
    """A test that holds if there are items, and its test holds for all (`some`: for one)."""

    path: Path
    test: Test
    some: bool = False


Test = Union[ConditionIs, ValueIs, AllOf, AnyOf, Not, ItemsMatch]


class Clause(NamedTuple):
    """A test with the texts that are used if it holds; `{path}` in them is replaced.

    `seconds` is how long a failure may last before it fails the target.
    """

    test: Test
    reason: str = ''
    message: str = ''
    seconds: float = 0.0


class Rule(NamedTuple):
    """A rule for some kinds. The generic tracker assesses sections that are None.

    `groups` and `kinds` may be `*` or, for groups, `*.suffix`; empty `versions` match all. `status`
    is `required`, `usual` or `none`. An old `ready` counts only after `stable_for` seconds, or the
    duration at that path. `stall_timeout` is the least stall time-out in seconds. `source` names
    the file and position of the rule.
    """

    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    versions: tuple[str, ...] = ()
    paused: tuple[Clause, ...] | None = None
    failed: tuple[Clause, ...] | None = None
    progressing: tuple[Clause, ...] | None = None
    ready: tuple[Clause, ...] | None = None
    notices: tuple[Clause, ...] = ()
    conditions: Path | None = None
    observed: Path | None = None
    status: str = 'usual'
    stable_for: float | Path | None = None
    stall_timeout: float = 0.0
    documentation: str = ''
    source: str = ''

    def fits(self, resource: Resource) -> bool:
        """Return whether the rule applies to this kind."""
        return (
            any(_fits(group, resource.group) for group in self.groups)
            and ('*' in self.kinds or resource.kind in self.kinds)
            and (not self.versions or resource.version in self.versions)
        )


def _fits(pattern: str, group: str) -> bool:
    if pattern.startswith('*.'):
        return group.endswith(pattern[1:]) or group == pattern[2:]
    return pattern in ('*', group)
