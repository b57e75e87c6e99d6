"""Group the targets that did not become ready by the root of their failures."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.verdicts import Verdict

# Targets that are named as waiting for a Service.
MAX_WAITING = 30
# Kinds that kubectl describes by the label of the root.
_DESCRIBED = ('deploy', 'ds', 'job', 'po', 'rs', 'sts', 'svc')

# Namespace and label of an object.
_Key = tuple[str, str]
# The same of a root, and its problem if the targets may have different ones.
_RootKey = tuple[str, str, str]


class FailureGroup(NamedTuple):
    """Targets that fail for the same root, and share one explanation.

    - `events`: targets with the same cause, failed ones first; empty if the root is no target.
    - `waiting`: targets that wait for a Service of the root.
    - `root`: what they wait for; None if none waits.
    """

    events: tuple[TargetEnded, ...]
    waiting: tuple[TargetEnded, ...] = ()
    root: Dependency | None = None

    @property
    def leader(self) -> TargetEnded:
        """The target whose explanation stands for all."""
        return (*self.events, *self.waiting)[0]

    @property
    def root_commands(self) -> tuple[str, ...]:
        """The command that shows the root, if it is no target."""
        if self.root is None or self.events:
            return ()
        if self.root.root.partition('/')[0] not in _DESCRIBED:
            return ()
        import shlex

        words = ('kubectl', 'describe', '-n', self.root.namespace, self.root.root)
        return (shlex.join(words),)


def failure_groups(
    failures: Sequence[TargetEnded], progressing: Sequence[TargetEnded] = ()
) -> list[FailureGroup]:
    """Group targets by their root, in the order of the first target of each group.

    A single target that waits for an object that is no target is a group without a root. Targets
    in progress are only in groups of targets that have failed.
    """
    events = (*failures, *filter(_is_waiting, progressing))
    failed = set(map(_key, failures))
    by_key = {_key(event): event for event in events}
    waiting: dict[_RootKey, list[TargetEnded]] = {}
    roots: dict[_RootKey, Dependency] = {}
    for event in events:
        root = _root(event, by_key)
        if root is not None:
            key = _root_key(root, by_key)
            waiting.setdefault(key, []).append(event)
            roots[key] = min(roots.get(key, root), root, key=_distance)
    alone = [key for key, ends in waiting.items() if len(ends) < 2 and key[:2] not in by_key]
    for key in alone:
        del waiting[key]
    for ends in waiting.values():
        # The targets that use the root directly explain it best.
        ends.sort(key=_services_on_the_way)
    members = {_key(event) for ends in waiting.values() for event in ends}
    groups = []
    for group in _same_causes(event for event in events if _key(event) not in members):
        keys = [key for event in group if (key := (*_key(event), '')) in waiting]
        ends = [event for key in keys for event in waiting.pop(key)]
        groups.append(FailureGroup(tuple(group), tuple(ends), roots[keys[0]] if keys else None))
    groups += [FailureGroup((), tuple(ends), roots[key]) for key, ends in waiting.items()]
    groups = [group for group in groups if failed.intersection(map(_key, _all(group)))]
    order = {key: number for number, key in enumerate(by_key)}
    return sorted(groups, key=lambda group: min(order[_key(event)] for event in _all(group)))


def waiting_sentences(group: FailureGroup, name_of: Callable[[Target], str]) -> list[str]:
    """Return sentences: `2 targets wait for svc/db:5432: deploy/a, deploy/b`."""
    if group.root is None:
        return []
    root, sentences = group.root, []
    for service, waiting in _waiting_by_service(group, root).items():
        names = [
            name_of(event.target) + (f' (through {way})' if way else '')
            for event, way in waiting[:MAX_WAITING]
        ]
        if len(waiting) > MAX_WAITING:
            names.append(f'and {len(waiting) - MAX_WAITING} more')
        is_near = all(event.target.namespace == root.namespace for event, _ in waiting)
        where = '' if is_near else f' in namespace {root.namespace}'
        state = f' ({root.state})' if root.state and service == root.services[-1] else ''
        verb = 'waits' if len(waiting) == 1 else 'wait'
        count = count_noun(len(waiting), 'target')
        sentences.append(f'{count} {verb} for {service}{where}{state}: {", ".join(names)}')
    return sentences


def _waiting_by_service(
    group: FailureGroup, root: Dependency
) -> Mapping[str, list[tuple[TargetEnded, str]]]:
    """Return the waiting targets by the Service of the root, each with the Services on the way."""
    result: dict[str, list[tuple[TargetEnded, str]]] = {}
    for event in group.waiting:
        cause = event.explanation.cause
        known = cause.dependency if cause else None
        services = list(known.services) if known else []
        last = root.services[-1]
        # A target that waits for another target may not know the root.
        if known and (known.namespace, known.root) == (root.namespace, root.root):
            last = services.pop()
        # A log may name only the host.
        last = root.services[-1] if last == root.services[-1].partition(':')[0] else last
        result.setdefault(last, []).append((event, ', '.join(services)))
    return result


def _all(group: FailureGroup) -> tuple[TargetEnded, ...]:
    return (*group.events, *group.waiting)


def _is_waiting(event: TargetEnded) -> bool:
    """Return whether a target is in progress, and is known to wait for a Service."""
    cause = event.explanation.cause
    is_open = event.verdict is Verdict.PROGRESSING
    return is_open and cause is not None and cause.dependency is not None


def _distance(root: Dependency) -> tuple[int, bool]:
    """Return a sort key: the nearest Service first, and with a port before without."""
    return len(root.services), ':' not in root.services[-1]


def _services_on_the_way(event: TargetEnded) -> int:
    cause = event.explanation.cause
    return len(cause.dependency.services) if cause and cause.dependency else 0


def _key(event: TargetEnded) -> _Key:
    return event.target.namespace, event.target.label


def _root(event: TargetEnded, by_key: Mapping[_Key, TargetEnded]) -> Dependency | None:
    """Return the root that a target waits for, also through other targets; None in a circle."""
    seen = {_key(event)}
    cause, root = event.explanation.cause, None
    while cause is not None and cause.dependency is not None and cause.dependency.services:
        root = cause.dependency
        key = (root.namespace, root.root)
        if key in seen:
            return None
        seen.add(key)
        cause = by_key[key].explanation.cause if key in by_key else None
    return root


def _root_key(root: Dependency, by_key: Mapping[_Key, TargetEnded]) -> _RootKey:
    """Return what the targets of a group have in common.

    A Service without a state works for others: of two targets, each may use another wrong port.
    """
    has_own_problem = not (root.code or root.state or (root.namespace, root.root) in by_key)
    problem = root.problem.replace(root.services[-1], root.root) if has_own_problem else ''
    return root.namespace, root.root, problem


def _same_causes(events: Iterable[TargetEnded]) -> list[list[TargetEnded]]:
    """Group events by their cause; those that failed come first in their group.

    A target joins the first group that has a target with the same cause.
    """
    groups: list[list[TargetEnded]] = []
    first_by_key: dict[Hashable, int] = {}
    for event in events:
        keys = _cause_keys(event)
        number = min((first_by_key.get(key, len(groups)) for key in keys), default=len(groups))
        if number == len(groups):
            groups.append([])
        groups[number].append(event)
        first_by_key.update(dict.fromkeys(keys, number))
    return [
        sorted(group, key=lambda event: event.verdict is not Verdict.FAILED) for group in groups
    ]


def _cause_keys(event: TargetEnded) -> list[Hashable]:
    """Return keys of which two targets share one if, and only if, they fail for the same reason.

    These are the same message, the same missing object, or the same subject in the same pods.
    """
    cause = event.explanation.cause
    if cause is None:
        return []
    common = (event.target.namespace, cause.code, cause.dependency)
    # Containers that end in the same way may do so for different reasons.
    keys: list[Hashable] = [(common, 'message', cause.message, event.explanation.log_excerpt)]
    name = cause.subject.rpartition('/')[2]
    if name and cause.lookups:
        keys.append((common, 'object', name, cause.lookups))
    keys += [(common, 'pod', cause.subject, pod) for pod in cause.pods]
    return keys
