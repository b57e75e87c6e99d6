"""Judgements, causes and the engine with objects of which any field is of any shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog import api
from kubectl_dog.model.json_decoding import decode
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import daemon_set
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.builders import workload
from tests.unit.oddities import ANY
from tests.unit.oddities import SETTINGS
from tests.unit.oddities import misshapen
from tests.unit.tracking.play import EVENT_WATCH
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import REPLICA_SETS
from tests.unit.tracking.play import Play

VERSIONS = {
    'Deployment': 'apps/v1',
    'ReplicaSet': 'apps/v1',
    'StatefulSet': 'apps/v1',
    'DaemonSet': 'apps/v1',
    'ControllerRevision': 'apps/v1',
    'Job': 'batch/v1',
    'CronJob': 'batch/v1',
    'Ingress': 'networking.k8s.io/v1',
    'PodDisruptionBudget': 'policy/v1',
    'HorizontalPodAutoscaler': 'autoscaling/v2',
    'CustomResourceDefinition': 'apiextensions.k8s.io/v1',
    'APIService': 'apiregistration.k8s.io/v1',
    'CertificateSigningRequest': 'certificates.k8s.io/v1',
    'Lamp': 'x.example.com/v1',
}
CRASHING = status(state=waiting('CrashLoopBackOff', 'back-off'), last=ended(), restarts=4)
CONDITIONS = [{'type': 'Ready', 'status': 'False', 'reason': 'x', 'lastTransitionTime': ago(9)}]
EVENT = kube_event(pod(), 'FailedScheduling', '0/1 nodes are available: 1 Insufficient cpu.')
OTHERS = (
    'Service', 'Secret', 'Namespace', 'Node', 'PersistentVolume', 'PersistentVolumeClaim',
    'ResourceQuota', 'CronJob', 'Ingress', 'PodDisruptionBudget', 'HorizontalPodAutoscaler',
    'CustomResourceDefinition', 'APIService', 'CertificateSigningRequest', 'Lamp', 'ConfigMap',
)  # fmt: skip
OBJECTS = (
    deployment(2, conditions=[{**CONDITIONS[0], 'type': 'Progressing'}], readyReplicas=1),
    replica_set(),
    stateful_set(),
    daemon_set(),
    workload('Job', spec={'completions': 1, 'backoffLimit': 1}, conditions=CONDITIONS),
    controller_revision(2, 'b', 'statefulset-web'),
    pod(CRASHING, owner='rs-2', phase='Pending', volumes=[{'name': 'v', 'secret': {}}]),
    *(manifest(kind, spec={'x': [1]}, conditions=CONDITIONS, phase='Pending') for kind in OTHERS),
)


@pytest.fixture(autouse=True)
def nobody_takes_over(monkeypatch):
    """A tracker of ours that fails is an error here, and not a reason to ask another one."""

    def fail(guarded, target, error):
        raise error

    monkeypatch.setattr(GuardedTracker, '_give_up', fail)


def versioned(obj):
    return {'apiVersion': VERSIONS.get(obj['kind'], 'v1'), **obj}


@SETTINGS
@given(misshapen(*map(versioned, OBJECTS)), misshapen(EVENT))
def test_a_file_may_hold_anything(obj, event):
    listed = [versioned(obj) for obj in OBJECTS[:7]]
    assert len(api.statuses_from_objects([obj, *listed, event])) >= len(listed)


@SETTINGS
@given(st.lists(st.dictionaries(st.sampled_from(('kind', 'metadata', 'status')), ANY), max_size=3))
def test_a_file_may_hold_objects_that_are_none(objects):
    assert len(api.statuses_from_objects(objects)) == len(
        [obj for obj in objects if obj.get('kind') != 'Event']
    )


@SETTINGS
@given(
    misshapen(deployment(), OBJECTS[0]),
    misshapen(replica_set()),
    misshapen(pod(CRASHING, owner='rs-2'), pod(owner='rs-2')),
    misshapen(EVENT),
)
def test_a_rollout_goes_on_whatever_comes(deploy, owner, member, event):
    play = Play(timeout=60.0)
    play.listed(0, play.root, deployment())
    play.listed(0, REPLICA_SETS, replica_set(), owner)
    play.listed(0, POD_WATCH, pod(CRASHING, owner='rs-2'), member)
    play.listed(1, EVENT_WATCH, event)
    play.changed(2, play.root, {**deploy, 'metadata': deployment()['metadata']})
    play.changed(3, POD_WATCH, member)
    play.changed(4, EVENT_WATCH, event)
    play.changed(5, play.root, deploy)
    assert play.until(100).step.finished


def nested(levels):
    inner = b'{"a":[' * levels + b']}' * levels
    return decode(b'{"kind":"Lamp","metadata":{"name":"a"},"spec":%s}' % inner)


@pytest.mark.parametrize('levels', (495, 2_500, 30_000))
def test_deep_objects_are_judged(levels):
    deep = nested(levels)
    assert [result.state.value for result in api.statuses_from_objects([versioned(deep)])] == [
        'ready'
    ]
    lasting = deployment(meta={'deep': deep}, template={'containers': [container()], 'x': deep})
    play = Play(timeout=60.0)
    play.listed(0, play.root, lasting)
    old = replica_set('1', template={'containers': [container()], 'x': nested(levels)})
    play.listed(0, REPLICA_SETS, replica_set(template={'x': deep}), old)
    play.changed(1, play.root, {**lasting, 'spec': {**lasting['spec'], 'y': nested(levels)}})
    assert play.until(100).step.finished
