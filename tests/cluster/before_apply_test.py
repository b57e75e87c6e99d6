"""Tracking that begins before a file is applied, on the real cluster."""

from __future__ import annotations

import json

from kubectl_dog.model.file_differences import find_differences

from . import manifests
from .stage import scene

ENV = 'spec.template.spec.containers[main].env'
SCRIPT = 'spec.template.spec.containers[main].command[2]'


def web(mode='', **fields):
    env = {'env': [{'name': 'MODE', 'value': mode}]} if mode else {}
    return manifests.deployment('web', probe='true', container=env, **fields)


def write(stage, *objects):
    path = stage.folder / 'objects.json'
    path.write_text('\n'.join(map(json.dumps, objects)), encoding='utf-8')
    return str(path)


def ready(stage, obj, target):
    stage.apply(obj)
    stage.kubectl('wait', target, '--for=create', '--timeout=10s')
    assert stage.dog('rollout', target).code == 0


def dry_runs(result):
    """The names of the objects that were applied by a dry run, from the log of requests (-v 6)."""
    lines = [line for line in result.stderr.splitlines() if line.startswith('PATCH ')]
    assert all('dryRun=All' in line for line in lines)
    return [line.partition('?')[0].rpartition('/')[2] for line in lines]


def changed_env(stage):
    ready(stage, web('slow'), 'deploy/web')
    run = stage.dog.start('rollout', '-f', write(stage, web('fast')), '-v', '6')
    run.wait_for(f'{ENV}[MODE].value')
    assert run.running()
    stage.apply(web('fast'))
    return run.wait(60)


def changed_and_failing(stage):
    ready(stage, web(), 'deploy/web')
    new = manifests.deployment('web', 'exit 3', probe='true')
    run = stage.dog.start('rollout', '-f', write(stage, new))
    run.wait_for(f"waiting for the file's value of {SCRIPT}")
    stage.apply(new)
    return run.wait(90)


def replaced_job(stage):
    ready(stage, manifests.job('migrate', 'echo one'), 'job/migrate')
    new = manifests.job('migrate', 'echo two')
    file = write(stage, new)
    run = stage.dog.start('rollout', '-f', file)
    run.wait_for(f"waiting for the file's value of {SCRIPT}")
    stage.kubectl('replace', '--force', '-f', file)
    return run.wait(60)


def replaced_pod(stage):
    ready(stage, manifests.pod('tool'), 'pod/tool')
    new = manifests.pod('tool', 'sleep 5000', probe='true')
    file = write(stage, new)
    run = stage.dog.start('rollout', '-f', file)
    run.wait_for("waiting for the file's value")
    stage.kubectl('replace', '--force', '-f', file)
    return run.wait(60)


def not_applied(stage):
    ready(stage, web('slow'), 'deploy/web')
    return stage.dog('rollout', '-f', write(stage, web('fast')), '--create-timeout', '3s')


def not_applied_image(stage):
    ready(stage, web(), 'deploy/web')
    new = web(image='localhost/pause:1')
    return stage.dog('rollout', '-f', write(stage, new), '--watch=false')


def without_the_right_to_patch(stage):
    ready(stage, web('slow'), 'deploy/web')
    dog, token = stage.account('deployments.apps,replicasets.apps,pods,events')
    file = write(stage, web('fast'))
    late = dog('rollout', '-f', file, '--token', token, '--create-timeout', '3s')
    stage.apply(web('fast'))
    return late, dog('rollout', '-f', file, '--token', token)


def scaled(stage):
    stage.apply(web())
    stage.kubectl('scale', 'deploy/web', '--replicas=2')
    stage.dog('rollout', 'deploy/web')
    return stage.dog('rollout', '-f', write(stage, web(replicas=1)))


def unchanged(stage):
    """A file with values that the server stores in another form, and objects of other kinds."""
    resources = {'limits': {'cpu': '1000m', 'memory': '1024Mi'}, 'requests': {'cpu': 0.01}}
    container = {
        'resources': resources,
        'ports': [{'containerPort': 80}],
        'env': [{'name': 'EMPTY', 'value': ''}],
        'securityContext': {},
        'stdin': False,
    }
    template = {
        'volumes': [{'name': 'tmp', 'emptyDir': {'sizeLimit': '1024Mi'}}],
        'tolerations': None,
        'hostNetwork': False,
    }
    deployment = manifests.deployment('web', probe='true', container=container, template=template)
    service = {
        'apiVersion': 'v1',
        'kind': 'Service',
        'metadata': {'name': 'web'},
        'spec': {'ports': [{'port': 80}], 'selector': {'app': 'web'}, 'clusterIP': ''},
    }
    secret = {
        'apiVersion': 'v1',
        'kind': 'Secret',
        'metadata': {'name': 'web'},
        'stringData': {'key': 'value'},
    }
    job = manifests.job('migrate')
    file = write(stage, deployment, service, secret, job, manifests.configmap('web', a='b'))
    stage.kubectl('apply', '-f', file)
    return stage.dog('rollout', '-f', file, '-o', 'json', '-v', '6')


