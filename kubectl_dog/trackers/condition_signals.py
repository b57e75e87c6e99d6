"""Read signals from the conditions of a status."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition_status
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers import condition_roles
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers import status_signals
from kubectl_dog.trackers.condition_roles import Role
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.field_signals import has_ended
from kubectl_dog.trackers.field_signals import has_started
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.observed_generation import is_behind
from kubectl_dog.trackers.status_signals import Rank
from kubectl_dog.trackers.status_signals import StatusSignal

# With one of these conditions, other conditions like `Running=False` do not matter.
_COMPLETE = ('Succeeded', 'Complete', 'Completed', 'Finished')
# A controller that refuses a spec says so by one of these, with any reason.
_ACCEPTANCE = ('Accepted', 'Admitted', 'Valid', 'Validated')
# Reasons that say nothing beside the status; the message does.
_PLAIN_REASONS = ('Error', 'Failed', 'NotReady')
_MAY_BE_SUMMARY = (Role.GOOD, Role.GATE, Role.COMPONENT, Role.IGNORED)
_MAX_MESSAGE = 300
# Lists of mappings that may have conditions of their own (`status.parents[*].conditions`).
_MAX_NESTED = 100


class Run(NamedTuple):
    """Whether an object is a run that ends by itself, and whether it has ended."""

    is_task: bool
    has_ended: bool


def read(obj: Object, summaries: Set[str]) -> Iterator[StatusSignal]:
    """Yield the signals of `status.conditions`, or of conditions one level deeper.

    `summaries` are condition types that the definition of the kind shows as the state.
    """
    status = get_dict(obj, 'status')
    conditions = get_dicts(status, 'conditions')
    if conditions:
        yield from _signals(obj, conditions, summaries)
        return
    for path, holder in _nested_holders(status):
        for signal in _signals(obj, get_dicts(holder, 'conditions'), frozenset()):
            yield signal._replace(name=f'{path}: {signal.name}', rank=Rank.NESTED)


def _nested_holders(status: Object) -> Iterator[tuple[str, Object]]:
    """Yield the mappings below the status that have conditions, with their paths."""
    left = _MAX_NESTED
    for key, value in status.items():
        if condition_terms.is_history(str(key)):
            continue
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items[:left]):
            if isinstance(item, dict) and get_dicts(item, 'conditions'):
                left -= 1
                suffix = f'[{index}]' if isinstance(value, list) else ''
                yield f'{key}{suffix}'[:80], item


def _signals(
    obj: Object, conditions: Sequence[Object], summaries: Set[str]
) -> Iterator[StatusSignal]:
    # Conditions without a status are a history.
    conditions = [
        condition
        for condition in conditions
        if get_str(condition, 'type') and 'status' in condition
    ]
    roles = _roles([get_str(condition, 'type') for condition in conditions], summaries)
    history = [is_behind(obj, condition.get('observedGeneration')) for condition in conditions]
    deciding = _deciding_roles(frozenset(roles))
    current = [condition for condition, is_history in zip(conditions, history) if not is_history]
    is_complete = Role.SUMMARY not in deciding and any(map(_is_complete, current))
    status = get_dict(obj, 'status')
    is_task = condition_terms.is_task_kind(get_str(obj, 'kind')) or has_started(status)
    run = Run(is_task, has_ended(status))
    for condition, role, is_history in zip(conditions, roles, history):
        if is_complete and role in deciding and not _is_complete(condition):
            continue
        if is_history and (role in deciding or all(history)):
            yield StatusSignal(
                Meaning.WORKING, get_str(condition, 'type'), '', WAITS_FOR_OBSERVATION
            )
        elif not is_history:
            yield from _condition_signal(condition, role, deciding, run)


def _is_complete(condition: Object) -> bool:
    return get_str(condition, 'type') in _COMPLETE and condition_status(condition) == 'True'


def _roles(kinds: Sequence[str], summaries: Set[str]) -> list[Role]:
    """Return the roles of condition types; without Ready, a type in `summaries` is the summary."""
    roles = [condition_roles.role(kind) for kind in kinds]
    if Role.SUMMARY in roles:
        return roles
    return [
        Role.SUMMARY if kind in summaries and role in _MAY_BE_SUMMARY else role
        for kind, role in zip(kinds, roles)
    ]


def _deciding_roles(roles: Set[Role]) -> frozenset[Role]:
    """Return the roles that are used: a summary replaces its parts, but not an unaccepted spec."""
    if Role.SUMMARY in roles:
        return frozenset({Role.SUMMARY, Role.GATE})
    # A condition that accepts the spec says nothing about the parts.
    return frozenset({Role.GATE, Role.GOOD, Role.COMPONENT})


def _condition_signal(
    condition: Object, role: Role, deciding: frozenset[Role], run: Run
) -> Iterator[StatusSignal]:
    kind, status = get_str(condition, 'type'), condition_status(condition)
    signal = StatusSignal(
        Meaning.GOOD,
        f'{kind}={status}',
        get_str(condition, 'reason'),
        status_signals.one_line(get_str(condition, 'message')),
        current='observedGeneration' in condition,
        rank=Rank.SUMMARY if role is Role.SUMMARY else Rank.MAIN,
    )
    is_true = status == 'True'
    if is_true and _has_failed(kind, signal.reason, role in deciding):
        seconds = status_signals.FAILED if kind in _COMPLETE else status_signals.ERROR
        yield status_signals.bad(signal, seconds)
    elif role in deciding and is_true and kind == 'Running' and _is_ongoing(signal, run.is_task):
        yield signal._replace(meaning=Meaning.WORKING)
    elif role in deciding:
        rank = Rank.ASIDE if role is Role.COMPONENT and not is_true else signal.rank
        yield signal if is_true else _unmet_condition(signal._replace(rank=rank), condition, run)
    elif role is Role.PAUSED and is_true:
        yield signal._replace(meaning=Meaning.PAUSED)
    elif role is Role.STALLED and is_true:
        yield status_signals.bad(signal, status_signals.FINAL)
    elif role is Role.FAILED and is_true:
        yield status_signals.bad(signal, status_signals.FAILED)
    elif role is Role.BAD and is_true:
        yield _bad_condition(signal, kind)
    elif role is Role.WORKING:
        rank = Rank.MAIN if condition_roles.is_listed(kind) else Rank.EXTRA
        yield from _working_condition(signal._replace(rank=rank), is_true, status)
    elif role in (Role.IGNORED, Role.COMPONENT, Role.GOOD):
        yield from _extra_condition(signal, role, status)


def _has_failed(kind: str, reason: str, is_deciding: bool) -> bool:
    """Return whether a True condition has the reason of a failure.

    A run has ended with a failure (`Finished=True`, reason `Failed`), or a spec was accepted in
    part (`Accepted=True`, reason `ListenersNotValid`).
    """
    kinds = (*_COMPLETE, *_ACCEPTANCE) if is_deciding else _COMPLETE
    return kind in kinds and condition_terms.reason(reason) is Meaning.BAD


def _is_ongoing(signal: StatusSignal, is_task: bool) -> bool:
    """Return whether `Running=True` belongs to a task that ends, like a run of Ansible."""
    return (
        (is_task and not condition_terms.is_success(signal.reason))
        or signal.reason == 'Running'
        or condition_terms.state(signal.reason) is Meaning.WORKING
    )


def _bad_condition(signal: StatusSignal, kind: str) -> StatusSignal:
    """Read a bad condition; its rank is lower if it concerns only a part (BackupFailed)."""
    rank = Rank.MAIN if condition_roles.is_bad_for_object(kind) else Rank.EXTRA
    if condition_terms.reason(signal.reason) is Meaning.WORKING:
        return signal._replace(meaning=Meaning.WORKING, rank=rank)
    return status_signals.bad(signal, status_signals.ERROR)._replace(rank=rank)


def _working_condition(signal: StatusSignal, is_true: bool, status: str) -> Iterator[StatusSignal]:
    meaning = condition_terms.reason(signal.reason)
    if is_true and not condition_terms.is_settled_reason(signal.reason):
        yield signal._replace(meaning=Meaning.WORKING)
    elif status == 'False' and meaning in (Meaning.BAD, Meaning.TRANSIENT):
        yield status_signals.bad(signal, status_signals.ERROR)
    elif status != 'True' and meaning is Meaning.PAUSED:
        yield signal._replace(meaning=Meaning.PAUSED)


def _extra_condition(signal: StatusSignal, role: Role, status: str) -> Iterator[StatusSignal]:
    """Read a condition whose type determines no state: only its reason may be a failure.

    The reason of an unknown type with the status True may repeat the polarity of the type
    (`NoErrors=True`, `NoErrors`), and that of one with the status False may as well.
    """
    kind = signal.name.partition('=')[0]
    meaning = condition_terms.reason(signal.reason)
    # Something that a True condition does not find is missing, and not just created later.
    is_missing = meaning is Meaning.TRANSIENT and status == 'True'
    is_bad = meaning is Meaning.BAD or (is_missing and condition_terms.is_absence(signal.reason))
    is_negated = bool(condition_terms.tokens(kind) & {'no', 'not', 'non', 'un'})
    if role is Role.IGNORED and status == 'False' and _is_waiting_message(signal.message):
        yield signal._replace(meaning=Meaning.WORKING, rank=Rank.ASIDE)
    expected = ('False',) if role is not Role.IGNORED else ('False', 'True')
    if is_bad and not is_negated and status in expected and signal.reason != kind:
        is_past = condition_terms.is_history(kind) and not kind.endswith('Operation')
        yield status_signals.bad(signal, status_signals.ERROR)._replace(
            rank=Rank.HISTORY if is_past else Rank.ASIDE if status == 'False' else Rank.EXTRA
        )


def _is_waiting_message(message: str) -> bool:
    text = message[:_MAX_MESSAGE].lower()
    return 'not ready' in text or 'waiting for ' in text


def _unmet_condition(signal: StatusSignal, condition: Object, run: Run) -> StatusSignal:
    """Read a good condition that is not True: in progress, unless its reason is an error."""
    meaning = condition_terms.reason(signal.reason)
    if meaning is Meaning.PAUSED:
        return signal._replace(meaning=Meaning.PAUSED)
    if signal.reason in _PLAIN_REASONS and 'waiting for ' in signal.message.lower():
        return signal._replace(meaning=Meaning.WORKING)
    error = status_signals.one_line(get_str(condition, 'error'))
    if error and not signal.message:
        signal = signal._replace(message=error)
    # Cluster API, Azure Service Operator and Knative conditions have a severity; a Warning is
    # retried.
    severity = get_str(condition, 'severity')
    is_refused = get_str(condition, 'type') in _ACCEPTANCE and meaning is Meaning.NEUTRAL
    has_plain_reason = meaning is Meaning.NEUTRAL or not signal.reason
    is_failure = bool(error) or (has_plain_reason and condition_terms.is_failure(signal.message))
    is_bad = (
        meaning in (Meaning.BAD, Meaning.TRANSIENT)
        or severity == 'Error'
        or (is_refused and bool(signal.reason))
        or is_failure
    )
    if condition_status(condition) != 'False' or severity == 'Info':
        return signal._replace(meaning=Meaning.WORKING)
    if run.has_ended and get_str(condition, 'type') in _COMPLETE:
        return status_signals.bad(signal, status_signals.FAILED)
    if not is_bad:
        return signal._replace(meaning=Meaning.WORKING)
    is_transient = meaning is Meaning.TRANSIENT or severity == 'Warning' or is_refused
    return status_signals.bad(
        signal, status_signals.TRANSIENT if is_transient else status_signals.ERROR
    )
