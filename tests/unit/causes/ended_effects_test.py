from __future__ import annotations

import pytest

from kubectl_dog.causes.ended_effects import is_over
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

CREATING = pod(status(state=waiting('ContainerCreating')), nodeName='n')
RUNNING = pod(status(), nodeName='n')
COMPLETE, SHORT = (replica_set(replicas=count) for count in (2, 1))
for _replica_set in (COMPLETE, SHORT):
    _replica_set['spec']['replicas'] = 2


@pytest.mark.parametrize(
    ('code', 'pods', 'over'),
    (
        ('Unschedulable', [pod()], False),
        ('Unschedulable', [CREATING], True),
        ('Unschedulable', [CREATING, pod(name='web-2')], True),
        ('Unschedulable', [], False),
        ('PVCPending', [CREATING], True),
        ('VolumeMissing', [CREATING], True),
        ('MountFailed', [CREATING], False),
        ('MountFailed', [RUNNING], True),
        ('ImageNotFound', [CREATING], False),
        ('ImageNotFound', [RUNNING], True),
        ('ConfigMapMissing', [RUNNING], True),
        ('SandboxFailed', [CREATING], False),
        ('SandboxFailed', [RUNNING], True),
        ('NodeNotReady', [RUNNING], False),
        ('CrashLoop', [RUNNING], False),
    ),
)
def test_a_cause_of_pods_is_over_when_they_are_past_the_step(code, pods, over):
    cause = Cause(code, '', 'x', '', pods=('web-1',))
    assert is_over(view(), Assessment(State.PROGRESSING, pods=tuple(pods)), cause) is over


def test_each_container_but_the_init_containers_has_to_run():
    cause = Cause('ImageNotFound', '', 'x', '', pods=('web-1',))
    both = [container(), container('more')]
    for obj, over in (
        (pod(status(), containers=both), False),
        (pod(status(), status('more'), containers=both), True),
        (pod(status(), inits=[container('init')]), True),
    ):
        assert is_over(view(), Assessment(State.PROGRESSING, pods=(obj,)), cause) is over


@pytest.mark.parametrize(
    ('children', 'over'), (((), False), ((COMPLETE,), True), ((COMPLETE, SHORT), False))
)
def test_a_refusal_is_over_when_no_pod_is_missing(children, over):
    assessed = Assessment(State.PROGRESSING, children=children)
    assert is_over(view(deployment()), assessed, Cause('QuotaExceeded', '', 'x', '')) is over
