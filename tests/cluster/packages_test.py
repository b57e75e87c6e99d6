"""The packages in plugins/ on a real API server, with objects of their custom kinds.

The test writes the statuses that the controllers would write, step by step. It has a cluster of
its own, as CustomResourceDefinitions are cluster-wide.
"""

from __future__ import annotations

import json
import shutil
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import page

from . import manifests
from . import stage as stages
from .harness.processes import until
from .plugins_test import run

PACKAGES = ('cert-manager', 'flagger', 'flux')
ACME, SOURCE = 'acme.cert-manager.io', 'source.toolkit.fluxcd.io'
KUSTOMIZE, HELM = 'kustomize.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io'
KINDS = (
    ('flagger.app/v1beta1', 'Canary', 'canaries'),
    ('cert-manager.io/v1', 'Certificate', 'certificates'),
    ('cert-manager.io/v1', 'CertificateRequest', 'certificaterequests'),
    ('cert-manager.io/v1', 'Issuer', 'issuers'),
    (f'{ACME}/v1', 'Order', 'orders'),
    (f'{ACME}/v1', 'Challenge', 'challenges'),
    (f'{KUSTOMIZE}/v1', 'Kustomization', 'kustomizations'),
    (f'{HELM}/v2', 'HelmRelease', 'helmreleases'),
    (f'{SOURCE}/v1', 'GitRepository', 'gitrepositories'),
    (f'{SOURCE}/v1', 'HelmRepository', 'helmrepositories'),
    (f'{SOURCE}/v1', 'HelmChart', 'helmcharts'),
)
# The last transition that Flagger reports: later than everything that happens here.
LATER = '2040-01-01T00:00:00Z'
FREQUENT_STATUS = ('--status-progress-period', '1s')
HTTP = 'Waiting for HTTP-01 challenge propagation: dial tcp: no such host'


def definition(api_version, kind, plural):
    group, _, version = api_version.partition('/')
    schema = {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}
    served = {'name': version, 'served': True, 'storage': True, 'subresources': {'status': {}}}
    return {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': f'{plural}.{group}'},
        'spec': {
            'group': group,
            'scope': 'Namespaced',
            'names': {'kind': kind, 'plural': plural, 'singular': kind.lower()},
            'versions': [{**served, 'schema': {'openAPIV3Schema': schema}}],
        },
    }


def installed(folder):
    """A folder that holds the packages as pip installs them."""
    tools, site, sources = folder / 'tools', folder / 'site', folder / 'sources'
    ignored = shutil.ignore_patterns('__pycache__', '*.egg-info', 'build', 'tests')
    for name in PACKAGES:
        shutil.copytree(page.ROOT / 'plugins' / name, sources / name, ignore=ignored)
    flags = ('-q', '--disable-pip-version-check', '--no-compile')
    pip = (sys.executable, '-m', 'pip', 'install', *flags)
    run(*pip, '--target', str(tools), 'setuptools>=70.1')
    with_tools = ('env', f'PYTHONPATH={tools}')
    options = ('--no-deps', '--no-build-isolation', '--target', str(site))
    run(*with_tools, *pip, *options, *(str(sources / name) for name in PACKAGES))
    return site


class Scene:
    """A stage with functions that create objects, patch statuses, and run with the packages."""

    def __init__(self, stage, site):
        self.stage = stage
        self._env = {'PYTHONPATH': str(site)}

    def dog(self, *arguments):
        return self.start(*arguments).wait(90)

    def start(self, *arguments):
        return self.stage.dog.start(*arguments, env=self._env)

    def create(self, kind, name, owner=None, meta=None, **fields):
        """Create an object with these fields, controlled by the object `owner` (KIND, NAME)."""
        api_version, plural = next((a, p) for a, k, p in KINDS if k == kind)
        meta = {'name': name, **(meta or {})}
        if owner:
            owner_version, owner_plural = next((a, p) for a, k, p in KINDS if k == owner[0])
            query = (
                f'{owner_plural}.{owner_version.partition("/")[0]}',
                owner[1],
                '-o',
                'jsonpath={.metadata.uid}',
            )
            reference = {
                'apiVersion': owner_version,
                'kind': owner[0],
                'name': owner[1],
                'controller': True,
            }
            uid = self.stage.kubectl('get', *query).stdout
            meta['ownerReferences'] = [{**reference, 'uid': uid}]
        obj = {'apiVersion': api_version, 'kind': kind, 'metadata': meta}
        status = fields.pop('status', None)
        self.stage.apply({**obj, **fields})
        if status is not None:
            self.patch_status(f'{plural}.{api_version.partition("/")[0]}', name, status)

    def patch_status(self, kind, name, status):
        patch = json.dumps({'status': status})
        options = ('--subresource=status', '--type=merge', '-p', patch)
        self.stage.kubectl('patch', kind, name, *options)

    def warn(self, kind, name, message):
        """Create a warning event like those of an operator."""
        api_version = next(a for a, k, _ in KINDS if k == kind)
        read = ('get', f'{kind}.{api_version.partition("/")[0]}', name, '-o', 'json')
        meta = json.loads(self.stage.kubectl(*read).stdout)['metadata']
        now = {'firstTimestamp': '2026-01-01T00:00:00Z', 'lastTimestamp': '2026-01-01T00:00:00Z'}
        involved = {
            'apiVersion': api_version,
            'kind': kind,
            **{k: meta[k] for k in ('name', 'uid')},
        }
        self.stage.apply(
            {
                'apiVersion': 'v1',
                'kind': 'Event',
                'metadata': {'name': f'{name}.{zlib.crc32(message.encode()):x}'},
                'involvedObject': {**involved, 'namespace': self.stage.namespace},
                **now,
                'type': 'Warning',
                'reason': 'Synced',
                'message': message,
            }
        )


