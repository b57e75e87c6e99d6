from __future__ import annotations

import pytest

from kubectl_dog.model.resources import ENDPOINTSLICES
from kubectl_dog.model.resources import SERVICES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import service as tracker
from tests.unit.builders import NOW
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view

TARGET = Target(SERVICES, 'shop', 'web')
SELECTS = {'clusterIP': '10.0.0.9', 'selector': {'app': 'web'}}
NO_PODS = ('has no endpoints: no pod that it selects has an IP address',)


def service(meta=None, status=None, **spec):
    return manifest('Service', meta=meta, spec={'clusterIP': '10.0.0.9', **spec}, **(status or {}))


def slice_of(*ready, uids=None):
    endpoints = [{'conditions': {'ready': is_ready}} for is_ready in ready]
    for endpoint, uid in zip(endpoints, uids or ()):
        endpoint['targetRef'] = {'uid': uid}
    return {
        'kind': 'EndpointSlice',
        'metadata': {'uid': f'slice-{ready}', 'ownerReferences': [{'uid': 'service-web'}]},
        'endpoints': endpoints,
    }


def assess(obj, *others, **fields):
    return tracker.assess(view(obj, *others, target=TARGET, **fields))


@pytest.mark.parametrize(
    ('obj', 'state', 'text'),
    (
        pytest.param(service(), 'ready', '', id='has its address'),
        pytest.param(service(clusterIP='None'), 'ready', '', id='headless'),
        pytest.param(service(clusterIP=''), 'progressing', 'a cluster IP', id='no address yet'),
        pytest.param({}, 'progressing', 'a cluster IP', id='empty'),
        pytest.param(
            service(type='ExternalName', clusterIP='', selector={'a': 'b'}),
            'ready',
            '',
            id='a name only',
        ),
        pytest.param(
            service(type='LoadBalancer'),
            'progressing',
            'the address of its load balancer',
            id='no load balancer yet',
        ),
        pytest.param(
            service(type='LoadBalancer', externalIPs=['192.0.2.1']),
            'ready',
            '',
            id='an external address',
        ),
        pytest.param(
            service(type='LoadBalancer', status={'loadBalancer': {'ingress': [{'hostname': 'x'}]}}),
            'ready',
            '',
            id='has a load balancer',
        ),
        pytest.param(
            service(meta={'deletionTimestamp': ago(1)}),
            'deleting',
            'is being deleted',
            id='being deleted',
        ),
    ),
)
def test_state_by_address(obj, state, text):
    assessment = assess(obj)
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)


@pytest.mark.parametrize(
    ('slices', 'fields', 'state', 'text', 'notices'),
    (
        pytest.param([slice_of(True)], {}, 'ready', '', (), id='one is ready'),
        pytest.param([slice_of(False), slice_of(True)], {}, 'ready', '', (), id='one of some'),
        pytest.param([slice_of(None)], {}, 'ready', '', (), id='not told is ready'),
        pytest.param(
            [slice_of(False, False)],
            {},
            'progressing',
            'one of its 2 pods to become ready',
            (),
            id='none is ready',
        ),
        pytest.param(
            [slice_of(False, uids=['a']), slice_of(False, False, uids=['a', 'b'])],
            {},
            'progressing',
            'one of its 2 pods to become ready',
            (),
            id='one pod in two address families',
        ),
        pytest.param(
            [slice_of(False)], {}, 'progressing', 'its pod to become ready', (), id='one pod'
        ),
        pytest.param([slice_of()], {}, 'ready', '', NO_PODS, id='no pods'),
        pytest.param([], {}, 'ready', '', NO_PODS, id='nobody lists endpoints'),
        pytest.param(
            [],
            {'run_history': RunHistory(NOW - 4)},
            'progressing',
            'its endpoints',
            (),
            id='not listed yet',
        ),
        pytest.param(
            [],
            {'forbidden_kinds': frozenset([ENDPOINTSLICES.key])},
            'ready',
            '',
            (),
            id='may not be read',
        ),
    ),
)
def test_pods_behind_it(slices, fields, state, text, notices):
    assessment = assess(service(**SELECTS), *slices, **fields)
    assert (assessment.state, assessment.waits_for, assessment.notices) == (state, text, notices)
    assert assessment.recheck_at == (NOW + 6 if text == 'its endpoints' else None)


def test_need_not_be_ready_where_addresses_are_published_before():
    obj = service(**SELECTS, publishNotReadyAddresses=True)
    assert assess(obj, slice_of(False)).state == 'ready'


@pytest.mark.parametrize(
    ('obj', 'watches'),
    (
        (service(**SELECTS), (Watch(ENDPOINTSLICES, 'shop', 'kubernetes.io/service-name=web'),)),
        (service(), ()),
        (service(type='ExternalName', selector={'a': 'b'}), ()),
    ),
)
def test_wants_its_endpoints_where_it_selects_pods(obj, watches):
    assert tracker.wants(view(obj, target=TARGET)) == watches
