"""Fields of manifests that differ from those of objects in the cluster."""

from __future__ import annotations

import base64
import copy

import pytest

from kubectl_dog.model.file_differences import cut
from kubectl_dog.model.file_differences import find_differences

CONTAINER = {'name': 'web', 'image': 'nginx:1'}


def deployment(container=None, spec=None, pod=None, labels=None, **metadata):
    template = {
        'metadata': {'labels': labels or {'app': 'web'}},
        'spec': {'containers': [{**CONTAINER, **(container or {})}], **(pod or {})},
    }
    return {
        'apiVersion': 'apps/v1',
        'kind': 'Deployment',
        'metadata': {'name': 'web', **metadata},
        'spec': {'template': template, **(spec or {})},
    }


def stored():
    """A Deployment with defaults, status and parts of others."""
    container = {
        'resources': {'limits': {'cpu': '1', 'memory': '1Gi'}},
        'env': [
            {'name': 'INJECTED', 'value': 'x'},
            {'name': 'PORT', 'value': '8080'},
            {'name': 'EMPTY'},
        ],
        'ports': [{'containerPort': 80, 'protocol': 'TCP'}],
        'volumeMounts': [{'mountPath': '/data', 'name': 'data'}],
        'command': ['run', '--fast'],
        'imagePullPolicy': 'IfNotPresent',
        'readinessProbe': {
            'httpGet': {'path': '/', 'port': 80, 'scheme': 'HTTP'},
            'periodSeconds': 10,
        },
        'securityContext': {'capabilities': {'drop': ['ALL']}},
    }
    pod = {
        'restartPolicy': 'Always',
        'volumes': [
            {'name': 'data', 'emptyDir': {'sizeLimit': '2Gi'}},
            {'name': 'config', 'configMap': {'name': 'web', 'defaultMode': 420}},
        ],
        'tolerations': [
            {'key': 'node.kubernetes.io/not-ready', 'operator': 'Exists'},
            {'key': 'gpu', 'operator': 'Exists', 'effect': 'NoSchedule'},
        ],
        'topologySpreadConstraints': [
            {'topologyKey': 'zone', 'whenUnsatisfiable': 'DoNotSchedule', 'maxSkew': 1}
        ],
        'hostAliases': [{'ip': '10.0.0.1', 'hostnames': ['a', 'b']}],
        'imagePullSecrets': [{'name': 'injected'}, {'name': 'pull'}],
        'nodeSelector': {'pool': 'web'},
    }
    obj = deployment(
        container,
        {
            'replicas': 3,
            'strategy': {
                'type': 'RollingUpdate',
                'rollingUpdate': {'maxSurge': '25%', 'maxUnavailable': 1},
            },
        },
        pod,
        labels={'app': 'web', 'injected': 'yes'},
        labels_=None,
        uid='1',
        generation=4,
        resourceVersion='9',
        creationTimestamp='2026-01-01T00:00:00Z',
        annotations={'team': 'shop', 'deployment.kubernetes.io/revision': '4'},
    )
    sidecar = {'name': 'proxy', 'image': 'envoy:1'}
    obj['spec']['template']['spec']['containers'].insert(0, sidecar)
    return {**obj, 'status': {'readyReplicas': 3}}


def fields(wanted, live=None):
    return [difference.field for difference in find_differences(wanted, live or stored())]


