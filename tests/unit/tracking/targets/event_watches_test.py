from __future__ import annotations

import pytest

from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.targets.event_watches import event_watches

TARGET = Target(DEPLOYMENTS, 'shop', 'web')
CLAIM = {
    'metadata': {'namespace': 'data'},
    'spec': {'volumes': [{'persistentVolumeClaim': {'claimName': 'c'}}]},
    'status': {'phase': 'Pending'},
}


def related(*places):
    return {f'{at}': {'metadata': {'namespace': namespace}} for at, namespace in enumerate(places)}


def about(namespace, key):
    return Watch(EVENTS, namespace, fields=f'involvedObject.uid={key}')


@pytest.mark.parametrize(
    ('target', 'places', 'expected'),
    (
        (TARGET, ('shop', 'shop'), [about('shop', 0), about('shop', 1)]),
        (TARGET, ('shop', 'data'), [about('shop', 0), about('data', 1)]),
        (TARGET, ('',), [about('shop', 0)]),
        (TARGET._replace(namespace=''), ('',), [about('default', 0)]),
        (TARGET, ('shop', *['data'] * 5), [Watch(EVENTS, 'shop'), Watch(EVENTS, 'data')]),
    ),
)
def test_kube_events_are_read_where_their_objects_are(target, places, expected):
    assert list(event_watches(target, related(*places), ())) == expected


def test_claims_are_told_of_where_their_pods_are():
    claims = Watch(EVENTS, 'data', fields='involvedObject.kind=PersistentVolumeClaim')
    assert list(event_watches(TARGET, {}, (CLAIM, CLAIM))) == [claims]


def test_many_claims_are_told_of_by_their_namespaces():
    pods = [{**CLAIM, 'metadata': {'namespace': f'data-{at}'}} for at in range(6)]
    expected = [Watch(EVENTS, f'data-{at}') for at in range(6)]
    assert list(event_watches(TARGET, {}, pods)) == expected
