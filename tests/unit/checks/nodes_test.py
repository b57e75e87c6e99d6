"""Pods that no node can take, however empty it is."""

from __future__ import annotations

import pytest

from kubectl_dog.checks import node_selection
from tests.unit.checked import SHOP
from tests.unit.checked import check_objects
from tests.unit.checked import container
from tests.unit.checked import node
from tests.unit.checked import obj
from tests.unit.checked import workload

GPU = {'key': 'gpu', 'value': 'yes', 'effect': 'NoSchedule'}
CORDON = {'key': 'node.kubernetes.io/unschedulable', 'effect': 'NoSchedule'}


def affinity(*terms):
    required = {
        'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': list(terms)}
    }
    return {'affinity': {'nodeAffinity': required}}


def rule(key, operator, *values):
    return {'matchExpressions': [{'key': key, 'operator': operator, 'values': list(values)}]}


def big(**requests):
    return [container(requests=requests)]


@pytest.mark.parametrize(
    ('nodes', 'pod', 'containers', 'words'),
    [
        ([node()], {'nodeSelector': {'disk': 'ssd'}}, None, 'affinity/selector'),
        ([node(labels={'disk': 'hdd'})], {'nodeSelector': {'disk': 'ssd'}}, None, 'selector'),
        ([node(taints=[GPU])], {}, None, 'untolerated taint'),
        ([node(cpu='2')], {}, big(cpu='2500m'), 'Insufficient cpu'),
        ([node(memory='1Gi')], {}, big(memory='2Gi'), 'Insufficient memory'),
        ([node()], {}, [container(limits={'memory': '9Gi'})], 'Insufficient memory'),
        ([node()], {}, [container(requests={'nvidia.com/gpu': 1})], 'Insufficient nvidia.com/gpu'),
        ([node(taints=[GPU]), node('n2', cpu='1')], {}, big(cpu='2'), '0 of 2 nodes'),
        ([node()], affinity(rule('zone', 'In', 'a')), None, 'affinity'),
        ([node()], affinity({}), None, 'affinity'),
    ],
)
def test_a_pod_that_fits_nowhere(nodes, pod, containers, words):
    result = check_objects(workload(pod=pod, containers=containers), nodes=nodes)
    assert result.found == [('web', 'Unschedulable', 'node')]
    assert words in result.causes[0].message
    assert result.causes[0].suggested_commands == ('kubectl describe nodes',)


@pytest.mark.parametrize(
    ('nodes', 'pod', 'containers'),
    [
        ([node(taints=[GPU]), node('n2')], {}, None),
        ([node(labels={'disk': 'ssd'})], {'nodeSelector': {'disk': 'ssd'}}, None),
        ([node(cpu='2')], {}, big(cpu='2')),
        ([node()], {'nodeName': 'n9', 'nodeSelector': {'a': 'b'}}, None),
        ([node()], {'schedulerName': 'mine', 'nodeSelector': {'a': 'b'}}, None),
        ([node()], {'schedulingGates': [{'name': 'x'}], 'nodeSelector': {'a': 'b'}}, None),
        ([node(taints=[{**GPU, 'effect': 'PreferNoSchedule'}])], {}, None),
    ],
)
def test_a_pod_that_fits_somewhere_or_is_not_scheduled(nodes, pod, containers):
    result = check_objects(workload(pod=pod, containers=containers), nodes=nodes)
    assert (result.found, result.notices) == ([], [])


@pytest.mark.parametrize(
    'nodes',
    [
        [],
        [node(taints=[CORDON])],
        [node(unschedulable=True)],
        [node(taints=[GPU]), node('n2', unschedulable=True)],
    ],
)
def test_what_may_pass_is_a_notice(nodes):
    result = check_objects(workload(), nodes=nodes)
    assert (result.found, len(result.notices)) == ([], 1)


@pytest.mark.parametrize(
    ('nodes', 'cluster'),
    [
        ([node(labels={'karpenter.sh/nodepool': 'default'})], ()),
        ([node(labels={'eks.amazonaws.com/compute-type': 'fargate'})], ()),
        ([node(labels={'type': 'virtual-kubelet'})], ()),
        ([node()], (obj('ConfigMap', 'cluster-autoscaler-status', 'kube-system'),)),
    ],
)
def test_an_autoscaler_makes_it_a_notice(nodes, cluster):
    spec = workload(pod={'nodeSelector': {'disk': 'ssd'}})
    result = check_objects(spec, nodes=nodes, cluster=(SHOP, *cluster))
    assert (result.found, len(result.notices)) == ([], 1)


