"""Phrases for events, shared by the renderers for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.causes.tolerances import Source
from kubectl_dog.causes.tolerances import source_of
from kubectl_dog.causes.tolerances import tolerance_of
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.text_format import ROLE_HINT
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_duration

_STATES = {
    State.PAUSED: 'is paused',
    State.DELETING: 'is being deleted',
    State.ABSENT: 'does not exist yet',
    State.UNKNOWN: 'has an unknown state',
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
    """Return the values with their counts, `9 ready, 2 failed`, in order of first appearance."""
    return ', '.join(f'{count} {value}' for value, count in Counter(values).items())


def revision(event: RevisionSeen, newer: bool) -> str:
    """Describe a revision and its changes: `revision 8 (was 7): image web 1.4.1 → 1.4.2`."""
    name, previous, changes = event.revision
    facts = [*changes, count_noun(event.desired, 'replica')]
    title = f'revision {name}' if name else ''
    title = f'newer {title}'.strip() if newer else title
    was = f' (was {previous})' if title and previous else ''
    return f'{title}{was}: {", ".join(facts)}' if title else ', '.join(facts)


def counts(progress: Progress, kind: str = '') -> str:
    """Describe the counts of a rollout in progress: `1/3 ready, 2/3 updated, 1 of the old left`."""
    of = progress.desired
    if kind == 'Job':
        return f'{progress.available}/{of} succeeded'
    old = f', {progress.old} of the old left' if progress.old else ''
    return f'{progress.ready}/{of} ready, {progress.updated}/{of} updated{old}'


def done_counts(progress: Progress, kind: str = '') -> str:
    """Describe the counts of a finished rollout: `3/3 updated, none of the old left`."""
    if kind == 'Job':
        return f'{progress.available}/{progress.desired} succeeded'
    old = f'{progress.old}' if progress.old else 'none'
    return f'{progress.updated}/{progress.desired} updated, {old} of the old left'


def state_text(row: StateChanged) -> str:
    """Describe the state of a target: counts, then what it waits for."""
    facts = []
    # In other states, the counts mean nothing: the object is absent, or its rollout is paused.
    if row.progress and row.state in (State.READY, State.PROGRESSING, State.FAILED):
        facts.append(counts(row.progress, row.target.resource.kind))
    if row.state is State.READY:
        kind = row.target.resource.kind
        return f'ready: {done_counts(row.progress, kind)}' if row.progress else 'ready'
    waits = f'waiting for {row.waits_for}' if row.waits_for and row.state in _WAITING_STATES else ''
    facts.append(waits or row.message or _STATES.get(row.state, ''))
    return ': '.join(fact for fact in facts if fact) or row.state.value


def cause_title(cause: Cause) -> str:
    """Return the code of a cause and the cluster's reason: `CrashLoop (CrashLoopBackOff)`."""
    same = not cause.reason or cause.reason == cause.code
    return cause.code if same else f'{cause.code} ({cause.reason})'


def pod_spread(count: int, updated: int) -> str:
    """Describe how many of the updated pods a cause affects."""
    if count > updated:
        return count_noun(count, 'pod')
    if count == updated:
        return 'both pods' if count == 2 else f'all {count} pods'
    return f'{count} of {updated} pods so far'


def can_fail(cause: Cause) -> bool:
    """Return whether a cause fails its target if it lasts."""
    return cause.active and not tolerance_of(cause).is_informational


def failure_condition(event: CauseSeen) -> str:
    """Describe when a cause fails its target; empty if it is only informational."""
    if event.cause.tolerance_override == ALWAYS:
        return 'tolerated'
    cause, conditions = event.cause, []
    if event.fails_at is not None and cause.terminations < event.fails_at:
        conditions.append(_fatal_termination(cause, event.fails_at))
    if event.seconds_left is not None:
        # A cause that is due is not reported any more.
        left = format_duration(max(1.0, event.seconds_left))
        conditions.append(f'in {left} unless it recovers')
    if conditions:
        return f'fails {" or ".join(conditions)}{_tolerance_source(cause)}'
    if event.run_limit is None:
        return ''
    left, source = format_duration(max(1.0, event.run_limit.seconds_left)), event.run_limit.source
    if source == '--timeout':
        return f'times out in {left} (--timeout)'
    ends = 'times out' if source.startswith('--') else 'fails'
    return f'{ends} in {left} without progress ({source})'


def _fatal_termination(cause: Cause, number: int) -> str:
    """Return which termination fails the target: `at the 3rd exit`."""
    noun = _TERMINATION_NOUNS.get(cause.code, 'exit')
    if not cause.terminations_before:
        return f'at the {ordinal(number)} {noun}'
    # Its other lines also count the terminations before the run.
    left = number - cause.terminations
    return f'at the next {noun}' if left == 1 else f'after {left} more {noun}s'


def _tolerance_source(cause: Cause) -> str:
    source = source_of(cause)
    if source is Source.DEFAULT:
        return ''
    return ' (--tolerate)' if source is Source.USER else f' (extended: {source.value})'


def access_advice(event: TargetEnded) -> str:
    """Return what to do if a target may not be read, as the end of a sentence."""
    return ROLE_HINT if event.reason == 'denied' else ''
