from __future__ import annotations

import pytest
from kubectl_dog_flux import helmrelease

from kubectl_dog.testing import check
from kubectl_dog.testing import wants

from . import objects
from .objects import cond

REST = objects.CHARTS + objects.CHART + objects.RELEASED
FAILED = 'Helm upgrade failed for release shop/web: timed out waiting for the condition'
RELEASE = cond('Released', 'False', 'UpgradeFailed', FAILED)
RETRIES = '  upgrade: {remediation: {retries: 3}}\n'


def unready(reason, message='why', *more, spec=''):
    return objects.release(cond('Ready', 'False', reason, message), *more, seen=1, spec=spec)


@pytest.mark.parametrize(
    ('yaml', 'expected'),
    (
        pytest.param(objects.release(objects.INSTALLED) + REST, {'state': 'ready'}, id='released'),
        pytest.param(
            objects.release(cond('Ready', 'True', seen=1), seen=1) + REST,
            {'state': 'progressing', 'says': 'Flux to see the change'},
            id='released for the spec before',
        ),
        pytest.param(
            objects.release(
                cond('Ready', 'Unknown', 'Progressing', 'Running upgrade action'),
                cond('Reconciling', 'True', 'Progressing', 'Running upgrade action'),
                RELEASE,
                seen=1,
            )
            + REST,
            {'state': 'progressing', 'says': 'its reconciliation (Running upgrade action)'},
            id='another attempt goes on',
        ),
        pytest.param(
            unready('DependencyNotReady', "dependency 'shop/db' is not ready") + REST,
            {'state': 'progressing', 'says': "dependency 'shop/db' is not ready"},
            id='it waits for another one',
        ),
        pytest.param(
            objects.release(objects.INSTALLED, spec='  suspend: true\n') + REST,
            {'state': 'paused', 'reason': 'Suspended'},
            id='suspended',
        ),
    ),
)
def test_it_is_ready_when_it_is_released_and_runs(yaml, expected):
    check(helmrelease, yaml, causes=(), **expected)


OCI = '  chartRef: {kind: OCIRepository, name: web}\n'


def of_chart(last, revision, seen=2):
    chart = objects.source('HelmChart', 'shop-web', namespace='shop', revision=revision, seen=seen)
    more = f'  lastAttemptedRevision: "{last}"\n'
    return objects.release(objects.INSTALLED, more=more) + chart + objects.RELEASED


def of_image(last, revision, seen=2):
    image = objects.source('OCIRepository', 'web', namespace='shop', revision=revision, seen=seen)
    more = f'  lastAttemptedRevision: 1.2.0+b1\n  lastAttemptedRevisionDigest: "{last}"\n'
    return objects.release(objects.INSTALLED, spec=OCI, more=more) + image + objects.RELEASED


@pytest.mark.parametrize(
    ('yaml', 'waits_for'),
    (
        (of_chart('1.2.0', '1.2.0'), ''),
        (of_chart('1.2.0', 'v1.2.0'), ''),
        (of_chart('', '1.2.0'), ''),
        (of_chart('1.2.0', '1.3.0'), 'the chart 1.3.0 to be released'),
        (of_chart('1.2.0', '1.2.0', seen=1), 'its source helmchart/shop-web to be fetched'),
        (of_image('sha256:b1', '1.2.0@sha256:b1'), ''),
        (of_image('sha256:b1', '1.3.0@sha256:c2'), 'the chart 1.3.0@sha256:c2 to be released'),
        (of_image('sha256:b1', '1.2.0@sha256:b1', seen=1), 'ocirepository/web to be fetched'),
    ),
)
def test_what_was_released_is_the_chart_that_its_source_has(yaml, waits_for):
    check(helmrelease, yaml, state='progressing' if waits_for else 'ready', says=waits_for)