def cond(kind, status, reason='Reason', message=''):
    condition = {'type': kind, 'status': status, 'reason': reason, 'message': message}
    return {**condition, 'observedGeneration': 1, 'lastTransitionTime': '2026-01-01T00:00:00Z'}


ISSUING = cond('Issuing', 'True', 'DoesNotExist', 'Issuing certificate as Secret does not exist')
READY = cond('Ready', 'True')
REFERENCE = {'issuerRef': {'name': 'letsencrypt'}}


def certificate(scene, *conditions, **status):
    scene.create('Certificate', 'web', spec={'secretName': 'web-tls', **REFERENCE})
    scene.patch_status('certificate', 'web', {'conditions': list(conditions), **status})


def challenged(scene):
    """A certificate whose challenge is not met."""
    scene.create('Issuer', 'letsencrypt', spec={}, status={'conditions': [READY]})
    certificate(scene, ISSUING, cond('Ready', 'False'))
    run = scene.start(
        'rollout', 'certificate/web', '--tolerate', 'ChallengePending=3s', *FREQUENT_STATUS
    )
    run.wait_for('its issuance')
    number = {'annotations': {'cert-manager.io/certificate-revision': '1'}}
    pending = {'conditions': [cond('Approved', 'True'), cond('Ready', 'False', 'Pending', 'waits')]}
    owner = ('Certificate', 'web')
    scene.create('CertificateRequest', 'web-1', owner, number, spec=REFERENCE, status=pending)
    owner = ('CertificateRequest', 'web-1')
    scene.create('Order', 'web-1-77', owner, spec=REFERENCE, status={'state': 'pending'})
    spec = {'type': 'HTTP-01', 'dnsName': 'web.example.com', **REFERENCE}
    status = {'state': 'pending', 'reason': HTTP}
    scene.create('Challenge', 'web-1-77-88', ('Order', 'web-1-77'), spec=spec, status=status)
    return run.wait()


def issued_again(scene):
    """A certificate that is issued again: until then Ready is about the previous one."""
    scene.create('Issuer', 'letsencrypt', spec={}, status={'conditions': [READY]})
    certificate(scene, READY, ISSUING, revision=1)
    run = scene.start('rollout', 'certificate/web', *FREQUENT_STATUS)
    run.wait_for('its issuance')
    scene.patch_status('certificate', 'web', {'conditions': [READY], 'revision': 2})
    return run.wait()


def without_issuer(scene):
    certificate(scene, ISSUING)
    return scene.dog('rollout', 'certificate/web', '--tolerate', 'IssuerMissing=2s')


def canary(scene, phase, **status):
    scene.patch_status(
        'canary',
        'web',
        {
            'phase': phase,
            'failedChecks': 0,
            'lastTransitionTime': '2026-01-01T00:00:00Z',
            'conditions': [cond('Promoted', 'Unknown', phase, 'told')],
            **status,
        },
    )


