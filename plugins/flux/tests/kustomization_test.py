from __future__ import annotations

import pytest
from kubectl_dog_flux import applied
from kubectl_dog_flux import causes
from kubectl_dog_flux import kustomization
from kubectl_dog_flux.applied import Entry

from kubectl_dog.testing import check
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import Progress

from . import objects
from .objects import cond

REST = objects.GIT + objects.WEB
DOWN = objects.GIT + objects.workload('Deployment', 'web', objects.DOWN, objects.OF_APPS)


def unready(reason, message='why', **fields):
    return objects.kustomization(cond('Ready', 'False', reason, message), seen=1, **fields)


@pytest.mark.parametrize(
    ('yaml', 'expected'),
    (
        pytest.param(objects.kustomization(objects.READY) + REST, {'state': 'ready'}, id='applied'),
        pytest.param(
            objects.kustomization(cond('Ready', 'True', seen=1)) + REST,
            {'state': 'progressing', 'says': 'Flux to see the change'},
            id='applied for the spec before',
        ),
        pytest.param(
            objects.kustomization(cond('Ready', 'True'), seen=1) + REST,
            {'state': 'progressing', 'says': 'Flux to see the change'},
            id='observed for the spec before',
        ),
        pytest.param(
            objects.kustomization(objects.READY, revision=objects.OLD) + REST,
            {'state': 'progressing', 'says': f'the revision {objects.NEW} to be applied'},
            id='the source has a newer revision',
        ),
        pytest.param(
            objects.kustomization(objects.READY, revision=objects.OLD)
            + REST.replace(
                'observedGeneration: 2\n  artifact', 'observedGeneration: 1\n  artifact'
            ),
            {'state': 'progressing', 'says': 'its source gitrepository/fleet to be fetched'},
            id='the source has changed, and nothing was fetched since',
        ),
        pytest.param(
            objects.kustomization(objects.READY)
            + REST.replace('observedGeneration: 2\n  artifact', 'artifact'),
            {'state': 'ready'},
            id='a source that does not tell generations',
        ),
        pytest.param(
            objects.kustomization(
                objects.READY,
                meta=', annotations: {reconcile.fluxcd.io/requestedAt: "2"}',
                more='  lastHandledReconcileAt: "1"\n',
            )
            + REST,
            {'state': 'progressing', 'says': 'Flux to see the change'},
            id='a reconciliation was asked for',
        ),
        pytest.param(
            objects.kustomization(
                objects.READY,
                meta=', annotations: {reconcile.fluxcd.io/requestedAt: "2"}',
                more='  lastHandledReconcileAt: "2"\n',
            )
            + REST,
            {'state': 'ready'},
            id='a reconciliation was asked for, and done',
        ),
        pytest.param(
            objects.kustomization(objects.READY) + DOWN,
            {
                'state': 'progressing',
                'says': 'the rollout of deployment/web (0 of 1 pod available)',
                'progress': Progress(1, 1),
            },
            id='applied, but it does not run yet',
        ),
        pytest.param(
            objects.kustomization(
                cond('Ready', 'Unknown', 'Progressing', 'Reconciliation in progress'),
                cond('Reconciling', 'True', 'Progressing', 'Running health checks'),
            )
            + REST,
            {'state': 'progressing', 'says': 'its reconciliation (Running health checks)'},
            id='reconciling',
        ),
        pytest.param(
            objects.kustomization() + REST,
            {'state': 'progressing', 'says': 'Flux to report a status'},
            id='nothing told yet',
        ),
        pytest.param(
            unready('DependencyNotReady', "dependency 'flux-system/infra' is not ready") + REST,
            {'state': 'progressing', 'says': "its dependencies to become ready (dependency 'flux"},
            id='it waits for another one',
        ),
        pytest.param(
            objects.kustomization(objects.READY, spec='  suspend: true\n') + REST,
            {
                'state': 'paused',
                'reason': 'Suspended',
                'suggested_commands': ('flux resume kustomization -n flux-system apps',),
            },
            id='suspended',
        ),
        pytest.param(
            objects.kustomization(cond('Stalled', 'True', 'AccessDenied', 'no access', seen=1))
            + REST,
            {'state': 'progressing'},
            id='it was stalled by the spec before',
        ),
        pytest.param(
            objects.kustomization(
                cond('Stalled', 'True', 'AccessDenied', 'no access'),
                meta=', annotations: {reconcile.fluxcd.io/requestedAt: "2"}',
            )
            + REST,
            {'state': 'progressing', 'says': 'Flux to see the change'},
            id='it was stalled before somebody asked for a reconciliation',
        ),
        pytest.param(
            unready(
                'HealthCheckFailed',
                revision=objects.OLD,
                more=f'  lastAttemptedRevision: "{objects.OLD}"\n',
            )
            + REST,
            {'state': 'progressing', 'says': f'the revision {objects.NEW} to be applied'},
            id='what failed is the revision before',
        ),
        pytest.param(
            unready('HealthCheckCanceled', 'New reconciliation triggered by Git') + REST,
            {'state': 'progressing', 'says': 'New reconciliation triggered'},
            id='it has begun anew',
        ),
        pytest.param(
            objects.kustomization(meta=', deletionTimestamp: x'), {'state': 'deleting'}, id='going'
        ),
    ),
)
def test_it_is_ready_when_what_its_source_has_now_is_applied_and_runs(yaml, expected):
    check(kustomization, yaml, causes=(), **expected)


