"""What one look at a file says: the situations people save and send."""

from __future__ import annotations

import copy
import re

import pytest

from kubectl_dog import api
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.options import Options
from kubectl_dog.model.statuses import Owner
from kubectl_dog.trackers.declarative.crd_annotation import ANNOTATION
from kubectl_dog.trackers.declarative.foreign_rules import KRANE_CONDITIONS
from kubectl_dog.tracking.status import from_files
from tests.unit.builders import PROBED
from tests.unit.builders import ago
from tests.unit.builders import container
from tests.unit.builders import controller_revision
from tests.unit.builders import daemon_set
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import labelled
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import running
from tests.unit.builders import stateful_set
from tests.unit.builders import status
from tests.unit.builders import waiting
from tests.unit.builders import workload

VERSIONS = {
    'apps/v1': ('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'),
    'batch/v1': ('Job', 'CronJob'),
    'networking.k8s.io/v1': ('Ingress',),
    'discovery.k8s.io/v1': ('EndpointSlice',),
}
VERSION_OF = {kind: version for version, kinds in VERSIONS.items() for kind in kinds}


def written(*objects):
    """As a file has them: with the apiVersion that the builders leave out."""
    return [{'apiVersion': VERSION_OF.get(obj['kind'], 'v1'), **obj} for obj in objects]


def statuses_of(*objects):
    return api.statuses_from_objects(written(*objects))


def short(status):
    return (status.state.value, status.reason, *(cause.code for cause in status.causes))


def condition(kind, is_true=True, reason='', message=''):
    return {'type': kind, 'status': str(is_true), 'reason': reason, 'message': message}


def conditioned(obj, *conditions):
    return {**obj, 'status': {**obj['status'], 'conditions': list(conditions)}}


def never(**fields):
    return pod(status(state=ended(2)), phase='Failed', restartPolicy='Never', **fields)


PDE = condition('Progressing', False, 'ProgressDeadlineExceeded', 'ReplicaSet "web-2" timed out')
SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
NONE = {**SHORT, 'updatedReplicas': 0, 'replicas': 0}
LOOPING = status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=4)
CRASHED = pod(LOOPING, owner='rs-2')
NO_IMAGE = status(state=waiting('ImagePullBackOff', 'x: not found'))
NO_ROOM = condition(
    'PodScheduled', False, 'Unschedulable', '0/3 nodes are available: 3 Insufficient cpu.'
)
UNREADY = pod(status(), owner='rs-2', containers=[container(**PROBED)])
UNHEALTHY = kube_event(UNREADY, 'Unhealthy', 'Readiness probe failed: 503', 'spec.containers{main}')
NO_QUOTA = condition(
    'ReplicaFailure',
    True,
    'FailedCreate',
    'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
)
CLAIM = manifest('PersistentVolumeClaim', phase='Pending')
SELECTS = {'clusterIP': '10.0.0.1', 'selector': {'a': 'b'}}
UNREADY_ENDPOINTS = {
    **manifest(
        'EndpointSlice', meta={'ownerReferences': [{'uid': 'service-web', 'controller': True}]}
    ),
    'endpoints': [{'conditions': {'ready': False}}],
}


def pending(*conditions, **fields):
    return conditioned(pod(owner='rs-2', phase='Pending', **fields), *conditions)


def job(*conditions, spec=None, **counts):
    base = {'backoffLimit': 1, 'selector': {'matchLabels': {'job': 'x'}}}
    return workload('Job', spec={**base, **(spec or {})}, conditions=list(conditions), **counts)


