"""From a rule and an object to a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.objects import is_deleting
from kubectl_dog.model.times import epoch
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.times import parse_duration
from kubectl_dog.model.views import View
from kubectl_dog.model.wants import Want
from kubectl_dog.trackers import assessment_helpers
from kubectl_dog.trackers import generic
from kubectl_dog.trackers import observed_generation
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.declarative import jsonpath
from kubectl_dog.trackers.declarative.evaluate import STEPS
from kubectl_dog.trackers.declarative.evaluate import Budget
from kubectl_dog.trackers.declarative.evaluate import ExhaustedError
from kubectl_dog.trackers.declarative.evaluate import Scope
from kubectl_dog.trackers.declarative.evaluate import focus
from kubectl_dog.trackers.declarative.evaluate import holds
from kubectl_dog.trackers.declarative.evaluate import unmet
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import AnyOf
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import Each
from kubectl_dog.trackers.declarative.rule_model import Not
from kubectl_dog.trackers.declarative.rule_model import Rule
from kubectl_dog.trackers.declarative.rule_model import Test
from kubectl_dog.trackers.status_signals import StatusSignal

_CONDITIONS = jsonpath.parse('status.conditions[*]')
_OBSERVED = jsonpath.parse('status.observedGeneration')
_STAMPS = ('lastTransitionTime', 'lastUpdateTime')


class RuleTracker:
    """The tracker of a kind that has a rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def wants(self, view: View) -> Sequence[Want]:
        """A rule reads nothing but the object."""
        return ()

    def assess(self, view: View) -> Assessment:
        """The judgement of this moment."""
        return assess_by_rule(self.rule, view)


def assess_by_rule(rule: Rule, view: View) -> Assessment:
    """Assess by the sections of a rule, and by the generic judgement where it has none.

    The state is unknown if the rule takes too many steps.
    """
    thing = view.object or {}
    if is_deleting(thing):
        return assessment_helpers.deleting(thing)
    try:
        return _ruled(rule, view, Scope(thing, rule.conditions or _CONDITIONS, Budget()))
    except ExhaustedError:
        # A judgement without the rule might say that the object is ready.
        source = f' ({rule.source})' if rule.source else ''
        return unjudged(f'cannot be judged: its rule takes more than {STEPS} steps{source}')


def _ruled(rule: Rule, view: View, scope: Scope) -> Assessment:
    notices = tuple(
        focus(one.test, scope).fill(one.message) for one in _holding(rule.notices, scope)
    )
    judged = _judge(rule, view, scope)
    if judged.state in (State.READY, State.FAILED) and rule.status != 'none':
        due = observed_generation.unobserved_until(
            view, map(_mapping, scope.values(scope.conditions))
        )
        if due is not None:
            return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)._replace(
                recheck_at=due
            )
    told = (*judged.notices, *filter(None, notices))
    return judged._replace(notices=told, min_stall_timeout=rule.stall_timeout)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _judge(rule: Rule, view: View, scope: Scope) -> Assessment:
    return (
        _pause(rule, scope)
        or _blank(rule, view, scope)
        or _failure(rule, view, scope)
        or _work(rule, scope)
        or (_by_ready(rule, view, scope) if rule.ready else _as_usual(rule, view))
    )


def _pause(rule: Rule, scope: Scope) -> Assessment | None:
    for clause in _holding(rule.paused, scope):
        scope = focus(clause.test, scope)
        message = scope.fill(clause.message) or 'is paused'
        return assessment_helpers.paused(scope.fill(clause.reason) or 'Paused', message)
    return None