def test_what_is_stalled_has_failed():
    stalled = cond('Stalled', 'True', 'InvalidCELExpression', 'bad expression')
    yaml = objects.kustomization(cond('Ready', 'False', 'InvalidCELExpression', 'bad'), stalled)
    check(kustomization, yaml + REST, state='failed', reason='InvalidCELExpression',
          message='bad expression', causes=['ReconcileFailed'])  # fmt: skip


@pytest.mark.parametrize(
    ('yaml', 'code', 'subject', 'says'),
    (
        (
            unready('ArtifactFailed', 'Source artifact not found, retrying in 30s')
            + objects.source(
                'GitRepository', 'fleet', cond('Ready', 'False', 'GitOperationFailed', 'no route')
            ),
            'SourceNotReady',
            'gitrepository/fleet',
            ['its source gitrepository/fleet is not ready: no route', 'Source artifact not found'],
        ),
        (
            unready('ArtifactFailed', 'not found')
            + objects.source('GitRepository', 'fleet', cond('Stalled', 'True', 'X', 'bad URL')),
            'SourceNotReady',
            'gitrepository/fleet',
            'bad URL',
        ),
        (
            unready('ArtifactFailed', "Source 'GitRepository/fleet' not found"),
            'SourceMissing',
            'gitrepository/fleet',
            'its source gitrepository/flux-system/fleet is not there',
        ),
        (
            unready('ArtifactFailed', 'kustomization path not found') + objects.GIT,
            'ReconcileFailed',
            'apps',
            'kustomization path not found',
        ),
        (unready('BuildFailed', 'bad YAML') + REST, 'ReconcileFailed', 'apps', 'bad YAML'),
        (
            unready(
                'HealthCheckFailed',
                'health check failed after 30s: timeout waiting for: [Service/shop/web status: '
                "'InProgress', Deployment/shop/web status: 'Failed']",
            )
            + REST,
            'HealthCheckFailed',
            'deployment/web',
            ['deployment/web has failed', 'service/web: InProgress', 'health check failed after'],
        ),
        (
            unready(
                'HealthCheckFailed',
                'no words that are known',
                revision=objects.OLD,
                more=f'  lastAttemptedRevision: "{objects.NEW}"\n',
            )
            + REST,
            'ReconcileFailed',
            'apps',
            'no words that are known',
        ),
    ),
)
def test_the_cause_is_the_source_or_what_the_health_checks_name(yaml, code, subject, says):
    (cause,) = check(kustomization, yaml, causes=[code], state='progressing', says=says).causes
    assert cause.subject == subject


def test_a_changed_source_that_cannot_be_fetched_is_a_cause():
    failed = cond('Ready', 'False', 'GitOperationFailed', 'no such tag', seen=1)
    git = objects.source('GitRepository', 'fleet', failed, seen=1)
    yaml = objects.kustomization(objects.READY) + git + objects.WEB
    check(kustomization, yaml, state='progressing', causes=['SourceNotReady'], says='no such tag')
    held = git.replace('spec: {}', 'spec: {suspend: true}')
    check(kustomization, objects.kustomization(objects.READY) + held + objects.WEB, state='ready')


def test_what_failed_a_health_check_is_described_in_its_namespace():
    message = "timeout waiting for: [Deployment/shop/web status: 'InProgress']"
    assessment = check(kustomization, unready('HealthCheckFailed', message) + REST)
    assert assessment.causes[0].suggested_commands == (
        'kubectl describe deployment -n shop web',
        'kubectl describe kustomization.kustomize.toolkit.fluxcd.io -n flux-system apps',
    )
    assert causes.parse_health_check("[Namespace/shop status: 'NotFound']") == (
        causes.CheckedObject('Namespace', '', 'shop', 'NotFound'),
    )
    assert causes.parse_health_check("[Deployment/$(rm)/web status: 'Failed']") == ()


