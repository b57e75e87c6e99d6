"""The tracker of kinds that have neither a tracker nor a rule.

It follows kstatus (deletion, observedGeneration, Stalled, Reconciling, Ready), and then the
conditions, reasons and phases that custom resources use; `condition_terms` lists them.
"""

from __future__ import annotations

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.objects import name
from kubectl_dog.model.views import View
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers import observed_generation
from kubectl_dog.trackers import status_signals
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.status_signals import StatusSignal

wants = assessment_helpers.no_wants

_SUSPEND_FIELDS = ('suspend', 'suspended', 'paused', 'pause')


def assess(view: View) -> Assessment:
    """Assess an object by its status."""
    return assess_status(view)


def assess_status(view: View, requires_status: bool = False) -> Assessment:
    """Assess an object by its status; `requires_status`: without a status it is not ready."""
    obj = view.object or {}
    status = get_dict(obj, 'status')
    if is_deleting(obj):
        return assessment_helpers.deleting(obj)
    signals = status_signals.read_signals(obj)
    suspend_field = _suspend_field(obj)
    if suspend_field and not _is_observed_and_good(obj, signals):
        return assessment_helpers.paused('Suspended', f'is suspended by spec.{suspend_field}')
    if observed_generation.is_behind(obj, status.get('observedGeneration')):
        # Flux updates observedGeneration only after a success.
        current_failures = [
            signal for signal in signals if signal.current and signal.meaning is Meaning.BAD
        ]
        return (
            _assess_signals(view, current_failures)
            if current_failures
            else assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)
        )
    if not signals:
        return _assess_without_signals(view, requires_status)
    assessment = _assess_signals(view, signals)
    due = observed_generation.unobserved_until(view, get_dicts(status, 'conditions'))
    if due is not None and assessment.state in assessment_helpers.FINAL:
        return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)._replace(
            recheck_at=due
        )
    notice = f'is suspended by spec.{suspend_field}: it changes nothing until it is resumed'
    return assessment._replace(notices=(notice,) if suspend_field else ())


def _suspend_field(obj: Object) -> str:
    spec = get_dict(obj, 'spec')
    return next((field for field in _SUSPEND_FIELDS if spec.get(field) is True), '')


def _is_observed_and_good(obj: Object, signals: list[StatusSignal]) -> bool:
    """Whether the newest spec was observed and everything was good before the suspension."""
    status = get_dict(obj, 'status')
    reports_generation = 'observedGeneration' in status
    is_behind = observed_generation.is_behind(obj, status.get('observedGeneration'))
    is_good = bool(signals) and all(signal.meaning is Meaning.GOOD for signal in signals)
    return reports_generation and not is_behind and is_good


def _assess_without_signals(view: View, requires_status: bool) -> Assessment:
    """Assess an object whose status has nothing that is understood, perhaps not yet."""
    status = get_dict(view.object, 'status')
    if requires_status:
        return assessment_helpers.waiting('its controller to tell its status')
    due = observed_generation.silent_until(view)
    if status.keys() == {'observedGeneration'}:
        return assessment_helpers.ready()
    word = status_signals.unknown_word(view.object or {})
    if word:
        # An unknown word may mean a failure as well as a success.
        notice = f'tells {word}, a word that is not known: a rule can say what it means'
        return assessment_helpers.waiting(f'{word} to change')._replace(notices=(notice,))
    if view.now < due:
        return assessment_helpers.waiting('its status, if it gets one')._replace(recheck_at=due)
    if status:
        return assessment_helpers.ready(
            'counts as ready because it is there: its status says nothing known'
        )
    return assessment_helpers.ready('counts as ready because it is there: it has no status')


def _assess_signals(view: View, signals: list[StatusSignal]) -> Assessment:
    by_meaning = {
        meaning: [signal for signal in signals if signal.meaning is meaning] for meaning in Meaning
    }
    if by_meaning[Meaning.PAUSED]:
        first = by_meaning[Meaning.PAUSED][0]
        return assessment_helpers.paused(first.reason or 'Paused', f'is paused: {first.text}')
    final_failures = [signal for signal in by_meaning[Meaning.BAD] if not signal.seconds]
    if final_failures:
        return assessment_helpers.failed(
            final_failures[0].reason or 'Failed', final_failures[0].text
        )
    if by_meaning[Meaning.BAD]:
        causes = tuple(cause(view, signal) for signal in by_meaning[Meaning.BAD])
        return assessment_helpers.waiting(
            f'it to get over {by_meaning[Meaning.BAD][0].name}'
        )._replace(causes=causes)
    if by_meaning[Meaning.WORKING]:
        return assessment_helpers.waiting(
            _waits_for(by_meaning[Meaning.WORKING][0]), by_meaning[Meaning.WORKING][0].reason
        )
    return assessment_helpers.ready()


def _waits_for(signal: StatusSignal) -> str:
    if signal.message == observed_generation.WAITS_FOR_OBSERVATION:
        return observed_generation.WAITS_FOR_OBSERVATION
    return f'{signal.text} to pass'


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
