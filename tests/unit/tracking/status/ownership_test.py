"""Whose child is whose, whatever was stripped from the file."""

from __future__ import annotations

import pytest

from kubectl_dog.tracking.status.ownership import resolve_owners

APPS = 'apps/v1'


def named(kind, name, version='v1', uid=None, space='shop', owner=None):
    metadata = {'name': name, 'namespace': space, 'uid': uid}
    if owner is not None:
        metadata['ownerReferences'] = [owner]
    kept = {key: value for key, value in metadata.items() if value is not None}
    return {'apiVersion': version, 'kind': kind, 'metadata': kept}


def ref(kind='ReplicaSet', name='web', uid=None, controller=True, version=APPS):
    reference = {
        'kind': kind,
        'name': name,
        'uid': uid,
        'controller': controller,
        'apiVersion': version,
    }
    return {key: value for key, value in reference.items() if value is not None}


def rs(uid=None, **fields):
    return named('ReplicaSet', 'web', APPS, uid, **fields)


def pod(owner, **fields):
    return named('Pod', 'web-1', owner=owner, uid='p', **fields)


def children(*objects):
    """The names of what belongs to the first of them."""
    kin = resolve_owners(objects)
    uid = kin.objects[0]['metadata']['uid']
    return [obj['metadata']['name'] for obj in kin.children_by_owner_uid.get(uid, ())]


@pytest.mark.parametrize(
    ('owner', 'child', 'is_child'),
    [
        (rs('u'), pod(ref(uid='u')), True),
        (rs('u'), pod(ref(uid='u', name='other')), True),
        (rs('u'), pod(ref(uid='v')), False),
        (rs('u'), pod(ref()), True),
        (rs(), pod(ref(uid='u')), True),
        (rs(), pod(ref()), True),
        (rs(), pod(ref(name='other')), False),
        (rs(), pod(ref(kind='StatefulSet')), False),
        (rs(), pod(ref(), space='other'), False),
        (rs(space=None), pod(ref(), space=None), True),
        (rs(), pod(ref(version=None)), True),
        (rs(), pod(ref(version='example.com/v1')), False),
        (rs(), pod(ref(version='apps/v1beta1')), True),
        (rs('u'), pod(ref(uid='u', controller=None)), True),
        (rs('u'), pod(ref(uid='u', controller=False)), False),
        (rs(7), pod(ref(uid=7)), True),
        (rs('7'), pod(ref(uid=7)), True),
        (named('ReplicaSet', 5, APPS), pod(ref(name=5)), True),
        (named('ReplicaSet', 5, APPS), pod(ref(name='5')), True),
        (named('Node', 'n', space=None), pod(ref('Node', 'n', version='v1')), True),
        (named('Node', 'n', space=None), pod(ref('Node', 'n', version='v1', uid='n')), True),
        (rs('u'), pod({}), False),
        (rs('u'), pod(5), False),
    ],
)
def test_children(owner, child, is_child):
    assert children(owner, child) == (['web-1'] if is_child else [])


def test_of_two_owners_the_one_that_controls_it_counts():
    child = pod(ref(uid='v', controller=None))
    child['metadata']['ownerReferences'].append(ref(uid='u'))
    assert children(rs('u'), child) == ['web-1']
    child['metadata']['ownerReferences'][1]['controller'] = None
    assert children(rs('u'), child) == []


@pytest.mark.parametrize('metadata', [None, 5, [], {'ownerReferences': 5}, {'uid': []}, {}])
def test_odd_metadata_is_survived(metadata):
    kin = resolve_owners([{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': metadata}] * 2)
    assert len(kin.objects) == 2
    assert all(obj['metadata']['uid'] for obj in kin.objects)


def event(about, at='2026-01-01T00:00:00Z', **fields):
    base = {'apiVersion': 'v1', 'kind': 'Event', 'involvedObject': about, 'lastTimestamp': at}
    return {**base, 'metadata': {'namespace': 'shop'}, **fields}


@pytest.mark.parametrize(
    ('obj', 'about', 'is_told'),
    [
        (rs('u'), {'uid': 'u'}, True),
        (rs('u'), {'kind': 'ReplicaSet', 'name': 'web', 'namespace': 'shop'}, True),
        (rs('u'), {'kind': 'ReplicaSet', 'name': 'web'}, True),
        (rs('u'), {'kind': 'ReplicaSet', 'name': 'web', 'uid': 'old'}, False),
        (rs(), {'kind': 'ReplicaSet', 'name': 'web', 'uid': 'u'}, True),
        (rs(), {'kind': 'ReplicaSet', 'name': 'web', 'namespace': 'other'}, False),
        (rs(), {'kind': 'Pod', 'name': 'web'}, False),
        (named('Node', 'n', space=None), {'kind': 'Node', 'name': 'n'}, True),
        (rs(), 5, False),
    ],
)
def test_kube_events(obj, about, is_told):
    kin = resolve_owners([event(about), obj])
    assert len(kin.objects) == 1
    assert len(kin.kube_events_by_uid.get(kin.objects[0]['metadata']['uid'], ())) == is_told


def test_kube_events_come_oldest_first():
    about = {'uid': 'u'}
    kin = resolve_owners([event(about, f'2026-01-01T00:00:0{n}Z') for n in (3, 1, 2)])
    assert [event['lastTimestamp'][-2] for event in kin.kube_events_by_uid['u']] == ['1', '2', '3']


def test_new_style_kube_events_are_read_in_the_old_words():
    new = {
        'apiVersion': 'events.k8s.io/v1',
        'kind': 'Event',
        'regarding': {'uid': 'u'},
        'note': 'no room',
        'deprecatedCount': 3,
    }
    [event] = resolve_owners([new]).kube_events_by_uid['u']
    assert (event['message'], event['count'], event['involvedObject']) == (
        'no room',
        3,
        {'uid': 'u'},
    )


def names(mapping):
    return sorted(obj['metadata']['name'] for those in mapping.values() for obj in those)


def test_what_is_behind_an_object():
    deploy = named('Deployment', 'web', APPS, 'd')
    middle = rs('r', owner=ref('Deployment', uid='d'))
    kin = resolve_owners([deploy, middle, pod(ref(uid='r')), named('ConfigMap', 'x')])
    behind = [names(kin.descendants(obj)) for obj in kin.objects]
    assert behind == [['web', 'web-1'], ['web-1'], [], []]


def test_owners_in_a_circle_are_survived():
    first, other = rs('a', owner=ref(uid='b')), rs('b', owner=ref(uid='a'))
    kin = resolve_owners([first, other])
    assert names(kin.descendants(kin.objects[0])) == ['web', 'web']


def test_a_long_chain_of_owners_takes_linear_time():
    def chain(number):
        first = named('ReplicaSet', 'r0', APPS, 'u0')
        return [first, *(rs(f'u{n}', owner=ref(uid=f'u{n - 1}')) for n in range(1, number))]

    for number in (50, 500):
        kin = resolve_owners(chain(number))
        assert sum(len(kin.descendants(obj)) for obj in kin.objects) <= 10 * number
