from __future__ import annotations

import pytest

from kubectl_dog.model.times import format_timestamp
from kubectl_dog.trackers.kinds import pod as tracker
from tests.unit.builders import NOW
from tests.unit.builders import POD
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

PROBED_POD = {'containers': [container(**PROBED)]}
GATED = {
    'status': {'phase': 'Running', 'conditions': [{'type': 'ContainersReady', 'status': 'True'}]}
}
UNSCHEDULED = pod(phase='Pending')
UNSCHEDULED['status']['conditions'] = [
    {'type': 'PodScheduled', 'status': 'False', 'message': '0/1 nodes'},
]
EVICTED = pod(phase='Failed')
EVICTED['status'].update(reason='Evicted', message='The node was low on memory')


@pytest.mark.parametrize(
    ('obj', 'state', 'reason', 'waits_for'),
    (
        pytest.param(pod(ready=True, **PROBED_POD), 'ready', '', '', id='ready by its probe'),
        pytest.param(pod(status(), ready=True), 'ready', '', '', id='has run for long'),
        pytest.param(
            pod(status(state=running(4)), ready=True),
            'progressing',
            'Settling',
            'it to keep running for 6s more',
            id='has just started',
        ),
        pytest.param(
            pod(status(), ready=True, phase='Unknown'),
            'progressing',
            '',
            'its node to report its state',
            id='its node is lost',
        ),
        pytest.param(pod(phase='Succeeded'), 'ready', 'Succeeded', '', id='done'),
        pytest.param(
            pod(status(state=ended(5)), phase='Failed'),
            'failed',
            'Error',
            '',
            id='failed',
        ),
        pytest.param(pod(phase='Failed'), 'failed', 'Failed', '', id='failed without a word'),
        pytest.param(EVICTED, 'failed', 'Evicted', '', id='evicted'),
        pytest.param(pod(deleting=True), 'deleting', '', '', id='being deleted'),
        pytest.param(
            pod(phase='Succeeded', deleting=True),
            'ready',
            'Succeeded',
            '',
            id='deleted after it was done',
        ),
        pytest.param(
            pod(schedulingGates=[{'name': 'quota'}], phase='Pending'),
            'paused',
            'SchedulingGated',
            '',
            id='gated',
        ),
        pytest.param(UNSCHEDULED, 'progressing', '', 'a node: 0/1 nodes', id='no node'),
        pytest.param(
            pod(phase='Pending'),
            'progressing',
            '',
            'its containers to start',
            id='starting',
        ),
        pytest.param(pod(), 'progressing', '', 'it to become ready', id='not ready'),
        pytest.param(GATED, 'progressing', '', 'its readiness gates', id='gates'),
        pytest.param({}, 'progressing', '', 'it to become ready', id='empty'),
    ),
)
def test_state(obj, state, reason, waits_for):
    assessment = tracker.assess(view(obj, target=POD))
    assert (assessment.state, assessment.reason, assessment.waits_for) == (state, reason, waits_for)


def deleted(code, at, grace=30, **fields):
    # Deletion was asked for 10 s ago.
    obj = pod(status(state=ended(code, at=at)), phase='Failed', deleting=True, **fields)
    obj['metadata']['deletionTimestamp'] = format_timestamp(NOW - 10 + grace)
    obj['metadata']['deletionGracePeriodSeconds'] = grace
    return obj


@pytest.mark.parametrize(
    ('obj', 'state'),
    (
        (deleted(1, at=20), 'failed'),
        (deleted(143, at=8), 'deleting'),
        (deleted(1, at=20, restartPolicy='Always'), 'deleting'),
    ),
)
def test_what_ends_because_it_is_deleted_has_no_verdict_of_its_own(obj, state):
    assert tracker.assess(view(obj, target=POD)).state == state


@pytest.mark.parametrize(
    ('events', 'policy', 'state', 'reason'),
    (
        ([], 'Never', 'ready', 'Succeeded'),
        ([], 'Always', 'failed', 'Ended'),
        (['Evicted'], 'Never', 'failed', 'Evicted'),
        (['Started'], 'OnFailure', 'ready', 'Succeeded'),
    ),
)
def test_a_pod_that_was_told_to_end_has_not_done_its_work(events, policy, state, reason):
    obj = pod(status(state=ended(0)), phase='Succeeded', restartPolicy=policy)
    kube_events = [kube_event(obj, event, 'no room') for event in events]
    assessment = tracker.assess(view(obj, *kube_events, target=POD))
    assert (assessment.state, assessment.reason) == (state, reason)


def test_looks_again_when_it_has_lasted():
    assessment = tracker.assess(view(pod(status(state=running(4)), ready=True), target=POD))
    assert assessment.recheck_at == NOW + 6


def test_need_not_last_where_nobody_asks_for_it():
    obj = pod(status(state=running(1)), ready=True)
    assert tracker.assess(view(obj, target=POD, stable_for=0.0)).state == 'ready'


def test_wants_nothing_but_itself():
    assert tracker.wants(view(pod(), target=POD)) == ()