def test_an_autoscaler_may_be_there_if_its_status_may_not_be_read():
    spec = workload(pod={'nodeSelector': {'disk': 'ssd'}})
    result = check_objects(spec, forbidden=('configmaps',))
    assert (result.found, len(result.notices)) == ([], 1)


def test_the_server_may_add_tolerations():
    tainted = [node(taints=[GPU])]
    annotation = {'scheduler.alpha.kubernetes.io/defaultTolerations': '[]'}
    shop = obj('Namespace', 'shop', annotations=annotation)
    assert check_objects(workload(), cluster=(shop,), nodes=tainted).found == []
    runtime = workload(pod={'runtimeClassName': 'gvisor'})
    cluster = (SHOP, obj('RuntimeClass', 'gvisor'))
    assert check_objects(runtime, cluster=cluster, nodes=tainted).found == []
    tainted = [node(taints=[{**GPU, 'key': 'nvidia.com/gpu'}])]
    tainted[0]['status']['allocatable']['nvidia.com/gpu'] = '1'
    spec = workload(containers=[container(requests={'nvidia.com/gpu': '1'})])
    assert check_objects(spec, nodes=tainted).found == []
    assert check_objects(workload(), nodes=tainted).codes == ['Unschedulable']


def test_without_permission_to_read_nodes_nothing_is_found():
    result = check_objects(workload(pod={'nodeSelector': {'a': 'b'}}), forbidden=('nodes',))
    assert result.found == []
    assert ['nodes' in text for text in result.notices] == [True]


def test_a_daemon_set_needs_only_the_nodes_that_it_selects():
    small, large = node('small', cpu='1'), node('large', cpu='8', labels={'size': 'l'})
    spec = workload('DaemonSet', containers=big(cpu='4'), pod={'nodeSelector': {'size': 'l'}})
    assert check_objects(spec, nodes=[small, large]).found == []
    assert check_objects(spec, nodes=[small]).found == []
    everywhere = workload('DaemonSet', containers=big(cpu='4'))
    result = check_objects(everywhere, nodes=[small, large])
    assert (result.found, len(result.notices)) == ([], 1)
    assert check_objects(everywhere, nodes=[small]).codes == ['Unschedulable']
    assert check_objects(everywhere, nodes=[large, node('x', taints=[CORDON])]).codes == []


@pytest.mark.parametrize(
    ('toleration', 'is_tolerated'),
    [
        ({'operator': 'Exists'}, True),
        ({'key': 'gpu', 'operator': 'Exists'}, True),
        ({'key': 'cpu', 'operator': 'Exists'}, False),
        ({'key': 'gpu', 'value': 'yes'}, True),
        ({'key': 'gpu', 'value': 'yes', 'operator': 'Equal', 'effect': 'NoSchedule'}, True),
        ({'key': 'gpu', 'value': 'no'}, False),
        ({'key': 'gpu', 'value': 'yes', 'effect': 'NoExecute'}, False),
        ({'key': 'gpu', 'operator': 'Gt', 'value': '1', 'effect': 'NoSchedule'}, True),
        ({'key': 'other', 'operator': 'Gt', 'value': '1', 'effect': 'NoSchedule'}, False),
    ],
)
def test_tolerations(toleration, is_tolerated):
    pod = {'spec': {'tolerations': [toleration]}}
    [misfit] = node_selection.misfits(pod, [node(taints=[GPU])])
    assert (misfit == '') is is_tolerated


@pytest.mark.parametrize(
    ('terms', 'matches'),
    [
        ([rule('zone', 'In', 'a', 'b')], True),
        ([rule('zone', 'In', 'c')], False),
        ([rule('zone', 'NotIn', 'a')], False),
        ([rule('disk', 'NotIn', 'ssd')], True),
        ([rule('zone', 'Exists')], True),
        ([rule('disk', 'Exists')], False),
        ([rule('disk', 'DoesNotExist')], True),
        ([rule('cores', 'Gt', '4')], True),
        ([rule('cores', 'Lt', '4')], False),
        ([rule('zone', 'Gt', '4')], False),
        ([rule('disk', 'Lt', '4')], False),
        ([rule('zone', 'Newer')], True),
        ([rule('zone', 'In', 'c'), rule('zone', 'In', 'a')], True),
        ([{'matchFields': [{'key': 'metadata.name', 'operator': 'In', 'values': ['n1']}]}], True),
        ([{'matchFields': [{'key': 'metadata.name', 'operator': 'In', 'values': ['n2']}]}], False),
    ],
)
def test_required_affinity(terms, matches):
    labels = {'zone': 'a', 'cores': '8'}
    pod = {'spec': affinity(*terms)}
    assert node_selection.matches_labels(pod, node(labels=labels)) is matches
