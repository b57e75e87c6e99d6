from __future__ import annotations

import pytest

from kubectl_dog.causes import image
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting

PULL = 'failed to pull and unpack image "web:1": failed to resolve reference "web:1": '


def find(reason, message='', *events, **spec):
    obj = pod(status(state=waiting(reason, message)), phase='Pending', **spec)
    return list(image.find(view(None, *(make(obj) for make in events)), obj))


@pytest.mark.parametrize(
    ('message', 'code'),
    (
        (f'rpc error: code = NotFound desc = {PULL}web:1: not found', 'ImageNotFound'),
        ('manifest unknown: manifest unknown', 'ImageNotFound'),
        ('no match for platform in manifest: not found', 'ImageNotFound'),
        (f'{PULL}unexpected status from HEAD request: 401 Unauthorized', 'ImageUnauthorized'),
        (
            'pull access denied, repository does not exist or may require authorization',
            'ImageUnauthorized',
        ),
        ('authorization failed: insufficient_scope', 'ImageUnauthorized'),
        (
            '429 Too Many Requests - toomanyrequests: You have reached your limit: denied',
            'ImageRateLimited',
        ),
        ('dial tcp: lookup registry: no such host', 'RegistryUnreachable'),
        ('dial tcp 10.0.0.1:443: connect: connection refused', 'RegistryUnreachable'),
        ('x509: certificate signed by unknown authority', 'RegistryUnreachable'),
        ('', 'ImagePullFailed'),
        ('Back-off pulling image "web:1"', 'ImagePullFailed'),
    ),
)
def test_parses_messages_of_the_registry(message, code):
    [cause] = find('ErrImagePull', message)
    assert (cause.code, cause.reason, cause.subject) == (code, 'ErrImagePull', 'main')
    assert 'web:1' in cause.message
    assert bool(cause.evidence) == bool(message) or code == 'ImageUnauthorized'


@pytest.mark.parametrize(
    ('reason', 'code'),
    (('InvalidImageName', 'InvalidImageName'), ('ErrImageNeverPull', 'ImageNeverPull')),
)
def test_some_reasons_need_no_message(reason, code):
    [cause] = find(reason, 'repository name must be lowercase')
    assert cause.code == code
    assert 'lowercase' in cause.evidence[0]


def test_reads_the_kube_event_during_a_back_off():
    def failed(obj):
        return kube_event(obj, 'Failed', 'Failed to pull image "web:1": web:1: not found')

    def other(obj):
        return kube_event(obj, 'Failed', 'Error: ImagePullBackOff')

    [cause] = find('ImagePullBackOff', 'Back-off pulling image "web:1"', failed, other)
    assert cause.code == 'ImageNotFound'


def test_reads_the_status_without_a_kube_event():
    [cause] = find('ImagePullBackOff', 'Back-off pulling image "web:1"')
    assert cause.evidence == ('kubelet: Back-off pulling image "web:1"',)


def test_names_the_pull_secrets_that_were_refused():
    [without] = find('ErrImagePull', 'unauthorized')
    [with_one] = find('ErrImagePull', 'unauthorized', imagePullSecrets=[{'name': 'regcred'}])
    assert without.evidence[-1] == 'image pull secrets: none'
    assert with_one.evidence[-1] == 'image pull secrets: regcred'


def test_a_container_that_is_being_created_has_no_cause():
    assert find('ContainerCreating') == []


def test_removes_wrappers_of_registry_messages():
    message = (
        f'Back-off pulling image "web:1": ErrImagePull: rpc error: code = NotFound desc = {PULL}'
    )
    [cause] = find('ImagePullBackOff', message + 'web:1: not found')
    assert cause.evidence == ('kubelet: web:1: not found',)