# Of each, what its first object is judged to be: state, reason, codes of causes.
SITUATIONS = {
    'finished': ([deployment(2)], 'ready', ''),
    'finished, and nobody probes': (
        [deployment(2, template={'containers': [container()]})],
        'ready',
        '',
    ),
    'finished a moment ago': (
        [
            deployment(1, template={'containers': [container()]}),
            replica_set(age=1.0),
            pod(status(state=running(0.1), ready=True), owner='rs-2', ready=True, age=1.0),
        ],
        'ready',
        '',
    ),
    'finished, with no pods': ([deployment(0)], 'ready', ''),
    'not seen by the controller': ([deployment(meta={'generation': 4})], 'progressing', ''),
    'never in a cluster': (
        [{'kind': 'Deployment', 'spec': {'replicas': 2}}],
        'unknown',
        'NoStatus',
    ),
    'in a cluster, without a status': (
        [{'kind': 'Deployment', 'metadata': {'generation': 1}, 'spec': {'replicas': 2}}],
        'progressing',
        '',
    ),
    'nothing but a kind': ([{'kind': 'Deployment'}], 'unknown', 'NoStatus'),
    'half way': ([deployment(3, updatedReplicas=1)], 'progressing', ''),
    'paused half way': (
        [deployment(3, updatedReplicas=1, spec={'paused': True})],
        'paused',
        'DeploymentPaused',
    ),
    'paused when it was done': ([deployment(spec={'paused': True})], 'ready', ''),
    'deleted': ([deployment(meta={'deletionTimestamp': ago(1)})], 'deleting', ''),
    'deadline missed, alone': (
        [deployment(1, conditions=[PDE], **SHORT)],
        'failed',
        'ProgressDeadlineExceeded',
        'ProgressDeadlineExceeded',
    ),
    'deadline missed, with its pods': (
        [deployment(1, conditions=[PDE], **SHORT), replica_set(), CRASHED],
        'failed',
        'ProgressDeadlineExceeded',
        'CrashLoop',
        'ProgressDeadlineExceeded',
    ),
    'crash loop': (
        [deployment(1, **SHORT), replica_set(), CRASHED],
        'failing',
        'CrashLoop',
        'CrashLoop',
    ),
    'crash loop that the counts do not show yet': (
        [deployment(1), replica_set(), CRASHED],
        'failing',
        'CrashLoop',
        'CrashLoop',
    ),
    'crashed once, and runs': (
        [
            deployment(1),
            replica_set(),
            pod(status(restarts=1, last=ended(), ready=True), owner='rs-2', ready=True),
        ],
        'ready',
        '',
    ),
    'crash loop of an old revision only': (
        [deployment(1), replica_set(), replica_set('1'), pod(LOOPING, owner='rs-1')],
        'ready',
        '',
    ),
    'image missing': (
        [deployment(1, **SHORT), replica_set(), pod(NO_IMAGE, owner='rs-2', phase='Pending')],
        'failing',
        'ImageNotFound',
        'ImageNotFound',
    ),
    'no room on any node': (
        [deployment(1, **SHORT), replica_set(), pending(NO_ROOM)],
        'failing',
        'Unschedulable',
        'Unschedulable',
    ),
    'no scheduler has looked': (
        [deployment(1, **SHORT), replica_set(), pending()],
        'progressing',
        '',
    ),
    'its node has not taken it up': (
        [deployment(1, **SHORT), replica_set(), pending(nodeName='n', age=9e6)],
        'progressing',
        '',
    ),
    'quota, told by the ReplicaSet': (
        [deployment(1, **NONE), conditioned(replica_set(replicas=0), NO_QUOTA)],
        'failing',
        'QuotaExceeded',
        'QuotaExceeded',
    ),
    'quota, told by the Deployment alone': (
        [deployment(1, conditions=[NO_QUOTA], **NONE)],
        'failing',
        'QuotaExceeded',
        'QuotaExceeded',
    ),
    'old pods still going': (
        [
            deployment(1, **{**SHORT, 'updatedReplicas': 0}),
            replica_set(),
            replica_set('1'),
            pod(owner='rs-1', deleting=True),
        ],
        'progressing',
        'TerminatingPods',
        'TerminatingPods',
    ),
    'readiness probe fails': (
        [deployment(1, **SHORT), replica_set(), UNREADY, UNHEALTHY],
        'progressing',
        'NotReady',
        'NotReady',
    ),
    'ReplicaSet by itself': ([replica_set(replicas=1)], 'progressing', ''),
    'StatefulSet finished': ([stateful_set(3)], 'ready', ''),
    'StatefulSet half way': ([stateful_set(3, updatedReplicas=1)], 'progressing', ''),
    'StatefulSet in a crash loop': (
        [
            stateful_set(1, **SHORT),
            labelled(pod(LOOPING, owner='statefulset-web'), controller_revision_hash='web-b'),
        ],
        'failing',
        'CrashLoop',
        'CrashLoop',
    ),
    'StatefulSet OnDelete, its pods elsewhere': (
        [stateful_set(3, updatedReplicas=1, spec={'updateStrategy': {'type': 'OnDelete'}})],
        'ready',
        '',
    ),
    'DaemonSet finished': ([daemon_set(2)], 'ready', ''),
    'DaemonSet not seen': ([daemon_set(2, observedGeneration=2)], 'progressing', ''),
    'DaemonSet in a crash loop': (
        [
            daemon_set(1, numberReady=0, numberAvailable=0),
            controller_revision(1, 'b', 'daemonset-web'),
            labelled(pod(LOOPING, owner='daemonset-web'), controller_revision_hash='b'),
        ],
        'failing',
        'CrashLoop',
        'CrashLoop',
    ),
    'Job complete, its pods elsewhere': ([job(condition('Complete'))], 'ready', 'Complete'),
    'Job complete at the second try': (
        [job(condition('Complete'), failed=1), never(owner='job-web')],
        'ready',
        'Complete',
    ),
    'Job failed, its pods elsewhere': (
        [job(condition('Failed', True, 'DeadlineExceeded'))],
        'failed',
        'DeadlineExceeded',
        'DeadlineExceeded',
    ),
    'Job failed, without a selector': (
        [manifest('Job', conditions=[condition('Failed', True, 'BackoffLimitExceeded')])],
        'failed',
        'BackoffLimitExceeded',
        'BackoffLimitExceeded',
    ),
    'Job failed, with its pod': (
        [job(condition('Failed', True, 'BackoffLimitExceeded')), never(owner='job-web')],
        'failed',
        'BackoffLimitExceeded',
        'ContainerFailed',
        'BackoffLimitExceeded',
    ),
    'Job running': ([job(active=1)], 'progressing', ''),
    'Job failed once so far': (
        [job(active=1, failed=1), never(owner='job-web')],
        'progressing',
        'ContainerFailed',
        'ContainerFailed',
    ),
    'Job suspended': ([job(spec={'suspend': True})], 'paused', 'JobSuspended'),
    'CronJob': ([manifest('CronJob')], 'ready', ''),
    'Pod running': ([pod(status(ready=True), ready=True)], 'ready', ''),
    'Pod started a moment ago': (
        [pod(status(state=running(0.1), ready=True), ready=True)],
        'ready',
        '',
    ),
    'Pod completed': ([pod(phase='Succeeded')], 'ready', 'Succeeded'),
    'Pod failed': ([never()], 'failed', 'Error', 'ContainerFailed'),
    'Pod completed and deleted': ([pod(phase='Succeeded', deleting=True)], 'deleting', 'Succeeded'),
    'Pod gated': ([pod(schedulingGates=[{'name': 'x'}])], 'paused', 'SchedulingGated'),
    'Pod without a status': ([{'kind': 'Pod', 'metadata': {'name': 'a'}}], 'unknown', 'NoStatus'),
    'Service, its endpoints elsewhere': ([manifest('Service', spec=SELECTS)], 'ready', ''),
    'Service whose endpoints are not ready': (
        [manifest('Service', spec=SELECTS), UNREADY_ENDPOINTS],
        'progressing',
        '',
    ),
    'Service without its load balancer': (
        [manifest('Service', spec={'clusterIP': '10.0.0.1', 'type': 'LoadBalancer'})],
        'progressing',
        '',
    ),
    'Ingress without an address': ([manifest('Ingress')], 'ready', ''),
    'claim bound': ([manifest('PersistentVolumeClaim', phase='Bound')], 'ready', ''),
    'claim that waits for a pod': (
        [CLAIM, kube_event(CLAIM, 'WaitForFirstConsumer', 'waiting for first consumer')],
        'ready',
        '',
    ),
    'claim lost': ([manifest('PersistentVolumeClaim', phase='Lost')], 'failed', 'Lost'),
    'ConfigMap': ([{'kind': 'ConfigMap', 'data': {'a': 'b'}}], 'ready', ''),
    'unknown kind': ([{'apiVersion': 'example.com/v1', 'kind': 'Widget'}], 'ready', ''),
    'unknown kind, going': (
        [{'apiVersion': 'x.io/v1', 'kind': 'Widget', 'metadata': {'deletionTimestamp': ago(1)}}],
        'deleting',
        '',
    ),
}


