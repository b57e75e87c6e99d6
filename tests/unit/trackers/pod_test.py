from __future__ import annotations

import pytest

from kubectl_dog.trackers import pod as tracker
from tests.unit.builders import NOW
from tests.unit.builders import POD
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

PROBED_POD = {'containers': [container(**PROBED)]}
UNSCHEDULED = pod(phase='Pending')
UNSCHEDULED['status']['conditions'] = [
    {'type': 'PodScheduled', 'status': 'False', 'message': '0/1 nodes'},
]
EVICTED = pod(phase='Failed')
EVICTED['status'].update(reason='Evicted', message='The node was low on memory')


@pytest.mark.parametrize(
    ('thing', 'state', 'reason', 'waits_for'),
    (
        pytest.param(pod(ready=True, **PROBED_POD), 'ready', '', '', id='ready by its probe'),
        pytest.param(pod(status(), ready=True), 'ready', '', '', id='has run for long'),
        pytest.param(
            pod(status(state=running(4)), ready=True),
            'progressing',
            'Settling',
            'it to stay up for 6s more',
            id='has just started',
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
        pytest.param({}, 'progressing', '', 'it to become ready', id='empty'),
    ),
)
def test_state(thing, state, reason, waits_for):
    judged = tracker.assess(view(thing, target=POD))
    assert (judged.state, judged.reason, judged.waits_for) == (state, reason, waits_for)


def test_looks_again_when_it_has_lasted():
    judged = tracker.assess(view(pod(status(state=running(4)), ready=True), target=POD))
    assert judged.recheck_at == NOW + 6


def test_need_not_last_where_nobody_asks_for_it():
    thing = pod(status(state=running(1)), ready=True)
    assert tracker.assess(view(thing, target=POD, stable_for=0.0)).state == 'ready'


def test_wants_nothing_but_itself():
    assert tracker.wants(view(pod(), target=POD)) == ()
