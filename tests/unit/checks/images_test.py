"""Names of images that the kubelet cannot parse."""

from __future__ import annotations

import pytest

from kubectl_dog.checks.images import is_valid
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import workload

DIGEST = f'sha256:{"0" * 64}'


@pytest.mark.parametrize(
    'name',
    (
        'nginx',
        'nginx:1.27',
        'library/nginx',
        'localhost/busybox:1',
        'localhost:5000/a/b:v1.2_x-3',
        'registry.example.com/team/app:1',
        'Registry.Example.com/team/app',
        'MyHost/app',
        'a__b/c--d/e.f:T',
        f'app@{DIGEST}',
        f'app:1@{DIGEST}',
        '[2001:db8::1]:5000/app',
    ),
)
def test_valid_names(name):
    assert is_valid(name)


@pytest.mark.parametrize(
    'name',
    (
        'Nginx',
        'nginx:',
        'nginx:a:b',
        'example.com/Team/app',
        'team/App:1',
        '${IMAGE}',
        'app:{{ tag }}',
        'app:1 ',
        'https://example.com/app',
        'app@sha256:abc',
        'a//b',
        '/app',
        'app:-1',
        '-host.com/app',
        '0' * 64,
        f'{"a" * 256}',
    ),
)
def test_invalid_names(name):
    assert not is_valid(name)


def test_an_invalid_name_is_found():
    spec = workload(containers=[container('a'), container('b', 'App:1'), container('c', '')])
    result = check_objects(spec)
    assert result.found == [('web', 'InvalidImageName', 'b')]
    assert result.causes[0].suggested_commands == ('kubectl dog explain InvalidImageName',)