@pytest.mark.parametrize(
    'wanted',
    (
        pytest.param(deployment(), id='only what the file sets'),
        pytest.param(stored(), id='what the server answers'),
        pytest.param(deployment({'resources': {'limits': {'cpu': 1}}}), id='a number'),
        pytest.param(deployment({'resources': {'limits': {'cpu': '1000m'}}}), id='a quantity'),
        pytest.param(deployment({'resources': {'limits': {'memory': '1024Mi'}}}), id='a unit'),
        pytest.param(deployment({'resources': {'requests': None, 'limits': {}}}), id='nothing'),
        pytest.param(deployment({'env': [{'name': 'PORT', 'value': '8080'}]}), id='other env'),
        pytest.param(deployment({'env': [{'name': 'EMPTY', 'value': ''}]}), id='empty env'),
        pytest.param(
            deployment(
                {'env': [{'name': 'PORT', 'value': '1'}, {'name': 'PORT', 'value': '8080'}]}
            ),
            id='the last of two',
        ),
        pytest.param(deployment({'env': []}), id='an empty list'),
        pytest.param(deployment({'ports': [{'containerPort': 80}]}), id='a default protocol'),
        pytest.param(deployment({'args': [], 'stdin': False, 'tty': None}), id='default values'),
        pytest.param(deployment({'image': 'docker.io/library/nginx:1'}), id='the same image'),
        pytest.param(deployment({'image': '${IMAGE}'}), id='a placeholder'),
        pytest.param(
            deployment({'readinessProbe': {'httpGet': {'port': '80'}}}), id='a number or a text'
        ),
        pytest.param(deployment({'readinessProbe': {'periodSeconds': 0}}), id='0 as default'),
        pytest.param(deployment(spec={'strategy': {}, 'paused': False}), id='empty strategy'),
        pytest.param(deployment(spec={'replicas': None}), id='replicas: null'),
        pytest.param(deployment(pod={'hostNetwork': False}), id='false'),
        pytest.param(deployment(pod={'dnsPolicy': ''}), id='an empty text'),
        pytest.param(
            deployment(pod={'volumes': [{'name': 'data', 'emptyDir': {}}]}), id='emptyDir: {}'
        ),
        pytest.param(
            deployment(pod={'tolerations': [{'key': 'gpu', 'operator': 'Exists'}]}),
            id='tolerations of others',
        ),
        pytest.param(
            deployment(pod={'imagePullSecrets': [{'name': 'pull'}]}), id='secrets of others'
        ),
        pytest.param(
            deployment(pod={'topologySpreadConstraints': [{'topologyKey': 'zone'}]}),
            id='a list by two keys',
        ),
        pytest.param(deployment(pod={'schedulingGates': [{'name': 'x'}]}), id='removed gates'),
        pytest.param(deployment(annotations={'team': 'shop'}), id='annotation'),
        pytest.param(
            deployment(annotations={'kubectl.kubernetes.io/restartedAt': 'x'}), id='of kubectl'
        ),
        pytest.param(
            deployment(annotations={'kubectl-dog.github.io/timeout': '1m'}), id='our annotation'
        ),
        pytest.param(
            deployment(uid='2', resourceVersion='1', finalizers=['a']), id='metadata of the server'
        ),
        pytest.param({**deployment(), 'status': {'readyReplicas': 1}}, id='status'),
        pytest.param({**deployment({'image': 'x'}), 'apiVersion': 'apps/v2'}, id='other version'),
        pytest.param({**deployment({'image': 'x'}), 'kind': 'DaemonSet'}, id='other kind'),
        pytest.param({'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': 'a'}, id='odd'),
    ),
)
def test_equal_objects_have_no_differences(wanted):
    assert fields(wanted) == []


CONTAINERS = 'spec.template.spec.containers'
WEB = f'{CONTAINERS}[web]'


@pytest.mark.parametrize(
    ('wanted', 'expected'),
    (
        (deployment({'image': 'nginx:2'}), [f'{WEB}.image']),
        (deployment({'name': 'api'}), [f'{CONTAINERS}[api]']),
        (deployment({'env': [{'name': 'PORT', 'value': '80'}]}), [f'{WEB}.env[PORT].value']),
        (deployment({'env': [{'name': 'NEW', 'value': ''}]}), [f'{WEB}.env[NEW]']),
        (
            deployment({'env': [{'name': 'PORT', 'valueFrom': {'secretKeyRef': {'name': 'a'}}}]}),
            [f'{WEB}.env[PORT].valueFrom'],
        ),
        (deployment({'command': ['run', '--slow']}), [f'{WEB}.command[1]']),
        (deployment({'command': ['run']}), [f'{WEB}.command']),
        (deployment({'command': ['--fast', 'run']}), [f'{WEB}.command[0]', f'{WEB}.command[1]']),
        (
            deployment({'resources': {'limits': {'cpu': '2'}, 'requests': {'cpu': '1'}}}),
            [f'{WEB}.resources.limits.cpu', f'{WEB}.resources.requests'],
        ),
        (deployment({'ports': [{'containerPort': 81}]}), [f'{WEB}.ports[81]']),
        (
            deployment({'ports': [{'containerPort': 80, 'protocol': 'UDP'}]}),
            [f'{WEB}.ports[80/UDP]'],
        ),
        (
            deployment({'volumeMounts': [{'mountPath': '/data', 'name': 'other'}]}),
            [f'{WEB}.volumeMounts[/data].name'],
        ),
        (
            deployment({'securityContext': {'capabilities': {'drop': ['ALL', 'X']}}}),
            [f'{WEB}.securityContext.capabilities.drop'],
        ),
        (deployment({'stdin': True}), [f'{WEB}.stdin']),
        (deployment(spec={'replicas': 5}), ['spec.replicas']),
        (deployment(spec={'replicas': 0}), ['spec.replicas']),
        (deployment(spec={'strategy': {'type': 'Recreate'}}), ['spec.strategy.type']),
        (deployment(spec={'strategy': 'Recreate'}), ['spec.strategy']),
        (deployment(spec={'template': []}), []),
        (deployment(spec={'template': ['a']}), ['spec.template']),
        (
            deployment(pod={'volumes': [{'name': 'config', 'configMap': {'name': 'web-2'}}]}),
            ['spec.template.spec.volumes[config].configMap.name'],
        ),
        (
            deployment(pod={'tolerations': [{'key': 'arm', 'operator': 'Exists'}]}),
            ['spec.template.spec.tolerations'],
        ),
        (
            deployment(pod={'hostAliases': [{'ip': '10.0.0.1', 'hostnames': ['a', 'c']}]}),
            ['spec.template.spec.hostAliases[10.0.0.1].hostnames[1]'],
        ),
        (
            deployment(pod={'nodeSelector': {'pool': ''}}),
            ['spec.template.spec.nodeSelector.pool'],
        ),
        (deployment(pod={'hostNetwork': True}), ['spec.template.spec.hostNetwork']),
        (deployment(labels={'app': 'web', 'v': '2'}), ['spec.template.metadata.labels.v']),
        (deployment(annotations={'team': 'web'}), ['metadata.annotations.team']),
        (deployment(annotations={'x.io/a': ''}), ['metadata.annotations[x.io/a]']),
        (
            deployment(labels={'status': 'new'}),
            ['spec.template.metadata.labels.status'],
        ),
    ),
)
def test_differences_have_the_path_of_the_field(wanted, expected):
    assert fields(wanted) == expected


