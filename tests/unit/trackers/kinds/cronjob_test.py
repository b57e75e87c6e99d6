from __future__ import annotations

import pytest

from kubectl_dog.trackers.kinds import cronjob as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
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
            ('is suspended (spec.suspend): it starts no Job',),
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
            ('has a run under way, since 2026-01-02T03:04:00Z: a, b',),
            id='is running',
        ),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices
