"""Assess an object by a rule."""

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
from kubectl_dog.trackers.declarative.evaluate import MAX_STEPS
from kubectl_dog.trackers.declarative.evaluate import Budget
from kubectl_dog.trackers.declarative.evaluate import ExhaustedError
from kubectl_dog.trackers.declarative.evaluate import Outcome
from kubectl_dog.trackers.declarative.evaluate import Scope
from kubectl_dog.trackers.declarative.evaluate import evaluate
from kubectl_dog.trackers.declarative.evaluate import holds
from kubectl_dog.trackers.declarative.evaluate import text_scope
from kubectl_dog.trackers.declarative.jsonpath import Path
from kubectl_dog.trackers.declarative.rule_model import AllOf
from kubectl_dog.trackers.declarative.rule_model import AnyOf
from kubectl_dog.trackers.declarative.rule_model import Clause
from kubectl_dog.trackers.declarative.rule_model import ConditionIs
from kubectl_dog.trackers.declarative.rule_model import ItemsMatch
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
        """Return no wants: a rule uses only the object itself."""
        return ()

    def assess(self, view: View) -> Assessment:
        """Assess the target by the rule."""
        return assess_by_rule(self.rule, view)


def assess_by_rule(rule: Rule, view: View) -> Assessment:
    """Assess by the sections of a rule, and by the generic tracker for missing sections.

    The state is unknown if the rule takes too many steps.
    """
    obj = view.object or {}
    if is_deleting(obj):
        return assessment_helpers.deleting(obj)
    try:
        return _assess_sections(rule, view, Scope(obj, rule.conditions or _CONDITIONS, Budget()))
    except ExhaustedError:
        # A judgement without the rule might say that the object is ready.
        source = f' ({rule.source})' if rule.source else ''
        return unjudged(f'cannot be assessed: its rule needs more than {MAX_STEPS} steps{source}')


def _assess_sections(rule: Rule, view: View, scope: Scope) -> Assessment:
    notices = tuple(
        text_scope(clause.test, scope).fill(clause.message)
        for clause in _clauses_that_hold(rule.notices, scope)
    )
    assessment = _first_section(rule, view, scope)
    if assessment.state in (State.READY, State.FAILED) and rule.status != 'none':
        conditions = [value for value in scope.values(scope.conditions) if isinstance(value, dict)]
        due = observed_generation.unobserved_until(view, conditions)
        if due is not None:
            return assessment_helpers.waiting(observed_generation.WAITS_FOR_OBSERVATION)._replace(
                recheck_at=due
            )
    outranked = generic.failure_notices(scope.root) if assessment.state is State.READY else ()
    all_notices = dict.fromkeys((*assessment.notices, *filter(None, notices), *outranked))
    return assessment._replace(
        notices=tuple(all_notices),
        min_stall_timeout=rule.stall_timeout,
        decided_by=assessment.decided_by or rule.source,
    )


def _first_section(rule: Rule, view: View, scope: Scope) -> Assessment:
    return (
        _assess_paused(rule, scope)
        or _assess_unobserved(rule, view, scope)
        or _assess_failed(rule, view, scope)
        or _assess_progressing(rule, scope)
        or (_assess_ready(rule, view, scope) if rule.ready else _assess_generically(rule, view))
    )


def _assess_paused(rule: Rule, scope: Scope) -> Assessment | None:
    for clause in _clauses_that_hold(rule.paused, scope):
        scope = text_scope(clause.test, scope)
        message = scope.fill(clause.message) or 'is paused'
        return assessment_helpers.paused(scope.fill(clause.reason) or 'Paused', message)
    return None