@pytest.mark.parametrize('case', SITUATIONS.values(), ids=SITUATIONS)
def test_situations(case):
    objects, *expected = case
    first = statuses_of(*objects)[0]
    assert short(first) == tuple(expected), first


def test_situations_are_many():
    assert len(SITUATIONS) >= 40


def moved(value, year):
    """The same, in another year."""
    if isinstance(value, dict):
        return {key: moved(member, year) for key, member in value.items()}
    if isinstance(value, list):
        return [moved(member, year) for member in value]
    return value.replace('2027-', f'{year}-') if isinstance(value, str) else value


@pytest.mark.parametrize('year', [1999, 2999])
@pytest.mark.parametrize('case', SITUATIONS.values(), ids=SITUATIONS)
def test_nothing_is_judged_by_the_clock(case, year):
    assert ago(0).startswith('2027-')
    objects = [moved(obj, year) for obj in case[0]]
    assert [short(status) for status in statuses_of(*objects)] == [
        short(status) for status in statuses_of(*case[0])
    ]


def test_every_object_has_its_row_in_order_but_kube_events():
    objects = [pod(name='a'), kube_event(CRASHED, 'x', 'y'), deployment(), pod(name='b')]
    assert [status.name for status in statuses_of(*objects, pod(name='b'))] == [
        'a',
        'web',
        'b',
        'b',
    ]


