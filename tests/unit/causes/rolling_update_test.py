from __future__ import annotations

import pytest

from kubectl_dog.causes.rolling_update import has_healthy_pod
from kubectl_dog.causes.rolling_update import is_blocked
from kubectl_dog.model.assessments import Progress
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

HALFWAY = Progress(desired=4, updated=2, old=2)


def rolling(replicas, available, **update):
    spec = {'strategy': {'rollingUpdate': update}} if update else {}
    return deployment(4, spec=spec, replicas=replicas, availableReplicas=available)


def daemon(unavailable, **update):
    return {
        'kind': 'DaemonSet',
        'spec': {'updateStrategy': {'rollingUpdate': update}},
        'status': {'numberUnavailable': unavailable},
    }


@pytest.mark.parametrize(
    ('workload', 'progress', 'blocked'),
    (
        (rolling(5, 3), None, False),
        (rolling(5, 3), Progress(desired=4, updated=4), False),
        (rolling(5, 3), Progress(desired=4, updated=4, old=1), True),
        (rolling(5, 3), Progress(desired=4, updated=3), True),
        (rolling(4, 3), HALFWAY, False),
        (rolling(5, 4), HALFWAY, False),
        (rolling(5, 4, maxUnavailable=0), HALFWAY, True),
        (rolling(5, 3, maxUnavailable=2), HALFWAY, False),
        (rolling(5, 3, maxSurge='50%'), HALFWAY, False),
        (rolling(6, 3, maxSurge='30%'), HALFWAY, True),
        (rolling(4, 4, maxSurge='odd', maxUnavailable='odd%'), HALFWAY, True),
        (daemon(1), HALFWAY, True),
        (daemon(0), HALFWAY, False),
        (daemon(1, maxUnavailable='50%'), HALFWAY, False),
        (daemon(0, maxUnavailable=0), HALFWAY, False),
        ({'kind': 'StatefulSet'}, HALFWAY, True),
    ),
)
def test_a_rollout_is_blocked_if_it_may_not_replace_more_pods(workload, progress, blocked):
    assert is_blocked(workload, progress) is blocked


@pytest.mark.parametrize(
    ('other', 'proof'),
    (
        (pod(status(), name='b', ready=True, age=10), True),
        (pod(status(), name='b', ready=True, age=9), False),
        (pod(status(), name='b'), False),
        (pod(status(), name='a', ready=True), False),
        (pod(status(last=ended(), state=running()), name='b', ready=True), False),
        (
            pod(
                status(),
                name='b',
                ready=True,
                inits=[{'name': 'init'}],
                init_statuses=[status('init', ended(0))],
            ),
            True,
        ),
    ),
)
def test_one_healthy_pod_proves_the_revision(other, proof):
    assert has_healthy_pod(view(), [pod(name='a'), other], ('a',)) is proof


def test_a_pod_without_a_ready_time_is_not_proven():
    other = pod(name='b')
    other['status']['conditions'] = [{'type': 'Ready', 'status': 'True'}]
    assert not has_healthy_pod(view(), [other], ())