@pytest.mark.parametrize(
    ('yaml', 'codes', 'tolerance', 'says'),
    (
        pytest.param(
            unready('SourceNotReady', "HelmChart 'shop/shop-web' is not ready")
            + objects.source(
                'HelmRepository', 'charts', cond('Ready', 'False', 'Failed', '404'),
                namespace='shop',
            )
            + objects.source(
                'HelmChart', 'shop-web', cond('Ready', 'False', 'Wait', 'no index'),
                namespace='shop',
            ),
            ['SourceNotReady', 'SourceNotReady'],
            60.0,
            'its source helmrepository/charts is not ready: 404',
            id='the repository before the chart',
        ),
        pytest.param(
            unready('SourceNotReady', 'artifact not found') + REST,
            ['ReconcileFailed'],
            60.0,
            'artifact not found',
            id='its sources are ready again',
        ),
        pytest.param(
            unready('UpgradeFailed', FAILED, RELEASE) + REST,
            ['ReleaseFailed'],
            30.0,
            FAILED,
            id='the upgrade failed',
        ),
        pytest.param(
            unready(
                'UpgradeFailed',
                FAILED,
                RELEASE,
                spec='  upgrade: {strategy: {name: RetryOnFailure}}\n',
            )
            + REST,
            ['ReleaseFailed'],
            600.0,
            FAILED,
            id='the upgrade is tried again every five minutes',
        ),
        pytest.param(
            unready('RollbackSucceeded', 'Helm rollback succeeded', RELEASE, spec=RETRIES) + REST,
            ['ReleaseFailed'],
            300.0,
            [FAILED, 'RollbackSucceeded: Helm rollback succeeded'],
            id='it was rolled back, and is tried again',
        ),
        pytest.param(
            unready('TestFailed', 'no', cond('TestSuccess', 'False', 'TestFailed', 'test x'))
            + REST,
            ['ReleaseFailed'],
            30.0,
            'test x',
            id='its tests failed',
        ),
        pytest.param(
            unready('ValuesError', 'no ConfigMap shop/values', RELEASE) + REST,
            ['ReconcileFailed'],
            30.0,
            'no ConfigMap shop/values',
            id='what failed before is not the reason now',
        ),
    ),
)  # fmt: skip
def test_the_cause_is_the_source_or_the_release(yaml, codes, tolerance, says):
    assessment = check(helmrelease, yaml, state='progressing', causes=codes, says=says)
    assert assessment.causes[0].tolerance_seconds == tolerance


def test_without_retries_left_it_has_failed_for_what_helm_said():
    """Ready and Released as in https://fluxcd.io/flux/components/helm/helmreleases/#conditions."""
    stalled = cond('Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)')
    yaml = unready('RollbackSucceeded', 'Helm rollback succeeded', RELEASE, stalled)
    check(
        helmrelease,
        yaml + REST,
        state='failed',
        reason='RetriesExceeded',
        message=f'Failed to upgrade after 1 attempt(s): {FAILED}',
        causes=['ReleaseFailed'],
    )
    denied = cond('Stalled', 'True', 'AccessDenied', 'no cross-namespace references')
    yaml = unready('AccessDenied', 'no', RELEASE, denied)
    check(helmrelease, yaml + REST, state='failed', message='no cross-namespace references')


def test_what_helm_said_stands_also_where_the_source_is_gone():
    stalled = cond('Stalled', 'True', 'RetriesExceeded', 'Failed to install after 1 attempt(s)')
    why = 'Helm install failed for release shop/web: no such host'
    yaml = unready('InstallFailed', why, cond('Released', 'False', 'InstallFailed', why), stalled)
    assessment = check(helmrelease, yaml, state='failed', causes=['ReleaseFailed'], says=why)
    assert assessment.causes[0].tolerance_seconds == 0.0


def test_what_it_has_made_is_shown():
    assessment = check(helmrelease, objects.release(objects.INSTALLED) + REST)
    kinds = [child['kind'] for child in assessment.children]
    assert kinds == ['HelmRepository', 'HelmChart', 'Deployment', 'ReplicaSet']
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-1-x']
    down = objects.workload('Deployment', 'web', objects.DOWN, objects.OF_WEB)
    says = 'the rollout of deployment/web'
    yaml = objects.release(objects.INSTALLED) + objects.CHARTS + objects.CHART + down
    check(helmrelease, yaml, state='progressing', says=says)


def test_it_reads_by_the_labels_of_flux_where_it_is_released():
    def seen(spec):
        asked = wants(helmrelease, objects.release(objects.INSTALLED, spec=spec))
        return [(want.resource.kind, want.namespace) for want in asked]

    sources = [('HelmRepository', 'shop'), ('HelmChart', 'shop')]
    kinds = ('Deployment', 'StatefulSet', 'DaemonSet')
    assert seen('') == [*sources, *((kind, 'shop') for kind in kinds)]
    assert seen('  targetNamespace: prod\n')[2:] == [(kind, 'prod') for kind in kinds]
    assert seen('  kubeConfig: {secretRef: {name: prod}}\n') == sources
    reference = '  chartRef: {kind: OCIRepository, name: web, namespace: charts}\n'
    assert seen(reference)[0] == ('OCIRepository', 'charts')