def test_a_custom_resource_called_event_has_a_row():
    event = {'apiVersion': 'brokers.io/v1', 'kind': 'Event', 'metadata': {'name': 'x'}}
    assert [status.name for status in api.statuses_from_objects([event])] == ['x']


def test_what_the_caller_holds_is_not_changed():
    objects = written(*copy.deepcopy(SITUATIONS['crash loop'][0]))
    for obj in objects:
        obj['metadata'].pop('uid')
    before = copy.deepcopy(objects)
    api.statuses_from_objects(objects)
    assert objects == before


@pytest.mark.parametrize(
    ('objects', 'message'),
    [
        ([deployment(3)], '3/3 ready'),
        ([deployment(3, updatedReplicas=1)], 'waiting for 2 of 3 pods to be updated'),
        (
            [deployment(1, conditions=[PDE], **SHORT)],
            'made no progress for 10m (ProgressDeadlineExceeded); '
            'waiting for 1 of 1 pod to become ready',
        ),
        (
            [manifest('CronJob', spec={'suspend': True})],
            'is suspended (spec.suspend): it creates no Jobs',
        ),
        ([deployment(meta={'deletionTimestamp': ago(1)})], 'is being deleted'),
        ([pod(phase='Succeeded', deleting=True)], 'is being deleted'),
        (
            [deployment(1), replica_set(), CRASHED],
            'container "main" exited with code 3, less than 2s after it started',
        ),
    ],
)
def test_messages(objects, message):
    assert statuses_of(*objects)[0].message == message


def test_remedies_can_be_pasted_where_no_namespace_is_told():
    bare = copy.deepcopy(SITUATIONS['crash loop'][0])
    for obj in bare:
        del obj['metadata']['namespace']
    [cause] = statuses_of(*bare)[0].causes
    assert cause.suggested_commands == ('kubectl logs -n default web-1 -c main --previous',)


class Judge:
    def __init__(self, assess):
        self.assess = assess

    def wants(self, view):
        return ()


def judged(assess):
    [status] = from_files.statuses_from_objects(written(pod()), lambda resource: Judge(assess))
    return status


def test_a_tracker_that_raises_leaves_the_others_alone():
    status = judged(lambda view: {}['secret'])
    assert (status.state, status.reason) == (State.UNKNOWN, 'TrackerError')
    assert re.fullmatch(
        r'its tracker failed: KeyError \(from_files_test.py, line \d+\)', status.message
    )


def test_a_cause_that_tolerates_nothing_fails_what_it_stands_against():
    cause = Cause('JobFailed', 'x', 'y', 'went wrong')
    status = judged(lambda view: Assessment(State.PROGRESSING, causes=(cause,)))
    assert (status.state.value, status.reason, status.message) == (
        'failed',
        'JobFailed',
        'went wrong',
    )


def test_a_cause_that_tracker_and_rules_both_see_is_listed_once():
    cause = Cause('CrashLoop', 'x', 'main', 'as the tracker tells it')
    assess = Assessment(State.PROGRESSING, pods=(CRASHED,), causes=(cause,))
    assert judged(lambda view: assess).causes == (cause,)


def test_a_kind_is_asked_for_once_and_known_by_its_group():
    asked = []

    def find(resource):
        asked.append((resource.key, resource.plural, resource.short, resource.namespaced))
        return Judge(lambda view: Assessment(State.READY))

    widget = {'apiVersion': 'example.com/v1', 'kind': 'Widget'}
    from_files.statuses_from_objects(
        [*written(deployment(), deployment(), pod()), widget, widget], find
    )
    assert asked == [
        ('Deployment.apps', 'deployments', 'deploy', True),
        ('Pod', 'pods', 'po', True),
        ('Widget.example.com', 'widget', 'widget', False),
    ]


