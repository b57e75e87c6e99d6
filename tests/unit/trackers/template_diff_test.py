from __future__ import annotations

import pytest

from kubectl_dog.trackers.template_diff import describe_template_diff
from tests.unit.builders import container


def template(*containers, **spec):
    return {'spec': {'containers': list(containers), **spec}}


@pytest.mark.parametrize(
    ('before', 'after', 'changes'),
    (
        ([container(image='r/web:1')], [container(image='r/web:2')], 'image main 1 → 2'),
        ([container(image='web')], [container(image='shop:2')], 'image main web → shop:2'),
        (
            [container(env=[{'name': 'A', 'value': '1'}])],
            [container(env=[{'name': 'A', 'value': '2'}, {'name': 'B'}])],
            'env of main changed: A, B',
        ),
        ([container()], [container(args=['x'])], 'args of main changed'),
        ([container('a')], [container('b')], 'container b added, container a removed'),
        ([container()], [container(envFrom=[{}])], 'envFrom of main changed'),
        ([container()], [container()], 'pod template changed'),
    ),
)
def test_describes_what_changed(before, after, changes):
    assert ', '.join(describe_template_diff(template(*before), template(*after))) == changes


def test_tells_what_changed_outside_the_containers():
    after = template(container(), serviceAccountName='robot', volumes=[{}], dnsPolicy='None')
    assert describe_template_diff(template(container(), dnsPolicy='None'), after) == (
        'serviceAccountName changed',
        'volumes changed',
    )
