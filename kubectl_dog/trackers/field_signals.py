"""Read signals from the plain fields of a status: states, phases, errors and counts.

Fields are recognized by the last word of their names (`phase`, `lifecycleState`, `lastError`), at
the top of the status and, as weaker signals, deeper in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_str
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers import crd_evidence
from kubectl_dog.trackers import status_signals
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.crd_evidence import Evidence
from kubectl_dog.trackers.status_signals import Rank
from kubectl_dog.trackers.status_signals import StatusSignal

_ENDED = ('completionTime', 'completionTimestamp', 'finishedAt', 'completedAt', 'endTime')
_STARTED = ('startTime', 'startedAt', 'startTimestamp')
_REASONS = ('reason', 'failureReason', 'errorReason')
_MESSAGES = (
    *('message', 'failureMessage', 'errorMessage', 'error', 'errors', 'lastError', 'description'),
    *('statusMessage', 'statusDescription', 'reason'),
)
# Fields that are true if the object is good, or if it is bad.
_GOOD_FLAGS = (
    'ready',
    'isReady',
    'healthy',
    'isHealthy',
    'available',
    'deployed',
    'provisioned',
    'valid',
    'readyToUse',
    'attached',
)
_WORKING_FLAGS = ('isRollingUpdate', 'isUpdating', 'updating', 'upgrading', 'inProgress')
_BAD_FLAGS = ('failed', 'error', 'hasError', 'hasErrors', 'degraded', 'unhealthy', 'stalled')
_STATE_WORDS = frozenset({'state', 'phase', 'status', 'health', 'lifecycle', 'stage', 'compliant'})
# These are the state even if they have a sentence.
_PLAIN_STATES = (('phase',), ('state',), ('status',), ('health',))

_ERROR_WORDS = frozenset({'error', 'errors', 'failure', 'failures'})
_ERROR_DETAILS = ('message', 'reason', 'msg', 'description')
_NO_ERROR = frozenset(['none', 'null', 'nil', 'no', 'n/a', 'false', 'ok', 'success', '0'])
# A longer text is a sentence and no word for a state.
_MAX_WORD = 64
# Limits of the search: a status may have thousands of parts.
_MAX_DEPTH = 4
_MAX_FIELDS = 2000
_MAX_ITEMS = 50


class Field(NamedTuple):
    """A field of a status, with the mapping that holds it; `is_past` if it is about the past."""

    path: tuple[str, ...]
    value: Any
    holder: Object
    is_past: bool

    @property
    def text(self) -> str:
        """The path of the field, below the object."""
        return f'status.{".".join(self.path)}'[:200]


def read(obj: Object, evidence: Evidence) -> Iterator[StatusSignal]:
    """Yield the signals of the fields of a status."""
    is_task = condition_terms.is_task_kind(get_str(obj, 'kind'))
    for field in _fields(get_dict(obj, 'status')):
        yield from _state_signal(field, evidence, is_task)
        yield from _error_signal(field)
        yield from _flag_signal(field, evidence)


def read_message(obj: Object) -> StatusSignal | None:
    """Return the signal of a failure reason or message, for a status without other signals."""
    status = get_dict(obj, 'status')
    reason, message = _reason(status), _message(status)
    if condition_terms.reason(reason) is Meaning.BAD or condition_terms.is_failure(message):
        name = 'status.message' if message else 'status.reason'
        return status_signals.bad(
            StatusSignal(Meaning.BAD, name, reason, message), status_signals.ERROR
        )
    return None


def unknown_word(obj: Object, evidence: Evidence, top: bool = False) -> str:
    """Return the first state, with its field, that is an unknown word, or an empty string.

    With `top`, only states at the top of the status are checked.
    """
    return next(
        (
            f'{field.text}={field.value}'
            for field in _fields(get_dict(obj, 'status'))
            if _is_state(field, evidence)
            and not (top and len(field.path) > 1)
            and not field.is_past
            and condition_terms.tokens(field.value)
            and _meaning(field, evidence) is Meaning.NEUTRAL
            and not crd_evidence.is_classification(evidence, field.path)
        ),
        '',
    )


def read_start(obj: Object) -> StatusSignal | None:
    """Return the signal of a run that has started and not ended."""
    status = get_dict(obj, 'status')
    started = next((name for name in _STARTED if status.get(name)), '')
    is_running = started and not has_ended(status)
    return StatusSignal(Meaning.WORKING, f'status.{started}') if is_running else None


def has_started(status: Object) -> bool:
    """Return whether the status belongs to a task that has started and not ended."""
    return any(status.get(field) for field in _STARTED) and not has_ended(status)


def has_ended(status: Object) -> bool:
    """Return whether the status has the time at which a run ended."""
    return any(status.get(field) for field in _ENDED)


def _fields(status: Object) -> Iterator[Field]:
    """Yield the fields of a status level by level, without its conditions."""
    level: list[tuple[tuple[str, ...], Object, bool]] = [((), status, False)]
    left = _MAX_FIELDS
    for _ in range(_MAX_DEPTH):
        deeper: list[tuple[tuple[str, ...], Object, bool]] = []
        for path, holder, is_past in level:
            for key, value in holder.items():
                left -= 1
                if left < 0:
                    return
                if not isinstance(key, str) or key == 'conditions':
                    continue
                field_path = (*path, key)
                field_is_past = is_past or _is_past(key)
                yield Field(field_path, value, holder, field_is_past)
                items = value[:_MAX_ITEMS] if isinstance(value, list) else [value]
                deeper += [
                    (field_path, item, field_is_past) for item in items if isinstance(item, dict)
                ]
        level = deeper


def _is_past(name: str) -> bool:
    return condition_terms.is_history(name) and not condition_terms.is_operation(name)


def _is_state(field: Field, evidence: Evidence) -> bool:
    if not isinstance(field.value, str) or not field.value:
        return False
    words = condition_terms.words(field.path[-1])
    column = condition_terms.words(evidence.columns.get(field.path, ''))
    if condition_terms.is_wish((*words, *column)):
        return False
    if field.path in _PLAIN_STATES:
        return True
    if len(field.value) > _MAX_WORD:
        return False
    if words[-1:] == ('progress',):
        # Often a percentage, or a text.
        return condition_terms.state(field.value) is not Meaning.NEUTRAL
    is_named = bool(words) and (
        words[-1] in _STATE_WORDS or words[0] == 'lifecycle' or words[-2:] == ('state', 'summary')
    )
    return is_named or bool(column)


def _meaning(field: Field, evidence: Evidence) -> Meaning:
    meaning = condition_terms.state(field.value)
    if meaning is Meaning.NEUTRAL:
        meaning = crd_evidence.meaning_of(evidence, field.path, field.value)
    if meaning is Meaning.NEUTRAL and _error_beside(field):
        return Meaning.BAD
    return _compared_to_wish(field) if meaning is Meaning.NEUTRAL else meaning


def _error_beside(field: Field) -> bool:
    """Return whether an error is reported beside a state with an unknown word."""
    return any(
        _error_text(value)
        for name, value in field.holder.items()
        if isinstance(name, str)
        and _is_error_name(condition_terms.words(name))
        and not condition_terms.is_history(name)
    )


def _compared_to_wish(field: Field) -> Meaning:
    """Compare an unknown state to the one that is wanted: `currentState`, `desiredState`."""
    name = condition_terms.words(field.path[-1])[-1:]
    wishes = {
        value
        for key, value in field.holder.items()
        if isinstance(key, str)
        and condition_terms.words(key)[-1:] == name
        and condition_terms.is_wish(condition_terms.words(key))
    }
    if not wishes:
        return Meaning.NEUTRAL
    return Meaning.GOOD if field.value in wishes else Meaning.WORKING


def _state_signal(field: Field, evidence: Evidence, is_task: bool) -> Iterator[StatusSignal]:
    if not _is_state(field, evidence):
        return
    word, status = field.value, field.holder
    meaning = _meaning(field, evidence)
    if meaning is Meaning.GOOD and _is_running_task(status, word, is_task):
        meaning = Meaning.WORKING
    if meaning is Meaning.NEUTRAL:
        return
    signal = StatusSignal(
        meaning,
        f'{field.text}={word}',
        _reason(status),
        _message(status),
        rank=_rank(field, evidence),
    )
    is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT)
    yield status_signals.bad(signal, _allowed_seconds(status, word, signal)) if is_bad else signal


def _rank(field: Field, evidence: Evidence) -> Rank:
    column = evidence.columns.get(field.path, '')
    if field.is_past or condition_terms.is_history(column):
        return Rank.HISTORY
    if column:
        return Rank.MAIN
    # Argo CD and others write `status.health.status`.
    is_top = len(field.path) == 1 or field.path == ('health', 'status')
    return Rank.MAIN if is_top else Rank.NESTED


def _error_signal(field: Field) -> Iterator[StatusSignal]:
    words = condition_terms.words(field.path[-1])
    text = _error_text(field.value) if _is_error_name(words) else ''
    if not text:
        return
    has_reason = words[-1] == 'reason'
    rank = Rank.HISTORY if field.is_past else Rank.EXTRA if len(field.path) == 1 else Rank.NESTED
    signal = StatusSignal(
        Meaning.BAD,
        field.text,
        text if has_reason else _reason(field.holder),
        _message(field.holder) if has_reason else text,
        rank=rank,
    )
    is_final = words in (('failure', 'reason'), ('failure', 'message'))
    yield status_signals.bad(signal, status_signals.FAILED if is_final else status_signals.ERROR)


def _is_error_name(words: Sequence[str]) -> bool:
    return bool(words) and (
        words[-1] in _ERROR_WORDS
        or (words[-1] in _ERROR_DETAILS and words[0] in (*_ERROR_WORDS, 'err'))
    )


def _error_text(value: Any) -> str:
    """Return the text of an error field; empty if it reports no error."""
    if isinstance(value, list):
        return next(filter(None, map(_error_text, value[:_MAX_ITEMS])), '')
    if isinstance(value, dict):
        return get_str(value, 'message') or get_str(value, 'reason')
    text = status_signals.one_line(value) if isinstance(value, str) else ''
    if not text:
        return ''
    is_empty = text.lower() in _NO_ERROR or condition_terms.state(text[:_MAX_WORD]) is Meaning.GOOD
    return '' if is_empty else text


def _flag_signal(field: Field, evidence: Evidence) -> Iterator[StatusSignal]:
    is_column = field.path in evidence.columns
    if len(field.path) > 1 and not is_column:
        return
    key, value = field.path[-1], field.value
    if key == 'ready' and isinstance(value, str) and value.lower() in ('true', 'false'):
        value = value.lower() == 'true'
    if not isinstance(value, bool):
        return
    name = f'{field.text}={str(value).lower()}'
    if key in _GOOD_FLAGS or (is_column and evidence.columns[field.path].lower() == 'ready'):
        yield StatusSignal(
            Meaning.GOOD if value else Meaning.WORKING, name, message=_message(field.holder)
        )
    elif key in _WORKING_FLAGS and value:
        yield StatusSignal(Meaning.WORKING, name, message=_message(field.holder))
    elif key in _BAD_FLAGS and value:
        signal = StatusSignal(Meaning.BAD, name, _reason(field.holder), _message(field.holder))
        yield status_signals.bad(signal, status_signals.ERROR)._replace(rank=Rank.EXTRA)


def _reason(holder: Object) -> str:
    return next(filter(None, (get_str(holder, name) for name in _REASONS)), '')


def _message(holder: Object) -> str:
    texts = (_error_text(holder.get(name)) for name in _MESSAGES)
    return status_signals.one_line(next(filter(None, texts), ''))


def _allowed_seconds(status: Object, word: str, signal: StatusSignal) -> float:
    """Return how long a bad state may last: less if the run is over, more if it may recover."""
    is_transient = condition_terms.reason(signal.reason) is Meaning.TRANSIENT
    if (
        signal.meaning is Meaning.TRANSIENT
        or is_transient
        or condition_terms.is_transient_message(signal.reason)
    ):
        return status_signals.TRANSIENT
    is_final = has_ended(status) and condition_terms.is_terminal_state(word)
    return status_signals.FAILED if is_final else status_signals.ERROR


def _is_running_task(status: Object, word: str, is_task: bool) -> bool:
    """Return whether `Running` is the state of a task that has started and not ended."""
    is_running = word.lower() in ('running', 'started', 'scheduled', 'state_running')
    return is_running and (has_started(status) or (is_task and not has_ended(status)))