def test_a_kind_that_is_spelt_like_a_short_name_is_not_that_kind():
    [status] = api.statuses_from_objects([{'apiVersion': 'v1', 'kind': 'Po'}])
    assert 'has no status' in status.message


def test_a_tracker_is_told_that_there_is_no_clock():
    """Else whatever has an end would have expired."""

    class Lease:
        def wants(self, view):
            return ()

        def assess(self, view):
            over = view.now > 4e9 and not view.is_snapshot
            return Assessment(State.FAILED if over else State.READY)

    (status,) = from_files.statuses_from_objects(
        written(manifest('Lease')), lambda resource: Lease()
    )
    assert status.state is State.READY


RULES = """
ready: {path: status.lit, is: always}
failed: {path: status.lit, is: broken, reason: Broken, message: is broken}
"""


def definition(rules):
    names = {'kind': 'Lamp', 'plural': 'lamps'}
    annotations = {'kubectl-dog.github.io/rules': rules} if rules else {}
    return {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': 'lamps.x.example.com', 'uid': 'crd', 'annotations': annotations},
        'spec': {'group': 'x.example.com', 'names': names},
    }


@pytest.mark.parametrize(
    ('rules', 'state'), ((RULES, 'failed'), ('', 'ready'), ('ready: [', 'unknown'))
)
def test_rules_in_the_definition_of_a_kind_are_applied(rules, state):
    lamp = {
        'apiVersion': 'x.example.com/v1',
        'kind': 'Lamp',
        'metadata': {'name': 'hall'},
        'status': {'lit': 'broken', 'conditions': [{'type': 'Ready', 'status': 'True'}]},
    }
    for objects in ([definition(rules), lamp], [lamp, definition(rules)]):
        statuses = {result.kind: result for result in api.statuses_from_objects(objects)}
        assert statuses['Lamp'].state.value == state


@pytest.mark.parametrize('end', ('Failed', ''))
def test_a_cron_job_is_ready_and_says_how_its_last_run_ended(end):
    conditions = [{'type': end, 'status': 'True', 'reason': 'BackoffLimitExceeded'}] if end else []
    owner = {'ownerReferences': [{'uid': 'cronjob-web', 'controller': True}]}
    cron_job = manifest('CronJob', lastScheduleTime=ago(60), lastSuccessfulTime=ago(900))
    if not end:
        cron_job['status']['active'] = [{'name': 'web-1'}]
    broken = pod(status(state=waiting('ImagePullBackOff')), owner='job-web-1', phase='Pending')
    run = manifest('Job', 'web-1', meta=owner, conditions=conditions)
    first = statuses_of(cron_job, run, broken)[0]
    assert (first.kind, first.state.value) == ('CronJob', 'ready')
    assert ('failed (job/web-1: BackoffLimitExceeded)' if end else 'active Jobs') in first.message


WIDGET = {'apiVersion': 'example.com/v1', 'kind': 'Widget', 'status': {'phase': 'Mid'}}
UP = '["{.phase} == Up"]'
MID = '["{.phase} == Mid"]'
KRANE = '{"success_conditions": [{"path": "$.status.phase", "value": "Mid"}]}'


def widget(**annotations):
    return {**WIDGET, 'metadata': {'name': 'w', 'annotations': annotations}}


def helm(success, failure):
    return widget(**{'helm.sh/readiness-success': success, 'helm.sh/readiness-failure': failure})


def widget_definition(**annotations):
    names = {'kind': 'Widget', 'plural': 'widgets'}
    return {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': 'widgets.example.com', 'annotations': annotations},
        'spec': {'group': 'example.com', 'names': names},
    }


@pytest.mark.parametrize(
    ('objects', 'state'),
    (
        ((widget(),), 'progressing'),
        ((helm(MID, UP),), 'ready'),
        ((helm(UP, MID),), 'failed'),
        ((widget(**{'pulumi.com/waitFor': 'jsonpath={.status.phase}=Mid'}),), 'ready'),
        ((widget(**{'kubectl-dog.github.io/ready-when': 'jsonpath={.status.phase}'}),), 'ready'),
        ((widget(**{'pulumi.com/skipAwait': 'true'}),), 'progressing'),
        ((widget(), widget_definition(**{KRANE_CONDITIONS: KRANE})), 'ready'),
        (
            (widget(), widget_definition(**{ANNOTATION: 'ready: {path: status.phase, is: Mid}'})),
            'ready',
        ),
    ),
)
def test_annotations_decide_what_ready_is(objects, state):
    assert api.statuses_from_objects(objects)[0].state.value == state


