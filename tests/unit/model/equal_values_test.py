"""Values of manifests, and the same values as an API server stores them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kubectl_dog.model.equal_values import is_blank
from kubectl_dog.model.equal_values import is_same
from kubectl_dog.model.equal_values import quantity

CPU = ('spec', 'resources', 'limits', 'cpu')
MEMORY = ('spec', 'resources', 'requests', 'memory')
ENV = ('spec', 'containers', 'env', 'value')
LABEL = ('metadata', 'labels', 'version')
OTHER = ('spec', 'size')


@pytest.mark.parametrize(
    ('names', 'wanted', 'live', 'expected'),
    (
        (OTHER, 'a', 'a', True),
        (OTHER, 'a', 'b', False),
        (OTHER, 1, '1', True),
        (OTHER, 1, 2, False),
        (OTHER, 1.0, 1, True),
        (OTHER, True, True, True),
        (OTHER, True, 'true', True),
        (OTHER, True, False, False),
        (OTHER, True, 1, False),
        (CPU, '1000m', '1', True),
        (CPU, 1, '1', True),
        (CPU, 0.5, '500m', True),
        (CPU, '.5', '500m', True),
        (CPU, '1.0', '1', True),
        (CPU, '1', '2', False),
        (MEMORY, '1Gi', '1024Mi', True),
        (MEMORY, '1Gi', '1G', False),
        (MEMORY, '1e3', '1k', True),
        (MEMORY, 1073741824, '1Gi', True),
        (MEMORY, '128974848', '123Mi', True),
        (MEMORY, 'odd', '1', False),
        (('spec', 'volumes', 'emptyDir', 'sizeLimit'), '2048Mi', '2Gi', True),
        # Custom resources have quantities and durations of any name, but also versions.
        (OTHER, '1024Mi', '1Gi', True),
        (OTHER, '1.10', '1.1', False),
        (OTHER, '60s', '1m0s', True),
        (OTHER, '2160h', '2160h0m0s', True),
        (OTHER, '1.5h', '1h30m', True),
        (OTHER, '60s', '1m1s', False),
        # Texts are no numbers.
        (ENV, '1000m', '1', False),
        (ENV, '1.0', '1', False),
        (ENV, 8080, '8080', True),
        (ENV, '', 'a', False),
        (LABEL, '1.10', '1.1', False),
        (LABEL, '', 'a', False),
        (('binaryData', 'a'), 'YWJj\nZGVm\n', 'YWJjZGVm', True),
        (('binaryData', 'a'), 'YWJj', 'YWJjZGVm', False),
        (('spec', 'containers', 'args'), '60s', '1m', False),
        (OTHER, '1h' * 20, '20h', True),
        (OTHER, '1h' * 21, '21h', False),
        # The server chooses a value.
        (OTHER, '', 'chosen', True),
        (OTHER, 0, 5, False),
        (('spec', 'ports', 'nodePort'), 0, 30080, True),
        (('spec', 'containers', 'readinessProbe', 'periodSeconds'), 0, 10, True),
        (('spec', 'replicas'), 0, 1, False),
        # Programs replace placeholders before they apply a file.
        (OTHER, '${SIZE}', 'large', True),
        (OTHER, '$SIZE', 'large', True),
        (ENV, 'http://{{ host }}', 'http://web', True),
        (LABEL, '<version>', '2', True),
        (OTHER, 'costs $5', 'costs $6', False),
        # Webhooks change registries and pin digests.
        (('containers', 'image'), 'web:2', 'mirror.local/x/web:2', True),
        (('containers', 'image'), 'web:2', 'web@sha256:0a', True),
        (('containers', 'image'), 'web', 'docker.io/library/web:latest', True),
        (('containers', 'image'), 'IMAGE PLACEHOLDER', 'web:2', True),
        (('containers', 'image'), 'web:2', 'web:1', False),
        (('containers', 'image'), 'web:2', 'other:2', False),
    ),
)
def test_values_are_compared_as_the_server_stores_them(names, wanted, live, expected):
    assert is_same(names, wanted, live) is expected


@pytest.mark.parametrize('value', (None, '', 0, False, {}, [], {'a': {'b': None}}, {'a': 0}))
def test_blank_values_are_the_same_as_none(value):
    assert is_blank(value)


@pytest.mark.parametrize('value', ('a', 1, True, ['a'], [0], {'a': 'b'}, {'a': {}, 'b': 1}))
def test_other_values_are_not_blank(value):
    assert not is_blank(value)


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('1', '1'),
        ('-1', '-1'),
        ('100n', '1e-7'),
        ('1u', '1e-6'),
        ('500m', '0.5'),
        ('2k', '2000'),
        ('1E', '1e18'),
        ('1Ki', '1024'),
        ('1.5Ei', '1729382256910270464'),
        ('1e2', '100'),
        ('12e-1', '1.2'),
        ('', None),
        ('m', None),
        ('1 Gi', None),
        ('1K', None),
        ('1e999', None),
        ('٣', None),
    ),
)
def test_quantities_are_exact_numbers(text, expected):
    assert quantity(text) == (None if expected is None else Decimal(expected))
