"""Which moment of which revision explains a rollback."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.tracking.verdict import failed_revisions
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from kubectl_dog.tracking.verdict.decide import Situation
from kubectl_dog.tracking.verdict.failed_revisions import NO_REVISIONS
from tests.unit.builders import deployment
from tests.unit.builders import view

CRASH = Cause('CrashLoop', 'CrashLoopBackOff', 'main', 'exits with 3', ('web-1', 'web-2'), 2)
MISSING = Cause('ConfigMapMissing', 'CreateContainerConfigError', 'app', 'no app', ('web-1',))
UNREADY = Cause('NotReady', 'Unhealthy', 'main', 'not ready', ('web-1',))
DEADLINE = Cause('ProgressDeadlineExceeded', 'ProgressDeadlineExceeded', '', 'too slow')


def situation(*causes, state=State.PROGRESSING, revision='3', **fields):
    assessed = Assessment(state, revision=Revision(revision), **fields)
    clocks = {cause.key: CauseClock(0.0, None, cause) for cause in causes}
    return Situation(1.0, assessed, clocks, 0.0, None)


def kept(*situations, obj=None):
    moments = NO_REVISIONS
    for moment in situations:
        moments = failed_revisions.add_moment(moments, view(obj or deployment()), moment)
    return moments


def cause_of(moments, current=('deploy-web', '4'), only_fatal=False):
    failed = failed_revisions.replaced_failure(moments, current, only_fatal)
    return failed and failed.cause


@pytest.mark.parametrize(
    ('causes', 'worst'),
    [
        ([CRASH], CRASH),
        ([UNREADY], UNREADY),
        ([UNREADY, CRASH], CRASH),
        ([CRASH, UNREADY], CRASH),
        ([CRASH, DEADLINE], CRASH),
        ([DEADLINE, CRASH], CRASH),
        ([CRASH, CRASH._replace(terminations=3)], CRASH._replace(terminations=3)),
        ([CRASH, CRASH._replace(terminations=1)], CRASH),
        ([CRASH, CRASH._replace(pods=('web-1',))], CRASH),
        ([CRASH, CRASH._replace(active=False)], CRASH),
        ([CRASH._replace(active=False)], None),
    ],
)
def test_the_worst_moment_of_a_revision_is_kept(causes, worst):
    assert cause_of(kept(*map(situation, causes))) == worst


def test_a_moment_without_a_cause_does_not_replace_one_with_a_cause():
    assert cause_of(kept(situation(UNREADY), situation())) == UNREADY
    failed = kept(situation(UNREADY), situation(state=State.FAILED))
    assert failed[('deploy-web', '3')].is_fatal


def test_the_last_moment_without_a_cause_is_kept():
    moments = kept(situation(waits_for='a'), situation(waits_for='b'))
    assert moments[('deploy-web', '3')].assessed.waits_for == 'b'


def test_more_evidence_replaces_a_moment_and_other_evidence_does_not():
    first, other = (CRASH._replace(evidence=(f'new since revision {n}',)) for n in (2, 3))
    more = CRASH._replace(evidence=(*first.evidence, 'it restarts'))
    assert cause_of(kept(situation(first), situation(other))) == first
    assert cause_of(kept(situation(first), situation(more))) == more


def test_of_a_change_that_is_not_observed_no_moment_replaces_one_before():
    first = kept(situation(waits_for='a'))
    changed = view(deployment(meta={'generation': 4}))
    moments = failed_revisions.add_moment(first, changed, situation(waits_for='b'))
    assert moments == first


@pytest.mark.parametrize(
    ('moment', 'generation', 'is_kept'),
    [
        (situation(state=State.READY), 3, False),
        (situation(), 3, True),
        (situation(), 4, False),
        (situation(CRASH), 4, False),
        (situation(CRASH, state=State.READY), 3, True),
    ],
)
def test_which_moments_are_kept(moment, generation, is_kept):
    obj = deployment(meta={'generation': generation})
    assert bool(kept(moment, obj=obj)) is is_kept


@pytest.mark.parametrize(
    ('current', 'only_fatal', 'worst'),
    [
        (('deploy-web', '4'), False, CRASH),
        (('deploy-web', '3'), False, UNREADY),
        (('deploy-web', '3'), True, None),
        (('another', '3'), False, CRASH),
        (('another', ''), False, CRASH),
        (('deploy-web', ''), False, None),
        (None, False, CRASH),
    ],
)
def test_the_current_revision_was_not_replaced(current, only_fatal, worst):
    moments = kept(situation(CRASH), situation(UNREADY, revision='2'))
    assert cause_of(moments, current, only_fatal) == worst


def test_the_template_before_the_command():
    before, other = deployment(), deployment(template={'containers': []})
    assert failed_revisions.has_template_of(deployment(5), before)
    assert not failed_revisions.has_template_of(other, before)
    assert not failed_revisions.has_template_of(before, None)


@pytest.mark.parametrize(
    ('name', 'now', 'parts'),
    [
        ('3', Revision('4'), ('revision 3 was', 'revision 4', 'ready')),
        ('3', None, ('revision 3 was',)),
        ('', Revision(''), ('the object before it was',)),
    ],
)
def test_a_rollback_is_described(name, now, parts):
    (failed,) = kept(situation(CRASH, revision=name)).values()
    short, full = failed_revisions.describe_rollback(failed, Assessment(State.READY, revision=now))
    assert short in full
    assert all(part in full for part in parts)


def test_commands_about_deleted_pods_and_rollbacks_are_not_suggested():
    commands = ('kubectl logs web-1', 'kubectl rollout undo deploy/web', 'kubectl get pods')
    cause = CRASH._replace(suggested_commands=commands[:1])
    (failed,) = kept(situation(cause, suggested_commands=commands[1:])).values()
    explanation = failed_revisions.explain_failure(failed, 'it was rolled back')
    assert explanation.suggested_commands == ('kubectl get pods',)


@pytest.mark.parametrize(
    ('causes', 'facts'),
    [
        ([CRASH], ('exits with 3 (twice)', 'rolled back', 'slow')),
        ([], ('it was waiting for 2 pods', 'rolled back')),
    ],
)
def test_the_facts_are_the_cause_and_what_became_of_the_revision(causes, facts):
    moment = situation(
        *causes, message='slow', waits_for='2 pods', still_serving='the old one serves'
    )
    (failed,) = kept(moment).values()
    explained = failed_revisions.explain_failure(failed, 'rolled back')
    assert len(explained.facts) == len(facts)
    assert explained.facts[1] == 'rolled back'
    assert 'the old one serves' not in explained.facts
