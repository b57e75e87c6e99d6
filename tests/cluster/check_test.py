"""`check` finds before apply what a rollout finds afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter

import pytest

from tests.page import ROOT

from . import manifests
from .stage import PLAYED
from .stage import scene

PAGE = ROOT / 'docs' / 'check.md'
EXAMPLE = ROOT / 'docs' / 'examples' / 'check'
BLOCK = re.compile(r'(?<=```text\n)(.*?\n)(.*?)(?=```)', re.S)


def source(**reference):
    return {'container': {'envFrom': [reference]}}


def from_key(**reference):
    return {'container': {'env': [{'name': 'A', 'valueFrom': reference}]}}


def volume(**fields):
    mount = {'volumeMounts': [{'name': 'v', 'mountPath': '/v'}]}
    return {'template': {'volumes': [{'name': 'v', **fields}]}, 'container': mount}


def quota(**hard):
    return manifests_object('ResourceQuota', 'tiny', {'hard': hard})


def manifests_object(kind, name, spec=None, **fields):
    body = {'spec': spec} if spec is not None else {}
    return {'apiVersion': 'v1', 'kind': kind, 'metadata': {'name': name}, **body, **fields}


RESOURCES = {'requests': {'cpu': '1m'}, 'limits': {'cpu': '2'}}
LIMITS = manifests_object(
    'LimitRange', 'small', {'limits': [{'type': 'Container', 'max': {'cpu': '1'}}]}
)
# Name -> what is there before, and the fields of a Deployment that fails because of it.
FAULTS = {
    'config-map': ([], source(configMapRef={'name': 'gone'})),
    'secret': ([], from_key(secretKeyRef={'name': 'gone', 'key': 'a'})),
    'key': (
        [manifests_object('ConfigMap', 'conf', data={'a': 'b'})],
        from_key(configMapKeyRef={'name': 'conf', 'key': 'c'}),
    ),
    'secret-key': (
        [manifests_object('Secret', 'conf', stringData={'a': 'b'})],
        from_key(secretKeyRef={'name': 'conf', 'key': 'c'}),
    ),
    'volume-secret': ([], volume(secret={'secretName': 'gone'})),
    'volume-key': (
        [manifests_object('ConfigMap', 'conf', data={'a': 'b'})],
        volume(configMap={'name': 'conf', 'items': [{'key': 'c', 'path': 'c'}]}),
    ),
    'account': ([], {'template': {'serviceAccountName': 'gone'}}),
    'priority': ([], {'template': {'priorityClassName': 'gone'}}),
    'runtime': ([], {'template': {'runtimeClassName': 'gone'}}),
    'claim': ([], volume(persistentVolumeClaim={'claimName': 'gone'})),
    'quota': ([quota(pods='1')], {'replicas': 2}),
    'unspecified': ([quota(**{'limits.cpu': '1'})], {}),
    'limit-range': ([LIMITS], {'container': {'resources': RESOURCES}}),
    'selector': ([], {'template': {'nodeSelector': {'example.com/gone': 'yes'}}}),
    'request': ([], {'container': {'resources': {'requests': {'cpu': '900'}}}}),
    'image': ([], {'image': 'Registry/App:1'}),
    'storage': ([], None),
    'pod-security': ('restricted', {}),
}


# Faults that all pods of a namespace have.
OF_NAMESPACES = ('quota', 'unspecified', 'limit-range', 'pod-security')


def database(name):
    claim = {
        'metadata': {'name': 'data'},
        'spec': {
            'storageClassName': 'gone',
            'accessModes': ['ReadWriteOnce'],
            'resources': {'requests': {'storage': '1Mi'}},
        },
    }
    return manifests.statefulset(name, volumeClaimTemplates=[claim])


def workload(name):
    _, fields = FAULTS[name]
    return database(name) if fields is None else manifests.deployment(name, **fields)


def compare(*names):
    """A play that checks workloads with these faults, applies them, and tracks them."""

    def play(stage):
        for before in (FAULTS[name][0] for name in names):
            if isinstance(before, str):
                label = f'pod-security.kubernetes.io/enforce={before}'
                stage.kubectl('label', 'namespace', stage.namespace, label)
            elif before:
                stage.apply(before)
        file = stage.folder / 'all.json'
        items = list(map(workload, names))
        file.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}))
        flags = ('-f', str(file), '-o', 'json')
        check = stage.dog('check', *flags)
        stage.apply(items)
        rollout = stage.dog('rollout', *flags, '--keep-going', '--timeout', '170s', timeout=200)
        return check, rollout

    play.__name__ = f'check_{names[0].replace("-", "_")}'
    return play


def compared():
    """Pairs of a fault, and of the play that has it."""
    together = compare(*(name for name in FAULTS if name not in OF_NAMESPACES))
    return [(name, compare(name) if name in OF_NAMESPACES else together) for name in FAULTS]


def end_of(run, name):
    lines = map(json.loads, run.stdout.splitlines())
    [end] = [line for line in lines if line['type'] == 'ended' and line['target']['name'] == name]
    return end


@pytest.mark.parametrize(('name', PLAYED), compared(), ids=FAULTS, indirect=[PLAYED])
def test_a_check_finds_what_a_rollout_finds(name, played):
    check, rollout = played
    assert (check.code, rollout.code) == (1, 1), check.output
    before, after = end_of(check, name), end_of(rollout, name)
    assert (before['verdict'], after['verdict']) == ('would-fail', 'failed')
    before, after = before['cause'], after['cause']
    assert before['code'] == after['code']
    if before['code'] not in ('CreateFailed', 'LimitRange', 'PodSecurity', 'PVCPending'):
        # Others are about the ReplicaSet or a pod.
        assert before['subject'] == after['subject']


def healthy(stage):
    account = manifests_object('ServiceAccount', 'robot')
    settings = manifests_object('ConfigMap', 'conf', data={'a': 'b'})
    stage.apply([manifests_object('Secret', 'conf', stringData={'a': 'b'}), quota(pods='5')])
    workloads = [
        manifests.deployment(
            'web',
            replicas=2,
            template={'serviceAccountName': 'robot'},
            **from_key(configMapKeyRef={'name': 'conf', 'key': 'a'}),
        ),
        manifests.statefulset('db', **from_key(secretKeyRef={'name': 'conf', 'key': 'a'})),
    ]
    file = stage.folder / 'all.json'
    items = [account, settings, *workloads]
    file.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}))
    first = stage.dog('check', '-f', str(file))
    listed = stage.kubectl('get', 'deploy,sts,sa,cm', '-o', 'name').stdout
    stage.apply(items)
    stage.kubectl('wait', 'pods', '--all', '--for=condition=Ready', '--timeout=60s')
    return (
        first,
        listed,
        stage.dog('check', '-f', str(file)),
        stage.dog('rollout', '-f', str(file), '--check'),
    )


@scene(healthy)
def test_a_check_of_healthy_objects_changes_nothing(played):
    first, listed, again, rollout = played
    assert (first.code, again.code, rollout.code) == (0, 0, 0), first.output + again.output
    for name in ('deployment.apps/web', 'statefulset.apps/db', 'serviceaccount/robot'):
        assert name not in listed


def rejected(stage):
    stage.apply(manifests.deployment('web'))
    changed = manifests.deployment('web')
    changed['spec']['selector'] = {'matchLabels': {'app': 'other'}}
    changed['spec']['template']['metadata']['labels'] = {'app': 'other'}
    wrong = manifests.deployment('typo')
    wrong['spec']['template']['spec']['containers'][0]['imagePullPolicie'] = 'Never'
    file = stage.folder / 'all.json'
    items = [
        changed,
        wrong,
        {'apiVersion': 'example.com/v9', 'kind': 'Foo', 'metadata': {'name': 'foo'}},
    ]
    file.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}))
    without = stage.dog('check', '-f', str(file), '--dry-run=none', '-o', 'json')
    return stage.dog('check', '-f', str(file), '-o', 'json'), without


@scene(rejected)
def test_a_dry_run_finds_what_the_server_rejects(played):
    run, without = played
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    ends = {line['target']['name']: line for line in lines if line['type'] == 'ended'}
    assert {name: end['reason'] for name, end in ends.items()} == dict.fromkeys(
        ('web', 'typo', 'foo'), 'CreateFailed'
    )
    assert 'spec.selector' in ends['web']['message']
    assert 'imagePullPolicie' in ends['typo']['message']
    lines = [json.loads(line) for line in without.stdout.splitlines()]
    failing = [line for line in lines if line.get('verdict') == 'would-fail']
    assert [line['target']['name'] for line in failing] == ['foo']


def without_rights(stage):
    dog, token = stage.account('deployments.apps')
    file = stage.folder / 'web.json'
    workload = manifests.deployment('web', **source(configMapRef={'name': 'gone'}))
    file.write_text(json.dumps(workload))
    check = dog('check', '-f', str(file), '--token', token)
    roles = dog('check', '-f', str(file), '--token', token, '--print-rbac').stdout
    stage.kubectl('delete', 'role,rolebinding', 'reader')
    stage.apply(roles)
    stage.bind_role('kubectl-dog')
    again = dog('check', '-f', str(file), '--token', token)
    stage.apply(manifests.deployment('web', probe='true'))
    return check, again, dog('rollout', 'deploy/web', '--token', token)


@scene(without_rights)
def test_what_may_not_be_read_is_left_out_and_the_role_is_enough(played):
    check, again, rollout = played
    assert check.code == 0, check.output
    for word in ('configmaps', 'nodes', 'patch', 'tracking needs more permissions', 'replicasets'):
        assert word in check.output
    assert 'tracking needs more permissions' not in again.output
    assert rollout.code == 0
    assert 'forbidden' not in rollout.output


def two_hundred(stage):
    items = []
    for number in range(100):
        reference = source(configMapRef={'name': f'conf-{number}'})
        items.append(manifests.deployment(f'web-{number}', replicas=0, **reference))
        items.append(manifests_object('ConfigMap', f'conf-{number}', data={'a': 'b'}))
    file = stage.folder / 'all.json'
    file.write_text(json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items}))
    costs = []
    for mode in ('server', 'none'):
        words = ('check', '-f', str(file), '-q', '-v', '6', f'--dry-run={mode}')
        result = stage.dog(*words, timeout=120)
        methods = Counter(re.findall(r'^(GET|PATCH|POST) ', result.stderr, re.M))
        costs.append((result, methods))
    return costs


@scene(two_hundred)
def test_a_check_of_200_objects_needs_at_most_30_reads_and_one_dry_run_each(played):
    for (run, methods), dry_runs in zip(played, (200, 0)):
        assert run.code == 0, run.output
        assert methods['GET'] + methods['POST'] <= 30
        assert methods['PATCH'] == dry_runs


def wrong_token(stage):
    dog, _ = stage.account()
    file = stage.folder / 'web.json'
    file.write_text(json.dumps(manifests.deployment('web')))
    return dog('check', '-f', str(file), '--token', 'wrong')


@scene(wrong_token)
def test_a_wrong_token_is_exit_code_5(played):
    assert played.code == 5
    assert len(played.output.strip().splitlines()) == 1


def example(stage):
    stage.apply(
        [
            manifests_object('Secret', 'database', stringData={'password': 'x'}),
            manifests_object('ResourceQuota', 'pods', {'hard': {'pods': '10'}}),
        ]
    )
    stage.kubectl('wait', 'quota/pods', '--for=jsonpath={.status.hard.pods}=10')
    folder = stage.folder / 'docs' / 'examples' / 'check'
    shutil.copytree(EXAMPLE, folder)
    return stage.namespace, stage.dog('check', '-f', str(folder))


@scene(example)
def test_the_page_shows_what_is_printed(played):
    namespace, run = played
    assert run.code == 1
    # The cluster and its namespace have other names, and the check may take a second.
    printed = run.stdout.replace(namespace, 'shop')
    printed = re.sub(r'0 of \d+ nodes fit: \d+', '0 of 1 nodes fit: 1', printed)
    printed = re.sub(r'^ *\d+s', '  0s', printed)
    page = PAGE.read_text(encoding='utf-8')
    if os.environ.get('KUBECTL_DOG_WRITE'):
        page = BLOCK.sub(lambda match: f'{match[1]}{printed}', page, count=1)
        PAGE.write_text(page, encoding='utf-8')
    assert BLOCK.search(page)[2] == printed
