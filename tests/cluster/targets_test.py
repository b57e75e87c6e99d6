"""All forms of targets on the real cluster, and the same grammar as the real kubectl."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
import uuid

import pytest

from kubectl_dog.recording.reader import read
from tests import grammar

from . import manifests
from .stage import scene

PASSWORD = 'correct-horse-battery-staple'


def labelled(obj, **labels):
    return {**obj, 'metadata': {**obj['metadata'], 'labels': labels}}


def web(name, *arguments, **fields):
    return labelled(manifests.deployment(name, *arguments, probe='true', **fields), tier='web')


def text(*objects):
    return '---\n'.join(f'{json.dumps(obj)}\n' for obj in objects)


def verdicts(result):
    """The verdicts in JSON Lines, by kind and name."""
    last = json.loads(result.stdout.splitlines()[-1])
    return {
        f'{entry["target"]["kind"]}/{entry["target"]["name"]}': entry['verdict']
        for entry in last['verdicts']
    }


def several_names(stage):
    stage.apply([web('one'), web('two'), manifests.configmap('settings', a='b')])
    return stage.dog('rollout', 'deploy', 'one', 'two', '-o', 'json')


def mixed_kinds(stage):
    stage.apply([web('one'), manifests.configmap('settings', a='b')])
    return stage.dog('rollout', 'deploy/one', 'cm/settings', 'deployment/one', '-o', 'json')


def by_labels(stage):
    stage.apply([web('one'), web('two'), manifests.deployment('other', 'exit 3')])
    file = stage.folder / 'labels.jsonl'
    flags = ('-l', 'tier=web', '-o', 'json', '--record', str(file))
    return stage.dog('rollout', 'deploy,sts', *flags), stage.dog(
        'replay', str(file), '--instant', '-o', 'json'
    )


def labels_before(stage):
    run = stage.dog.start('rollout', 'deploy', '-l', 'tier=web', '-o', 'json')
    run.wait_for('found: waiting up to 30s')
    stage.apply([web('one'), web('two')])
    return run.wait(90)


def nobody(stage):
    return stage.dog('rollout', 'deploy,sts', '-l', 'tier=web', '--create-timeout', '2s')


def follow_labels(stage):
    run = stage.dog.start('follow', 'deploy', '-l', 'tier=web')
    run.wait_for('found: waiting')
    for name in ('one', 'two'):
        stage.apply(web(name, f'echo hello from {name}; {manifests.RUN}'))
        run.wait_for(f'│ hello from {name}', 60)
    stage.kubectl('delete', 'deployment', 'one')
    run.wait_for('was deleted or no longer matches', 60)
    still = run.running()
    run.interrupt()
    return still, run.wait()


def stdin_before(stage):
    manifest = text(web('one'), manifests.configmap('settings', a='b'), manifests.job('once'))
    run = stage.dog.start('rollout', '-f', '-', '-o', 'json', stdin=manifest)
    run.wait_for('does not exist yet')
    time.sleep(2)
    stage.apply(manifest)
    return run.wait(90)


def custom(stage):
    """A definition and a resource of it in one file, before either exists."""
    group = f'{uuid.uuid4().hex[:8]}.example.com'
    spec = {
        'group': group,
        'scope': 'Namespaced',
        'names': {'kind': 'Gadget', 'plural': 'gadgets', 'singular': 'gadget'},
        'versions': [
            {
                'name': 'v1',
                'served': True,
                'storage': True,
                'schema': {
                    'openAPIV3Schema': {
                        'type': 'object',
                        'x-kubernetes-preserve-unknown-fields': True,
                    }
                },
            }
        ],
    }
    definition = {
        'apiVersion': 'apiextensions.k8s.io/v1',
        'kind': 'CustomResourceDefinition',
        'metadata': {'name': f'gadgets.{group}'},
        'spec': spec,
    }
    gadget = {'apiVersion': f'{group}/v1', 'kind': 'Gadget', 'metadata': {'name': 'g'}}
    unknown = {'apiVersion': f'no.{group}/v1', 'kind': 'Widget', 'metadata': {'name': 'w'}}
    manifest = text(gadget, definition, unknown)
    try:
        run = stage.dog.start('rollout', '-f', '-', '-o', 'json', stdin=manifest)
        run.wait_for('does not exist yet')
        stage.apply(json.dumps(definition))
        name = f'crd/gadgets.{group}'
        stage.kubectl('wait', name, '--for=condition=Established', '--timeout=20s')
        stage.apply(json.dumps(gadget))
        return run.wait(90)
    finally:
        stage.kubectl('delete', 'crd', f'gadgets.{group}', '--wait=false')


def kept(name, version, manifest):
    """The Secret in which helm stores a revision."""
    release = {'name': name, 'version': version, 'manifest': manifest, 'info': {'status': 'x'}}
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode())).decode()
    labels = {'owner': 'helm', 'name': name, 'version': str(version), 'status': 'deployed'}
    return {
        'apiVersion': 'v1',
        'kind': 'Secret',
        'type': 'helm.sh/release.v1',
        'metadata': {'name': f'sh.helm.release.v1.{name}.v{version}', 'labels': labels},
        'stringData': {'release': packed},
    }


def helm(stage):
    secret = {
        'apiVersion': 'v1',
        'kind': 'Secret',
        'metadata': {'name': 'password'},
        'stringData': {'password': PASSWORD},
    }
    objects = [web('one'), secret, manifests.configmap('settings', a='b')]
    manifest = '---\n'.join(f'# Source: shop/x.yaml\n{json.dumps(obj)}\n' for obj in objects)
    stage.apply([kept('shop', 9, text(web('old'))), kept('shop', 10, manifest), *objects])
    file = stage.folder / 'helm.jsonl'
    flags = ('-o', 'json', '--record', str(file))
    result = stage.dog('rollout', '--helm-release', 'shop', *flags)
    return result, stage.dog('rollout', '--helm-release', 'shpo'), file.read_text()


def kustomize(stage):
    folder = stage.folder / 'kustomize'
    folder.mkdir()
    (folder / 'web.yaml').write_text(text(web('web'), manifests.configmap('settings', a='b')))
    (folder / 'kustomization.yaml').write_text('namePrefix: my-\nresources: [web.yaml]\n')
    stage.apply(stage.kubectl('kustomize', str(folder)).stdout)
    flags = ('-o', 'json')
    return stage.dog('rollout', '-k', str(folder), *flags), stage.dog('rollout', '-k', '/nowhere')


ROLE = {
    'apiVersion': 'rbac.authorization.k8s.io/v1',
    'kind': 'Role',
    'metadata': {'name': 'reader'},
    'rules': [],
}
SERVICE = {
    'apiVersion': 'v1',
    'kind': 'Service',
    'metadata': {'name': 'web'},
    'spec': {'selector': {'app': 'one'}, 'ports': [{'port': 80}]},
}
ACCOUNT = {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'robot'}}
LOST = {'configMapRef': {'name': 'not-there'}}
# Eight kinds, two of them broken.
TWELVE = {
    'deploy/one': web('one'),
    'deploy/two': web('two'),
    'deploy/crashes': manifests.deployment('crashes', 'echo no luck; exit 3'),
    'deep/lost': manifests.deployment('lost', container={'envFrom': [LOST]}),
    'sts': manifests.statefulset('db', probe='true'),
    'ds': manifests.daemonset('agent', probe='true'),
    'deep/job': manifests.job('once'),
    'cm': manifests.configmap('settings', a='b'),
    'cm2': manifests.configmap('more', a='b'),
    'deep/er/svc': SERVICE,
    'role': ROLE,
    'account': ACCOUNT,
}


def directory(stage):
    folder = stage.folder / 'k8s'
    for name, obj in TWELVE.items():
        file = folder / f'{name}.yaml'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(obj))
    stage.apply(list(TWELVE.values()))
    flags = ('-f', str(folder), '-R', '-o', 'json')
    first = stage.dog('rollout', *flags, timeout=60)
    every = stage.dog('rollout', *flags, '--keep-going', timeout=120)
    return first, every, stage.dog('status', *flags)


def two_namespaces(stage):
    labels = {'try': stage.namespace}
    other = f'{stage.namespace}-b'
    stage.kubectl('create', 'namespace', other)
    try:
        for namespace in (stage.namespace, other):
            configmap = labelled(manifests.configmap('settings', a='b'), **labels)
            stage.kubectl('apply', '-n', namespace, '-f', '-', stdin=json.dumps(configmap))
        result = stage.dog('rollout', 'cm', '-A', '-l', f'try={stage.namespace}')
        return result, stage.namespace, other
    finally:
        stage.kubectl('delete', 'namespace', other, '--wait=false')


@scene(several_names)
def test_several_names(played):
    assert verdicts(played) == {'Deployment/one': 'ready', 'Deployment/two': 'ready'}
    assert (played.code, played.stderr) == (0, '')


@scene(mixed_kinds)
def test_names_of_several_kinds_each_once(played):
    assert verdicts(played) == {'Deployment/one': 'ready', 'ConfigMap/settings': 'ready'}
    assert (played.code, played.stderr) == (0, 'note: deploy/one is given more than once\n')


@scene(by_labels)
def test_those_with_the_labels_and_the_same_in_a_replay(played):
    for result in played:
        assert verdicts(result) == {'Deployment/one': 'ready', 'Deployment/two': 'ready'}
        assert (result.code, result.stderr) == (0, '')


@scene(labels_before)
def test_those_with_the_labels_that_come_first(played):
    assert verdicts(played) == {'Deployment/one': 'ready', 'Deployment/two': 'ready'}


@scene(nobody)
def test_nobody_with_the_labels_is_exit_4(played):
    assert (played.code, played.stderr) == (4, '')
    assert 'no deployments with the labels tier=web' in played.stdout


@scene(follow_labels)
def test_who_follows_takes_what_comes_and_lets_go_what_is_gone(played):
    still, result = played
    assert still
    assert (result.code, result.stderr) == (130, '')


@scene(stdin_before)
def test_standard_input_before_the_objects_are_there(played):
    assert verdicts(played) == {
        'Deployment/one': 'ready',
        'ConfigMap/settings': 'ready',
        'Job/once': 'ready',
    }


@scene(custom)
def test_a_kind_that_is_defined_in_the_same_file_is_waited_for(played):
    assert played.code == 0
    assert set(verdicts(played).values()) == {'ready'}
    assert len(verdicts(played)) == 2
    assert played.stderr.startswith('note: standard input, document 3 (line 5) is ignored: ')
    assert 'the server has no kind Widget in no.' in played.stderr


@scene(helm)
def test_the_newest_revision_of_a_release(played):
    result, wrong, recorded = played
    assert verdicts(result) == {
        'Deployment/one': 'ready',
        'Secret/password': 'ready',
        'ConfigMap/settings': 'ready',
    }
    assert (wrong.code, wrong.stdout) == (4, '')
    assert 'did you mean shop?' in wrong.stderr
    for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), 'helm.release'):
        assert secret not in recorded


@scene(kustomize)
def test_a_kustomize_directory(played):
    result, wrong = played
    assert verdicts(result) == {'Deployment/my-web': 'ready', 'ConfigMap/my-settings': 'ready'}
    assert wrong.code == 2
    assert 'kubectl kustomize /nowhere' in wrong.stderr


@scene(directory)
def test_a_directory_of_twelve_with_two_broken_ones(played):
    first, every, looked = played
    for result in (first, every):
        assert result.code == 1
        assert len(verdicts(result)) == 12
        assert causes(result) == {'crashes': 'CrashLoop', 'lost': 'ConfigMapMissing'}
    broken = {'Deployment/crashes', 'Deployment/lost'}
    ends = verdicts(every)
    assert {key for key, end in ends.items() if end == 'failed'} == broken
    assert {end for key, end in ends.items() if key not in broken} == {'ready'}
    assert len(json.loads(looked.stdout)['items']) == 12


def causes(result):
    """The code of the cause of each target that has one, by its name."""
    records = map(json.loads, result.stdout.splitlines())
    return {
        record['target']['name']: record['cause']['code']
        for record in records
        if record['type'] == 'ended' and record['cause']
    }


@scene(two_namespaces)
def test_all_namespaces(played):
    result, *spaces = played
    assert result.code == 0
    for space in spaces:
        # Long names are shortened to what tells them apart.
        assert re.search(rf'{space[:10]}\S*{space[-1]} cm/settings', result.stdout)


@pytest.mark.parametrize(('argv', 'message'), grammar.REFUSED)
def test_kubectl_refuses_the_same_with_the_same_words(kubectl, dog, argv, message):
    theirs = kubectl('get', *argv, check=False, stdin='{}')
    assert (theirs.returncode, message in theirs.stderr) == (1, True)


@pytest.mark.parametrize(('argv', 'names'), grammar.TAKEN)
def test_kubectl_takes_the_same(kubectl, argv, names):
    words = [word for word in argv if word not in ('-n', 'x')]
    theirs = kubectl('get', *words, check=False)
    asked = sum(len(types.split(',')) for types, _ in names)
    assert theirs.stderr.count('(NotFound)') == asked


def test_a_namespace_that_was_named_must_fit_the_file(kubectl, dog):
    manifest = json.dumps({**ACCOUNT, 'metadata': {'name': 'a', 'namespace': 'own'}})
    words = 'the namespace from the provided object "own" does not match the namespace "other"'
    dry = ('--dry-run=client', '-n', 'other')
    assert words in kubectl('apply', '-f', '-', *dry, stdin=manifest, check=False).stderr
    ours = dog('rollout', '-f', '-', '-n', 'other', stdin=manifest)
    assert (ours.code, words in ours.stderr) == (2, True)


def test_a_url_without_a_certificate_to_trust_is_refused(kubectl, dog):
    server = kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')
    ours = dog('rollout', '-f', f'{server.stdout}/api')
    assert ours.code == 2
    assert 'certificate' in ours.stderr


def test_one_recording_names_the_group(dog, tmp_path):
    file = tmp_path / 'run.jsonl'
    dog('rollout', 'cm', '-l', 'no=one', '--create-timeout', '1s', '--record', str(file))
    assert [target.labels for target in read(file).targets] == ['no=one']
