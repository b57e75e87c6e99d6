"""Test the counts and new pods of workloads behind another target."""

from __future__ import annotations

import pytest

from kubectl_dog.testing import view
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import Watch
from kubectl_dog.tracker import workload
from kubectl_dog.tracker import workload_watches

LAMP = """\
apiVersion: example.com/v1
kind: Lamp
metadata: {name: hall}
"""
WORKLOAD = """\
---
apiVersion: apps/v1
kind: %s
metadata:
  name: web
  generation: 1
  annotations: {deployment.kubernetes.io/revision: "2",
    deprecated.daemonset.template.generation: "2"}
spec: {replicas: 2, selector: {matchLabels: {app: web}}%s}
status: {observedGeneration: 1%s}
"""
REPLICA_SET = """\
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-%s
  annotations: {deployment.kubernetes.io/revision: "%s"}
  ownerReferences: [{kind: Deployment, name: web, controller: true}]
"""
REVISION = """\
---
apiVersion: apps/v1
kind: ControllerRevision
metadata:
  name: web-%s
  labels: {controller-revision-hash: %s}
  ownerReferences: [{kind: %s, name: web, controller: true}]
revision: %d
"""
POD = """\
---
apiVersion: v1
kind: Pod
metadata:
  name: %s
  labels: {controller-revision-hash: %s, pod-template-generation: "%s"}
  ownerReferences: [{kind: %s, name: %s, controller: true}]
status: {phase: %s}
"""
UP = ', replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2'


def read(kind='Deployment', spec='', status=UP, behind='', **fields):
    shown = view(LAMP + WORKLOAD % (kind, spec, status) + behind, **fields)
    (obj,) = shown.objects_of(Watch(shown.target.resource._replace(group='apps', kind=kind), ''))
    return workload(shown, obj)


@pytest.mark.parametrize(
    ('kind', 'spec', 'status', 'missing'),
    (
        ('Deployment', '', UP, ''),
        ('Deployment', '', UP.replace(' replicas: 2', ' replicas: 3'), '1 old pod to terminate'),
        ('Deployment', '', ', availableReplicas: 2', '0 of 2 pods updated'),
        ('Deployment', '', ', availableReplicas: 1', '1 of 2 pods available'),
        ('Deployment', ', paused: true', '', ''),
        ('StatefulSet', '', UP, ''),
        ('StatefulSet', '', ', availableReplicas: 2', '0 of 2 pods updated'),
        (
            'StatefulSet',
            ', updateStrategy: {rollingUpdate: {partition: 1}}',
            ', replicas: 2, updatedReplicas: 1, availableReplicas: 2',
            '',
        ),
        ('StatefulSet', ', updateStrategy: {type: OnDelete}', ', availableReplicas: 2', ''),
        (
            'DaemonSet',
            '',
            ', desiredNumberScheduled: 2, numberAvailable: 1',
            '1 of 2 pods available',
        ),
        ('DaemonSet', '', ', desiredNumberScheduled: 0', ''),
    ),
)
def test_a_rollout_lacks_what_its_counts_say(kind, spec, status, missing):
    workload = read(kind, spec, status)
    words = f'the rollout of {kind.lower()}/web ({missing})' if missing else ''
    assert workload.waits_for == words


def test_the_counts_are_those_of_its_kind():
    assert read().progress == Progress(2, 2, 2, 2)
    counts = (
        ', desiredNumberScheduled: 4, updatedNumberScheduled: 3, numberReady: 2, numberAvailable: 1'
    )
    assert read('DaemonSet', status=counts).progress == Progress(4, 3, 2, 1)


def names(objects):
    return [obj['metadata']['name'] for obj in objects]


SETS = REPLICA_SET % ('a', '1') + REPLICA_SET % ('b', '2')
PODS = (
    POD % ('old', 'a', '1', 'ReplicaSet', 'web-a', 'Running')
    + POD % ('new', 'b', '2', 'ReplicaSet', 'web-b', 'Running')
    + POD % ('evicted', 'b', '2', 'ReplicaSet', 'web-b', 'Failed')
)


def test_new_pods_of_a_deployment_are_those_of_the_set_of_its_revision():
    workload = read(behind=SETS + PODS)
    assert (names(workload.pods), names(workload.children)) == (['new'], ['web', 'web-b'])
    assert names(read(behind=REPLICA_SET % ('a', '1') + PODS).pods) == []


@pytest.mark.parametrize('kind', ('StatefulSet', 'DaemonSet'))
def test_new_pods_of_other_kinds_are_those_of_the_newest_revision(kind):
    hashes = ('web-a', 'web-b') if kind == 'StatefulSet' else ('a', 'b')
    pods = ''.join(
        POD % (name, word, '2', kind, 'web', 'Running')
        for name, word in zip(('old', 'new'), hashes)
    )
    revisions = REVISION % ('b', 'b', kind, 2) + REVISION % ('a', 'a', kind, 1)
    workload = read(kind, status=UP + ', updateRevision: web-b', behind=revisions + pods)
    assert (names(workload.pods), names(workload.children)) == (['new'], ['web', 'web-b'])


@pytest.mark.parametrize('kind', ('StatefulSet', 'DaemonSet'))
@pytest.mark.parametrize('is_blind', (True, False))
def test_without_revisions_they_are_known_where_the_pods_tell(kind, is_blind):
    pods = ''.join(
        POD % (name, word, at, kind, 'web', 'Running')
        for name, word, at in (('old', 'a', '1'), ('new', 'b', '2'))
    )
    blind = frozenset({'ControllerRevision.apps'} if is_blind else ())
    workload = read(kind, status=UP + ', updateRevision: b', behind=pods, forbidden_kinds=blind)
    assert names(workload.pods) == (['new'] if is_blind or kind == 'StatefulSet' else [])
    assert names(workload.children) == ['web']


@pytest.mark.parametrize('kind', ('Deployment', 'StatefulSet', 'DaemonSet'))
def test_until_the_change_is_seen_no_pod_is_new(kind):
    behind = SETS + PODS + REVISION % ('b', 'b', kind, 2) + POD % ('x', 'b', '2', kind, 'web', 'x')
    status = ', updateRevision: b, observedGeneration: 0'
    workload = read(kind, status=status, behind=behind)
    assert (workload.pods, workload.newest) == ((), {})
    assert workload.waits_for == f'the controller of {kind.lower()}/web to see the change'


def test_it_is_read_by_its_own_selector_or_with_all_of_its_namespace():
    def asked(kind, **how):
        obj = view(LAMP + WORKLOAD % (kind, '', '')).objects_by_watch._members[1]
        return [
            (watch.resource.kind, watch.namespace, watch.labels)
            for watch in workload_watches(obj, **how)
        ]

    assert asked('Deployment') == [
        ('ReplicaSet', 'default', 'app=web'),
        ('Pod', 'default', 'app=web'),
    ]
    assert asked('DaemonSet', whole_namespace=True) == [
        ('ControllerRevision', 'default', ''),
        ('Pod', 'default', ''),
    ]
    assert asked('Gadget') == []
