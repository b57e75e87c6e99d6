from __future__ import annotations

from types import SimpleNamespace

import pytest

from kubectl_dog.model.assessments import TRACKER_ERROR
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.items import Answer
from kubectl_dog.model.wants import Lookup
from kubectl_dog.rules.rule_text import parse_annotation
from kubectl_dog.trackers import generic
from kubectl_dog.trackers.declarative.crd_annotation import ANNOTATION
from kubectl_dog.trackers.declarative.crd_annotation import CRDS
from kubectl_dog.trackers.declarative.crd_annotation import AnnotationTracker
from kubectl_dog.trackers.declarative.rule_tracker import RuleTracker
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from kubectl_dog.tracking.plugins.registry import Trackers
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import view
from tests.unit.trackers.generic_test import ERROR
from tests.unit.trackers.generic_test import FROBS
from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import frob
from tests.unit.tracking.play import Play

CRD = Lookup(CRDS, '', 'frobs.x.example.com', full_object=True)


def annotated(text):
    return Answer('found', ({'metadata': {'annotations': {ANNOTATION: text}}},))


def judge(obj, answer=None, now=NOW):
    answers = {} if answer is None else {CRD: answer}
    tracker = AnnotationTracker(FROBS.resource, generic, parse_annotation)
    return tracker.assess(view(obj, target=FROBS, answers=answers, now=now))


@pytest.mark.parametrize(
    ('obj', 'waits_for'),
    (
        (frob(READY), 'the rules of its CustomResourceDefinition'),
        (frob(ERROR), 'it to recover from Ready=False'),
        (frob(), 'the rules of its CustomResourceDefinition'),
    ),
)
def test_nothing_is_decided_before_the_definition_was_read(obj, waits_for):
    assessment = judge(obj, now=NOW - 1)
    assert (assessment.state.value, assessment.waits_for) == ('progressing', waits_for)
    assert assessment.causes == ()
    assert assessment.recheck_at == NOW


def test_what_never_answers_is_not_waited_for_for_ever():
    assert judge(frob(READY), now=NOW).state.value == 'ready'


@pytest.mark.parametrize(
    'answer',
    (
        Answer('missing'),
        Answer('denied', message='forbidden'),
        Answer('failed'),
        Answer('found', ({'metadata': {}},)),
        Answer('found', ({'metadata': {'annotations': {'a': 'b'}}},)),
        annotated('{group: x.example.com, kind: Other}'),
    ),
)
def test_without_rules_on_the_definition_it_is_judged_as_usual(answer):
    assessment = judge(frob(READY), answer)
    assert (assessment.state.value, assessment.notices) == ('ready', ())


def test_rules_on_the_definition_win():
    assert judge(
        frob(READY, phase='Mid'), annotated('ready: {path: status.phase, is: Up}')
    ).waits_for == ('status.phase to be "Up" (now "Mid")')


KRANE = 'krane.shopify.io/instance-rollout-conditions'
PHASE_UP = '{"success_conditions": [{"path": "$.status.phase", "value": "Up"}]}'


def for_krane(text, **others):
    return Answer('found', ({'metadata': {'annotations': {KRANE: text, **others}}},))


@pytest.mark.parametrize(('phase', 'state'), (('Mid', 'progressing'), ('Up', 'ready')))
def test_conditions_for_krane_on_the_definition_decide(phase, state):
    assessment = judge(frob(READY, phase=phase), for_krane(PHASE_UP))
    assert (assessment.state.value, assessment.decided_by) == (state, KRANE)


def test_rules_win_over_conditions_for_krane():
    own = {ANNOTATION: 'ready: {path: status.phase, is: Mid}'}
    assert judge(frob(READY, phase='Mid'), for_krane(PHASE_UP, **own)).state.value == 'ready'


def test_the_time_limit_for_krane_is_read():
    timeout = {'krane.shopify.io/instance-timeout': '1H'}
    assert judge(frob(phase='Mid'), for_krane(PHASE_UP, **timeout)).min_stall_timeout == 3600


def test_invalid_conditions_for_krane_are_ignored_with_a_notice():
    assessment = judge(frob(READY), for_krane('{}'))
    assert assessment.state.value == 'ready'
    assert assessment.notices == (
        f'has an invalid annotation {KRANE} on its CustomResourceDefinition, which is ignored: '
        'success_conditions: is missing',
    )


def test_conditions_for_krane_can_be_switched_off():
    tracker = Trackers().of(FROBS.resource, asks_cluster=True, reads_foreign=False)
    seen = view(frob(READY, phase='Mid'), target=FROBS, answers={CRD: for_krane(PHASE_UP)})
    assert tracker.assess(seen).state.value == 'ready'


