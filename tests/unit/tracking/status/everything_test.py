"""All objects of a namespace or of a cluster, and their statuses."""

from __future__ import annotations

from functools import partial

import pytest

from kubectl_dog import api
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import CONTROLLERREVISIONS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.plugins import built_in
from kubectl_dog.tracking.status import everything
from kubectl_dog.tracking.status.everything import Inventory
from kubectl_dog.tracking.status.everything import choose_kinds
from tests.schema import DOCS
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import waiting

LAMPS = Resource('x.example.com', 'v1', 'lamps', 'Lamp', 'lmp')
SITES = Resource('x.example.com', 'v1', 'sites', 'Site', 'site', namespaced=False)
DEFINITIONS = Resource(
    'apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', 'crd',
    namespaced=False,
)  # fmt: skip
METRICS = Resource('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics', '')
SERVED = (
    *(CONFIGMAPS, SECRETS, EVENTS, PODS, NODES, JOBS, DEPLOYMENTS, REPLICASETS, METRICS),
    *(CONTROLLERREVISIONS, ENDPOINTSLICES, DEFINITIONS, LAMPS, SITES),
)
SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}


def typed(obj, version):
    return {'apiVersion': version, **obj}


WEB = typed(deployment(1, **SHORT), 'apps/v1')
SET = typed(replica_set(), 'apps/v1')
LOOP = typed(
    pod(status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=4), owner='rs-2'), 'v1'
)


def inventory(namespace='shop', served=SERVED, **options):
    kinds = choose_kinds(served, namespace)
    tracker = partial(api.trackers().of, reads_foreign=True)
    return Inventory(kinds, namespace, tracker, Options(**options))


def listed(served=SERVED, **objects):
    answers = {kind: Listed(tuple(objects.get(kind.plural, ()))) for kind in served}
    return {kind: answers[kind] for kind in served}


def rows(objects):
    return [(entry.kind, entry.name, entry.state.value) for entry in objects.statuses()]


def test_kinds_with_a_state_are_read_workloads_first():
    kinds = choose_kinds(SERVED, 'shop')
    assert kinds.rows == (DEPLOYMENTS, JOBS, REPLICASETS, PODS, LAMPS)
    assert kinds.evidence == (EVENTS, CONTROLLERREVISIONS, ENDPOINTSLICES)
    assert choose_kinds(SERVED, '').rows == (
        *(DEPLOYMENTS, JOBS, REPLICASETS, PODS, NODES, LAMPS, SITES),
    )


