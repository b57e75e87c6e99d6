from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import RunLimit
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import Target
from kubectl_dog.output import wording

WEB = Target(DEPLOYMENTS, 'shop', 'web')


@pytest.mark.parametrize(
    ('number', 'text'),
    [(1, '1st'), (2, '2nd'), (3, '3rd'), (4, '4th'), (11, '11th'), (12, '12th'), (23, '23rd')],
)
def test_ordinals(number, text):
    assert wording.ordinal(number) == text


@pytest.mark.parametrize(
    ('revision', 'desired', 'newer', 'text'),
    [
        (Revision('8'), 3, False, 'revision 8: 3 replicas'),
        (Revision('8', '7'), 1, False, 'revision 8 (was 7): 1 replica'),
        (Revision('9', '8', ('image a → b',)), 3, True, None),
        (Revision(''), 1, False, '1 replica'),
    ],
)
def test_revisions(revision, desired, newer, text):
    text = text or 'newer revision 9 (was 8): image a → b, 3 replicas'
    assert wording.revision(RevisionSeen(0, WEB, revision, desired), newer) == text


@pytest.mark.parametrize(
    ('state', 'message', 'progress', 'waits_for', 'text'),
    [
        (State.PROGRESSING, '', Progress(3, 2, 1), '', '1/3 ready, 2/3 updated'),
        (State.PROGRESSING, '', None, '2 pods', 'waiting for 2 pods'),
        (
            State.PROGRESSING,
            'unused',
            Progress(3, 3, 3, 3, 1),
            'it',
            '3/3 ready, 3/3 updated, 1 of the old left: waiting for it',
        ),
        (State.PAUSED, 'is paused (spec.paused)', Progress(3), '', 'is paused (spec.paused)'),
        (State.ABSENT, '', None, '', 'does not exist yet'),
        (State.READY, '', None, '', 'ready'),
    ],
)
def test_states(state, message, progress, waits_for, text):
    row = StateChanged(0, WEB, state, '', message, progress, waits_for)
    assert wording.state_text(row) == text


@pytest.mark.parametrize(
    ('code', 'left', 'fails_at', 'text'),
    [
        ('CrashLoop', None, 3, 'fails at the 3rd exit'),
        ('LivenessProbeFailed', None, 3, 'fails at the 3rd kill'),
        ('ImageNotFound', 34.2, None, 'fails in 34s unless it recovers'),
        ('NotReady', None, None, ''),
    ],
)
def test_fates(code, left, fails_at, text):
    cause = Cause(code, '', 'main', '')
    assert wording.failure_condition(CauseSeen(0, WEB, cause, 1, left, fails_at)) == text


@pytest.mark.parametrize(
    ('reason', 'text'),
    [('BackOff', 'CrashLoop (BackOff)'), ('', 'CrashLoop'), ('CrashLoop', 'CrashLoop')],
)
def test_the_cluster_s_word_stands_beside_the_code(reason, text):
    assert wording.cause_title(Cause('CrashLoop', reason, 'main', '')) == text


@pytest.mark.parametrize(
    ('count', 'updated', 'text'),
    [
        (1, 3, '1 of 3 pods so far'),
        (3, 3, 'all 3 pods'),
        (2, 2, 'both pods'),
        (2, 1, '2 pods'),
        (1, 0, '1 pod'),
    ],
)
def test_spread(count, updated, text):
    assert wording.pod_spread(count, updated) == text


CRASH = Cause('CrashLoop', '', 'main', '', terminations=1)


@pytest.mark.parametrize(
    ('cause', 'seconds', 'fails_at', 'text'),
    (
        (CRASH, None, 3, 'fails at the 3rd exit'),
        (CRASH, 30.0, 3, 'fails at the 3rd exit or in 30s unless it recovers'),
        (CRASH._replace(terminations=4), 10.0, 3, 'fails in 10s unless it recovers'),
        (
            CRASH._replace(affects_some_pods=True),
            None,
            5,
            'fails at the 5th exit (extended: other pods are healthy)',
        ),
        (
            CRASH._replace(may_await_other_target=True),
            None,
            5,
            'fails at the 5th exit (extended: another target is progressing)',
        ),
        (
            CRASH._replace(tolerance_override=Tolerance(terminations=7)),
            None,
            7,
            'fails at the 7th exit (--tolerate)',
        ),
        (CRASH._replace(tolerance_override=Tolerance()), None, None, 'tolerated'),
        (CRASH._replace(code='Evicted'), None, 3, 'fails at the 3rd replacement'),
        (CRASH, None, None, ''),
    ),
)
def test_when_a_cause_fails_its_target(cause, seconds, fails_at, text):
    assert wording.failure_condition(CauseSeen(0, WEB, cause, 1, seconds, fails_at)) == text


@pytest.mark.parametrize(
    ('limit', 'text'),
    (
        (None, ''),
        (RunLimit(120.0, '--timeout'), 'times out in 2m (--timeout)'),
        (
            RunLimit(580.0, '--stall-timeout'),
            'times out in 9m40s without progress (--stall-timeout)',
        ),
        (
            RunLimit(15.0, 'progressDeadlineSeconds'),
            'fails in 15s without progress (progressDeadlineSeconds)',
        ),
    ),
)
def test_what_fails_nothing_tells_when_the_run_ends(limit, text):
    event = CauseSeen(0, WEB, Cause('NotReady', '', 'main', ''), 1, None, None, limit)
    assert wording.failure_condition(event) == text
    assert 'fails in 30s' in wording.failure_condition(event._replace(seconds_left=30.0))
    tolerated = event.cause._replace(tolerance_override=Tolerance())
    assert wording.failure_condition(event._replace(cause=tolerated)) == 'tolerated'


@pytest.mark.parametrize(
    ('terminations', 'fails_at', 'text'),
    ((1, 3, 'fails after 2 more exits'), (2, 3, 'fails at the next exit')),
)
def test_exits_before_the_run_are_not_counted_as_those_of_the_run(terminations, fails_at, text):
    cause = CRASH._replace(terminations=terminations, terminations_before=2)
    assert wording.failure_condition(CauseSeen(0, WEB, cause, 1, None, fails_at)) == text


def test_no_cause_fails_in_0_seconds():
    event = CauseSeen(0, WEB, CRASH, 1, 0.2, None)
    assert wording.failure_condition(event) == 'fails in 1s unless it recovers'


def test_a_job_counts_what_has_succeeded():
    job = Target(JOBS, 'shop', 'import')
    counts = Progress(3, 3, 2, 1)
    row = StateChanged(0, job, State.PROGRESSING, '', '', counts, '2 pods to succeed')
    assert wording.state_text(row) == '1/3 succeeded: waiting for 2 pods to succeed'
    assert wording.done_counts(counts, 'Job') == '1/3 succeeded'
    assert wording.state_text(row._replace(state=State.READY)) == 'ready: 1/3 succeeded'
