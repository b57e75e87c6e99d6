from __future__ import annotations

import pytest

from kubectl_dog.model import objects
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS

BROKEN = (None, [], 'x', {}, {'spec': None}, {'spec': []}, {'spec': {'replicas': None}})


@pytest.mark.parametrize('obj', BROKEN)
def test_missing_and_wrong_values_read_as_empty(obj):
    assert objects.get_dict(obj, 'spec', 'template') == {}
    assert objects.get_dicts(obj, 'spec', 'containers') == []
    assert objects.get_str(obj, 'spec', 'nodeName') == ''
    assert objects.get_int(obj, 'spec', 'replicas', default=1) == 1


@pytest.mark.parametrize(
    ('value', 'number'), ((3, 3), ('3', 3), ('-3', -3), (3.0, 3), (True, 1), ('x', 7), ([], 7))
)
def test_reads_numbers_in_strings(value, number):
    assert objects.get_int({'a': value}, 'a', default=7) == number


@pytest.mark.parametrize(
    ('obj', 'observed'),
    (
        ({'metadata': {'generation': 2}, 'status': {'observedGeneration': 2}}, True),
        ({'metadata': {'generation': 2}, 'status': {'observedGeneration': 1}}, False),
        ({'metadata': {'generation': 2}, 'status': {'observedGeneration': '2'}}, True),
        ({'metadata': {'generation': 2}, 'status': {}}, False),
        ({'metadata': {'generation': 2}, 'status': {'phase': 'x'}}, True),
        ({'metadata': {}}, True),
    ),
)
def test_is_observed(obj, observed):
    assert objects.is_observed(obj) is observed


@pytest.mark.parametrize(
    ('path', 'wanted'),
    (
        (DEPLOYMENTS.path('a'), '/apis/apps/v1/namespaces/a/deployments'),
        (PODS.path('a', 'b', 'log'), '/api/v1/namespaces/a/pods/b/log'),
        (PODS.path(''), '/api/v1/pods'),
        (PODS.path('a', 'b:c'), '/api/v1/namespaces/a/pods/b:c'),
        (PODS.path('a', '../x?y'), '/api/v1/namespaces/a/pods/..%2Fx%3Fy'),
        (PODS.path('..', 'b'), '/api/v1/namespaces/%2E%2E/pods/b'),
        (PODS.path('a', 'é'), '/api/v1/namespaces/a/pods/%C3%A9'),
    ),
)
def test_paths(path, wanted):
    assert path == wanted


@pytest.mark.parametrize(
    ('status', 'expected'),
    (
        ('True', 'True'),
        ('true', 'True'),
        (True, 'True'),
        (False, 'False'),
        ('UNKNOWN', 'Unknown'),
        ('Maybe', 'Maybe'),
        (1, ''),
        (None, ''),
    ),
)
def test_reads_condition_status_without_case(status, expected):
    assert objects.condition_status({'status': status}) == expected


def test_ignores_invalid_values_of_a_selector():
    rule = {'key': 'app', 'operator': 'In', 'values': 5}
    assert objects.label_selector({'matchExpressions': [rule]}) == 'app in ()'
