from __future__ import annotations

from collections import deque

import pytest

from kubectl_dog.cluster.source.watch_sharing import SharedSource
from kubectl_dog.cluster.source.watch_sharing import plan
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch


def named(resource, *names, namespace='shop'):
    return [Watch(resource, namespace, fields=f'metadata.name={name}') for name in names]


def behind(count, namespace='shop'):
    """What is read of so many Deployments, each with its ReplicaSets, pods and five events."""
    watches = []
    for name in map(str, range(count)):
        watches += named(DEPLOYMENTS, name, namespace=namespace)
        watches += [Watch(kind, namespace, f'app={name}') for kind in (REPLICASETS, PODS)]
        fields = [f'involvedObject.uid={name}-{number}' for number in range(5)]
        watches += [Watch(EVENTS, namespace, fields=field) for field in fields]
    return watches


def opened(watches, **fields):
    shared = plan(watches, **fields)
    return {shared.get(watch, watch) for watch in watches}


@pytest.mark.parametrize('count', (1, 2, 3, 4, 5, 6, 20, 21, 200))
def test_any_number_of_deployments_has_eight_watches_at_most(count):
    assert len(opened(behind(count))) <= 8


def test_one_reads_nothing_but_its_own():
    assert not plan(behind(1))


def test_pods_of_others_are_read_last():
    assert [len({watch.labels for watch in opened(behind(count))}) for count in (2, 3, 6)] == [
        3,
        4,
        1,
    ]


def test_where_there_are_many_targets_there_will_be_many_of_what_is_behind_them():
    behind_two = [Watch(REPLICASETS, 'shop', f'app={name}') for name in 'ab']
    alone = [Watch(PODS, 'shop', 'app=a')]
    wide = {Watch(DEPLOYMENTS, 'shop'), Watch(REPLICASETS, 'shop')}
    assert opened([*named(DEPLOYMENTS, *'abcdefghij'), *behind_two, *alone]) == {*wide, *alone}


def test_a_namespace_alone_counts():
    watches = behind(1) + behind(1, 'other')
    assert opened(watches) == set(watches)


def test_each_further_kind_of_targets_may_have_more():
    watches = [*named(DEPLOYMENTS, *'abc'), *named(JOBS, *'abc'), *named(CONFIGMAPS, *'abc')]
    assert opened(watches) == set(watches)
    assert len(opened([*watches, *behind(5)])) <= 16


def test_secrets_are_read_by_name():
    watches = named(SECRETS, *map(str, range(50)))
    assert opened(watches) == set(watches)


def test_what_the_server_alone_can_select_is_left_to_it():
    watches = [Watch(PODS, 'shop', fields=f'spec.nodeName={number}') for number in range(20)]
    assert opened(watches) == set(watches)


def test_what_is_wide_stays_wide():
    wide = Watch(PODS, 'shop')
    assert opened(behind(1), open_wide=[wide]) >= {wide}
    assert wide not in opened(behind(1), open_wide=[wide], refused=[wide])


def test_who_reads_everything_reads_for_all():
    events = [Watch(EVENTS, 'shop'), Watch(EVENTS, 'shop', fields='involvedObject.uid=x')]
    assert opened(events) == {Watch(EVENTS, 'shop')}


class Cluster:
    """A source that is fed by hand."""

    started = 0.0

    def __init__(self):
        self.items, self.wants, self.signals = deque(), frozenset(), []

    def now(self):
        return 1.0

    def take(self, until, lines=True):
        return self.items.popleft() if self.items else None

    def reconcile(self, wants):
        self.wants = wants

    def signal(self, name, code=0):
        self.signals.append(name)

    def close(self):
        self.signals.append('closed')

    def says(self, want, payload):
        self.items.append(Item(1.0, want, payload))


def pod(name):
    return {'metadata': {'name': name, 'uid': name}}


def taken(source):
    items = []
    while True:
        item = source.take(2.0)
        if item is None:
            return items
        items.append((item.want, item.payload))


WIDE = Watch(DEPLOYMENTS, 'shop')
TEN = named(DEPLOYMENTS, *'abcdefghij')


@pytest.fixture
def cluster():
    return Cluster()


@pytest.fixture
def source(cluster):
    return SharedSource(cluster)


