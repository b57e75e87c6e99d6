"""What the API server says in a dry run."""

from __future__ import annotations

import pytest

from kubectl_dog.model.connection import Response
from tests.unit.api_server import ApiServer
from tests.unit.api_server import rejection
from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import node
from tests.unit.checked import obj
from tests.unit.checked import workload

WEB = '/apis/apps/v1/namespaces/shop/deployments/web'
IMMUTABLE = 'Deployment.apps "web" is invalid: spec.selector: Invalid value: {}: field is immutable'
WARNING = (
    '299 - "would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation != false '
    '(container \\"main\\" must set securityContext.allowPrivilegeEscalation=false)"'
)


def rejected(answer, path=WEB, spec=None, cluster=(SHOP,)):
    return check_objects(spec or workload(), cluster=cluster, rejected={path: answer})


@pytest.mark.parametrize(
    ('answer', 'code', 'subject'),
    [
        (
            rejection(422, IMMUTABLE, ('spec.selector', 'field is immutable')),
            'CreateFailed',
            'spec.selector',
        ),
        (rejection(422, 'Deployment.apps "web" is invalid: what'), 'CreateFailed', 'web'),
        (
            rejection(
                500,
                'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): '
                '.spec.replicas: expected numeric, got &value.valueUnstructured{Value:1}',
            ),
            'CreateFailed',
            'web',
        ),
        (
            rejection(
                500,
                'failed to convert new object (shop/web; apps/v1, Kind=Deployment) to proper '
                'version: unable to convert unstructured object to apps/v1, Kind=Deployment: '
                'quantities must match the regular expression',
            ),
            'CreateFailed',
            'web',
        ),
        (
            rejection(
                500,
                'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:'
                '\n  .spec.x: duplicate entries for key [name="A"]\n  .spec.y: expected string',
            ),
            'CreateFailed',
            'web',
        ),
        (rejection(400, 'strict decoding error: unknown field "spec.x"'), 'CreateFailed', 'web'),
        (
            rejection(400, 'admission webhook "v.example.com" denied the request: no'),
            'WebhookDenied',
            'v.example.com',
        ),
        (
            rejection(
                403,
                'deployments.apps "web" is forbidden: exceeded quota: q, requested: '
                'count/deployments.apps=1, used: count/deployments.apps=1, limited: '
                'count/deployments.apps=1',
            ),
            'QuotaExceeded',
            'q',
        ),
        (
            rejection(
                500,
                'Internal error occurred: failed calling webhook "v.example.com": failed to call '
                'webhook: connection refused',
            ),
            'WebhookUnreachable',
            'v.example.com',
        ),
    ],
)
def test_rejections(answer, code, subject):
    result = rejected(answer)
    assert result.found == [('web', code, subject)]
    assert 'no new pod' not in result.causes[0].message
    assert 'typed patch' not in result.causes[0].message
    assert '&value' not in result.causes[0].message


@pytest.mark.parametrize(
    ('answer', 'words'),
    [
        (
            rejection(
                403,
                'deployments.apps "web" is forbidden: User "me" cannot patch resource '
                '"deployments" in API group "apps" in the namespace "shop"',
            ),
            'no permission to patch deployments',
        ),
        (rejection(400, 'admission webhook "v" does not support dry run'), 'does not support'),
        (rejection(500, 'x.env: duplicate entries for key [name="A"]'), 'duplicate'),
        (
            rejection(
                500,
                'failed to create typed patch object (shop/web): errors:\n'
                '  .a: duplicate entries for key [name="A"]\n  .b: duplicate entries for key "B"',
            ),
            'duplicate',
        ),
        (rejection(409, 'the object has been modified'), 'modified'),
        (rejection(503, 'busy'), 'busy'),
        (rejection(415, 'no server-side apply'), 'apply'),
    ],
)
def test_what_says_nothing_about_apply_is_a_notice(answer, words):
    result = rejected(answer)
    assert result.found == []
    assert [words in text for text in result.notices] == [True]


DUPLICATE = ('spec.template.spec.containers[0].ports[1].name', 'Duplicate value: "http"')
TWO_TYPES = ('spec.template.spec.volumes[0].secret', 'Forbidden: may not specify more than 1 type')
UPDATES = ('spec', "Forbidden: updates to statefulset spec for fields other than 'replicas'")


@pytest.mark.parametrize(
    ('field', 'is_present', 'is_found'),
    [
        (DUPLICATE, False, True),
        (DUPLICATE, True, False),
        (TWO_TYPES, False, True),
        (TWO_TYPES, True, False),
        (UPDATES, True, True),
        (('spec.selector', 'Invalid value: {}: field is immutable'), True, True),
    ],
)
def test_fields_that_apply_would_remove_are_no_problem(field, is_present, is_found):
    cluster = (SHOP, workload()) if is_present else (SHOP,)
    result = rejected(rejection(422, 'is invalid', field), cluster=cluster)
    assert result.codes == (['CreateFailed'] if is_found else [])
    assert len(result.notices) == (not is_found)


