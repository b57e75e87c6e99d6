"""Read signals from the status of any object: its conditions, phases and plain fields."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import condition_status
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.condition_terms import Role
from kubectl_dog.trackers.observed_generation import WAITS_FOR_OBSERVATION
from kubectl_dog.trackers.observed_generation import is_behind

# How long, in seconds, a bad signal may last before it is a failure. kstatus and Flux document
# Stalled as final. The condition `Failed`, and a run that failed, may be left from an earlier spec
# until the controller observes the new one. Nearly every controller retries errors, at first within
# seconds; network problems may last minutes.
FINAL = 0.0
FAILED = 10.0
ERROR = 30.0
TRANSIENT = 300.0

_STATES = (
    ('phase',),
    ('state',),
    ('health',),
    ('health', 'status'),
    ('status',),
    ('currentPhase',),
    ('currentState',),
    ('printableStatus',),
)
_ENDED = ('completionTime', 'completionTimestamp', 'finishedAt', 'completedAt', 'endTime')
_STARTED = ('startTime', 'startedAt', 'startTimestamp')
# With one of these conditions, other conditions like `Running=False` do not matter.
_COMPLETE = ('Succeeded', 'Complete', 'Completed', 'Finished')
_REASONS = ('reason', 'failureReason', 'errorReason')
_MESSAGES = ('message', 'failureMessage', 'errorMessage', 'error', 'reason')


class StatusSignal(NamedTuple):
    """One part of a status (`Ready=False`) and its meaning, with its reason and message.

    A bad signal is a failure after `seconds`. `current` is set if the signal has an
    observedGeneration of its own.
    """

    meaning: Meaning
    name: str
    reason: str = ''
    message: str = ''
    seconds: float = ERROR
    current: bool = False

    @property
    def text(self) -> str:
        """The name with its reason and message."""
        details = ': '.join(filter(None, (self.reason, self.message)))
        return f'{self.name} ({details})' if details else self.name


def read_signals(obj: Object) -> list[StatusSignal]:
    """Return the signals of a status; none if nothing in it is known."""
    return [*_condition_signals(obj), *_field_signals(obj)]


def _condition_signals(obj: Object) -> Iterator[StatusSignal]:
    conditions = [
        condition
        for condition in get_dicts(obj, 'status', 'conditions')
        if get_str(condition, 'type')
    ]
    history = [is_behind(obj, condition.get('observedGeneration')) for condition in conditions]
    deciding = _deciding_roles(conditions)
    current = [condition for condition, is_history in zip(conditions, history) if not is_history]
    is_complete = Role.SUMMARY not in deciding and any(map(_is_complete, current))
    is_task = _has_started(get_dict(obj, 'status'))
    for condition, is_history in zip(conditions, history):
        role = condition_terms.role(get_str(condition, 'type'))
        if is_complete and role in deciding and not _is_complete(condition):
            continue
        if is_history and (role in deciding or all(history)):
            yield StatusSignal(
                Meaning.WORKING, get_str(condition, 'type'), '', WAITS_FOR_OBSERVATION
            )
        elif not is_history:
            yield from _condition_signal(condition, role, deciding, is_task)


def _is_complete(condition: Object) -> bool:
    return get_str(condition, 'type') in _COMPLETE and condition_status(condition) == 'True'


def _deciding_roles(conditions: Sequence[Object]) -> frozenset[Role]:
    """Return the roles that decide: a summary includes its parts, but not an unaccepted spec."""
    roles = {condition_terms.role(get_str(condition, 'type')) for condition in conditions}
    if Role.SUMMARY in roles:
        return frozenset({Role.SUMMARY, Role.GATE})
    # A condition that accepts the spec says nothing about the parts.
    return frozenset({Role.GATE, Role.GOOD if Role.GOOD in roles else Role.COMPONENT})


def _condition_signal(
    condition: Object, role: Role, deciding: frozenset[Role], is_task: bool
) -> Iterator[StatusSignal]:
    kind, status = get_str(condition, 'type'), condition_status(condition)
    signal = StatusSignal(
        Meaning.GOOD,
        f'{kind}={status}',
        get_str(condition, 'reason'),
        _one_line(get_str(condition, 'message')),
        current='observedGeneration' in condition,
    )
    is_true = status == 'True'
    if role in deciding and is_true and kind == 'Running' and _is_ongoing(signal, is_task):
        yield signal._replace(meaning=Meaning.WORKING)
    elif role in deciding:
        yield signal if is_true else _unmet_condition(signal, condition)
    elif role is Role.PAUSED and is_true:
        yield signal._replace(meaning=Meaning.PAUSED)
    elif role is Role.STALLED and is_true:
        yield _bad_signal(signal, FINAL)
    elif role is Role.FAILED and is_true:
        yield _bad_signal(signal, FAILED)
    elif role is Role.BAD and is_true:
        yield from _bad_condition(signal, kind, deciding)
    elif role is Role.WORKING:
        yield from _working_condition(signal, is_true, status)


def _is_ongoing(signal: StatusSignal, is_task: bool) -> bool:
    """Whether `Running=True` belongs to a task that ends."""
    return is_task or condition_terms.state(signal.reason) is Meaning.WORKING


def _bad_condition(
    signal: StatusSignal, kind: str, deciding: frozenset[Role]
) -> Iterator[StatusSignal]:
    """Read a bad condition; a summary condition already includes the failure of a part."""
    if condition_terms.reason(signal.reason) is Meaning.WORKING:
        yield signal._replace(meaning=Meaning.WORKING)
    elif Role.SUMMARY not in deciding or condition_terms.is_bad_for_object(kind):
        yield _bad_signal(signal, ERROR)


def _working_condition(signal: StatusSignal, is_true: bool, status: str) -> Iterator[StatusSignal]:
    meaning = condition_terms.reason(signal.reason)
    if is_true and not condition_terms.is_settled_reason(signal.reason):
        yield signal._replace(meaning=Meaning.WORKING)
    elif status == 'False' and meaning in (Meaning.BAD, Meaning.TRANSIENT):
        yield _bad_signal(signal, ERROR)


def _unmet_condition(signal: StatusSignal, condition: Object) -> StatusSignal:
    """Read a good condition that is not True: at work, unless its reason is an error."""
    meaning = condition_terms.reason(signal.reason)
    if meaning is Meaning.PAUSED:
        return signal._replace(meaning=Meaning.PAUSED)
    # Cluster API, Azure Service Operator and Knative conditions have a severity; a Warning is
    # retried.
    severity = get_str(condition, 'severity')
    is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT) or severity == 'Error'
    if condition_status(condition) != 'False' or not is_bad or severity == 'Info':
        return signal._replace(meaning=Meaning.WORKING)
    is_transient = meaning is Meaning.TRANSIENT or severity == 'Warning'
    return _bad_signal(signal, TRANSIENT if is_transient else ERROR)


def _bad_signal(signal: StatusSignal, seconds: float) -> StatusSignal:
    if seconds and condition_terms.is_transient_message(signal.message):
        seconds = TRANSIENT
    return signal._replace(meaning=Meaning.BAD, seconds=seconds)


def _field_signals(obj: Object) -> Iterator[StatusSignal]:
    status = get_dict(obj, 'status')
    reason = next(filter(None, (get_str(status, field) for field in _REASONS)), '')
    message = _one_line(next(filter(None, (get_str(status, field) for field in _MESSAGES)), ''))
    for path in _STATES:
        word = get_str(status, *path)
        meaning = condition_terms.state(word)
        if meaning is Meaning.GOOD and _is_running_task(status, word):
            meaning = Meaning.WORKING
        if word and meaning is not Meaning.NEUTRAL:
            signal = StatusSignal(meaning, _field_text(path, word), reason, message)
            is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT)
            yield _bad_signal(signal, _allowed_seconds(status, word, signal)) if is_bad else signal
    if get_str(status, 'failureReason') or get_str(status, 'failureMessage'):
        yield _bad_signal(
            StatusSignal(Meaning.BAD, 'status.failureReason', reason, message), FAILED
        )
    if isinstance(status.get('ready'), bool):
        yield StatusSignal(
            Meaning.GOOD if status['ready'] else Meaning.WORKING,
            f'status.ready={str(status["ready"]).lower()}',
        )


def unknown_word(obj: Object) -> str:
    """Return the first phase or state with its field, for a status without signals, or empty."""
    status = get_dict(obj, 'status')
    words = ((path, get_str(status, *path)) for path in _STATES)
    return next(
        (_field_text(path, word) for path, word in words if condition_terms.tokens(word)), ''
    )


def _field_text(path: Sequence[str], word: str) -> str:
    return f'status.{".".join(path)}={word}'


def _allowed_seconds(status: Object, word: str, signal: StatusSignal) -> float:
    """Return how long a bad state may last: less if the run is over, more if it may recover."""
    is_transient = condition_terms.reason(signal.reason) is Meaning.TRANSIENT
    if (
        signal.meaning is Meaning.TRANSIENT
        or is_transient
        or condition_terms.is_transient_message(signal.reason)
    ):
        return TRANSIENT
    has_ended = any(status.get(field) for field in _ENDED)
    return FAILED if has_ended and condition_terms.is_terminal_state(word) else ERROR


def _is_running_task(status: Object, word: str) -> bool:
    """Whether `Running` is the state of a task that has started and not ended."""
    return word.lower() in ('running', 'started', 'scheduled') and _has_started(status)


def _has_started(status: Object) -> bool:
    has_started = any(status.get(field) for field in _STARTED)
    return has_started and not any(status.get(field) for field in _ENDED)


def _one_line(message: str) -> str:
    return ' '.join(message.split()).rstrip('.')