def test_what_comes_of_the_wide_watch_is_taken_as_if_of_the_narrow_ones(source, cluster):
    log = Logs('shop', 'a', 'a', 'main')
    source.reconcile(frozenset([*TEN, log]))
    assert cluster.wants == {WIDE, log}
    cluster.says(WIDE, Listed((pod('a'), pod('other'))))
    assert taken(source) == [
        (watch, Listed((pod('a'),) if watch == TEN[0] else ())) for watch in TEN
    ]
    cluster.says(WIDE, Changed('MODIFIED', pod('a')))
    cluster.says(WIDE, Changed('MODIFIED', pod('other')))
    assert taken(source) == [(TEN[0], Changed('MODIFIED', pod('a')))]


def test_who_comes_later_has_what_is_known(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, Listed((pod('k'),)))
    taken(source)
    [later] = named(DEPLOYMENTS, 'k')
    source.reconcile(frozenset([*TEN, later]))
    assert taken(source) == [(later, Listed((pod('k'),)))]
    assert cluster.wants == {WIDE}


def test_few_that_are_left_are_still_served(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, Listed(()))
    taken(source)
    source.reconcile(frozenset(TEN[:1]))
    assert cluster.wants == {WIDE}
    cluster.says(WIDE, Changed('ADDED', pod('b')))
    cluster.says(WIDE, Changed('ADDED', pod('a')))
    assert taken(source) == [(TEN[0], Changed('ADDED', pod('a')))]
    source.reconcile(frozenset())
    assert cluster.wants == frozenset()


def test_what_nobody_wants_any_more_is_not_taken(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, Listed((pod('a'),)))
    assert source.take(2.0).want == TEN[0]
    source.reconcile(frozenset(TEN[:2]))
    assert [want for want, _ in taken(source)] == [TEN[1]]


def test_who_comes_back_is_not_told_of_what_was_before(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, Listed(()))
    cluster.says(WIDE, ReadFailure('unreachable', 'away'))
    taken_first = [source.take(2.0) for _ in TEN] + [source.take(2.0)]
    assert taken_first[-1].want == TEN[0]
    source.reconcile(frozenset(TEN[:-1]))
    cluster.says(WIDE, ReadFailure('recovered', 'back'))
    source.reconcile(frozenset(TEN))
    assert [payload for want, payload in taken(source) if want == TEN[-1]] == [
        Listed(()),
        ReadFailure('unreachable', 'away'),
        ReadFailure('recovered', 'back'),
    ]


@pytest.mark.parametrize('reason', ('denied', 'invalid'))
def test_who_may_not_read_everything_reads_what_is_wanted(source, cluster, reason):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, ReadFailure(reason, 'no'))
    assert taken(source) == []
    assert cluster.wants == set(TEN)
    source.reconcile(frozenset(TEN[1:]))
    assert cluster.wants == set(TEN[1:])


def test_who_wanted_everything_is_told_that_it_may_not_be_read(source, cluster):
    source.reconcile(frozenset([*TEN, WIDE]))
    cluster.says(WIDE, ReadFailure('denied', 'no'))
    assert taken(source) == [(WIDE, ReadFailure('denied', 'no'))]
    assert cluster.wants == {*TEN, WIDE}


def test_kube_events_that_may_not_be_read_are_not_asked_for_one_by_one(source, cluster):
    watches = [watch for watch in behind(10) if watch.resource == EVENTS]
    source.reconcile(frozenset(watches))
    cluster.says(Watch(EVENTS, 'shop'), ReadFailure('denied', 'no'))
    assert len(taken(source)) == len(watches)
    assert cluster.wants == {Watch(EVENTS, 'shop')}


def test_an_outage_is_everybodys(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, ReadFailure('unreachable', 'away'))
    assert taken(source) == [(watch, ReadFailure('unreachable', 'away')) for watch in TEN]


def test_the_rest_goes_through(source, cluster):
    source.signal('interrupt')
    source.close()
    assert cluster.signals == ['interrupt', 'closed']
    assert (source.started, source.now(), source.take(2.0)) == (0.0, 1.0, None)


def test_time_only_grows_also_where_lines_of_a_moment_are_left(source, cluster):
    source.reconcile(frozenset(TEN))
    cluster.says(WIDE, Listed(()))
    taken(source)
    source.reconcile(frozenset([*TEN, *named(DEPLOYMENTS, 'k')]))
    cluster.items.append(Item(0.5, Logs('shop', 'a', 'a', 'main'), LogEnd(0)))
    assert [source.take(2.0).at, source.take(2.0).at] == [1.0, 1.0]