def test_an_invalid_annotation_is_in_the_message():
    annotations = {'pulumi.com/waitFor': 'Ready'}
    (status,) = api.statuses_from_objects(written(deployment(meta={'annotations': annotations})))
    assert status.state is State.READY
    assert 'has an invalid annotation pulumi.com/waitFor, which is ignored' in status.message


@pytest.mark.parametrize(
    'objects', ((helm(MID, UP),), (widget(), widget_definition(**{KRANE_CONDITIONS: KRANE})))
)
def test_annotations_of_other_tools_can_be_ignored(objects):
    options = Options(ignore_foreign_annotations=True)
    (status, *_) = api.statuses_from_objects(objects, options=options)
    assert status.state is State.PROGRESSING


def test_a_required_status_makes_what_says_nothing_unknown():
    silent = {**WIDGET, 'status': {'colour': 'red'}}
    (status,) = api.statuses_from_objects([silent])
    assert status.state is State.READY
    (status,) = api.statuses_from_objects([silent], options=Options(require_status=True))
    assert (status.state, status.reason) == (State.UNKNOWN, 'NoStatus')


SIDECAR = {'name': 'proxy', 'image': 'p:1', 'restartPolicy': 'Always'}
TWO = pod(
    *(status(name, ready=name == 'a', restarts=2) for name in 'ab'),
    containers=[{'name': 'a'}, {'name': 'b'}],
    inits=[{'name': 'init'}, SIDECAR],
    init_statuses=[
        status('init', restarts=1),
        status('proxy', ready=True, restarts=4),
    ],
    owner='rs-2',
)


@pytest.mark.parametrize(
    ('objects', 'counts'),
    [
        # Init containers have restarts, but are never ready for long.
        ((TWO,), (2, 3, 9)),
        ((deployment(2, readyReplicas=1),), (1, 2, None)),
        ((deployment(2, readyReplicas=1), replica_set(), TWO), (1, 2, 9)),
        ((replica_set(), TWO), (0, 1, 9)),
        ((workload('Job', spec={'completions': 3}, succeeded=2, ready=1),), (2, 3, None)),
        ((manifest('ConfigMap'),), (None, None, None)),
        ((manifest('PersistentVolumeClaim', phase='Bound'),), (None, None, None)),
    ],
)
def test_counts(objects, counts):
    [first, *_] = api.statuses_from_objects(written(*objects))
    assert (first.ready, first.desired, first.restarts) == counts


def test_the_owner_and_the_time_of_creation_are_those_of_the_object():
    owned = replica_set()
    owned['metadata']['ownerReferences'][0].update(apiVersion='apps/v1', kind='D', name='web')
    [child, alone] = api.statuses_from_objects(written(owned, manifest('ConfigMap')))
    assert child.owner == Owner('apps/v1', 'D', 'web')
    assert (child.created, child.uid, child.parent) == (ago(30), 'rs-2', 'deploy-web')
    assert (alone.owner, alone.created, alone.parent) == (None, '', '')


def test_a_claim_belongs_to_the_first_pod_that_uses_it():
    volume = [{'name': 'data', 'persistentVolumeClaim': {'claimName': 'web'}}]
    pods = [pod(name=name, volumes=volume) for name in ('db-0', 'db-1')]
    owned = manifest('PersistentVolumeClaim', 'owned')
    owned['metadata']['ownerReferences'] = [{'uid': 'x', 'controller': True}]
    claims = [manifest('PersistentVolumeClaim', name) for name in ('web', 'other')]
    statuses = api.statuses_from_objects(written(*claims, owned, *pods))
    assert [claim.parent for claim in statuses[:3]] == ['pod-db-0', '', 'x']


def test_kinds_have_the_short_names_of_kubectl():
    kinds = ('PersistentVolumeClaim', 'ConfigMap', 'Secret', 'Pod')
    statuses = api.statuses_from_objects(written(*map(manifest, kinds)))
    assert [entry.short for entry in statuses] == ['pvc', 'cm', 'secret', 'po']