@scene(changed_env)
def test_the_previous_version_of_a_deployment_is_no_success(played):
    assert (played.code, dry_runs(played)) == (0, ['web'])
    assert 'slow' not in played.output
    assert 'fast' not in played.output


@scene(changed_and_failing)
def test_the_change_is_judged_once_it_is_applied(played):
    assert played.code == 1
    assert 'CrashLoop' in played.stdout


@scene(replaced_job)
def test_a_job_that_has_ended_is_no_success_of_its_replacement(played):
    assert played.code == 0
    assert 'two' in played.stdout


@scene(replaced_pod)
def test_a_pod_is_no_success_of_its_replacement(played):
    assert played.code == 0


@scene(not_applied)
def test_a_file_that_is_not_applied_ends_with_4_and_the_field(played):
    assert played.code == 4
    assert f'{ENV}[MODE].value within 3s (--create-timeout)' in played.stdout


@scene(not_applied_image)
def test_one_look_names_the_image(played):
    assert played.code == 4
    assert '(file: localhost/pause:1, current: ' in played.stdout


@scene(without_the_right_to_patch)
def test_without_the_right_to_patch_the_file_is_compared(played):
    late, applied = played
    assert (late.code, late.stderr) == (4, '')
    assert (applied.code, applied.stderr) == (0, '')


@scene(scaled)
def test_replicas_of_an_autoscaler_are_no_difference(played):
    assert played.code == 0
    assert 'waiting for the change' not in played.stdout


@scene(unchanged)
def test_a_file_that_is_applied_costs_no_dry_run(played):
    assert (played.code, dry_runs(played)) == (0, [])
    assert "the file's value" not in played.stdout


def of_kind(version, kind, **fields):
    name = f'a-{kind.lower()}'
    return {'apiVersion': version, 'kind': kind, 'metadata': {'name': name}, **fields}


def other_kinds():
    """Objects with values that the server stores in another form, in an order of its own."""
    web = {'matchLabels': {'app': 'web'}}
    job = {'template': {'spec': {'restartPolicy': 'Never', 'containers': [manifests.container()]}}}
    average = {'type': 'AverageValue', 'averageValue': '1000m'}
    cpu = {'type': 'Resource', 'resource': {'name': 'cpu', 'target': average}}
    scaled = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'nobody'}
    claim = {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1024Mi'}}}
    backend = {'service': {'name': 'web', 'port': {'number': 80}}}
    path = {'path': '/', 'pathType': 'Prefix', 'backend': backend}
    ports = [{'port': 80, 'name': 'tcp'}, {'port': 80, 'protocol': 'UDP', 'name': 'udp'}]
    limits = [{'type': 'Container', 'default': {'memory': '1024Mi'}, 'max': {'cpu': '2000m'}}]
    reads = {'apiGroups': ['apps', ''], 'resources': ['pods', 'deployments'], 'verbs': ['get']}
    network = {'podSelector': web, 'ingress': [{'from': [{'podSelector': {}}], 'ports': []}]}
    return [
        of_kind('v1', 'Service', spec={'selector': {'app': 'web'}, 'ports': ports}),
        of_kind('v1', 'PersistentVolumeClaim', spec={**claim, 'storageClassName': ''}),
        of_kind('v1', 'Secret', stringData={'a': 'b'}, data={'c': 'ZA=='}),
        of_kind('v1', 'LimitRange', spec={'limits': limits}),
        of_kind('v1', 'ResourceQuota', spec={'hard': {'memory': '2048Gi', 'pods': 100}}),
        of_kind('v1', 'ServiceAccount'),
        of_kind(
            'batch/v1', 'CronJob', spec={'schedule': '0 0 1 1 *', 'jobTemplate': {'spec': job}}
        ),
        of_kind('policy/v1', 'PodDisruptionBudget', spec={'minAvailable': 1, 'selector': web}),
        of_kind('rbac.authorization.k8s.io/v1', 'Role', rules=[reads]),
        of_kind('networking.k8s.io/v1', 'NetworkPolicy', spec=network),
        of_kind('networking.k8s.io/v1', 'Ingress', spec={'rules': [{'http': {'paths': [path]}}]}),
        of_kind(
            'autoscaling/v2',
            'HorizontalPodAutoscaler',
            spec={'scaleTargetRef': scaled, 'maxReplicas': 2, 'metrics': [cpu]},
        ),
    ]


def every_manifest():
    probe = {'httpGet': {'path': '/', 'port': 8080}}
    container = {'ports': [{'containerPort': 8080}], 'resources': {'limits': {'cpu': 1}}}
    fields = {'probe': probe, 'container': container}
    return [
        manifests.pod('pod', **fields),
        manifests.deployment('deployment', **fields),
        manifests.replicaset('replicaset', **fields),
        manifests.statefulset('statefulset', **fields),
        manifests.daemonset('daemonset', **fields),
        manifests.job('job'),
        manifests.configmap('configmap', a='b'),
        *other_kinds(),
    ]


def test_objects_of_all_kinds_are_like_their_files(stage):
    wanted = every_manifest()
    stage.apply(wanted)
    for obj in wanted:
        read = stage.kubectl('get', obj['kind'], obj['metadata']['name'], '-o', 'json').stdout
        assert find_differences(obj, json.loads(read)) == []
