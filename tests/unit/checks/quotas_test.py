"""Quotas without room for the pods of all objects."""

from __future__ import annotations

import pytest

from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import node
from tests.unit.checked import obj
from tests.unit.checked import workload


def quota(hard, used=None, name='tiny', **spec):
    status = {'hard': hard, 'used': used or {}}
    return obj('ResourceQuota', name, spec={'hard': hard, **spec}, status=status)


PODS = quota({'pods': '3'}, {'pods': '1'})
CPU = container(requests={'cpu': '500m', 'memory': '1Gi'}, limits={'cpu': '1', 'memory': '2Gi'})


@pytest.mark.parametrize(
    ('limits', 'spec', 'words'),
    [
        (PODS, workload(replicas=3), '3 pods (1 used, 3 more requested)'),
        (quota({'count/pods': '0'}), workload('Pod'), '0 count/pods'),
        (quota({'requests.cpu': '1'}), workload(replicas=3, containers=[CPU]), '1500m more'),
        (quota({'cpu': '400m'}), workload(containers=[CPU]), '500m more'),
        (quota({'limits.memory': '3Gi'}), workload(replicas=2, containers=[CPU]), '4Gi more'),
        (quota({'memory': '1Gi'}, {'memory': '512Mi'}), workload(containers=[CPU]), '512Mi used'),
        (quota({'pods': '0'}), workload('Job', parallelism=5, completions=4), '4 more'),
        (PODS, workload('StatefulSet', replicas=9), '9 more'),
        (quota({'pods': '0'}), workload('DaemonSet'), '1 more'),
        (quota({'requests.nvidia.com/gpu': '1'}), None, '2 more'),
    ],
)
def test_exceeded(limits, spec, words):
    gpu = container(requests={'nvidia.com/gpu': '2'})
    spec = spec or workload(containers=[gpu])
    nodes = [node()]
    nodes[0]['status']['allocatable']['nvidia.com/gpu'] = '8'
    result = check_objects(spec, cluster=(SHOP, limits), nodes=nodes)
    assert result.found == [('web', 'QuotaExceeded', 'tiny')]
    assert words in result.causes[0].message
    assert result.causes[0].suggested_commands == ('kubectl describe quota -n shop tiny',)


@pytest.mark.parametrize(
    ('limits', 'spec'),
    [
        (PODS, workload(replicas=2)),
        (PODS, workload('CronJob')),
        (PODS, workload('Job', parallelism=9, suspend=True)),
        (PODS, workload('Job', parallelism=9, completions=1)),
        (quota({'requests.cpu': '500m'}), workload(containers=[CPU])),
        (quota({'requests.storage': '0', 'services': '0'}), workload()),
        (quota({}), workload()),
    ],
)
def test_not_exceeded(limits, spec):
    assert check_objects(spec, cluster=(SHOP, limits)).found == []


def test_a_job_whose_pods_run_one_after_the_other_is_a_notice():
    result = check_objects(workload('Job', parallelism=5), cluster=(SHOP, PODS))
    assert (result.found, len(result.notices)) == ([], 1)


def test_limit_ranges_that_may_not_be_read_may_specify_it():
    cluster = (SHOP, quota({'requests.cpu': '9'}))
    assert check_objects(workload(), cluster=cluster, forbidden=('limitranges',)).found == []


def test_the_pods_of_all_objects_count():
    names = [workload(name=name) for name in 'abcd']
    result = check_objects(*names, cluster=(SHOP, PODS))
    assert [entry[0] for entry in result.found] == ['c', 'd']
    assert '3 used, 1 more' in result.causes[0].message


def test_the_pods_of_a_present_workload_are_replaced():
    present = workload(replicas=2)
    full = quota({'pods': '2'}, {'pods': '2'})
    assert check_objects(workload(replicas=2), cluster=(SHOP, full, present)).found == []
    assert check_objects(workload(replicas=3), cluster=(SHOP, full, present)).codes == [
        'QuotaExceeded'
    ]


