"""The packages in plugins/ on a real API server: objects under their definitions, with statuses as
their controllers would write them, step by step. In a cluster of its own: definitions are for all.
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
# After everything that happens here: when Flagger has looked last.
LATER = '2040-01-01T00:00:00Z'
OFTEN = ('--status-progress-period', '1s')
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
    left = shutil.ignore_patterns('__pycache__', '*.egg-info', 'build', 'tests')
    for name in PACKAGES:
        shutil.copytree(page.ROOT / 'plugins' / name, sources / name, ignore=left)
    quickly = ('-q', '--disable-pip-version-check', '--no-compile')
    pip = (sys.executable, '-m', 'pip', 'install', *quickly)
    run(*pip, '--target', str(tools), 'setuptools>=70.1')
    with_tools = ('env', f'PYTHONPATH={tools}')
    made = ('--no-deps', '--no-build-isolation', '--target', str(site))
    run(*with_tools, *pip, *made, *(str(sources / name) for name in PACKAGES))
    return site


class Scene:
    """A stage on which objects are made, their statuses told, and the packages are installed."""

    def __init__(self, stage, site):
        self.stage = stage
        self._env = {'PYTHONPATH': str(site)}

    def dog(self, *arguments):
        return self.start(*arguments).wait(90)

    def start(self, *arguments):
        return self.stage.dog.start(*arguments, env=self._env)

    def make(self, kind, name, owner=None, meta=None, **fields):
        """An object with these fields, controlled by the one that `owner` names (KIND, NAME)."""
        api_version, plural = next((a, p) for a, k, p in KINDS if k == kind)
        meta = {'name': name, **(meta or {})}
        if owner:
            at, of = next((a, p) for a, k, p in KINDS if k == owner[0])
            about = (f'{of}.{at.partition("/")[0]}', owner[1], '-o', 'jsonpath={.metadata.uid}')
            told = {'apiVersion': at, 'kind': owner[0], 'name': owner[1], 'controller': True}
            uid = self.stage.kubectl('get', *about).stdout
            meta['ownerReferences'] = [{**told, 'uid': uid}]
        made = {'apiVersion': api_version, 'kind': kind, 'metadata': meta}
        status = fields.pop('status', None)
        self.stage.apply({**made, **fields})
        if status is not None:
            self.tell(f'{plural}.{api_version.partition("/")[0]}', name, status)

    def tell(self, kind, name, status):
        patch = json.dumps({'status': status})
        told = ('--subresource=status', '--type=merge', '-p', patch)
        self.stage.kubectl('patch', kind, name, *told)

    def warn(self, kind, name, message):
        """A kube event as an operator makes it."""
        at = next(a for a, k, _ in KINDS if k == kind)
        read = ('get', f'{kind}.{at.partition("/")[0]}', name, '-o', 'json')
        about = json.loads(self.stage.kubectl(*read).stdout)['metadata']
        now = {'firstTimestamp': '2026-01-01T00:00:00Z', 'lastTimestamp': '2026-01-01T00:00:00Z'}
        involved = {'apiVersion': at, 'kind': kind, **{k: about[k] for k in ('name', 'uid')}}
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
    told = {'type': kind, 'status': status, 'reason': reason, 'message': message}
    return {**told, 'observedGeneration': 1, 'lastTransitionTime': '2026-01-01T00:00:00Z'}


ISSUING = cond('Issuing', 'True', 'DoesNotExist', 'Issuing certificate as Secret does not exist')
READY = cond('Ready', 'True')
REFERENCE = {'issuerRef': {'name': 'letsencrypt'}}


def certificate(scene, *conditions, **status):
    scene.make('Certificate', 'web', spec={'secretName': 'web-tls', **REFERENCE})
    scene.tell('certificate', 'web', {'conditions': list(conditions), **status})


def challenged(scene):
    """From the certificate to a challenge that is not met."""
    scene.make('Issuer', 'letsencrypt', spec={}, status={'conditions': [READY]})
    certificate(scene, ISSUING, cond('Ready', 'False'))
    run = scene.start('rollout', 'certificate/web', '--tolerate', 'ChallengePending=3s', *OFTEN)
    run.wait_for('its issuance')
    number = {'annotations': {'cert-manager.io/certificate-revision': '1'}}
    pending = {'conditions': [cond('Approved', 'True'), cond('Ready', 'False', 'Pending', 'waits')]}
    owner = ('Certificate', 'web')
    scene.make('CertificateRequest', 'web-1', owner, number, spec=REFERENCE, status=pending)
    owner = ('CertificateRequest', 'web-1')
    scene.make('Order', 'web-1-77', owner, spec=REFERENCE, status={'state': 'pending'})
    spec = {'type': 'HTTP-01', 'dnsName': 'web.example.com', **REFERENCE}
    told = {'state': 'pending', 'reason': HTTP}
    scene.make('Challenge', 'web-1-77-88', ('Order', 'web-1-77'), spec=spec, status=told)
    return run.wait()


def issued_again(scene):
    """Ready is of the certificate before, as long as another one is being issued."""
    scene.make('Issuer', 'letsencrypt', spec={}, status={'conditions': [READY]})
    certificate(scene, READY, ISSUING, revision=1)
    run = scene.start('rollout', 'certificate/web', *OFTEN)
    run.wait_for('its issuance')
    scene.tell('certificate', 'web', {'conditions': [READY], 'revision': 2})
    return run.wait()


def without_issuer(scene):
    certificate(scene, ISSUING)
    return scene.dog('rollout', 'certificate/web', '--tolerate', 'IssuerMissing=2s')


def canary(scene, phase, **status):
    scene.tell(
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
    """A change of the target, its analysis, the gate, and the promotion."""
    stage = scene.stage
    old, new = f'echo one; {manifests.RUN}', f'echo two of the canary; {manifests.RUN}'
    late = {'exec': {'command': ['true']}, 'initialDelaySeconds': 12, 'periodSeconds': 1}
    stage.apply([manifests.deployment(name, old) for name in ('web', 'web-primary')])
    target = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}
    hooks = [{'name': 'ask-jo', 'type': 'confirm-promotion', 'url': 'http://gate'}]
    spec = {'interval': '10s', 'threshold': 5, 'stepWeight': 10, 'maxWeight': 50}
    analysis = {**spec, 'webhooks': hooks}
    scene.make('Canary', 'web', spec={'targetRef': target, 'analysis': analysis})
    stage.apply(manifests.deployment('web', new, container={'readinessProbe': late}))
    canary(scene, 'Succeeded')
    promoted = scene.start('rollout', 'canary/web', *OFTEN)
    promoted.wait_for('Flagger to see the change of deployment/web')
    canary(scene, 'Progressing', canaryWeight=20)
    promoted.wait_for('weight 20 of 50')
    promoted.wait_for('two of the canary')
    canary(scene, 'WaitingPromotion')
    gate = promoted.wait()
    soon = {'readinessProbe': stages.READY_SOON}
    both = ('web', 'web-primary')
    stage.apply([manifests.deployment(name, new, container=soon) for name in both])
    promoted = scene.start('rollout', 'canary/web', '--on-pause', 'wait', *OFTEN)
    promoted.wait_for('confirm-promotion webhook ask-jo')
    canary(scene, 'Succeeded', lastTransitionTime=LATER)
    return gate, promoted.wait()


def rolled_back(scene):
    target = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}
    scene.stage.apply(manifests.deployment('web'))
    scene.make('Canary', 'web', spec={'targetRef': target, 'analysis': {'threshold': 5}})
    canary(scene, 'Progressing', canaryWeight=10, failedChecks=2)
    run = scene.start('rollout', 'canary/web', *OFTEN)
    run.wait_for('2 of 5 checks failed')
    scene.warn('Canary', 'web', 'Halt web.shop advancement success rate 42.00% < 99%')
    scene.warn('Canary', 'web', 'Rolling back web.shop failed checks threshold reached 5')
    canary(scene, 'Failed', failedChecks=5, lastTransitionTime=LATER)
    return run.wait()


def kustomization(scene, source, *conditions, **status):
    scene.make('GitRepository', 'fleet', spec={}, status={'conditions': [source]})
    scene.make(
        'Kustomization', 'apps', spec={'sourceRef': {'kind': 'GitRepository', 'name': 'fleet'}}
    )
    scene.tell('kustomization', 'apps', {'conditions': list(conditions), **status})


def from_a_broken_source(scene):
    broken = cond('Ready', 'False', 'GitOperationFailed', 'authentication required')
    kustomization(scene, broken, cond('Ready', 'False', 'ArtifactFailed', 'artifact not found'))
    return scene.dog('rollout', 'kustomization/apps', '--tolerate', 'SourceNotReady=2s')


def labelled(made, group, name, namespace):
    labels = {f'{group}/name': name, f'{group}/namespace': namespace}
    return {**made, 'metadata': {**made['metadata'], 'labels': labels}}


def applied_elsewhere(scene):
    """Flux is done; what it has applied, to another namespace, crashes."""
    stage, other = scene.stage, f'{scene.stage.namespace}-x'
    entries = [{'id': f'{other}_web_apps_Deployment', 'v': 'v1'}]
    done = {'observedGeneration': 1, 'inventory': {'entries': entries}}
    stage.kubectl('create', 'namespace', other)
    try:
        stages.await_usable(stage.kubectl, other)
        made = manifests.deployment('web', 'echo no such ledger; exit 3')
        made = labelled(made, KUSTOMIZE, 'apps', stage.namespace)
        stage.kubectl('apply', '-n', other, '-f', '-', stdin=json.dumps(made))
        kustomization(scene, READY, READY, **done)
        return scene.dog('rollout', 'kustomization/apps')
    finally:
        stage.kubectl('delete', 'namespace', other, '--wait=false')


def suspended(scene):
    scene.make('Kustomization', 'apps', spec={'suspend': True}, status={'conditions': [READY]})
    return scene.dog('rollout', 'kustomization/apps')


def released(scene):
    """A release that is being upgraded and then done; and one that failed for good."""
    stage = scene.stage
    spec = {'chart': {'spec': {'sourceRef': {'kind': 'HelmRepository', 'name': 'charts'}}}}
    scene.make('HelmRelease', 'web', spec=spec)
    upgrading = cond('Ready', 'Unknown', 'Progressing', 'Running upgrade action')
    scene.tell('helmrelease', 'web', {'conditions': [upgrading]})
    run = scene.start('rollout', 'helmrelease/web', *OFTEN)
    run.wait_for('Running upgrade action')
    ready = {'readinessProbe': stages.READY_SOON}
    made = manifests.deployment(
        'web', f'echo hello from the chart; {manifests.RUN}', container=ready
    )
    stage.apply(labelled(made, HELM, 'web', stage.namespace))
    scene.tell('helmrelease', 'web', {'conditions': [READY], 'observedGeneration': 1})
    done = run.wait()
    stalled = cond('Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)')
    failed = cond('Released', 'False', 'UpgradeFailed', 'no matches for kind Moon')
    back = cond('Ready', 'False', 'RollbackSucceeded', 'Helm rollback succeeded')
    scene.tell('helmrelease', 'web', {'conditions': [back, failed, stalled]})
    return done, scene.dog('rollout', 'helmrelease/web')


def listed(scene):
    return scene.dog('trackers', '-o', 'json')


PLAYS = (
    *(analysed, applied_elsewhere, released, challenged, issued_again, without_issuer),
    *(rolled_back, from_a_broken_source, suspended, listed),
)


@pytest.fixture(scope='module')
def played(own_machine, request, tmp_path_factory):
    """Tells the outcome of a play; all of them take their time together."""
    folder = tmp_path_factory.mktemp('packages')
    with ThreadPoolExecutor() as pool:
        # Both take long, and neither needs the other.
        installing = pool.submit(installed, folder)
        cluster = request.getfixturevalue('private_cluster').kubectl
        site = installing.result()

    def play(one, site):
        own = folder / one.__name__
        own.mkdir()
        with stages.opened(cluster, stages.unique(one.__name__), own) as stage:
            return one(Scene(stage, site))

    items = [definition(*kind) for kind in KINDS]
    kinds = json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items})
    cluster('apply', '-f', '-', stdin=kinds)
    names = ','.join(one['metadata']['name'] for one in items)
    assert until(lambda: cluster.succeeds('get', names, '-A'), 30)
    with ThreadPoolExecutor(len(PLAYS)) as pool:
        runs = {one: pool.submit(play, one, site) for one in PLAYS}
    return lambda one: runs[one].result()


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
    items = json.loads(played(listed).stdout)['items']
    used = {(one['kind'], one['package']) for one in items if one['state'] == 'used'}
    for kind, package in (
        ('Certificate.cert-manager.io', 'cert-manager'),
        ('Challenge.acme.cert-manager.io', 'cert-manager'),
        ('Canary.flagger.app', 'flagger'),
        (f'Kustomization.{KUSTOMIZE}', 'flux'),
        (f'HelmRelease.{HELM}', 'flux'),
    ):
        assert (kind, f'kubectl-dog-{package}') in used
