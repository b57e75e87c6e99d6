"""Phrases for events, shared by the renderers for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_duration

_STATES = {
    State.PAUSED: 'is paused',
    State.DELETING: 'is being deleted',
    State.ABSENT: 'is not there yet',
    State.UNKNOWN: 'is in a state that is not known',
}
# States whose text shows what the target waits for; that of a paused target shows its pause.
_WAITING_STATES = (State.PROGRESSING, State.FAILED, State.UNKNOWN)
_TERMINATION_NOUNS = {
    'LivenessProbeFailed': 'kill',
    'StartupProbeFailed': 'kill',
    'Evicted': 'replacement',
    'Preempted': 'replacement',
    'NodeShutdown': 'replacement',
    'OutOfResources': 'replacement',
}


def count_values(values: Iterable[str]) -> str:
    """The values with their counts, `9 ready, 2 failed`, in order of first appearance."""
    return ', '.join(f'{count} {value}' for value, count in Counter(values).items())


def revision(event: RevisionSeen, newer: bool) -> str:
    """A revision and what changed: `revision 8 (was 7): image web 1.4.1 → 1.4.2, 3 replicas`."""
    name, previous, changes = event.revision
    facts = [*changes, f'{event.desired} replica' + ('' if event.desired == 1 else 's')]
    title = f'revision {name}' if name else ''
    title = f'newer {title}'.strip() if newer else title
    was = f' (was {previous})' if title and previous else ''
    return f'{title}{was}: {", ".join(facts)}' if title else ', '.join(facts)


def counts(progress: Progress) -> str:
    """The counts of a rollout in progress: `1/3 ready, 2/3 updated, 1 of the old left`."""
    of = progress.desired
    old = f', {progress.old} of the old left' if progress.old else ''
    return f'{progress.ready}/{of} ready, {progress.updated}/{of} updated{old}'


def done_counts(progress: Progress) -> str:
    """The counts of a finished rollout: `3/3 updated, none of the old left`."""
    old = f'{progress.old}' if progress.old else 'none'
    return f'{progress.updated}/{progress.desired} updated, {old} of the old left'


def state_text(row: StateChanged) -> str:
    """The state of a target: counts, then what it waits for."""
    facts = []
    # In other states, the counts mean nothing: the object is absent, or its rollout is paused.
    if row.progress and row.state in (State.READY, State.PROGRESSING, State.FAILED):
        facts.append(counts(row.progress))
    if row.state is State.READY:
        return f'ready: {done_counts(row.progress)}' if row.progress else 'ready'
    waits = f'waiting for {row.waits_for}' if row.waits_for and row.state in _WAITING_STATES else ''
    facts.append(waits or row.message or _STATES.get(row.state, ''))
    return ': '.join(fact for fact in facts if fact) or row.state.value


def cause_title(cause: Cause) -> str:
    """The code of a cause and the cluster's reason: `CrashLoop (CrashLoopBackOff)`."""
    same = not cause.reason or cause.reason == cause.code
    return cause.code if same else f'{cause.code} ({cause.reason})'


def pod_spread(count: int, updated: int) -> str:
    """The number of pods that a cause affects, of the updated ones."""
    if count > updated:
        return f'{count} pod' + ('' if count == 1 else 's')
    return f'all {count} pods' if count == updated else f'{count} of {updated} pods so far'


def failure_condition(event: CauseSeen) -> str:
    """When a cause fails its target; empty if it is only informational."""
    if event.cause.tolerance_override == Tolerance():
        return 'tolerated'
    cause, conditions = event.cause, []
    if event.fails_at is not None and cause.terminations < event.fails_at:
        noun = _TERMINATION_NOUNS.get(cause.code, 'exit')
        conditions.append(f'at the {ordinal(event.fails_at)} {noun}')
    if event.seconds_left is not None:
        conditions.append(f'in {format_duration(event.seconds_left)} unless it heals')
    if not conditions:
        return ''
    return f'fails {" or ".join(conditions)}{_tolerance_reason(cause)}'


def _tolerance_reason(cause: Cause) -> str:
    if cause.tolerance_override is not None:
        return ', as was wished'
    if cause.affects_some_pods:
        return ', as other pods are well'
    return ', as another target is on its way' if cause.may_await_other_target else ''