@pytest.mark.parametrize(
    ('text', 'why'),
    (
        ('ready: Up', 'annotation: rule 1: ready: must be a mapping'),
        (']', 'annotation, line 1: is not YAML'),
    ),
)
def test_a_broken_annotation_makes_nothing_ready(text, why):
    assessment = judge(frob(READY), annotated(text))
    assert (assessment.state.value, assessment.reason) == ('unknown', TRACKER_ERROR)
    assert why in assessment.message


def test_a_broken_annotation_does_not_hide_that_an_object_is_deleted():
    obj = frob(READY, meta={'deletionTimestamp': ago(1)})
    assert judge(obj, annotated(']')).state.value == 'deleting'


def test_a_broken_annotation_ends_a_rollout_as_unknown():
    play = Play(FROBS, tracker=Trackers().of(FROBS.resource, asks_cluster=True))
    play.listed(0.1, play.root, frob(READY, age=1, phase='Up'))
    play.give(1, CRD, annotated(']'))
    assert play.outcome == ('unknown', TRACKER_ERROR, 1)


def test_through_the_engine_the_definition_is_asked_for_and_awaited():
    play = Play(FROBS, tracker=Trackers().of(FROBS.resource, asks_cluster=True))
    play.listed(0.1, play.root, frob(READY, age=1, phase='Mid'))
    assert CRD in play.step.wants
    play.give(1, CRD, annotated('ready: {path: status.phase, is: Up}'))
    assert play.outcome is None
    play.changed(2, play.root, frob(READY, phase='Up'))
    assert play.outcome == ('ready', '', 2)


def test_a_tracker_that_fails_decides_nothing_before_the_definition_was_read():
    def tracker():
        guard = GuardedTracker(
            SimpleNamespace(assess=lambda view: view.oops), 'acme', ignore, ignore
        )
        return AnnotationTracker(FROBS.resource, guard, parse_annotation)

    def ignore(*args):
        return None

    play = Play(FROBS, tracker=tracker())
    play.listed(0.1, play.root, frob(READY, age=1, phase='Up'))
    assert play.outcome is None
    play.give(1, CRD, annotated('ready: {path: status.phase, is: Up}'))
    assert play.outcome == ('ready', '', 1)
    play = Play(FROBS, tracker=tracker())
    play.listed(0.1, play.root, frob(READY, age=1, phase='Up'))
    play.give(1, CRD, Answer('missing'))
    assert play.outcome == ('unknown', 'TrackerError', 1)


def test_that_the_definition_is_waited_for_is_told_only_where_that_takes_long():
    def waits(play):
        return [event.waits_for for event in play.events if isinstance(event, StateChanged)]

    play = Play(FROBS, tracker=Trackers().of(FROBS.resource, asks_cluster=True))
    play.listed(0.1, play.root, frob(READY, age=1, phase='Mid'))
    assert play.outcome is None
    assert waits(play) == []
    assert waits(play.until(6)) == ['the rules of its CustomResourceDefinition']
    play = Play(FROBS, tracker=Trackers().of(FROBS.resource, asks_cluster=True))
    play.listed(0.1, play.root, frob(READY, age=1, phase='Mid'))
    play.give(0.2, CRD, annotated('ready: {path: status.phase, is: Up}'))
    assert waits(play) == ['status.phase to be "Up" (now "Mid")']


def test_one_look_waits_for_the_definition():
    play = Play(FROBS, tracker=Trackers().of(FROBS.resource, asks_cluster=True), once=True)
    play.listed(0.1, play.root, frob(READY, age=1))
    for want in play.step.wants - {CRD, play.root}:
        play.listed(0.2, want)
    assert play.outcome is None
    play.give(0.3, CRD, Answer('missing'))
    assert play.outcome == ('ready', '', 0.3)


@pytest.mark.parametrize(
    ('group', 'asks'),
    (
        ('x.example.com', True),
        ('gateway.networking.k8s.io', True),
        ('cluster.x-k8s.io', True),
        ('networking.k8s.io', False),
        ('policy', False),
        ('', False),
    ),
)
def test_only_custom_kinds_have_a_definition(group, asks):
    resource = FROBS.resource._replace(group=group)
    assert isinstance(Trackers().of(resource, asks_cluster=True), AnnotationTracker) is asks
    assert not isinstance(Trackers().of(resource), AnnotationTracker)


def test_rules_that_are_given_win_over_everything():
    [rule] = parse_annotation('ready: {path: status.phase, is: Up}', FROBS.resource)
    chosen = Trackers([rule]).of(FROBS.resource, asks_cluster=True)
    assert isinstance(chosen.tracker, RuleTracker)
    assert chosen.tracker.rule is rule
    other = FROBS.resource._replace(kind='Other')
    assert Trackers([rule]).of(other).tracker is generic
