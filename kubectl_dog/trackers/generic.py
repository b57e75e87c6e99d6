"""Any kind without a tracker or a rule of its own: judged by what controllers usually say.

kstatus first (deletion, observedGeneration, Stalled, Reconciling, Ready), then the conditions,
reasons and phases that custom resources really use. Its words are in `vocabulary`.
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

_SWITCHES = ('suspend', 'suspended', 'paused', 'pause')


def assess(view: View) -> Assessment:
    """By everything that its status says."""
    return assess_status(view)


def assess_status(view: View, must_tell: bool = False) -> Assessment:
    """The usual judgement; `must_tell`: its controller is known to write a status."""
    thing = view.object or {}
    status = get_dict(thing, 'status')
    if is_deleting(thing):
        return assessment_helpers.deleting(thing)
    found = status_signals.read_signals(thing)
    switch = _switched_off(thing)
    if switch and not _is_settled(thing, found):
        return assessment_helpers.paused('Suspended', f'is suspended by spec.{switch}')
    if observed_generation.is_behind(thing, status.get('observedGeneration')):
        # Flux does not count a generation as observed before it was a success.
        told = [one for one in found if one.current and one.meaning is Meaning.BAD]
        return (
            _weigh(view, told)
            if told
            else assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)
        )
    if not found:
        return _silent(view, must_tell)
    judged = _weigh(view, found)
    due = observed_generation.unobserved_until(view, get_dicts(status, 'conditions'))
    if due is not None and judged.state in assessment_helpers.FINAL:
        return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)._replace(
            recheck_at=due
        )
    notice = f'is suspended by spec.{switch}: it changes nothing until it is resumed'
    return judged._replace(notices=(notice,) if switch else ())


def _switched_off(thing: Object) -> str:
    spec = get_dict(thing, 'spec')
    return next((one for one in _SWITCHES if spec.get(one) is True), '')


def _is_settled(thing: Object, found: list[StatusSignal]) -> bool:
    """Whether it tells that it got all of the newest spec before it was suspended."""
    status = get_dict(thing, 'status')
    told = 'observedGeneration' in status
    behind = observed_generation.is_behind(thing, status.get('observedGeneration'))
    good = bool(found) and all(one.meaning is Meaning.GOOD for one in found)
    return told and not behind and good


def _silent(view: View, must_tell: bool) -> Assessment:
    """It says nothing that is understood; perhaps not yet."""
    status = get_dict(view.object, 'status')
    if must_tell:
        return assessment_helpers.waiting('its controller to tell its status')
    due = observed_generation.silent_until(view)
    if status.keys() == {'observedGeneration'}:
        return assessment_helpers.ready()
    word = status_signals.unknown_word(view.object or {})
    if word:
        # A word that is not understood may be bad news as well as good.
        notice = f'tells {word}, a word that is not known: a rule can say what it means'
        return assessment_helpers.waiting(f'{word} to change')._replace(notices=(notice,))
    if view.now < due:
        return assessment_helpers.waiting('its status, if it gets one')._replace(recheck_at=due)
    if status:
        return assessment_helpers.ready(
            'counts as ready because it is there: its status says nothing known'
        )
    return assessment_helpers.ready('counts as ready because it is there: it has no status')


def _weigh(view: View, found: list[StatusSignal]) -> Assessment:
    by = {meaning: [one for one in found if one.meaning is meaning] for meaning in Meaning}
    if by[Meaning.PAUSED]:
        first = by[Meaning.PAUSED][0]
        return assessment_helpers.paused(first.reason or 'Paused', f'is paused: {first.text}')
    final = [one for one in by[Meaning.BAD] if not one.seconds]
    if final:
        return assessment_helpers.failed(final[0].reason or 'Failed', final[0].text)
    if by[Meaning.BAD]:
        causes = tuple(cause(view, one) for one in by[Meaning.BAD])
        return assessment_helpers.waiting(f'it to get over {by[Meaning.BAD][0].name}')._replace(
            causes=causes
        )
    if by[Meaning.WORKING]:
        return assessment_helpers.waiting(
            _to_pass(by[Meaning.WORKING][0]), by[Meaning.WORKING][0].reason
        )
    return assessment_helpers.ready()


def _to_pass(sign: StatusSignal) -> str:
    if sign.message == observed_generation.WAITS_FOR_OBSERVATION:
        return observed_generation.WAITS_FOR_OBSERVATION
    return f'{sign.text} to pass'


def cause(view: View, sign: StatusSignal) -> Cause:
    """What stands against it, for as long as the sign may stand."""
    resource, namespace = view.target.resource, view.target.namespace
    kind = f'{resource.plural}.{resource.group}' if resource.group else resource.plural
    where = f' -n {namespace}' if namespace else ''
    named = f'{sign.name}: {sign.message}' if sign.message else sign.text
    return Cause(
        code='ConditionFailed',
        reason=sign.reason or sign.name,
        subject=sign.name,
        # A rule's failure is known by its reason, which is printed beside it.
        message=sign.message if sign.name == sign.reason else named,
        tolerance_seconds=sign.seconds,
        suggested_commands=(f'kubectl describe {kind}{where} {name(view.object or {})}',),
    )