def test_differences_have_both_values():
    [image, replicas, stdin] = find_differences(
        deployment({'image': 'nginx:2', 'stdin': True}, {'replicas': 5}), stored()
    )
    assert (image.current, image.wanted) == ('nginx:1', 'nginx:2')
    assert image.steps == (
        *('f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"web"}', 'f:image'),
    )
    assert image.names == ('spec', 'template', 'spec', 'containers', 'image')
    assert (stdin.current, stdin.wanted) == (3, 5)
    assert (replicas.current, replicas.wanted) == (None, True)


def of_kind(kind, version='v1', **fields_of_object):
    return {'apiVersion': version, 'kind': kind, 'metadata': {'name': 'a'}, **fields_of_object}


def service(**spec):
    return of_kind('Service', spec=spec)


def encoded(text):
    return base64.b64encode(text.encode()).decode()


SERVICE = service(
    type='ClusterIP',
    clusterIP='10.0.0.9',
    ports=[
        {'port': 80, 'protocol': 'TCP', 'targetPort': 80, 'nodePort': 30080},
        {'port': 80, 'protocol': 'UDP', 'targetPort': 81},
    ],
    selector={'app': 'web'},
)
JOB = of_kind('Job', 'batch/v1', spec={'suspend': False, 'selector': {'matchLabels': {'a': 'b'}}})


def claim(storage):
    return of_kind('PersistentVolumeClaim', spec={'resources': {'requests': {'storage': storage}}})


SECRET = of_kind('Secret', data={'user': encoded('me'), 'empty': ''}, type='Opaque')
CONFIG = of_kind('ConfigMap', data={'a': '1.0', 'empty': ''})
POLICY = of_kind(
    'NetworkPolicy',
    'networking.k8s.io/v1',
    spec={'ingress': [{'ports': [{'port': 80, 'protocol': 'TCP'}]}, {'from': [{'a': 'b'}]}]},
)
METRICS = [{'resource': {'name': 'cpu'}}, {'resource': {'name': 'memory'}}]
SCALER = of_kind('HorizontalPodAutoscaler', 'autoscaling/v2', spec={'metrics': METRICS})
CUSTOM = of_kind(
    'Database',
    'example.com/v1',
    spec={
        'size': '1Gi',
        'timeout': '1m0s',
        'version': '1.10',
        'users': [{'user': 'added'}, {'user': 'app', 'role': 'owner', 'defaulted': True}],
        'hosts': ['added', 'a', 'b'],
        'phase': 'x',
    },
)


def custom(**spec):
    return of_kind('Database', 'example.com/v1', spec=spec)