def test_its_source_and_what_it_applies_are_shown():
    suspended = objects.GIT.replace('spec: {}', 'spec: {suspend: true}')
    yaml = objects.kustomization(objects.READY) + suspended + objects.WEB
    assessment = check(kustomization, yaml, says='its source gitrepository/fleet is suspended')
    assert [child['kind'] for child in assessment.children] == [
        'GitRepository',
        'Deployment',
        'ReplicaSet',
    ]
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-1-x']


def test_what_has_left_the_inventory_does_not_count():
    gone = objects.workload('Deployment', 'old', objects.DOWN, objects.OF_APPS)
    check(kustomization, objects.kustomization(objects.READY) + REST + gone, state='ready')


@pytest.mark.parametrize(
    ('word', 'expected'),
    (
        ('shop_web_apps_Deployment', Entry('shop', 'web', 'apps', 'Deployment')),
        ('shop_web__Service', Entry('shop', 'web', '', 'Service')),
        ('_shop__Namespace', Entry('', 'shop', '', 'Namespace')),
        (
            '_system__reader_rbac.authorization.k8s.io_ClusterRole',
            Entry('', 'system:reader', 'rbac.authorization.k8s.io', 'ClusterRole'),
        ),
        ('', None),
        ('a_b', None),
        ('nonsense', None),
    ),
)
def test_ids_of_an_inventory(word, expected):
    assert applied.parse(word) == expected


def test_it_reads_by_the_labels_of_flux_and_never_too_much():
    asked = wants(kustomization, objects.kustomization(objects.READY))
    kinds = [(want.resource.kind, want.namespace, want.labels, want.fields) for want in asked]
    labels = (
        'kustomize.toolkit.fluxcd.io/name=apps,kustomize.toolkit.fluxcd.io/namespace=flux-system'
    )
    assert kinds == [
        ('GitRepository', 'flux-system', '', 'metadata.name=fleet'),
        ('Deployment', 'shop', labels, ''),
    ]
    asked = wants(kustomization, objects.kustomization(objects.READY) + REST)
    assert {want.labels for want in asked if want.resource.kind == 'Pod'} == {'app=web'}


def many(count, namespaces=1):
    ids, workloads = '', ''
    for at in range(count):
        space = f's{at % namespaces}'
        ids += f'    - {{id: {space}_w{at}_apps_Deployment, v: v1}}\n'
        workloads += objects.workload(
            'Deployment', f'w{at}', objects.UP, objects.OF_APPS, namespace=space
        )
    return objects.kustomization(objects.READY, more=ids) + workloads


def test_of_many_workloads_all_pods_of_their_namespaces_are_read():
    asked = [want for want in wants(kustomization, many(40, 2)) if want.resource.kind == 'Pod']
    assert [(want.namespace, want.labels) for want in asked] == [('s0', ''), ('s1', '')]
    assert len(wants(kustomization, many(60, 30))) <= 64


def test_what_is_applied_to_another_cluster_is_not_looked_for_here():
    remote = '  kubeConfig: {secretRef: {name: prod}}\n'
    yaml = objects.kustomization(objects.READY, spec=remote) + objects.GIT
    assert [want.resource.kind for want in wants(kustomization, yaml)] == ['GitRepository']
    assessment = check(kustomization, yaml, state='ready')
    assert [child['kind'] for child in assessment.children] == ['GitRepository']


def test_nothing_is_believed_before_what_it_applies_was_looked_at():
    shown = view(objects.kustomization(objects.READY) + REST)._replace(objects_by_watch={})
    check(kustomization, shown, state='progressing', says='a look at what it has applied')


@pytest.mark.parametrize(
    ('since', 'fields', 'expected'),
    (
        ('11:59:58', {}, {'state': 'progressing', 'says': 'a look at what it has applied'}),
        ('11:59:57', {}, {'state': 'ready'}),
        ('12:00:30', {}, {'state': 'ready'}),
        ('11:59:58', {'stable_for': 0.0}, {'state': 'ready'}),
    ),
)
def test_what_it_has_applied_may_be_heard_of_after_it(since, fields, expected):
    at = f', lastTransitionTime: "2026-01-01T{since}Z"}}'
    yaml = objects.kustomization(objects.READY[:-1] + at) + REST
    assessment = check(kustomization, view(yaml, **fields), **expected)
    assert (assessment.recheck_at is None) == (expected['state'] == 'ready')
    remote = '  kubeConfig: {secretRef: {name: prod}}\n'
    yaml = objects.kustomization(objects.READY[:-1] + at, spec=remote) + objects.GIT
    check(kustomization, yaml, state='ready')


def test_kinds_of_sources_that_nobody_knows_are_left_out():
    yaml = objects.kustomization(objects.READY).replace('GitRepository', 'Moon') + objects.WEB
    check(kustomization, yaml, state='ready')
