"""The changes of a revision that a cause can come from."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.changed_fields import FIELDS_OF_CONTAINERS
from kubectl_dog.causes.changed_fields import FIELDS_OF_PODS
from kubectl_dog.causes.changed_fields import suspect_changes
from kubectl_dog.model.assessments import RevisionTemplates
from kubectl_dog.model.causes import Cause
from tests.unit.builders import container

CLAIM = {'name': 'data', 'persistentVolumeClaim': {'claimName': 'big'}}


def template(*containers, **spec):
    listed = containers or [container()]
    return {'spec': {'containers': list(listed), **spec}}


def suspects(code, subject, before, after, message='', reason=''):
    templates = RevisionTemplates('8', after, '7', before)
    return suspect_changes(Cause(code, reason, subject, message), templates)


def fields(code, subject, before, after, message='', reason=''):
    """The suspects in short: `field`, or `field name`."""
    suspected = suspects(code, subject, before, after, message, reason)
    return [' '.join(filter(None, (change.field, change.name))) for change in suspected]


def of_main(code, before, after, message=''):
    return fields(
        code, 'main', template(container(**before)), template(container(**after)), message
    )


def limit(amount, resource='memory'):
    return {'resources': {'limits': {resource: amount}} if amount else {}}


PROCESS = {
    'args': ['x'],
    'command': ['y'],
    'env': [{'name': 'A'}],
    'envFrom': [{'configMapRef': {'name': 'a'}}],
    'image': 'web:2',
    'imagePullPolicy': 'Never',
    'lifecycle': {'postStart': {}},
    'livenessProbe': {'exec': {}},
    'ports': [{'hostPort': 1}],
    'readinessProbe': {'exec': {}},
    'resources': {'limits': {'memory': '1Mi', 'cpu': '1m'}},
    'securityContext': {'runAsUser': 0},
    'startupProbe': {'exec': {}},
    'volumeMounts': [{'mountPath': '/a'}],
    'workingDir': '/x',
}
INPUT = ['env A', 'envFrom configmap/a', 'volumeMounts /a']
ANY = ['image', 'command', 'args', *INPUT, 'workingDir', 'securityContext runAsUser']
START = [
    *('command', 'args', 'image', 'volumeMounts /a', 'workingDir', 'securityContext runAsUser'),
]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('CrashLoop', ANY),
        ('ExitsNormally', ANY),
        ('InitNotFinished', ANY),
        ('CommandNotFound', START),
        ('PermissionDenied', START),
        ('PostStartHook', ['lifecycle', *ANY]),
        ('OOMKilled', ['resources limits.memory', 'image', 'command', 'args', *INPUT]),
        ('LivenessProbeFailed', ['livenessProbe', *ANY, 'resources limits.cpu']),
        ('StartupProbeFailed', ['startupProbe', *ANY, 'resources limits.cpu']),
        ('NotReady', ['readinessProbe', *ANY, 'resources limits.cpu']),
        ('ImageNotFound', ['image']),
        ('ImageNeverPull', ['image', 'imagePullPolicy']),
        ('RunAsNonRoot', ['securityContext runAsUser', 'image']),
        (
            'InvalidConfig',
            ['volumeMounts /a', 'env A', 'command', 'image', 'securityContext runAsUser'],
        ),
        ('NodeNotReady', []),
        ('ProgressDeadlineExceeded', []),
        ('CodeOfAPlugin', []),
    ),
)
def test_fields_that_can_cause_a_code_the_most_likely_first(code, expected):
    assert of_main(code, {}, PROCESS) == expected


def test_only_changes_of_the_container_and_of_the_pod_count():
    before = template(container('main'), container('proxy'))
    after = template(container('main'), container('proxy', image='p:2'), volumes=[{'name': 'a'}])
    assert fields('CrashLoop', 'main', before, after) == ['volumes a']
    assert fields('CrashLoop', 'proxy', before, after) == ['image', 'volumes a']


def test_a_new_container_is_its_own_cause_and_a_removed_one_none():
    with_proxy = template(container(), container('proxy'))
    assert fields('CrashLoop', 'proxy', template(), with_proxy) == ['containers']
    assert fields('CrashLoop', 'main', template(), with_proxy) == []
    assert fields('CrashLoop', 'proxy', with_proxy, template()) == []


def test_unchanged_templates_have_no_suspects():
    assert fields('CrashLoop', 'main', template(), template()) == []


@pytest.mark.parametrize(
    ('before', 'after', 'is_suspect'),
    (
        ('64Mi', '16Mi', True),
        ('', '16Mi', True),
        ('64Mi', '1Gi', False),
        ('64Mi', '', False),
        ('1Gi', '1024Mi', False),
    ),
)
def test_only_a_lower_memory_limit_explains_a_kill(before, after, is_suspect):
    suspected = of_main('OOMKilled', limit(before), limit(after))
    assert suspected == ['resources limits.memory'] * is_suspect


def test_requests_and_other_limits_explain_no_kill():
    after = {'resources': {'requests': {'memory': '1Mi'}, 'limits': {'cpu': '1m'}}}
    assert of_main('OOMKilled', {}, after) == []


@pytest.mark.parametrize(
    ('before', 'after', 'is_suspect'),
    (('1', '100m', True), ('', '1', True), ('100m', '1', False), ('1', '', False)),
)
def test_only_a_lower_cpu_limit_makes_probes_slow(before, after, is_suspect):
    suspected = of_main('NotReady', limit(before, 'cpu'), limit(after, 'cpu'))
    assert suspected == ['resources limits.cpu'] * is_suspect


def reference(holder='app', key='url', kind='configMapKeyRef'):
    return {'name': f'{holder}-{key}', 'valueFrom': {kind: {'name': holder, 'key': key}}}


@pytest.mark.parametrize(
    ('code', 'subject', 'known', 'expected'),
    (
        ('ConfigMapMissing', 'app', [], ['env app-url']),
        ('ConfigMapMissing', 'volume/app', [], ['env app-url']),
        ('ConfigMapMissing', 'web', [], []),
        ('SecretMissing', 'app', [], []),
        # Another key of it was known: the ConfigMap has been deleted.
        ('ConfigMapMissing', 'app', [reference(key='x')], []),
        ('KeyMissing', 'app/url', [], ['env app-url']),
        ('KeyMissing', 'app/url', [reference(key='x')], ['env app-url']),
        ('KeyMissing', 'volume/url', [], ['env app-url']),
        ('KeyMissing', 'web/url', [], []),
        ('KeyMissing', 'app/uri', [], []),
    ),
)
def test_only_a_new_reference_explains_what_is_missing(code, subject, known, expected):
    before = template(container(env=known))
    after = template(container(env=[*known, reference()]))
    assert fields(code, subject, before, after) == expected


def test_references_of_new_containers_and_volumes_count():
    secret = {'name': 'tls', 'secret': {'secretName': 'tls'}}
    after = template(container(), container('proxy', env=[reference('tls', kind='secretKeyRef')]))
    assert fields('SecretMissing', 'tls', template(), after) == ['containers']
    assert fields('SecretMissing', 'tls', template(), template(volumes=[secret])) == ['volumes tls']


def test_variables_of_the_same_generated_object_are_one_change():
    before, after = (
        template(container(env=[{**reference(holder, key), 'name': key} for key in 'ab']))
        for holder in ('app-k44mhd6h5f', 'app-2456789bcd')
    )
    [change] = suspects('CrashLoop', 'main', before, after)
    assert (change.contents_of, change.after) == ('configmap/app', 'app-2456789bcd')


NO_LABEL = "0 of 3 nodes fit: 3 didn't match Pod's node affinity/selector (requests disk=ssd)"
TAINT = '0 of 3 nodes fit: 3 had untolerated taint(s)'
NO_PORT = "0 of 1 nodes fit: 1 didn't have free ports (hostPort 80)"
NO_ROOM = '0 of 3 nodes fit: 2 Insufficient cpu (requests 8), 1 Insufficient memory'
UNKNOWN = 'no scheduler has handled the pod: check that scheduler "x" is running'


@pytest.mark.parametrize(
    ('message', 'before', 'after', 'expected'),
    (
        (NO_LABEL, {}, {'nodeSelector': {'disk': 'ssd'}}, ['nodeSelector disk']),
        (NO_LABEL, {'nodeSelector': {'disk': 'ssd'}}, {}, []),
        (NO_LABEL, {}, {'affinity': {'nodeAffinity': {}}}, ['affinity']),
        (NO_LABEL, {}, {'tolerations': [{}], 'schedulerName': 'x'}, []),
        (TAINT, {'tolerations': [{}]}, {}, ['tolerations']),
        (TAINT, {}, {'tolerations': [{}]}, []),
        (NO_PORT, {}, {'hostNetwork': True}, ['hostNetwork']),
        (UNKNOWN, {}, {'schedulerName': 'x'}, ['schedulerName']),
    ),
)
def test_only_what_the_scheduler_names_keeps_pods_from_nodes(message, before, after, expected):
    suspected = fields('Unschedulable', 'node', template(**before), template(**after), message)
    assert suspected == expected


def resources(**groups):
    return {'resources': groups}


@pytest.mark.parametrize(
    ('before', 'after', 'expected'),
    (
        ({}, resources(requests={'cpu': '8'}), ['resources requests.cpu']),
        ({}, resources(limits={'cpu': '8'}), ['resources limits.cpu']),
        ({}, resources(limits={'cpu': '8'}, requests={'cpu': '0'}), []),
        (resources(requests={'cpu': '8'}), resources(requests={'cpu': '1'}), []),
        ({}, resources(requests={'example.com/gpu': '1'}), []),
        (
            {},
            resources(requests={'cpu': '8', 'memory': '1Gi'}),
            ['resources requests.cpu', 'resources requests.memory'],
        ),
    ),
)
def test_only_higher_requests_of_what_is_insufficient_count(before, after, expected):
    before, after = (template(container(**spec)) for spec in (before, after))
    assert fields('Unschedulable', 'node', before, after, NO_ROOM) == expected


QUOTA = 'quota "small" allows 1 requests.cpu (0 used, 2 more requested); 1Gi limits.memory (…)'
SHORT_QUOTA = 'quota "small" allows 1 cpu (0 used, 2 more requested)'
RANGE = 'a LimitRange of the namespace forbids it: maximum memory usage per Container is 1Gi'


@pytest.mark.parametrize(
    ('code', 'message', 'before', 'after', 'expected'),
    (
        ('QuotaExceeded', QUOTA, {}, resources(requests={'cpu': '2'}), 'resources requests.cpu'),
        ('QuotaExceeded', QUOTA, {}, resources(limits={'memory': '2'}), 'resources limits.memory'),
        ('QuotaExceeded', QUOTA, {}, resources(limits={'cpu': '2'}), ''),
        (
            'QuotaExceeded',
            SHORT_QUOTA,
            {},
            resources(requests={'cpu': '2'}),
            'resources requests.cpu',
        ),
        ('QuotaExceeded', QUOTA, resources(requests={'cpu': '2'}), {}, ''),
        ('LimitRange', RANGE, {}, resources(limits={'memory': '2'}), 'resources limits.memory'),
        ('LimitRange', RANGE, {}, resources(limits={'cpu': '2'}), ''),
    ),
)
def test_only_resources_that_the_server_names_count(code, message, before, after, expected):
    before, after = (template(container(**spec)) for spec in (before, after))
    assert ' '.join(fields(code, 'small', before, after, message)) == expected


PRIVILEGED = (
    'it violates PodSecurity "baseline:latest" of the namespace: hostPath volumes (volume "logs"), '
    'host namespaces (hostNetwork=true), privileged (container "main" must not set '
    'securityContext.privileged=true), hostPort (container "main" uses hostPort 80)'
)


@pytest.mark.parametrize(
    ('own', 'of_pod', 'expected'),
    (
        ({'securityContext': {'privileged': True}}, {}, ['securityContext privileged']),
        ({'securityContext': {'runAsUser': 0}}, {}, []),
        ({'ports': [{'hostPort': 80}]}, {}, ['ports']),
        ({}, {'hostNetwork': True}, ['hostNetwork']),
        ({}, {'hostPID': True}, []),
        ({}, {'volumes': [{'name': 'logs'}, {'name': 'log'}]}, ['volumes logs']),
    ),
)
def test_only_what_pod_security_names_counts(own, of_pod, expected):
    after = template(container(**own), **of_pod)
    assert fields('PodSecurity', 'baseline:latest', template(), after, PRIVILEGED) == expected
    assert fields('PodSecurity', 'baseline:latest', after, template(), PRIVILEGED) == []


@pytest.mark.parametrize(
    ('code', 'subject', 'after', 'expected'),
    (
        ('ServiceAccountMissing', 'bot', {'serviceAccountName': 'bot'}, ['serviceAccountName']),
        ('ServiceAccountMissing', 'bot', {'serviceAccountName': 'other'}, []),
        ('PriorityClassMissing', 'high', {'priorityClassName': 'high'}, ['priorityClassName']),
        ('VolumeMissing', 'big', {'volumes': [CLAIM]}, ['volumes data']),
        ('PVCPending', 'big, small', {'volumes': [CLAIM]}, ['volumes data']),
        ('MountFailed', 'data', {'volumes': [{'name': 'data', 'nfs': {}}]}, ['volumes data']),
        ('MountFailed', 'other', {'volumes': [{'name': 'data', 'nfs': {}}]}, []),
    ),
)
def test_only_the_subject_counts(code, subject, after, expected):
    assert fields(code, subject, template(), template(**after)) == expected


def test_volumes_that_are_removed_or_were_known_by_another_name_do_not_count():
    renamed = {**CLAIM, 'name': 'disk'}
    assert fields('VolumeMissing', 'big', template(volumes=[CLAIM]), template()) == []
    before, after = template(volumes=[CLAIM]), template(volumes=[renamed])
    assert fields('VolumeMissing', 'big', before, after) == []


def test_a_refused_value_is_quoted():
    after = template(runtimeClassName='gvisor')
    message = 'pod rejected: RuntimeClass "gvisor" not found'
    assert fields('CreateFailed', 'web', template(), after, message) == ['runtimeClassName']
    assert fields('CreateFailed', 'web', template(), after, 'no') == []
    assert fields('CreateFailed', 'web', after, template(), 'no ""') == []


def test_only_readiness_gates_explain_an_unmet_one():
    after = template(container(image='web:2'), readinessGates=[{'conditionType': 'a'}])
    suspected = fields('NotReady', 'a', template(), after, '', 'ReadinessGatesNotReady')
    assert suspected == ['readinessGates']


def test_all_codes_are_in_the_catalogue():
    assert {*FIELDS_OF_CONTAINERS, *FIELDS_OF_PODS} <= set(CODES)
    assert not set(FIELDS_OF_CONTAINERS) & set(FIELDS_OF_PODS)