def _blank(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """Nothing is said yet, or nothing about the newest spec; or nothing ever will be."""
    if not (rule.ready or rule.failed or rule.progressing or rule.observed):
        # The usual judgement looks at generations more closely than a rule can.
        return None if get_dict(scope.root, 'status') else _unsaid(rule)
    told = scope.values(rule.observed or _OBSERVED)
    if any(observed_generation.is_behind(scope.root, one) for one in told):
        return _told_already(rule, view, scope) or assessment_helpers.waiting(
            observed_generation.WAITS_FOR_OBSERVATION
        )
    return None if get_dict(scope.root, 'status') else _unsaid(rule)


def _told_already(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """A failure that a condition tells about the newest spec before the status as a whole does.

    Flux counts a generation as observed when it was a success, or is given up; while it is tried
    again, nothing but the conditions tell that it was seen.
    """
    if rule.failed is not None:
        clauses = tuple(one for one in rule.failed if _is_of_conditions(one.test))
        return _failure(rule._replace(failed=clauses), view, scope._replace(strict=True))
    usual = None if rule.observed else generic.assess_status(view)
    return usual if usual and (usual.state is State.FAILED or usual.causes) else None


def _is_of_conditions(test: Test) -> bool:
    if isinstance(test, (AllOf, AnyOf)):
        return all(map(_is_of_conditions, test.tests))
    if isinstance(test, (Not, Each)):
        return _is_of_conditions(test.test)
    return isinstance(test, ConditionIs)


def _unsaid(rule: Rule) -> Assessment | None:
    """The judgement of what has no status at all."""
    if rule.status == 'required':
        return assessment_helpers.waiting('its controller to tell its status')
    return assessment_helpers.ready() if rule.status == 'none' and not rule.ready else None


def _work(rule: Rule, scope: Scope) -> Assessment | None:
    for clause in _holding(rule.progressing, scope):
        scope = focus(clause.test, scope)
        waits_for = scope.fill(clause.message) or 'it to settle'
        return assessment_helpers.waiting(waits_for, scope.fill(clause.reason))
    return None


def _failure(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """What speaks against it: at once, or as causes that may stand for a while."""
    found = [_sign(clause, scope) for clause in _holding(rule.failed, scope)]
    # Two conditions may tell the same.
    signs = list(dict.fromkeys(found))
    final = next((one for one in signs if not one.seconds), None)
    if final is not None:
        return assessment_helpers.failed(final.reason, final.message)
    if not signs:
        return None
    causes = tuple(generic.cause(view, one) for one in signs)
    return assessment_helpers.waiting(f'it to get over {signs[0].name}')._replace(causes=causes)


def _holding(clauses: Iterable[Clause] | None, scope: Scope) -> Iterable[Clause]:
    return (one for one in clauses or () if holds(one.test, scope))


def _sign(clause: Clause, scope: Scope) -> StatusSignal:
    scope = focus(clause.test, scope)
    reason = scope.fill(clause.reason) or 'Failed'
    message = scope.fill(clause.message) or reason
    return StatusSignal(Meaning.BAD, reason, reason, message, clause.seconds)


def _as_usual(rule: Rule, view: View) -> Assessment:
    """The generic judgement, without what the rule has sections for."""
    judged = generic.assess_status(view, must_tell=rule.status == 'required')
    decided = judged.state is State.FAILED or bool(judged.causes)
    if rule.failed is not None and decided:
        return assessment_helpers.waiting(judged.waits_for or judged.message, judged.reason)
    if rule.paused is not None and judged.state is State.PAUSED:
        return assessment_helpers.waiting('it to become ready', judged.reason)
    return judged


def _by_ready(rule: Rule, view: View, scope: Scope) -> Assessment:
    missing = [unmet(one.test, scope) for one in rule.ready or ()]
    if '' in missing:
        held = rule.ready[missing.index('')] if rule.ready else None
        return _settled(rule, view, scope, scope.fill(held.message) if held else '')
    usual = _as_usual(rule, view)
    if usual.state in (State.FAILED, State.PAUSED) or usual.causes:
        return usual
    return assessment_helpers.waiting(missing[0])


def _settled(rule: Rule, view: View, scope: Scope, message: str) -> Assessment:
    """Ready, unless that may be left from before and takes a while to change."""
    seconds = _seconds(rule.stable_for, scope)
    if seconds and _since(view) < view.run_history.started:
        due = view.run_history.started + seconds
        if view.now < due:
            wait = f'{format_duration(seconds)} to pass, in which it would notice a change'
            return assessment_helpers.waiting(wait)._replace(recheck_at=due)
    return assessment_helpers.ready(message=message)


def _seconds(settle: float | Path | None, scope: Scope) -> float:
    if not isinstance(settle, Path):
        return settle or 0.0
    try:
        return parse_duration(scope.first(settle)) + observed_generation.OBSERVATION_GRACE
    except UserError:
        return 0.0


def _since(view: View) -> float:
    """When its status last told that anything changed, in server time; 0 where it does not."""
    status = get_dict(view.object, 'status')
    told = [status, *get_dicts(status, 'conditions')]
    times = [epoch(get_str(one, stamp)) for one in told for stamp in _STAMPS]
    return max((one for one in times if one is not None), default=0.0)