def analysed(scene):
    """A canary: its target is changed, analysed, held at the gate, and promoted."""
    stage = scene.stage
    old, new = f'echo one; {manifests.RUN}', f'echo two of the canary; {manifests.RUN}'
    late = {'exec': {'command': ['true']}, 'initialDelaySeconds': 12, 'periodSeconds': 1}
    stage.apply([manifests.deployment(name, old) for name in ('web', 'web-primary')])
    target = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}
    hooks = [{'name': 'ask-jo', 'type': 'confirm-promotion', 'url': 'http://gate'}]
    spec = {'interval': '10s', 'threshold': 5, 'stepWeight': 10, 'maxWeight': 50}
    analysis = {**spec, 'webhooks': hooks}
    scene.create('Canary', 'web', spec={'targetRef': target, 'analysis': analysis})
    stage.apply(manifests.deployment('web', new, container={'readinessProbe': late}))
    canary(scene, 'Succeeded')
    promoted = scene.start('rollout', 'canary/web', *FREQUENT_STATUS)
    promoted.wait_for('Flagger to see the change of deployment/web')
    canary(scene, 'Progressing', canaryWeight=20)
    promoted.wait_for('weight 20 of 50')
    promoted.wait_for('two of the canary')
    canary(scene, 'WaitingPromotion')
    gate = promoted.wait()
    soon = {'readinessProbe': stages.READY_SOON}
    both = ('web', 'web-primary')
    stage.apply([manifests.deployment(name, new, container=soon) for name in both])
    promoted = scene.start('rollout', 'canary/web', '--on-pause', 'wait', *FREQUENT_STATUS)
    promoted.wait_for('confirm-promotion webhook ask-jo')
    canary(scene, 'Succeeded', lastTransitionTime=LATER)
    return gate, promoted.wait()


def rolled_back(scene):
    target = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}
    scene.stage.apply(manifests.deployment('web'))
    scene.create('Canary', 'web', spec={'targetRef': target, 'analysis': {'threshold': 5}})
    canary(scene, 'Progressing', canaryWeight=10, failedChecks=2)
    run = scene.start('rollout', 'canary/web', *FREQUENT_STATUS)
    run.wait_for('2 of 5 checks failed')
    scene.warn('Canary', 'web', 'Halt web.shop advancement success rate 42.00% < 99%')
    scene.warn('Canary', 'web', 'Rolling back web.shop failed checks threshold reached 5')
    canary(scene, 'Failed', failedChecks=5, lastTransitionTime=LATER)
    return run.wait()


def kustomization(scene, source, *conditions, **status):
    scene.create('GitRepository', 'fleet', spec={}, status={'conditions': [source]})
    scene.create(
        'Kustomization', 'apps', spec={'sourceRef': {'kind': 'GitRepository', 'name': 'fleet'}}
    )
    scene.patch_status('kustomization', 'apps', {'conditions': list(conditions), **status})


def from_a_broken_source(scene):
    broken = cond('Ready', 'False', 'GitOperationFailed', 'authentication required')
    kustomization(scene, broken, cond('Ready', 'False', 'ArtifactFailed', 'artifact not found'))
    return scene.dog('rollout', 'kustomization/apps', '--tolerate', 'SourceNotReady=2s')


def labelled(obj, group, name, namespace):
    labels = {f'{group}/name': name, f'{group}/namespace': namespace}
    return {**obj, 'metadata': {**obj['metadata'], 'labels': labels}}


def applied_elsewhere(scene):
    """A Kustomization that is ready, with a crashing Deployment in another namespace."""
    stage, other = scene.stage, f'{scene.stage.namespace}-x'
    entries = [{'id': f'{other}_web_apps_Deployment', 'v': 'v1'}]
    done = {'observedGeneration': 1, 'inventory': {'entries': entries}}
    stage.kubectl('create', 'namespace', other)
    try:
        stages.await_usable(stage.kubectl, other)
        deployment = manifests.deployment('web', 'echo no such ledger; exit 3')
        deployment = labelled(deployment, KUSTOMIZE, 'apps', stage.namespace)
        stage.kubectl('apply', '-n', other, '-f', '-', stdin=json.dumps(deployment))
        kustomization(scene, READY, READY, **done)
        return scene.dog('rollout', 'kustomization/apps')
    finally:
        stage.kubectl('delete', 'namespace', other, '--wait=false')


def suspended(scene):
    scene.create('Kustomization', 'apps', spec={'suspend': True}, status={'conditions': [READY]})
    return scene.dog('rollout', 'kustomization/apps')


def released(scene):
    """A release whose upgrade succeeds, and then one whose upgrade has failed for good."""
    stage = scene.stage
    spec = {'chart': {'spec': {'sourceRef': {'kind': 'HelmRepository', 'name': 'charts'}}}}
    scene.create('HelmRelease', 'web', spec=spec)
    upgrading = cond('Ready', 'Unknown', 'Progressing', 'Running upgrade action')
    scene.patch_status('helmrelease', 'web', {'conditions': [upgrading]})
    run = scene.start('rollout', 'helmrelease/web', *FREQUENT_STATUS)
    run.wait_for('Running upgrade action')
    ready = {'readinessProbe': stages.READY_SOON}
    deployment = manifests.deployment(
        'web', f'echo hello from the chart; {manifests.RUN}', container=ready
    )
    stage.apply(labelled(deployment, HELM, 'web', stage.namespace))
    scene.patch_status('helmrelease', 'web', {'conditions': [READY], 'observedGeneration': 1})
    done = run.wait()
    stalled = cond('Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)')
    failed = cond('Released', 'False', 'UpgradeFailed', 'no matches for kind Moon')
    back = cond('Ready', 'False', 'RollbackSucceeded', 'Helm rollback succeeded')
    scene.patch_status('helmrelease', 'web', {'conditions': [back, failed, stalled]})
    return done, scene.dog('rollout', 'helmrelease/web')


