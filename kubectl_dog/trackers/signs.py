"""What the status of any object says, one sign at a time: conditions, phases, plain fields."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import part
from kubectl_dog.model.objects import parts
from kubectl_dog.model.objects import text
from kubectl_dog.trackers import vocabulary
from kubectl_dog.trackers.freshness import SEEN
from kubectl_dog.trackers.freshness import is_behind
from kubectl_dog.trackers.vocabulary import Meaning
from kubectl_dog.trackers.vocabulary import Role

# How long, in seconds, a bad word may stand. kstatus and Flux document Stalled as final; a phase
# or a condition `Failed` may be left from the last run until its controller has looked; errors are
# retried by nearly every controller, within seconds at first; what the network is to blame for,
# within minutes.
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
)
_ENDED = ('completionTime', 'completionTimestamp', 'finishedAt', 'completedAt', 'endTime')
_STARTED = ('startTime', 'startedAt', 'startTimestamp')
_REASONS = ('reason', 'failureReason', 'errorReason')
_MESSAGES = ('message', 'failureMessage', 'errorMessage', 'error', 'reason')


class Sign(NamedTuple):
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
    def story(self) -> str:
        """The name with everything that is told about it."""
        why = ': '.join(filter(None, (self.reason, self.message)))
        return f'{self.name} ({why})' if why else self.name


def read(thing: Object) -> list[Sign]:
    """Everything that the status says; nothing where it says nothing that is known."""
    return [*_of_conditions(thing), *_of_fields(thing)]


def _of_conditions(thing: Object) -> Iterator[Sign]:
    found = [one for one in parts(thing, 'status', 'conditions') if text(one, 'type')]
    history = [is_behind(thing, one.get('observedGeneration')) for one in found]
    counted = _counted(found)
    for one, is_history in zip(found, history):
        role = vocabulary.role(text(one, 'type'))
        if is_history and (role in counted or all(history)):
            yield Sign(Meaning.WORKING, text(one, 'type'), '', SEEN)
        elif not is_history:
            yield from _of_condition(one, role, counted)


def _counted(found: Sequence[Object]) -> frozenset[Role]:
    """Which roles decide: a summary speaks for its parts, but not for what it never saw."""
    roles = {vocabulary.role(text(one, 'type')) for one in found}
    if Role.SUMMARY in roles:
        return frozenset({Role.SUMMARY, Role.GATE})
    if roles & {Role.GATE, Role.GOOD}:
        return frozenset({Role.GATE, Role.GOOD})
    return frozenset({Role.PART})


def _of_condition(one: Object, role: Role, counted: frozenset[Role]) -> Iterator[Sign]:
    kind, status = text(one, 'type'), text(one, 'status')
    sign = Sign(
        Meaning.GOOD,
        f'{kind}={status}',
        text(one, 'reason'),
        _clean(text(one, 'message')),
        current='observedGeneration' in one,
    )
    is_true = status == 'True'
    if role in counted:
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


def _degraded(sign: Sign, kind: str, counted: frozenset[Role]) -> Iterator[Sign]:
    """`NotReady=True` for a good reason is work; one part's failure is the summary's to weigh."""
    if vocabulary.reason(sign.reason) is Meaning.WORKING:
        yield sign._replace(meaning=Meaning.WORKING)
    elif Role.SUMMARY not in counted or vocabulary.is_bad_as_a_whole(kind):
        yield _bad(sign, ERROR)


def _working(sign: Sign, is_true: bool, status: str) -> Iterator[Sign]:
    meaning = vocabulary.reason(sign.reason)
    if is_true and not vocabulary.is_settled(sign.reason):
        yield sign._replace(meaning=Meaning.WORKING)
    elif status == 'False' and meaning in (Meaning.BAD, Meaning.TRANSIENT):
        yield _bad(sign, ERROR)


def _not_good(sign: Sign, one: Object) -> Sign:
    """A good condition that is False or Unknown: at work, unless its reason tells otherwise."""
    meaning = vocabulary.reason(sign.reason)
    if meaning is Meaning.PAUSED:
        return sign._replace(meaning=Meaning.PAUSED)
    # Cluster API and Knative grade their conditions.
    graded = text(one, 'severity')
    is_bad = meaning in (Meaning.BAD, Meaning.TRANSIENT) or graded == 'Error'
    if text(one, 'status') != 'False' or not is_bad or graded == 'Info':
        return sign._replace(meaning=Meaning.WORKING)
    return _bad(sign, PASSING if meaning is Meaning.TRANSIENT else ERROR)


def _bad(sign: Sign, seconds: float) -> Sign:
    if seconds and vocabulary.is_passing(sign.message):
        seconds = PASSING
    return sign._replace(meaning=Meaning.BAD, seconds=seconds)


def _of_fields(thing: Object) -> Iterator[Sign]:
    status = part(thing, 'status')
    reason = next(filter(None, (text(status, one) for one in _REASONS)), '')
    message = _clean(next(filter(None, (text(status, one) for one in _MESSAGES)), ''))
    for path in _STATES:
        word = text(status, *path)
        meaning = vocabulary.state(word)
        if meaning is Meaning.GOOD and _is_run(status, word):
            meaning = Meaning.WORKING
        if word and meaning is not Meaning.NEUTRAL:
            sign = Sign(meaning, f'status.{".".join(path)}={word}', reason, message)
            ended = any(status.get(one) for one in _ENDED)
            yield _bad(sign, FINAL if ended else FAILED) if meaning is Meaning.BAD else sign
    if text(status, 'failureReason') or text(status, 'failureMessage'):
        yield _bad(Sign(Meaning.BAD, 'status.failureReason', reason, message), FAILED)
    if isinstance(status.get('ready'), bool):
        yield Sign(
            Meaning.GOOD if status['ready'] else Meaning.WORKING,
            f'status.ready={str(status["ready"]).lower()}',
        )


def _is_run(status: Object, word: str) -> bool:
    """`Running` is not the end of what tells when it started: that will end, too."""
    return word.lower() == 'running' and any(status.get(one) for one in _STARTED)


def _clean(message: str) -> str:
    return ' '.join(message.split()).rstrip('.')
