from __future__ import annotations

import pytest

from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import cronjob as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import view


@pytest.mark.parametrize(
    ('obj', 'state', 'text', 'notices'),
    (
        pytest.param(
            manifest('K', meta={'deletionTimestamp': ago(1)}),
            'deleting',
            'is being deleted',
            (),
            id='being deleted',
        ),
        pytest.param(
            {'kind': 'CronJob', 'metadata': {'generation': 1}, 'status': {}},
            'ready',
            '',
            (),
            id='new',
        ),
        pytest.param(
            manifest('CronJob', spec={'suspend': True}),
            'ready',
            '',
            ('is suspended (spec.suspend): it creates no Jobs',),
            id='suspended',
        ),
        pytest.param(
            manifest(
                'CronJob',
                lastScheduleTime='2026-01-02T03:04:00Z',
                lastSuccessfulTime='2026-01-02T03:05:00Z',
            ),
            'ready',
            '',
            ('last ran at 2026-01-02T03:04:00Z and succeeded',),
            id='has succeeded',
        ),
        pytest.param(
            manifest(
                'CronJob',
                lastScheduleTime='2026-01-02T03:04:00Z',
                lastSuccessfulTime='2026-01-01T03:05:00Z',
            ),
            'ready',
            '',
            ('last ran at 2026-01-02T03:04:00Z and did not succeed',),
            id='has failed',
        ),
        pytest.param(
            manifest(
                'CronJob',
                lastScheduleTime='2026-01-02T03:04:00Z',
                active=[{'name': 'a'}, {'name': 'b'}],
            ),
            'ready',
            '',
            ('has active Jobs since 2026-01-02T03:04:00Z: a, b',),
            id='is running',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


CRON_JOB = manifest('CronJob', spec={'jobTemplate': {'metadata': {'labels': {'app': 'web'}}}})


def job(label, age, end='', owner='cronjob-web'):
    conditions = [{'type': end, 'status': 'True', 'reason': 'BackoffLimitExceeded'}] if end else []
    meta = {
        'creationTimestamp': ago(age),
        'ownerReferences': [{'uid': owner, 'controller': True}],
    }
    spec = {'selector': {'matchLabels': {'controller-uid': label}}}
    return manifest('Job', label, meta=meta, spec=spec, conditions=conditions)


@pytest.mark.parametrize(
    ('jobs', 'shown'),
    (
        pytest.param([], [], id='none yet'),
        pytest.param([job('a', 900), job('b', 600, 'Failed')], ['a'], id='active'),
        pytest.param([job('a', 900, 'Complete'), job('b', 600, 'Failed')], ['b'], id='the last'),
        pytest.param([job('a', 600, 'Failed'), job('b', 9, 'Complete')], ['b'], id='new'),
        pytest.param([job('a', 900), job('b', 9, 'Complete')], ['a', 'b'], id='active and new'),
        pytest.param([job('a', 9, owner='other')], [], id='of another owner'),
        pytest.param(
            [job(f'j{n}', 99 - n) for n in range(7)], ['j2', 'j3', 'j4', 'j5', 'j6'], id='5'
        ),
    ),
)
def test_shows_the_jobs_that_are_active_or_new_or_else_the_last(jobs, shown):
    pods = [pod(name=f'pod-{label}', owner=f'job-{label}') for label in ('a', 'b')]
    seen = view(CRON_JOB, *jobs, *pods)
    assessment = tracker.assess(seen)
    assert [child['metadata']['name'] for child in assessment.children] == shown
    names = [member['metadata']['name'] for member in assessment.other_pods]
    assert names == [f'pod-{label}' for label in shown if label in 'ab']
    assert tracker.wants(seen) == (
        Watch(JOBS, 'shop', 'app=web'),
        *(Watch(PODS, 'shop', f'controller-uid={label}') for label in shown),
    )


def test_no_job_is_new_in_a_single_look():
    jobs = [job('a', 9, 'Complete'), job('b', 8, 'Failed')]
    assessment = tracker.assess(view(CRON_JOB, *jobs, run_history=RunHistory()))
    assert [child['metadata']['name'] for child in assessment.children] == ['b']


def test_says_how_the_last_run_failed():
    obj = manifest('CronJob', lastScheduleTime=ago(60), lastSuccessfulTime=ago(900))
    [notice] = tracker.assess(view(obj, job('a', 59, 'Failed'), now=NOW)).notices
    assert notice == f'last ran at {ago(60)} and failed (job/a: BackoffLimitExceeded)'