@pytest.mark.parametrize(
    ('wanted', 'live', 'expected'),
    (
        (service(clusterIP='', ports=[{'port': 80, 'nodePort': 0}]), SERVICE, []),
        (service(clusterIP='None'), SERVICE, ['spec.clusterIP']),
        (service(ports=[{'port': 80, 'targetPort': '80'}]), SERVICE, []),
        (
            service(ports=[{'port': 80, 'protocol': 'UDP', 'targetPort': 'dns'}]),
            SERVICE,
            ['spec.ports[80/UDP].targetPort'],
        ),
        (service(ports=[{'port': 443}]), SERVICE, ['spec.ports[443]']),
        (service(selector={'app': 'api'}), SERVICE, ['spec.selector.app']),
        (of_kind('Job', 'batch/v1', spec={'suspend': True}), JOB, []),
        (of_kind('Job', 'batch/v1', spec={'suspend': False}), JOB, []),
        (of_kind('Job', 'batch/v1', spec={'selector': {'matchLabels': {'a': 'c'}}}), JOB, []),
        (
            of_kind('Job', 'batch/v1', spec={'suspend': False}),
            of_kind('Job', 'batch/v1', spec={'suspend': True}),
            ['spec.suspend'],
        ),
        (claim('1Gi'), claim('1024Mi'), []),
        (claim('1Gi'), claim('2Gi'), []),
        (claim('2Gi'), claim('1Gi'), ['spec.resources.requests.storage']),
        (claim('2Gi'), claim('odd'), ['spec.resources.requests.storage']),
        (
            of_kind('Pod', spec={'livenessProbe': {'a': 1}}),
            of_kind('Pod', spec={'livenessProbe': {'a': 2}}),
            [],
        ),
        (of_kind('Secret', data={'user': encoded('me')}), SECRET, []),
        (of_kind('Secret', data={'user': encoded('me') + '\n'}), SECRET, []),
        (of_kind('Secret', stringData={'user': 'me', 'empty': None}), SECRET, []),
        (of_kind('Secret', stringData={'user': 'me'}, data={'user': 'x'}), SECRET, []),
        (of_kind('Secret', data={'user': '${USER}', 'empty': None}), SECRET, []),
        (of_kind('Secret', stringData={'user': 'you'}), SECRET, ['data.user']),
        (of_kind('Secret', data={'user': encoded('you')}), SECRET, ['data.user']),
        (of_kind('Secret', stringData={'new': ''}), SECRET, ['data.new']),
        (of_kind('Secret', type='other'), SECRET, ['type']),
        (of_kind('ConfigMap', data={'a': '1.0', 'empty': ''}), CONFIG, []),
        (of_kind('ConfigMap', data={'a': '1'}), CONFIG, ['data.a']),
        (of_kind('ConfigMap', data={'new': ''}), CONFIG, ['data.new']),
        (of_kind('ConfigMap', data={'status': 'x'}), CONFIG, ['data.status']),
        (
            of_kind(
                'NetworkPolicy',
                'networking.k8s.io/v1',
                spec={'ingress': [{'from': [{'a': 'b'}]}, {'ports': [{'port': 80}]}]},
            ),
            POLICY,
            [],
        ),
        (
            of_kind('NetworkPolicy', 'networking.k8s.io/v1', spec={'ingress': [{'from': []}]}),
            POLICY,
            ['spec.ingress'],
        ),
        (
            of_kind(
                'NetworkPolicy',
                'networking.k8s.io/v1',
                spec={'ingress': [{'ports': [{'port': 81}]}, {'from': [{'a': 'b'}]}]},
            ),
            POLICY,
            ['spec.ingress[0].ports[81]'],
        ),
        (
            of_kind('HorizontalPodAutoscaler', 'autoscaling/v2', spec={'metrics': METRICS[::-1]}),
            SCALER,
            [],
        ),
        (
            of_kind('CustomResourceDefinition', 'apiextensions.k8s.io/v1', spec={'schema': 1}),
            of_kind('CustomResourceDefinition', 'apiextensions.k8s.io/v1', spec={'schema': 2}),
            [],
        ),
        (
            of_kind(
                'V', 'admissionregistration.k8s.io/v1', webhooks=[{'name': 'a', 'caBundle': 'x'}]
            ),
            of_kind(
                'V', 'admissionregistration.k8s.io/v1', webhooks=[{'name': 'a', 'caBundle': 'y'}]
            ),
            [],
        ),
        (
            of_kind('S', spec={'volumeClaimTemplates': [{'metadata': {'name': 'd'}, 'spec': {}}]}),
            of_kind('S', spec={'volumeClaimTemplates': [{'metadata': {'name': 'd'}, 'status': 1}]}),
            [],
        ),
        (
            of_kind('S', spec={'volumeClaimTemplates': [{'metadata': {'name': 'e'}}]}),
            of_kind('S', spec={'volumeClaimTemplates': [{'metadata': {'name': 'd'}}]}),
            ['spec.volumeClaimTemplates[e]'],
        ),
        (custom(size='1024Mi', timeout='60s'), CUSTOM, []),
        (custom(version='1.1'), CUSTOM, ['spec.version']),
        (custom(users=[{'user': 'app', 'role': 'owner'}], hosts=['a']), CUSTOM, []),
        (custom(hosts=['a', 'b', 'added']), CUSTOM, []),
        (custom(hosts=['c']), CUSTOM, ['spec.hosts']),
        (custom(hosts={'a': 'b'}), CUSTOM, ['spec.hosts']),
        (custom(users=[{'user': 'app', 'role': 'guest'}]), CUSTOM, ['spec.users']),
        (custom(status='x', new={'a': None}), CUSTOM, []),
        (custom(new={'a': 1}), CUSTOM, ['spec.new']),
        (custom(args=['a']), custom(args=['b', 'a']), ['spec.args']),
    ),
)
def test_each_kind_is_compared_as_it_is_merged(wanted, live, expected):
    assert fields(wanted, live) == expected


