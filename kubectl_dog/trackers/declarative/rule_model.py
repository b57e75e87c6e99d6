"""What a rule is, once it has been read."""

from __future__ import annotations

from typing import NamedTuple
from typing import Union

from kubectl_dog.model.resources import Resource
from kubectl_dog.trackers.declarative.jsonpath import Path


class ConditionIs(NamedTuple):
    """A condition has one of these values (`negated`: none of them), and perhaps a reason."""

    kind: str
    statuses: tuple[str, ...]
    negated: bool = False
    reasons: tuple[str, ...] = ()
    not_reasons: tuple[str, ...] = ()


class ValueIs(NamedTuple):
    """What is at a path; every part that is given has to hold.

    `prefix_at_least` is about the number that a text begins with, as in `3-9f8c`.
    """

    path: Path
    among: tuple[str, ...] = ()
    not_among: tuple[str, ...] = ()
    exists: bool | None = None
    equals: Path | None = None
    at_least: Path | float | None = None
    prefix_at_least: Path | float | None = None
    as_many_as: Path | None = None


class AllOf(NamedTuple):
    """Every one of them."""

    tests: tuple[Test, ...]


class AnyOf(NamedTuple):
    """At least one of them."""

    tests: tuple[Test, ...]


class Not(NamedTuple):
    """It does not hold."""

    test: Test


class ItemsMatch(NamedTuple):
    """There is something at the path, and the test holds for every item (`some`: for one)."""

    path: Path
    test: Test
    some: bool = False


Test = Union[ConditionIs, ValueIs, AllOf, AnyOf, Not, ItemsMatch]


class Clause(NamedTuple):
    """A test, and what is said when it holds; `{path}` in texts is replaced by what is there.

    `seconds` is how long a failure may stand before it is one.
    """

    test: Test
    reason: str = ''
    message: str = ''
    seconds: float = 0.0


class Rule(NamedTuple):
    """What the states of some kinds mean. A section that is None is left to the usual judgement.

    `groups` and `kinds` may be `*` or, for groups, `*.suffix`; empty `versions` are all. `status`
    is `required`, `usual` or `none`. `settle` is how long, in seconds, an old `ready` has to be
    looked at before it counts, `patience` the least stall time-out. `source` says where the
    rule stands.
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
        """Whether it is about this kind."""
        return (
            any(_fits(group, resource.group) for group in self.groups)
            and ('*' in self.kinds or resource.kind in self.kinds)
            and (not self.versions or resource.version in self.versions)
        )


def _fits(pattern: str, group: str) -> bool:
    if pattern.startswith('*.'):
        return group.endswith(pattern[1:]) or group == pattern[2:]
    return pattern in ('*', group)
