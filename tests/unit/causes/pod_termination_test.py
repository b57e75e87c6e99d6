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


def terminating(left=20.0, grace=30, finalizers=None, namespace='shop', **fields):
    obj = pod(owner='rs-1', deleting=True, **fields)
    obj['metadata'].update(
        deletionTimestamp=format_timestamp(NOW + left),
        deletionGracePeriodSeconds=grace,
        finalizers=finalizers,
        namespace=namespace,
    )
    return obj


@pytest.mark.parametrize(
    ('other', 'frees'),
    (
        (terminating(), True),
        (terminating(left=-30), True),
        (terminating(left=-31), False),
        (terminating(namespace='elsewhere'), False),
        (pod(owner='rs-1'), False),
        ({**terminating(), 'kind': 'Other'}, False),
        (replica_set(), False),
    ),
)
def test_terminating_pods_count_for_twice_the_grace_period(other, frees):
    assert pod_termination.any_terminating(view(None, other)) is frees


@pytest.mark.parametrize(
    ('obj', 'stuck'), ((terminating(), False), (terminating(left=-31), True), (pod(), False))
)
def test_is_stuck_after_the_grace_period(obj, stuck):
    assert pod_termination.is_stuck(view(), obj) is stuck


@pytest.mark.parametrize(
    ('obj', 'blocker'),
    (
        (terminating(), 'grace period 30s'),
        (
            terminating(containers=[container(lifecycle=HOOK), container('log')]),
            'grace period 30s, preStop hook of main',
        ),
        (
            terminating(containers=[container(lifecycle=HOOK), container('log', lifecycle=HOOK)]),
            'grace period 30s, preStop hooks of main, log',
        ),
        (
            terminating(left=-31),
            'its grace period is over, but its node has not confirmed the termination',
        ),
        (
            terminating(finalizers=['example.org/wait', 'b']),
            'waits for finalizers: example.org/wait, b',
        ),
    ),
)
def test_names_what_blocks_termination(obj, blocker):
    assert pod_termination.blocked_by(view(), obj) == blocker
    assert pod_termination.describe_terminating(view(), [obj, obj]) == (
        f'2 old pods still terminating: web-1 ({blocker})'
    )