def test_items_have_their_keys_as_in_managed_fields():
    [difference] = find_differences(service(ports=[{'port': 80, 'targetPort': 8080}]), SERVICE)
    assert difference.steps[2:] == ('k:{"port":80,"protocol":"TCP"}', 'f:targetPort')


def test_values_of_secrets_are_not_part_of_a_difference():
    [difference] = find_differences(of_kind('Secret', stringData={'user': 'you'}), SECRET)
    assert (difference.current, difference.wanted) == (None, None)


def test_objects_are_not_changed():
    wanted, live = deployment({'image': 'nginx:2'}), stored()
    copies = copy.deepcopy((wanted, live))
    find_differences(wanted, live)
    cut(live, wanted)
    assert (wanted, live) == copies


def nested(depth, leaf):
    return leaf if not depth else [{'a': nested(depth - 1, leaf)}]


@pytest.mark.parametrize(
    ('wanted', 'live'),
    (
        pytest.param(nested(90, 1), nested(90, 2), id='deep'),
        pytest.param(nested(18, 1), nested(18, 2), id='nested lists'),
        pytest.param([{'a': n} for n in range(500)], [{'a': -n} for n in range(501)], id='long'),
    ),
)
def test_values_that_would_take_long_count_as_equal(wanted, live):
    assert fields(custom(list=wanted), custom(list=live)) == []


@pytest.mark.parametrize(
    ('answer', 'wanted', 'expected'),
    (
        ({'a': 1, 'b': 2}, {'a': 1}, {'a': 1}),
        ({'a': 1}, {'a': 2}, {'a': 1}),
        ({'a': 1}, {'a': 2, 'unknown': 3}, {'a': 1}),
        ({'a': 1}, {'a': None}, {'a': None}),
        ({'a': None}, {'a': 1}, {'a': 1}),
        ({'a': {'b': 1}}, {'a': {}}, {'a': {}}),
        ({'a': [1]}, {'a': []}, {'a': []}),
        ({'clusterIP': '10.0.0.1'}, {'clusterIP': ''}, {'clusterIP': ''}),
        ({'limits': {'cpu': '1'}}, {'limits': {'cpu': '1000m'}}, {'limits': {'cpu': '1000m'}}),
        ({'a': ['x', 'y']}, {'a': ['x', 'z']}, {'a': ['x', 'y']}),
        ({'a': ['x', 'y']}, {'a': ['x']}, {'a': ['x']}),
        ({'a': 'text'}, {'a': ['x']}, {'a': ['x']}),
        ({'a': {'b': 1}}, {'a': 'text'}, {'a': 'text'}),
        (
            {'env': [{'name': 'B', 'value': '2'}, {'name': 'A', 'value': 'set', 'more': 1}]},
            {'env': [{'name': 'A', 'value': '1'}, {'name': 'DROPPED', 'value': '1'}]},
            {'env': [{'name': 'A', 'value': 'set'}]},
        ),
        (nested(90, 1), nested(90, 2), nested(90, 2)),
    ),
)
def test_the_answer_of_the_server_has_the_fields_of_the_file(answer, wanted, expected):
    assert cut({'spec': answer}, {'spec': wanted}) == {'spec': expected}
