from __future__ import annotations

import pytest

from kubectl_dog.causes import pod_termination
from kubectl_dog.model.times import format_timestamp
from tests.unit.builders import NOW
from tests.unit.builders import container
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import view

HOOK = {'preStop': {'sleep': {'seconds': 5}}}


def going(left=20.0, grace=30, finalizers=None, namespace='shop', **fields):
    thing = pod(owner='rs-1', deleting=True, **fields)
    thing['metadata'].update(
        deletionTimestamp=format_timestamp(NOW + left),
        deletionGracePeriodSeconds=grace,
        finalizers=finalizers,
        namespace=namespace,
    )
    return thing


@pytest.mark.parametrize(
    ('other', 'frees'),
    (
        (going(), True),
        (going(left=-30), True),
        (going(left=-31), False),
        (going(namespace='elsewhere'), False),
        (pod(owner='rs-1'), False),
        ({**going(), 'kind': 'Other'}, False),
        (replica_set(), False),
    ),
)
def test_what_is_going_makes_room_for_twice_its_grace_period(other, frees):
    assert pod_termination.any_terminating(view(None, other)) is frees


@pytest.mark.parametrize(
    ('thing', 'stuck'), ((going(), False), (going(left=-31), True), (pod(), False))
)
def test_beyond_that_it_is_stuck(thing, stuck):
    assert pod_termination.is_stuck(view(), thing) is stuck


@pytest.mark.parametrize(
    ('thing', 'held'),
    (
        (going(), 'grace period 30s'),
        (
            going(containers=[container(lifecycle=HOOK), container('log')]),
            'grace period 30s, preStop hook of main',
        ),
        (
            going(containers=[container(lifecycle=HOOK), container('log', lifecycle=HOOK)]),
            'grace period 30s, preStop hooks of main, log',
        ),
        (going(left=-31), 'its grace period is over, but its node has not confirmed its end'),
        (
            going(finalizers=['example.org/wait', 'b']),
            'held by example.org/wait, b (metadata.finalizers)',
        ),
    ),
)
def test_says_what_holds_it(thing, held):
    assert pod_termination.blocked_by(view(), thing) == held
    assert pod_termination.describe_terminating(view(), [thing, thing]) == (
        f'2 old pods still terminating: web-1 ({held})'
    )