def test_rejected_pods_have_the_cause_of_a_rollout():
    path = '/api/v1/namespaces/shop/pods/web'
    message = 'pods "web" is forbidden: violates PodSecurity "restricted:latest": seccompProfile'
    result = rejected(rejection(403, message), path, workload('Pod'))
    assert result.found == [('web', 'PodSecurity', 'restricted:latest')]
    assert 'no new pod' in result.causes[0].message


@pytest.mark.parametrize(
    'answer',
    [
        rejection(422, 'hunter2', ('data[x]', 'Invalid value: "hunter2": bad')),
        rejection(422, 'Secret "db" is invalid: data[x]: Invalid value: "hunter2": bad'),
        rejection(400, 'admission webhook "v" denied the request: hunter2'),
        rejection(500, 'failed to create typed patch object (db): .data.x: got hunter2'),
        rejection(503, 'hunter2'),
        rejection(500, 'duplicate entries for key hunter2'),
    ],
)
def test_values_of_secrets_are_not_quoted(answer):
    result = rejected(answer, '/api/v1/namespaces/shop/secrets/db', obj('Secret', 'db'))
    texts = [*result.notices, *(cause.message for cause in result.causes)]
    assert len(texts) == 1
    assert 'hunter2' not in texts[0]


def namespace(**labels):
    keys = {f'pod-security.kubernetes.io/{key}': level for key, level in labels.items()}
    return obj('Namespace', 'shop', labels=keys)


@pytest.mark.parametrize(
    ('labels', 'is_found'),
    [
        ({'enforce': 'restricted'}, True),
        ({'enforce': 'restricted', 'warn': 'restricted'}, True),
        ({'enforce': 'baseline', 'warn': 'restricted'}, False),
        ({'warn': 'restricted'}, False),
        ({}, False),
    ],
)
def test_warnings_of_pod_security_are_found_where_the_level_is_enforced(labels, is_found):
    answer = Response(200, b'{}', {'Warning': WARNING})
    result = rejected(answer, cluster=(namespace(**labels),))
    assert result.found == ([('web', 'PodSecurity', 'restricted:latest')] if is_found else [])
    assert len(result.notices) == (not is_found)


def test_other_warnings_say_nothing():
    answer = Response(200, b'{}', {'Warning': '299 - "unknown field"'})
    assert rejected(answer).notices == []
    answer = Response(200, b'{}', {'Warning': WARNING})
    path = '/api/v1/namespaces/shop/configmaps/x'
    assert rejected(answer, path, obj('ConfigMap', 'x')).notices == []


def test_the_same_problem_is_found_once():
    message = 'deployments.apps "web" is forbidden: no PriorityClass with name high was found'
    result = rejected(rejection(403, message), spec=workload(pod={'priorityClassName': 'high'}))
    assert result.codes == ['PriorityClassMissing']


def test_fields_of_the_server_are_not_sent():
    spec = workload()
    spec['metadata'].update(managedFields=[{}], creationTimestamp='x', resourceVersion='5')
    spec['status'] = {'replicas': 1}
    sent = check_objects(spec).server.dry_runs[WEB]
    assert 'status' not in sent
    assert sent['metadata'] == {**workload()['metadata'], 'resourceVersion': '5'}


def test_an_object_without_a_namespace_gets_that_of_the_call():
    spec = workload()
    del spec['metadata']['namespace']
    assert check_objects(spec).server.dry_runs[WEB]['metadata']['namespace'] == 'shop'


class ReadOnly(ApiServer):
    """A connection of another package, from before there were dry runs."""

    dry_run_apply = property(doc='not there')


def test_a_connection_without_dry_runs_is_a_notice():
    class Old:
        def __init__(self, server):
            for name in ('server', 'namespace', 'user', 'clock_offset', 'get', 'stream', 'close'):
                setattr(self, name, getattr(server, name))

    result = check_objects(workload(), server=Old(ApiServer(SHOP, node())))
    assert (result.found, len(result.notices)) == ([], 1)
    result = check_objects(workload(), dry_run=False)
    assert (result.found, result.notices, result.server.dry_runs) == ([], [], {})


def test_a_secret_that_is_not_base64_is_rejected():
    message = 'unable to convert unstructured object to v1, Kind=Secret: error decoding from json: '
    answer = rejection(500, f'{message}illegal base64 data at input byte 3')
    result = rejected(answer, '/api/v1/namespaces/shop/secrets/db', obj('Secret', 'db'))
    assert result.codes == ['CreateFailed']
    assert 'illegal base64 data at input byte 3' in result.causes[0].message