# All other built-in kinds with a tracker of their own are cluster-scoped.
NAMESPACED = (
    *('Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'ReplicaSet.apps', 'Job.batch'),
    *('CronJob.batch', 'ReplicationController', 'Pod', 'Service', 'Ingress.networking.k8s.io'),
    *('PersistentVolumeClaim', 'HorizontalPodAutoscaler.autoscaling', 'ResourceQuota'),
    'PodDisruptionBudget.policy',
)


def test_the_page_has_the_number_of_requests():
    kinds = [key.partition('.') for key in (*built_in.TRACKERS, 'Event')]
    served = [
        Resource(group, 'v1', kind, kind, '', f'{kind}.{group}'.rstrip('.') in NAMESPACED)
        for kind, _, group in kinds
    ]
    rows, evidence, _ = choose_kinds((*served, EVENTS, CONTROLLERREVISIONS, ENDPOINTSLICES), 'shop')
    assert {resource.key for resource in rows} == set(NAMESPACED)
    page = (DOCS / 'status.md').read_text(encoding='utf-8')
    assert f'a namespace takes {len(rows) + len(evidence)} requests' in ' '.join(page.split())


def test_the_number_of_custom_kinds_is_limited(monkeypatch):
    monkeypatch.setattr(everything, 'MOST_CUSTOM_KINDS', 1)
    kinds = choose_kinds((LAMPS, SITES), '')
    assert (kinds.rows, kinds.left_out) == ((LAMPS,), 1)
    objects = Inventory(kinds, '', api.trackers().of, Options())
    [notice] = objects.fill({LAMPS: Listed(())})
    assert notice == 'only the first 1 of 2 kinds of custom resources are read'


def test_objects_are_judged_with_their_children_and_events():
    objects = inventory()
    event = typed(kube_event(LOOP, 'BackOff', 'Back-off'), 'v1')
    lists = {'deployments': [WEB], 'replicasets': [SET], 'pods': [LOOP], 'events': [event]}
    assert objects.fill(listed(**lists)) == ()
    [web, *others] = objects.statuses()
    assert (web.state.value, web.reason, web.restarts) == ('failing', 'CrashLoop', 4)
    assert [entry.parent for entry in others] == ['deploy-web', 'rs-2']


def test_statuses_are_sorted_by_namespace_kind_and_name():
    objects = inventory('')
    meta = {'namespace': 'auth', 'uid': 'a'}
    jobs = [typed(manifest('Job', 'b'), 'batch/v1'), typed(manifest('Job', 'a', meta), 'batch/v1')]
    objects.fill(listed(jobs=jobs, pods=[LOOP], deployments=[WEB]))
    assert [row[:2] for row in rows(objects)] == [
        *(('Job', 'a'), ('Deployment', 'web'), ('Job', 'b'), ('Pod', 'web-1')),
    ]


def test_objects_without_a_state_and_ready_objects_of_the_cluster_have_no_row():
    objects = inventory('')
    bare = typed({'kind': 'Lamp', 'metadata': {'name': 'bare', 'uid': 'l1'}}, 'x.example.com/v1')
    on = typed(manifest('Lamp', 'on', conditions=[{'type': 'Ready', 'status': 'True'}]), LAMPS_V1)
    nodes = [node('n1', 'True'), node('n2', 'False')]
    objects.fill(listed(lamps=[bare, on], nodes=nodes))
    assert rows(objects) == [('Node', 'n2', 'progressing'), ('Lamp', 'on', 'ready')]
    assert [entry.short for entry in objects.statuses()] == ['node', 'lmp']


LAMPS_V1 = 'x.example.com/v1'


def node(name, ready):
    conditions = [{'type': 'Ready', 'status': ready}]
    meta = {'name': name, 'uid': name}
    return {
        **{'apiVersion': 'v1', 'kind': 'Node', 'metadata': meta},
        'status': {'conditions': conditions},
    }


def test_the_definition_of_a_kind_is_applied():
    objects = inventory()
    lamp = typed(
        manifest('Lamp', lit='no', conditions=[{'type': 'Ready', 'status': 'True'}]), LAMPS_V1
    )
    objects.fill(listed(lamps=[lamp]))
    assert rows(objects) == [('Lamp', 'web', 'ready')]
    assert objects.custom_kinds == [LAMPS]
    rules = {'kubectl-dog.github.io/rules': 'ready: {path: status.lit, is: always}'}
    objects.definitions = [
        {
            'apiVersion': 'apiextensions.k8s.io/v1',
            'kind': 'CustomResourceDefinition',
            'metadata': {'name': 'lamps.x.example.com', 'uid': 'd', 'annotations': rules},
            'spec': {'group': 'x.example.com', 'names': {'kind': 'Lamp'}},
        }
    ]
    assert rows(objects) == [('Lamp', 'web', 'progressing')]


def test_kinds_that_cannot_be_read_are_one_notice():
    objects = inventory()
    answers = listed(pods=[LOOP])
    for kind in (JOBS, DEPLOYMENTS, EVENTS):
        answers[kind] = ReadFailure('denied', 'no')
    answers[LAMPS] = ReadFailure('unreachable', 'down')
    assert sorted(objects.fill(answers)) == [
        'without events, jobs, deployments: you may not list them',
        'without lamps: the server did not answer',
    ]
    assert len(rows(objects)) == 1


def test_many_kinds_that_cannot_be_read_are_counted():
    kinds = [LAMPS._replace(kind=f'Lamp{number}', plural=f'l{number}') for number in range(9)]
    objects = inventory(served=[PODS, *kinds])
    denied = dict.fromkeys(kinds, ReadFailure('denied', 'no'))
    [notice] = objects.fill({PODS: Listed(()), **denied})
    assert notice == 'without l0, l1, l2, l3, l4, l5, l6, l7 and 1 more: you may not list them'


def test_it_is_an_error_if_nothing_can_be_read():
    objects = inventory()
    with pytest.raises(AccessError, match='nothing can be read: no'):
        objects.fill(dict.fromkeys(SERVED, ReadFailure('denied', 'no')))


def test_changes_are_applied_and_empty_custom_kinds_are_not_watched():
    objects = inventory()
    objects.fill(listed(pods=[LOOP]))
    pods = Watch(PODS, 'shop')
    assert pods in objects.wants
    assert Watch(LAMPS, 'shop') not in objects.wants
    assert {want.namespace for want in objects.wants} == {'shop', ''}
    objects.apply(Item(1.0, pods, Changed('DELETED', LOOP)))
    assert rows(objects) == []
    objects.apply(Item(2.0, pods, Changed('ADDED', LOOP)))
    objects.apply(Item(3.0, Watch(DEPLOYMENTS, 'shop'), Listed((WEB,))))
    objects.apply(Item(4.0, pods, LogEnd(1)))
    objects.apply(Item(5.0, Lookup(PODS, 'shop'), Listed(())))
    assert [row[1] for row in rows(objects)] == ['web', 'web-1']
