"""LimitRanges: the defaults that they add, and what they forbid."""

from __future__ import annotations

import pytest

from kubectl_dog.checks.limit_ranges import complete
from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import obj
from tests.unit.checked import workload


def limit_range(kind='Container', name='limits', **fields):
    return obj('LimitRange', name, spec={'limits': [{'type': kind, **fields}]})


def resources(requests=None, limits=None):
    return container(requests=requests, limits=limits)


@pytest.mark.parametrize(
    ('limit', 'containers', 'words'),
    [
        (limit_range(max={'cpu': '1'}), [resources({}, {'cpu': '2'})], 'but limit is 2'),
        (limit_range(max={'cpu': '1'}, default={'cpu': '1'}), [resources({'cpu': '2'})], 'request'),
        (limit_range(min={'cpu': '1'}), [resources({'cpu': '500m'})], 'but request is 500m'),
        (
            limit_range(min={'cpu': '1'}),
            [resources({'cpu': '2'}, {'cpu': '500m'})],
            'but limit is 500m',
        ),
        (
            limit_range(maxLimitRequestRatio={'cpu': '2'}),
            [resources({'cpu': '1'}, {'cpu': '3'})],
            'ratio is 3',
        ),
        (limit_range(maxLimitRequestRatio={'cpu': 2}), [resources()], 'no request is specified'),
        (
            limit_range(maxLimitRequestRatio={'cpu': '2'}),
            [resources({'cpu': '1'})],
            'no limit is specified',
        ),
        (limit_range('Pod', max={'cpu': '3'}), [resources({}, {'cpu': '2'})] * 2, 'limit is 4'),
        (limit_range('Pod', max={'cpu': '3'}), [resources({'cpu': '1'})], 'No limit is specified'),
        (limit_range('Pod', min={'cpu': '3'}), [resources()], 'No request is specified'),
    ],
)
def test_violations(limit, containers, words):
    result = check_objects(workload(containers=containers), cluster=(SHOP, limit))
    assert result.found == [('web', 'LimitRange', 'web')]
    assert words in result.causes[0].message
    assert result.causes[0].suggested_commands == ('kubectl describe limitrange -n shop',)


@pytest.mark.parametrize(
    ('limit', 'containers'),
    [
        (limit_range(max={'cpu': '1'}), [resources()]),
        (limit_range(max={'cpu': '1'}), [resources({}, {'cpu': '1'})]),
        (limit_range(min={'cpu': '1'}), [resources()]),
        (limit_range(defaultRequest={'cpu': '9'}, default={'cpu': '9'}), [resources()]),
        (limit_range(maxLimitRequestRatio={'cpu': '2'}), [resources({'cpu': 1}, {'cpu': 2})]),
        (limit_range('Pod', max={'cpu': '4'}), [resources({}, {'cpu': '2'})] * 2),
        (limit_range('PersistentVolumeClaim', max={'storage': '1Gi'}), [resources()]),
    ],
)
def test_no_violations(limit, containers):
    nodes = [obj('Node', 'n1', status={'allocatable': {'cpu': '64'}})]
    result = check_objects(workload(containers=containers), cluster=(SHOP, limit), nodes=nodes)
    assert result.found == []


def test_several_violations_are_one_cause():
    limit = limit_range(max={'cpu': '1', 'memory': '1Gi'})
    containers = [resources({}, {'cpu': '2', 'memory': '2Gi'})]
    [cause] = check_objects(workload(containers=containers), cluster=(SHOP, limit)).causes
    assert 'cpu' in cause.message
    assert 'memory' in cause.message


@pytest.mark.parametrize(('size', 'codes'), [('2Gi', ['LimitRange']), ('1Gi', [])])
def test_claims_of_stateful_sets(size, codes):
    claim = {
        'metadata': {'name': 'data'},
        'spec': {'volumeName': 'x', 'resources': {'requests': {'storage': size}}},
    }
    spec = workload('StatefulSet', volumeClaimTemplates=[claim])
    limit = limit_range('PersistentVolumeClaim', max={'storage': '1Gi'}, min={'storage': '1'})
    other = limit_range(name='other', min={'cpu': '1'})
    assert check_objects(spec, cluster=(SHOP, limit, other)).codes == codes


def test_a_limit_range_of_the_batch_counts():
    spec = workload(containers=[resources({}, {'cpu': '2'})])
    assert check_objects(spec, limit_range(max={'cpu': '1'})).codes == ['LimitRange']


def test_without_permission_nothing_is_found():
    result = check_objects(workload(), forbidden=('limitranges',))
    assert result.found == []
    assert ['limitranges' in text for text in result.notices] == [True]


@pytest.mark.parametrize(
    ('limit', 'before', 'after'),
    [
        ({}, ({}, {'cpu': '2'}), ({'cpu': '2'}, {'cpu': '2'})),
        ({}, ({'cpu': '1'}, {'cpu': '2'}), ({'cpu': '1'}, {'cpu': '2'})),
        ({'default': {'cpu': '1'}}, ({}, {}), ({'cpu': '1'}, {'cpu': '1'})),
        ({'max': {'cpu': '3'}}, ({}, {}), ({'cpu': '3'}, {'cpu': '3'})),
        ({'min': {'cpu': '3'}}, ({}, {}), ({'cpu': '3'}, {})),
        (
            {'default': {'cpu': '2'}, 'defaultRequest': {'cpu': '1'}},
            ({}, {}),
            ({'cpu': '1'}, {'cpu': '2'}),
        ),
        ({'default': {'cpu': '2'}}, ({'cpu': 1}, {}), ({'cpu': '1'}, {'cpu': '2'})),
    ],
)
def test_defaults(limit, before, after):
    pod = {'spec': {'containers': [resources(*before)], 'initContainers': [resources(*before)]}}
    result = complete(pod, [limit_range(**limit), limit_range('Pod', default={'cpu': '9'})])
    for field in ('containers', 'initContainers'):
        [own] = result['spec'][field]
        assert (own['resources']['requests'], own['resources']['limits']) == after
