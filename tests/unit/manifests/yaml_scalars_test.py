"""Values of YAML scalars as for kubectl."""

from __future__ import annotations

import math

import pytest

from kubectl_dog.manifests.yaml_scalars import plain
from kubectl_dog.manifests.yaml_scalars import tagged


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('', None),
        ('~', None),
        ('null', None),
        ('nullable', 'nullable'),
        ('yes', True),
        ('Off', False),
        ('true', True),
        ('n', 'n'),
        ('3', 3),
        ('-3', -3),
        ('1_000', 1000),
        ('017', 15),
        ('0o17', 15),
        ('-0x1F', -31),
        ('0b11', 3),
        ('0x', '0x'),
        ('0x_', '0x_'),
        ('1.5', 1.5),
        ('-.5', -0.5),
        ('1e3', 1000.0),
        ('.inf', math.inf),
        ('-.Inf', -math.inf),
        ('.', '.'),
        ('-', '-'),
        ('+', '+'),
        ('1.2.3', '1.2.3'),
        ('500m', '500m'),
        ('12:30', '12:30'),
        ('2026-01-01', '2026-01-01'),
        ('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
        ('9' * 41, '9' * 41),
        ('²', '²'),
    ],
)
def test_plain_scalars(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_not_a_number_is_a_float():
    assert math.isnan(plain('.nan'))


@pytest.mark.parametrize(
    ('tag', 'text', 'value'),
    [
        ('tag:yaml.org,2002:int', '5', 5),
        ('tag:yaml.org,2002:str', '5', '5'),
        ('tag:yaml.org,2002:timestamp', '2026-01-01', '2026-01-01'),
        ('tag:yaml.org,2002:binary', 'aGk=', 'aGk='),
        ('!mine', '5', '5'),
    ],
)
def test_tags(tag, text, value):
    assert tagged(tag, text) == value