def _assess_unobserved(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """Assess an object without a status, or with a status of an earlier generation."""
    if not (rule.ready or rule.failed or rule.progressing or rule.observed):
        # The generic tracker checks generations more closely than a rule can.
        return None if get_dict(scope.root, 'status') else _assess_no_status(rule)
    generations = scope.values(rule.observed or _OBSERVED)
    if any(observed_generation.is_behind(scope.root, generation) for generation in generations):
        return _assess_early_failure(rule, view, scope) or assessment_helpers.waiting(
            observed_generation.WAITS_FOR_OBSERVATION
        )
    return None if get_dict(scope.root, 'status') else _assess_no_status(rule)


def _assess_early_failure(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """Assess a failure in a condition that is newer than status.observedGeneration.

    Flux updates status.observedGeneration after a success or a final failure. During retries only
    the conditions have the newest generation.
    """
    if rule.failed is not None:
        clauses = tuple(clause for clause in rule.failed if _tests_only_conditions(clause.test))
        return _assess_failed(rule._replace(failed=clauses), view, scope._replace(strict=True))
    generic_assessment = None if rule.observed else generic.assess_status(view)
    return (
        generic_assessment
        if generic_assessment
        and (generic_assessment.state is State.FAILED or generic_assessment.causes)
        else None
    )


def _tests_only_conditions(test: Test) -> bool:
    if isinstance(test, (AllOf, AnyOf)):
        return all(map(_tests_only_conditions, test.tests))
    if isinstance(test, (Not, ItemsMatch)):
        return _tests_only_conditions(test.test)
    return isinstance(test, ConditionIs)


def _assess_no_status(rule: Rule) -> Assessment | None:
    """Return the assessment of an object without a status; None if a section determines it."""
    if rule.status == 'required':
        return assessment_helpers.waiting('its controller to report a status')
    return assessment_helpers.ready() if rule.status == 'none' and not rule.ready else None


def _assess_progressing(rule: Rule, scope: Scope) -> Assessment | None:
    for clause in _clauses_that_hold(rule.progressing, scope):
        scope = text_scope(clause.test, scope)
        waits_for = scope.fill(clause.message) or 'its controller to finish'
        return assessment_helpers.waiting(waits_for, scope.fill(clause.reason))
    return None


def _assess_failed(rule: Rule, view: View, scope: Scope) -> Assessment | None:
    """Assess the failures: a final failure fails at once, others are causes with a tolerance."""
    signals = [_failure_signal(clause, scope) for clause in _clauses_that_hold(rule.failed, scope)]
    # Two conditions may report the same failure.
    unique = list(dict.fromkeys(signals))
    final_signal = next((signal for signal in unique if not signal.seconds), None)
    if final_signal is not None:
        return assessment_helpers.failed(final_signal.reason, final_signal.message)
    if not unique:
        return None
    causes = tuple(generic.cause(view, signal) for signal in unique)
    return assessment_helpers.waiting(f'it to recover from {unique[0].name}')._replace(
        causes=causes
    )


def _clauses_that_hold(clauses: Iterable[Clause] | None, scope: Scope) -> Iterable[Clause]:
    return (clause for clause in clauses or () if holds(clause.test, scope))


def _failure_signal(clause: Clause, scope: Scope) -> StatusSignal:
    scope = text_scope(clause.test, scope)
    reason = scope.fill(clause.reason) or 'Failed'
    message = scope.fill(clause.message) or reason
    return StatusSignal(Meaning.BAD, reason, reason, message, clause.seconds)


def _assess_generically(rule: Rule, view: View) -> Assessment:
    """Assess by the generic tracker, except for the sections that the rule has."""
    assessment = generic.assess_status(view, requires_status=rule.status == 'required')
    has_failed = assessment.state is State.FAILED or bool(assessment.causes)
    if rule.failed is not None and has_failed:
        return assessment_helpers.waiting(
            assessment.waits_for or assessment.message, assessment.reason
        )
    if rule.paused is not None and assessment.state is State.PAUSED:
        return assessment_helpers.waiting('it to become ready', assessment.reason)
    return assessment


def _assess_ready(rule: Rule, view: View, scope: Scope) -> Assessment:
    waits_for = ''
    for clause in rule.ready or ():
        outcome, why = evaluate(clause.test, scope)
        if outcome is Outcome.YES:
            return _assess_stable(rule, view, scope, scope.fill(clause.message))
        waits_for = waits_for or why
    assessment = _assess_generically(rule, view)
    if assessment.state in (State.FAILED, State.PAUSED) or assessment.causes:
        return assessment
    return assessment_helpers.waiting(waits_for)


def _assess_stable(rule: Rule, view: View, scope: Scope, message: str) -> Assessment:
    """Assess as ready, unless the status is old and the controller may not have checked it."""
    seconds = _stable_seconds(rule.stable_for, scope)
    if seconds and _last_change(view) < view.run_history.started:
        due = view.run_history.started + seconds
        if view.now < due:
            waits_for = f'{format_duration(seconds)} without a status change'
            return assessment_helpers.waiting(waits_for)._replace(recheck_at=due)
    return assessment_helpers.ready(message=message)


def _stable_seconds(stable_for: float | Path | None, scope: Scope) -> float:
    if not isinstance(stable_for, Path):
        return stable_for or 0.0
    try:
        return parse_duration(scope.first(stable_for)) + observed_generation.OBSERVATION_GRACE
    except UserError:
        return 0.0


def _last_change(view: View) -> float:
    """Return when the status last changed by its timestamps, in epoch seconds, or 0."""
    status = get_dict(view.object, 'status')
    mappings = [status, *get_dicts(status, 'conditions')]
    times = [epoch(get_str(clause, stamp)) for clause in mappings for stamp in _STAMPS]
    return max((clause for clause in times if clause is not None), default=0.0)
