"""What the status of any object says, one sign at a time: conditions, phases, plain fields."""

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

# How long, in seconds, a bad word may stand. kstatus and Flux document Stalled as final; the
# condition `Failed`, and a run that ended badly, may be left from before until somebody has looked;
# errors are retried by nearly every controller, within seconds at first; what the network is to
# blame for, within minutes.
FINAL = 0.0
FAILED = 10.0
ERROR = 30.0
PASSING = 300.0

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
# Conditions that tell that all is over: `Running=False` beside them is no lack.
_OVER = ('Succeeded', 'Complete', 'Completed', 'Finished')
_REASONS = ('reason', 'failureReason', 'errorReason')
_MESSAGES = ('message', 'failureMessage', 'errorMessage', 'error', 'reason')


class StatusSignal(NamedTuple):
    """One word of the status: what it says, where it stands (`Ready=False`), and why it is said.

    `seconds` is how long a bad one may stand before it is a failure; `current` says that it tells
    by itself that it is about the newest generation.
    """

    meaning: Meaning
    name: str
    reason: str = ''
    message: str = ''
    seconds: float = ERROR
    current: bool = False

    @property
    def text(self) -> str:
        """The name with everything that is told about it."""
        why = ': '.join(filter(None, (self.reason, self.message)))
        return f'{self.name} ({why})' if why else self.name


def read_signals(thing: Object) -> list[StatusSignal]:
    """Everything that the status says; nothing where it says nothing that is known."""
    return [*_of_conditions(thing), *_of_fields(thing)]


def _of_conditions(thing: Object) -> Iterator[StatusSignal]:
    found = [one for one in get_dicts(thing, 'status', 'conditions') if get_str(one, 'type')]
    history = [is_behind(thing, one.get('observedGeneration')) for one in found]
    counted = _counted(found)
    current = [one for one, is_history in zip(found, history) if not is_history]
    over = Role.SUMMARY not in counted and any(map(_is_over, current))
    is_run = _is_begun(get_dict(thing, 'status'))
    for one, is_history in zip(found, history):
        role = condition_terms.role(get_str(one, 'type'))
        if over and role in counted and not _is_over(one):
            continue
        if is_history and (role in counted or all(history)):
            yield StatusSignal(Meaning.WORKING, get_str(one, 'type'), '', WAITS_FOR_OBSERVATION)
        elif not is_history:
            yield from _of_condition(one, role, counted, is_run)


def _is_over(one: Object) -> bool:
    return get_str(one, 'type') in _OVER and condition_status(one) == 'True'


def _counted(found: Sequence[Object]) -> frozenset[Role]:
    """Which roles decide: a summary speaks for its parts, but not for what it never saw."""
    roles = {condition_terms.role(get_str(one, 'type')) for one in found}
    if Role.SUMMARY in roles:
        return frozenset({Role.SUMMARY, Role.GATE})
    # That the spec was taken says nothing about the parts.
    return frozenset({Role.GATE, Role.GOOD if Role.GOOD in roles else Role.PART})


def _of_condition(
    one: Object, role: Role, counted: frozenset[Role], is_run: bool
) -> Iterator[StatusSignal]:
    kind, status = get_str(one, 'type'), condition_status(one)
    sign = StatusSignal(
        Meaning.GOOD,
        f'{kind}={status}',
        get_str(one, 'reason'),
        _clean(get_str(one, 'message')),
        current='observedGeneration' in one,
    )
    is_true = status == 'True'
    if role in counted and is_true and kind == 'Running' and _is_on(sign, is_run):
        yield sign._replace(meaning=Meaning.WORKING)
    elif role in counted:
        yield sign if is_true else _not_good(sign, one)
    elif role is Role.PAUSED and is_true:
        yield sign._replace(meaning=Meaning.PAUSED)
    elif role is Role.STALLED and is_true:
        yield _bad(sign, FINAL)
    elif role is Role.FAILED and is_true:
        yield _bad(sign, FAILED)
    elif role is Role.BAD and is_true:
        yield from _degraded(sign, kind, counted)
    elif role is Role.WORKING:
        yield from _working(sign, is_true, status)


def _is_on(sign: StatusSignal, is_run: bool) -> bool:
    """Whether `Running=True` is of something that will end."""
    return is_run or condition_terms.state(sign.reason) is Meaning.WORKING


