"""Tracker for kinds that have neither a tracker nor a rule.

It follows kstatus (deletion, observedGeneration, Stalled, Reconciling, Ready), and then the
conditions, reasons and phases that custom resources use; `condition_roles` and `condition_terms`
list them.
"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers import condition_signals
from kubectl_dog.trackers import condition_terms
from kubectl_dog.trackers import crd_evidence
from kubectl_dog.trackers import field_signals
from kubectl_dog.trackers import observed_generation
from kubectl_dog.trackers import status_counts
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.crd_evidence import Evidence
from kubectl_dog.trackers.status_signals import Rank
from kubectl_dog.trackers.status_signals import StatusSignal

wants = assessment_helpers.no_wants

_NO_EVIDENCE = Evidence()
# States and conditions that sum up an object like the condition Ready, or nearly so.
_AS_READY = ('status.state=Ready', 'status.phase=Ready', 'status.status=Ready')
_AVAILABLE = ('Available=True', 'Healthy=True')
_UPDATE_PATHS = (('updateStrategy',), ('updateStrategy', 'rollingUpdate'), ('strategy',))
_STOPPING = ('=stopping', '=pausing')
_SUSPEND_FIELDS = ('suspend', 'suspended', 'paused', 'pause')


def assess(view: View) -> Assessment:
    """Assess an object by its status."""
    return assess_status(view)


def assess_status(view: View, requires_status: bool = False) -> Assessment:
    """Assess an object by its status; with `requires_status`, it is not ready without one."""
    obj = view.object or {}
    status = get_dict(obj, 'status')
    if is_deleting(obj):
        return assessment_helpers.deleting(obj)
    evidence = crd_evidence.read_evidence(view.definition, get_str(obj, 'apiVersion'))
    signals, notices = read_signals(obj, evidence)
    suspend_field = _suspend_field(obj)
    is_stopping = any(signal.name.lower().endswith(_STOPPING) for signal in signals)
    if suspend_field and not (is_stopping or _is_observed_and_good(obj, signals)):
        return assessment_helpers.paused('Suspended', f'is suspended by spec.{suspend_field}')
    if observed_generation.is_behind(obj, status.get('observedGeneration')):
        return _assess_current(view, signals)
    if not signals or (_has_unknown_state(obj, evidence) and not _is_summarized(signals)):
        return _assess_without_signals(view, requires_status, evidence)
    assessment = _assess_signals(view, signals)
    due = observed_generation.unobserved_until(view, get_dicts(status, 'conditions'))
    if due is not None and assessment.state in assessment_helpers.FINAL:
        return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)._replace(
            recheck_at=due
        )
    if suspend_field:
        notice = f'is suspended by spec.{suspend_field}: nothing changes until it is resumed'
        notices = (notice, *notices)
    assessment = assessment._replace(notices=(*assessment.notices, *notices))
    return _unless_paused(obj, assessment)


def read_signals(
    obj: Object, evidence: Evidence = _NO_EVIDENCE
) -> tuple[list[StatusSignal], tuple[str, ...]]:
    """Return the signals of a status that determine the state, and notices about other failures."""
    signals = [
        *condition_signals.read(obj, evidence.conditions),
        *field_signals.read(obj, evidence),
    ]
    signals = _without_log_of_states(signals)
    decisive, notices = [], []
    good = [signal for signal in signals if signal.meaning is Meaning.GOOD]
    is_summary_good = any(signal.rank is Rank.SUMMARY for signal in good)
    is_ready = is_summary_good or any(signal.name in _AS_READY for signal in good)
    is_available = is_ready or any(signal.name in _AVAILABLE for signal in good)
    top = [signal for signal in signals if signal.rank in (Rank.SUMMARY, Rank.MAIN)]
    has_state = any(signal.name.startswith('status.') for signal in top)
    for signal in signals:
        is_outranked = (
            signal.rank is Rank.HISTORY
            or (is_ready and signal.rank is Rank.EXTRA)
            or (is_summary_good and signal.is_secondary_state)
            or (is_available and signal.rank is Rank.ASIDE)
            or (bool(top) and signal.rank is Rank.NESTED)
        )
        if not is_outranked:
            decisive.append(signal)
        elif signal.meaning is Meaning.BAD:
            notices.append(_failure_notice(signal))
    if all(signal.rank is Rank.NESTED and signal.meaning is Meaning.GOOD for signal in decisive):
        message = field_signals.read_message(obj)
        decisive = [message] if message else decisive
    if not decisive:
        counts = (status_counts.read(obj), status_counts.read_nested(obj))
        decisive = list(filter(None, (*counts, field_signals.read_start(obj))))[:1]
    elif not (is_ready or has_state):
        count = status_counts.read(obj, is_available)
        decisive += [count] if count and count.meaning is Meaning.WORKING else []
    decisive = _without_absences(_without_repetition(decisive))
    return decisive, tuple(dict.fromkeys(notices))


def failure_notices(obj: Object) -> tuple[str, ...]:
    """Return notices about all failures in the status of an object that a rule finds ready."""
    signals, notices = read_signals(obj)
    failures = (signal for signal in signals if signal.meaning is Meaning.BAD)
    return (*map(_failure_notice, failures), *notices)


def _failure_notice(signal: StatusSignal) -> str:
    return f'also reports {signal.text}'


def _without_repetition(signals: list[StatusSignal]) -> list[StatusSignal]:
    """Remove failures that repeat an earlier message, such as `phase` with `errorMessage`."""
    messages: set[str] = set()
    unique = []
    for signal in signals:
        is_failure = signal.meaning is Meaning.BAD
        if not (is_failure and signal.message and signal.message in messages):
            unique.append(signal)
        if is_failure:
            messages.add(signal.message)
    return unique


def _without_log_of_states(signals: list[StatusSignal]) -> list[StatusSignal]:
    """Remove the conditions of earlier states, if each state has a condition of its name.

    Percona's operators keep `initializing=True` and `error=True` beside `state: ready`.
    """
    state = next((s.name.lower() for s in signals if s.name.startswith('status.state=')), '')
    current = f'{state.partition("=")[2]}=true'
    if not state or all(signal.name.lower() != current for signal in signals):
        return signals
    return [
        signal
        for signal in signals
        if signal.name.startswith('status.') or signal.name.lower() == current
    ]


def _without_absences(signals: list[StatusSignal]) -> list[StatusSignal]:
    """Read "not found" as work in progress if the object says that it is being created."""
    is_working = any(
        signal.meaning is Meaning.WORKING
        and 'Retry' not in signal.reason
        and (signal.name.endswith('=True') or signal.name.startswith('status.'))
        for signal in signals
    )
    return [
        signal._replace(meaning=Meaning.WORKING)
        if is_working and signal.meaning is Meaning.BAD and _is_absence(signal)
        else signal
        for signal in signals
    ]


def _is_absence(signal: StatusSignal) -> bool:
    word = signal.name.partition('=')[2] if signal.name.startswith('status.') else signal.reason
    return condition_terms.is_absence(word)


def _assess_current(view: View, signals: list[StatusSignal]) -> Assessment:
    """Assess by conditions that are newer than `status.observedGeneration`.

    Flux updates `status.observedGeneration` only after a success.
    """
    current = [signal for signal in signals if signal.current]
    failures = [signal for signal in current if signal.meaning is Meaning.BAD]
    if failures:
        return _assess_signals(view, failures)
    if any(signal.rank is Rank.SUMMARY for signal in current):
        return _assess_signals(view, current)
    return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)


def _has_unknown_state(obj: Object, evidence: Evidence) -> bool:
    return bool(field_signals.unknown_word(obj, evidence, top=True))


def _is_summarized(signals: list[StatusSignal]) -> bool:
    """Whether the signals are more than good conditions of parts, which may be of earlier steps."""
    return any(
        signal.meaning is not Meaning.GOOD
        or signal.rank is Rank.SUMMARY
        or (signal.name.startswith('status.') and signal.rank is not Rank.NESTED)
        for signal in signals
    )


def _suspend_field(obj: Object) -> str:
    spec = get_dict(obj, 'spec')
    return next((field for field in _SUSPEND_FIELDS if spec.get(field) is True), '')


def _unless_paused(obj: Object, assessment: Assessment) -> Assessment:
    """Return the assessment, but as paused if it waits for an update that is paused."""
    if assessment.state is not State.PROGRESSING or assessment.causes:
        return assessment
    spec = get_dict(obj, 'spec')
    path = next((path for path in _UPDATE_PATHS if get_dict(spec, *path).get('paused') is True), ())
    if not path:
        return assessment
    message = f'has an update that is paused by spec.{".".join(path)}.paused'
    return assessment_helpers.paused('Paused', message)._replace(decided_by=assessment.decided_by)


def _is_observed_and_good(obj: Object, signals: list[StatusSignal]) -> bool:
    """Return whether the newest spec was observed and no problem was reported before the pause."""
    status = get_dict(obj, 'status')
    reports_generation = 'observedGeneration' in status
    is_behind = observed_generation.is_behind(obj, status.get('observedGeneration'))
    is_good = bool(signals) and all(signal.meaning is Meaning.GOOD for signal in signals)
    return reports_generation and not is_behind and is_good


def _assess_without_signals(view: View, requires_status: bool, evidence: Evidence) -> Assessment:
    """Assess an object whose status has no known signals, perhaps not yet."""
    status = get_dict(view.object, 'status')
    if requires_status:
        return assessment_helpers.waiting('its controller to report a status')
    due = observed_generation.silent_until(view)
    if status.keys() == {'observedGeneration'}:
        return assessment_helpers.ready()
    word = field_signals.unknown_word(view.object or {}, evidence)
    if word:
        # An unknown word may mean a failure as well as a success.
        notice = f'reports the unknown state {word}: a rule can define what it means'
        return assessment_helpers.waiting(f'{word} to change')._replace(
            notices=(notice,), decided_by=word.partition('=')[0]
        )
    if view.now < due:
        return assessment_helpers.waiting('a status')._replace(recheck_at=due)
    why = 'its status has no field that can be assessed' if status else 'it has no status'
    if view.require_status:
        message = f'cannot be assessed: {why} (--require-status)'
        return Assessment(State.UNKNOWN, 'NoStatus', message)
    return assessment_helpers.ready(f'is treated as ready: {why}')


def _assess_signals(view: View, signals: list[StatusSignal]) -> Assessment:
    by_meaning = {
        meaning: [signal for signal in signals if signal.meaning is meaning] for meaning in Meaning
    }
    bad_signals = by_meaning[Meaning.BAD]
    final_failures = [signal for signal in bad_signals if not signal.seconds]
    working_signals = by_meaning[Meaning.WORKING]
    if by_meaning[Meaning.PAUSED]:
        decisive = by_meaning[Meaning.PAUSED][0]
        assessment = assessment_helpers.paused(
            decisive.reason or 'Paused', f'is paused: {decisive.text}'
        )
    elif final_failures:
        decisive = final_failures[0]
        assessment = assessment_helpers.failed(decisive.reason or 'Failed', decisive.text)
    elif bad_signals:
        decisive = bad_signals[0]
        causes = tuple(cause(view, signal) for signal in bad_signals)
        assessment = assessment_helpers.waiting(f'it to recover from {decisive.name}')
        assessment = assessment._replace(causes=causes)
    elif working_signals:
        decisive = working_signals[0]
        assessment = assessment_helpers.waiting(_waits_for(decisive), decisive.reason)
    else:
        decisive = signals[0]
        assessment = assessment_helpers.ready()
    return assessment._replace(decided_by=decisive.field)


def _waits_for(signal: StatusSignal) -> str:
    if signal.message == observed_generation.WAITS_FOR_OBSERVATION:
        return observed_generation.WAITS_FOR_OBSERVATION
    return f'{signal.text} to change'


def cause(view: View, signal: StatusSignal) -> Cause:
    """Return the cause of a bad signal; it fails the target after `signal.seconds`."""
    resource, namespace = view.target.resource, view.target.namespace
    kind = f'{resource.plural}.{resource.group}' if resource.group else resource.plural
    namespace_option = f' -n {namespace}' if namespace else ''
    text = f'{signal.name}: {signal.message}' if signal.message else signal.text
    return Cause(
        code='ConditionFailed',
        reason=signal.reason or signal.name,
        subject=signal.name,
        # The reason of a rule's failure is printed beside the message.
        message=signal.message if signal.name == signal.reason else text,
        tolerance_seconds=signal.seconds,
        suggested_commands=(
            f'kubectl describe {kind}{namespace_option} {name(view.object or {})}',
        ),
    )