def listed(scene):
    return scene.dog('trackers', '-o', 'json')


PLAYS = (
    *(analysed, applied_elsewhere, released, challenged, issued_again, without_issuer),
    *(rolled_back, from_a_broken_source, suspended, listed),
)


@pytest.fixture(scope='module')
def played(own_machine, request, tmp_path_factory):
    """played(play): the outcome of a play. All plays run at the same time."""
    folder = tmp_path_factory.mktemp('packages')
    with ThreadPoolExecutor() as pool:
        # Both take long, and neither needs the other.
        installing = pool.submit(installed, folder)
        cluster = request.getfixturevalue('private_cluster').kubectl
        site = installing.result()

    def run_play(play, site):
        own = folder / play.__name__
        own.mkdir()
        with stages.opened(cluster, stages.unique(play.__name__), own) as stage:
            return play(Scene(stage, site))

    definitions = [definition(*kind) for kind in KINDS]
    kinds = json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': definitions})
    cluster('apply', '-f', '-', stdin=kinds)
    names = ','.join(crd['metadata']['name'] for crd in definitions)
    assert until(lambda: cluster.succeeds('get', names, '-A'), 30)
    with ThreadPoolExecutor(len(PLAYS)) as pool:
        runs = {play: pool.submit(run_play, play, site) for play in PLAYS}
    return lambda play: runs[play].result()


def test_the_challenge_that_is_not_met_is_the_cause(played):
    result = played(challenged)
    assert result.code == 1, result.output
    assert 'ChallengePending' in result.stdout and HTTP in result.stdout
    assert 'order/web-1-77: pending' in result.stdout
    assert 'kubectl describe challenge' in result.stdout


def test_an_old_certificate_is_no_success_while_another_is_issued(played):
    assert played(issued_again).code == 0, played(issued_again).output


def test_an_issuer_that_is_not_there_is_the_cause(played):
    result = played(without_issuer)
    assert result.code == 1, result.output
    assert 'its issuer/letsencrypt is not there' in result.stdout


def test_a_canary_goes_from_the_change_to_the_gate_and_the_promotion(played):
    gate, done = played(analysed)
    assert gate.code == 6, gate.output
    assert 'confirm-promotion webhook ask-jo' in gate.stdout
    assert done.code == 0, done.output


def test_a_canary_that_is_rolled_back_tells_the_check_that_failed(played):
    result = played(rolled_back)
    assert result.code == 1, result.output
    assert 'ChecksFailed' in result.stdout
    assert 'success rate 42.00% < 99%' in result.stdout


def test_a_source_that_is_not_ready_is_the_cause(played):
    result = played(from_a_broken_source)
    assert result.code == 1, result.output
    assert 'SourceNotReady (GitOperationFailed)' in result.stdout
    assert 'authentication required' in result.stdout


def test_what_is_applied_to_another_namespace_is_explained_from_there(played):
    result = played(applied_elsewhere)
    assert result.code == 1, result.output
    assert 'CrashLoop' in result.stdout and 'no such ledger' in result.stdout


def test_what_is_suspended_is_a_pause(played):
    assert played(suspended).code == 6, played(suspended).output


def test_a_release_is_done_when_its_pods_run_and_fails_for_what_helm_said(played):
    done, failed = played(released)
    assert done.code == 0, done.output
    assert 'hello from the chart' in done.stdout
    assert failed.code == 1, failed.output
    assert 'no matches for kind Moon' in failed.stdout


def test_the_packages_win_over_the_rules_that_ship(played):
    trackers = json.loads(played(listed).stdout)['items']
    used = {
        (tracker['kind'], tracker['package']) for tracker in trackers if tracker['state'] == 'used'
    }
    for kind, package in (
        ('Certificate.cert-manager.io', 'cert-manager'),
        ('Challenge.acme.cert-manager.io', 'cert-manager'),
        ('Canary.flagger.app', 'flagger'),
        (f'Kustomization.{KUSTOMIZE}', 'flux'),
        (f'HelmRelease.{HELM}', 'flux'),
    ):
        assert (kind, f'kubectl-dog-{package}') in used