def _degraded(sign: StatusSignal, kind: str, counted: frozenset[Role]) -> Iterator[StatusSignal]:
    """`NotReady=True` for a good reason is work; one part's failure is the summary's to weigh."""
    if condition_terms.reason(sign.reason) is Meaning.WORKING:
        yield sign._replace(meaning=Meaning.WORKING)
    elif Role.SUMMARY not in counted or condition_terms.is_bad_as_a_whole(kind):
        yield _bad(sign, ERROR)


def _working(sign: StatusSignal, is_true: bool, status: str) -> Iterator[StatusSignal]:
    meaning = condition_terms.reason(sign.reason)
    if is_true and not condition_terms.is_settled(sign.reason):
        yield sign._replace(meaning=Meaning.WORKING)
    elif status == 'False' and meaning in (Meaning.BAD, Meaning.TRANSIENT):
        yield _bad(sign, ERROR)


def _not_good(sign: StatusSignal, one: Object) -> StatusSignal:
    """A good condition that is False or Unknown: at work, unless its reason tells otherwise."""
    meaning = condition_terms.reason(sign.reason)
    if meaning is Meaning.PAUSED:
        return sign._replace(meaning=Meaning.PAUSED)
    # Cluster API, Azure Service Operator and Knative grade their conditions; what is a warning is
    # tried again.
    graded = get_str(one, 'severity')
    is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT) or graded == 'Error'
    if condition_status(one) != 'False' or not is_bad or graded == 'Info':
        return sign._replace(meaning=Meaning.WORKING)
    passing = meaning is Meaning.TRANSIENT or graded == 'Warning'
    return _bad(sign, PASSING if passing else ERROR)


def _bad(sign: StatusSignal, seconds: float) -> StatusSignal:
    if seconds and condition_terms.is_passing(sign.message):
        seconds = PASSING
    return sign._replace(meaning=Meaning.BAD, seconds=seconds)


def _of_fields(thing: Object) -> Iterator[StatusSignal]:
    status = get_dict(thing, 'status')
    reason = next(filter(None, (get_str(status, one) for one in _REASONS)), '')
    message = _clean(next(filter(None, (get_str(status, one) for one in _MESSAGES)), ''))
    for path in _STATES:
        word = get_str(status, *path)
        meaning = condition_terms.state(word)
        if meaning is Meaning.GOOD and _is_run(status, word):
            meaning = Meaning.WORKING
        if word and meaning is not Meaning.NEUTRAL:
            sign = StatusSignal(meaning, _named(path, word), reason, message)
            is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT)
            yield _bad(sign, _limit(status, word, sign)) if is_bad else sign
    if get_str(status, 'failureReason') or get_str(status, 'failureMessage'):
        yield _bad(StatusSignal(Meaning.BAD, 'status.failureReason', reason, message), FAILED)
    if isinstance(status.get('ready'), bool):
        yield StatusSignal(
            Meaning.GOOD if status['ready'] else Meaning.WORKING,
            f'status.ready={str(status["ready"]).lower()}',
        )


def unknown_word(thing: Object) -> str:
    """A phase or a state that nobody knows, with where it stands; empty where there is none."""
    status = get_dict(thing, 'status')
    told_ones = ((path, get_str(status, *path)) for path in _STATES)
    return next(
        (_named(path, word) for path, word in told_ones if condition_terms.tokens(word)), ''
    )


def _named(path: Sequence[str], word: str) -> str:
    return f'status.{".".join(path)}={word}'


def _limit(status: Object, word: str, sign: StatusSignal) -> float:
    """How long a bad state may stand: least where a run is over, most where it may yet pass."""
    passing = condition_terms.reason(sign.reason) is Meaning.TRANSIENT
    if sign.meaning is Meaning.TRANSIENT or passing or condition_terms.is_passing(sign.reason):
        return PASSING
    ended = any(status.get(one) for one in _ENDED)
    return FAILED if ended and condition_terms.is_end(word) else ERROR


def _is_run(status: Object, word: str) -> bool:
    """`Running` is not the end of what tells when it started: that will end, too."""
    return word.lower() in ('running', 'started', 'scheduled') and _is_begun(status)


def _is_begun(status: Object) -> bool:
    begun = any(status.get(one) for one in _STARTED)
    return begun and not any(status.get(one) for one in _ENDED)


def _clean(message: str) -> str:
    return ' '.join(message.split()).rstrip('.')