@pytest.mark.parametrize('kind', ('Job', 'Pod'))
def test_a_present_job_or_pod_is_not_started_again(kind):
    full = quota({'pods': '1'}, {'pods': '1'})
    assert check_objects(workload(kind), cluster=(SHOP, full, workload(kind))).found == []
    assert check_objects(workload(kind), cluster=(SHOP, full)).codes == ['QuotaExceeded']


def test_a_workload_that_may_not_be_read_is_left_out():
    full = quota({'pods': '1'}, {'pods': '1'})
    result = check_objects(workload(), cluster=(SHOP, full), forbidden=('deployments',))
    assert result.found == []
    assert ['deployments' in text for text in result.notices] == [True]
    result = check_objects(workload(), cluster=(SHOP, full), forbidden=('resourcequotas',))
    assert result.found == []


@pytest.mark.parametrize(
    ('hard', 'containers', 'words'),
    [
        ({'requests.cpu': '9'}, [container()], 'requests.cpu for: main'),
        ({'limits.memory': '9Gi'}, [container('a'), container('b')], 'limits.memory for: a,b'),
        ({'cpu': '9'}, [container()], 'cpu for: main'),
    ],
)
def test_containers_must_specify_what_a_quota_limits(hard, containers, words):
    result = check_objects(workload(containers=containers), cluster=(SHOP, quota(hard)))
    assert result.found == [('web', 'CreateFailed', 'tiny')]
    assert words in result.causes[0].message


def test_a_limit_range_may_specify_it():
    default = {'type': 'Container', 'default': {'cpu': '1'}}
    limits = obj('LimitRange', 'x', spec={'limits': [default]})
    cluster = (SHOP, quota({'requests.cpu': '9'}), limits)
    assert check_objects(workload(), cluster=cluster).found == []


@pytest.mark.parametrize(
    ('scope', 'pod', 'is_counted'),
    [
        ({'scopes': ['Terminating']}, {}, False),
        ({'scopes': ['Terminating']}, {'activeDeadlineSeconds': 5}, True),
        ({'scopes': ['NotTerminating']}, {}, True),
        ({'scopes': ['BestEffort']}, {}, True),
        ({'scopes': ['NotBestEffort']}, {}, False),
        ({'scopes': ['Unknown']}, {}, False),
        ({'scopeSelector': [('In', ['high'])]}, {'priorityClassName': 'high'}, True),
        ({'scopeSelector': [('In', ['low'])]}, {'priorityClassName': 'high'}, False),
        ({'scopeSelector': [('NotIn', ['high'])]}, {'priorityClassName': 'high'}, False),
        ({'scopeSelector': [('Exists', None)]}, {'priorityClassName': 'high'}, True),
        ({'scopeSelector': [('Exists', None)]}, {}, False),
        ({'scopeSelector': [('DoesNotExist', None)]}, {}, True),
        ({'scopeSelector': [('Unknown', None)]}, {}, False),
    ],
)
def test_scopes(scope, pod, is_counted):
    if 'scopeSelector' in scope:
        rules = [
            {'scopeName': 'PriorityClass', 'operator': operator, 'values': values}
            for operator, values in scope['scopeSelector']
        ]
        scope = {'scopeSelector': {'matchExpressions': rules}}
    cluster = (SHOP, obj('PriorityClass', 'high'), quota({'pods': '0'}, **scope))
    codes = check_objects(workload(pod=pod), cluster=cluster).codes
    assert codes == (['QuotaExceeded'] if is_counted else [])


def test_a_quota_of_the_batch_counts_with_the_use_of_the_cluster():
    new = quota({'pods': '9'})
    assert check_objects(workload(replicas=9), new, cluster=(SHOP, PODS)).codes == ['QuotaExceeded']
    assert check_objects(workload(replicas=8), new, cluster=(SHOP, PODS)).codes == []


@pytest.mark.parametrize('scopes', (5, [{}], {'a': 1}))
def test_scopes_of_any_shape_are_read(scopes):
    assert (
        len(check_objects(workload(), cluster=(SHOP, quota({'pods': '0'}, scopes=scopes))).found)
        < 2
    )
