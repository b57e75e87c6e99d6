"""Test that workloads and pods of a custom resource explain it, and decide nothing else."""

from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog.model.views import RunHistory
from kubectl_dog.trackers import custom_children
from kubectl_dog.trackers import generic
from kubectl_dog.trackers.custom_children import MAX_PODS
from kubectl_dog.trackers.custom_children import WATCH_DELAY
from kubectl_dog.trackers.custom_children import ChildrenTracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import view
from tests.unit.trackers.generic_test import FROBS
from tests.unit.trackers.generic_test import READY
from tests.unit.trackers.generic_test import cond
from tests.unit.trackers.generic_test import frob

WORKING = cond('Ready', 'False', 'Creating')
REVISION = 'deployment.kubernetes.io/revision'


def owned(kind, name, owner, api_version='v1', revision='', age=60, **fields):
    reference = {'apiVersion': 'x/v1', 'kind': 'X', 'name': owner, 'uid': owner, 'controller': True}
    metadata = {'name': name, 'uid': name, 'namespace': 'shop', 'ownerReferences': [reference]}
    metadata['creationTimestamp'] = ago(age)
    metadata['annotations'] = {REVISION: revision}
    return {'apiVersion': api_version, 'kind': kind, 'metadata': metadata, **fields}


def crashing(name, owner, age=60):
    state = {'waiting': {'reason': 'CrashLoopBackOff'}}
    last = {'terminated': {'exitCode': 3, 'reason': 'Error'}}
    status = {'name': 'main', 'restartCount': 4, 'state': state, 'lastState': last}
    spec = {'containers': [{'name': 'main', 'image': 'web:2'}]}
    status = {'phase': 'Running', 'containerStatuses': [status]}
    return owned('Pod', name, owner, age=age, spec=spec, status=status)


OBJECTS = (
    owned('Deployment', 'web', 'u', 'apps/v1', revision='2', status={'replicas': 1}),
    owned('ReplicaSet', 'web-1', 'web', 'apps/v1', revision='1'),
    owned('ReplicaSet', 'web-2', 'web', 'apps/v1', revision='2'),
    crashing('web-1-a', 'web-1'),
    crashing('web-2-a', 'web-2'),
)


def assess(obj, *children, started=NOW - 60, **fields):
    by_owner = {}
    for child in children:
        owner = child['metadata']['ownerReferences'][0]['uid']
        by_owner[owner] = (*by_owner.get(owner, ()), child)
    history = RunHistory(started=started)
    seen = view(obj, target=FROBS, run_history=history, **fields)
    seen = seen._replace(children_by_owner_uid=by_owner)
    return ChildrenTracker(generic).assess(seen), ChildrenTracker(generic).wants(seen)


def test_pods_of_the_present_revision_explain_a_resource_that_is_not_ready():
    assessment, wants = assess(frob(WORKING), *OBJECTS)
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-2-a']
    assert [obj['metadata']['name'] for obj in assessment.children] == ['web', 'web-2']
    assert {want.resource for want in wants} == set(custom_children.WATCHED)
    assert {want.namespace for want in wants} == {'shop'}


def test_a_ready_resource_reads_no_children():
    assessment, wants = assess(frob(READY), *OBJECTS)
    assert (assessment.state.value, assessment.pods, wants) == ('ready', (), ())


def test_only_some_of_many_pods_are_read():
    pods = [crashing(f'p{number}', 'u') for number in range(MAX_PODS + 1)]
    assessment, _ = assess(frob(WORKING), *pods)
    assert len(assessment.pods) == MAX_PODS
    assert assessment.notices == (f'has {MAX_PODS + 1} pods: only the first {MAX_PODS} are read',)


def test_pods_from_before_the_run_explain_nothing():
    assessment, _ = assess(frob(WORKING), crashing('backup', 'u', age=3600))
    assert assessment.pods == ()


def test_the_newest_replica_set_of_another_owner_counts():
    sets = (
        owned('ReplicaSet', 'old', 'u', 'apps/v1', age=600),
        owned('ReplicaSet', 'new', 'u', 'apps/v1', age=60),
    )
    assessment, _ = assess(frob(WORKING), *sets, crashing('a', 'old'), crashing('b', 'new'))
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['b']


@pytest.mark.parametrize(
    ('started', 'fields', 'watches'),
    ((NOW - 1, {}, 0), (NOW - 1, {'is_single_look': True}, 6), (NOW - 9, {}, 6)),
)
def test_children_are_watched_only_after_a_while(started, fields, watches):
    assessment, wants = assess(frob(WORKING), started=started, **fields)
    assert len(wants) == watches
    assert assessment.recheck_at == (started + WATCH_DELAY if started == NOW - 1 else None)


def test_children_are_watched_at_once_if_the_resource_has_failed():
    assessment, wants = assess(frob(cond('Stalled', 'True', 'JobsFailed')), started=NOW - 1)
    assert (assessment.state.value, len(wants)) == ('failed', 6)


def test_owners_in_a_circle_end():
    a, b = owned('Frob', 'a', 'u'), owned('Frob', 'b', 'a')
    b['metadata']['ownerReferences'].append({'uid': 'b'})
    assessment, _ = assess(frob(WORKING), a, b, owned('Frob', 'u', 'b'))
    assert len(assessment.children) == 2


@pytest.mark.parametrize(
    ('condition', 'state', 'codes'),
    ((WORKING, 'failing', {'CrashLoop'}), (READY, 'ready', set())),
)
def test_status_names_the_cause_of_a_child(condition, state, codes):
    obj = {**frob(condition), 'apiVersion': 'x.example.com/v1'}
    status = api.statuses_from_objects([obj, *OBJECTS])[0]
    assert (status.state.value, {cause.code for cause in status.causes}) == (state, codes)
