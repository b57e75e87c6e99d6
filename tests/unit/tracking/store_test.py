"""What is kept of the items that were delivered, and under which keys it is found again."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.catalogue import YOUNG_POD_SECONDS
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import LOGS
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import REPLICASETS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.store import KEPT_LINES
from kubectl_dog.tracking.store import Index
from kubectl_dog.tracking.store import Store
from tests.unit.builders import NOW
from tests.unit.builders import ended
from tests.unit.builders import kube_event
from tests.unit.builders import manifest as some_object
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import waiting

WATCH = Watch(PODS, 'shop', 'app=web')
LOG = Logs('shop', 'web-1', 'pod-web-1', 'main')
LOOKUP = Lookup(CONFIGMAPS, 'shop', 'app')
KEY = ('pod-web-1', 'main')
POD = pod(name='web-1', owner='rs-1')
MOVED = pod(name='web-1', owner='rs-2')
OTHER = pod(name='web-2', owner='rs-1')


def stored(*items, began=NOW):
    """A store that has taken in (want, payload) pairs, at 1.0, 2.0, …"""
    store = Store()
    for at, (want, payload) in enumerate(items, 1):
        store.apply(Item(float(at), want, payload), began)
    return store


def listed(*objects, watch=WATCH):
    return watch, Listed(objects)


def changed(obj, change='MODIFIED', watch=WATCH):
    return watch, Changed(change, obj)


def lines(first, last):
    return tuple(LogLine(number, str(number)) for number in range(first, last))


@pytest.mark.parametrize(
    ('items', 'objects'),
    (
        ([], []),
        ([listed(POD, OTHER)], [POD, OTHER]),
        ([listed(POD), listed(OTHER)], [OTHER]),
        ([listed(POD), changed(OTHER, 'ADDED')], [POD, OTHER]),
        ([listed(POD), changed(MOVED)], [MOVED]),
        ([changed(POD, 'ADDED'), changed(POD, 'ADDED')], [POD]),
        ([listed(POD, OTHER), changed(POD, 'DELETED')], [OTHER]),
        ([changed(POD, 'DELETED')], []),
        ([listed(POD), listed(OTHER, watch=WATCH._replace(labels=''))], [POD]),
    ),
)
def test_a_watch_holds_what_was_listed_and_has_changed_since(items, objects):
    store = stored(*items)
    assert list(store.objects(WATCH)) == objects
    assert list(store.objects_by_watch.get(WATCH, ())) == objects


@pytest.mark.parametrize(
    ('items', 'owned'),
    (
        ([listed(POD, OTHER)], {'rs-1': (POD, OTHER)}),
        ([listed(POD, OTHER), listed(OTHER)], {'rs-1': (OTHER,)}),
        ([listed(POD, OTHER), changed(POD, 'DELETED')], {'rs-1': (OTHER,)}),
        ([listed(POD, OTHER), changed(MOVED)], {'rs-1': (OTHER,), 'rs-2': (MOVED,)}),
        # Owners come and go, too: nothing is left of them.
        ([listed(POD), changed(POD, 'DELETED')], {}),
        ([listed(pod(name='alone'))], {}),
    ),
)
def test_objects_are_found_by_the_uid_of_their_controller(items, owned):
    assert dict(stored(*items).children_by_owner_uid) == owned


def test_kube_events_are_found_by_their_object_and_nodes_by_their_name():
    event, node = kube_event(POD, 'BackOff', ''), some_object('Node', 'n-1')
    events, nodes = Watch(EVENTS, 'shop'), Watch(NODES, '')
    store = stored(listed(event, watch=events), listed(node, watch=nodes))
    assert (dict(store.kube_events_by_uid), dict(store.nodes)) == (
        {'pod-web-1': (event,)},
        {'n-1': (node,)},
    )
    assert len(store.children_by_owner_uid) == 0
    for obj, watch in ((event, events), (node, nodes)):
        store.apply(Item(3.0, *changed(obj, 'DELETED', watch)), NOW)
    assert (dict(store.kube_events_by_uid), dict(store.nodes)) == ({}, {})


def test_only_a_list_says_that_there_is_nothing():
    store = stored(changed(POD, 'ADDED'))
    assert (store.listed, store.listed_kinds) == (set(), set())
    store.apply(Item(2.0, WATCH, Listed(())), NOW)
    assert (store.listed, store.listed_kinds) == ({WATCH}, {'Pod'})


def test_the_last_object_that_was_deleted_is_kept():
    assert stored(listed(POD), listed()).departed == {}
    store = stored(listed(POD, OTHER), changed(OTHER, 'DELETED'), changed(MOVED, 'DELETED'))
    assert store.departed == {WATCH: MOVED}


ENDED = status(state=ended(), last=ended(), restarts=2)
BACK_OFF = status(state=waiting('CrashLoopBackOff'), last=ended(), restarts=3)
RESTARTED = status(restarts=2)


@pytest.mark.parametrize(
    ('container', 'age', 'history', 'stuck'),
    (
        ({}, YOUNG_POD_SECONDS + 1, 0, False),
        (status(), YOUNG_POD_SECONDS + 1, 0, False),
        (RESTARTED, YOUNG_POD_SECONDS + 1, 2, False),
        (ENDED, YOUNG_POD_SECONDS + 1, 3, True),
        (BACK_OFF, YOUNG_POD_SECONDS + 1, 4, True),
        (status(state=waiting('CrashLoopBackOff')), YOUNG_POD_SECONDS + 1, 0, True),
        (status(state=waiting('ContainerCreating'), restarts=1), YOUNG_POD_SECONDS + 1, 1, False),
        (ENDED, YOUNG_POD_SECONDS, 3, True),
        (ENDED, YOUNG_POD_SECONDS - 1, None, False),
    ),
)
def test_terminations_before_tracking_are_those_of_old_pods(container, age, history, stuck):
    store = stored(listed(pod(container, age=age)))
    assert (store.baseline_terminations.get(KEY), KEY in store.baseline_backoff) == (history, stuck)


@pytest.mark.parametrize(
    'items',
    (
        pytest.param([listed(), listed(pod(ENDED, age=900))], id='a later list'),
        pytest.param([listed(), changed(pod(ENDED, age=900), 'ADDED')], id='a change'),
        pytest.param(
            [listed(pod(ENDED, age=900), watch=Watch(REPLICASETS, 'shop'))], id='another kind'
        ),
    ),
)
def test_the_baseline_is_the_first_list_of_pods(items):
    store = stored(*items)
    assert (store.baseline_terminations, store.baseline_backoff) == ({}, set())


def test_the_age_of_a_pod_is_counted_to_the_start_of_tracking():
    store = stored(listed(pod(ENDED, age=YOUNG_POD_SECONDS + 50)), began=NOW - 100)
    assert store.baseline_terminations == {}


@pytest.mark.parametrize(
    ('chunks', 'kept'),
    (
        ([lines(0, 2)], lines(0, 2)),
        ([lines(0, 2), lines(2, 4)], lines(0, 4)),
        ([lines(0, 2 * KEPT_LINES)], lines(KEPT_LINES, 2 * KEPT_LINES)),
        ([lines(0, KEPT_LINES), lines(KEPT_LINES, KEPT_LINES + 3)], lines(3, KEPT_LINES + 3)),
    ),
)
def test_the_last_lines_of_a_log_are_kept(chunks, kept):
    store = stored(*((LOG._replace(restarts=n), LogLines(c)) for n, c in enumerate(chunks)))
    assert store.logs == {KEY: kept}
    assert store.log_ends == {}


def test_a_log_that_was_read_to_its_end_is_known_to_be_empty():
    store = stored((LOG, LogEnd(0)))
    assert (store.logs, store.log_ends) == ({KEY: ()}, {KEY: 0})


def test_the_end_of_an_earlier_run_changes_nothing():
    store = stored((LOG, LogLines(lines(0, 1))), (LOG, LogEnd(2)), (LOG, LogEnd(1)))
    assert (store.logs, store.log_ends) == ({KEY: lines(0, 1)}, {KEY: 2})


def test_the_newest_answer_to_a_lookup_counts():
    store = stored((LOOKUP, Answer('missing')), (LOOKUP, Answer('found')))
    assert store.answers == {LOOKUP: Answer('found')}


OUTAGE = ReadFailure('unreachable', '')
BACK = ReadFailure('recovered', '')
DENIED = ReadFailure('denied', '')


@pytest.mark.parametrize(
    ('want', 'reason', 'blind'),
    (
        (WATCH, 'denied', {'Pod'}),
        (WATCH, 'invalid', {'Pod'}),
        (WATCH, 'unauthorized', set()),
        (WATCH, 'unreachable', set()),
        (LOG, 'denied', {LOGS}),
        (LOG, 'unreachable', set()),
        (LOOKUP, 'denied', set()),
    ),
)
def test_a_kind_that_is_refused_for_good_may_not_be_read(want, reason, blind):
    assert stored((want, ReadFailure(reason, ''))).forbidden_kinds == blind


@pytest.mark.parametrize(
    ('items', 'cut', 'cut_until'),
    (
        ([(WATCH, OUTAGE)], {WATCH}, 0.0),
        ([(LOG, OUTAGE)], {KEY}, 0.0),
        ([(WATCH, OUTAGE), (WATCH, BACK)], set(), 2.0),
        ([(WATCH, OUTAGE), (LOG, OUTAGE), (WATCH, BACK)], {KEY}, 3.0),
        ([(LOG, OUTAGE), (LOG._replace(restarts=1), BACK)], set(), 2.0),
        ([(WATCH, OUTAGE), (WATCH, DENIED)], set(), 2.0),
        ([(WATCH, OUTAGE), (WATCH, ReadFailure('unauthorized', ''))], {WATCH}, 0.0),
        ([(WATCH, DENIED)], set(), 0.0),
        ([(WATCH, OUTAGE), listed()], set(), 2.0),
        ([(WATCH, OUTAGE), changed(POD)], {WATCH}, 0.0),
        ([listed()], set(), 0.0),
        ([(None, OUTAGE)], set(), 0.0),
    ),
)
def test_an_outage_lasts_until_the_want_is_served_again_or_refused(items, cut, cut_until):
    store = stored(*items)
    assert (store.disconnected, store.connected_since) == (cut, cut_until)


def test_a_signal_changes_nothing():
    store = stored((None, Signal('interrupt')))
    assert (store.listed, store.logs, store.answers, store.disconnected) == (set(), {}, {}, set())


def test_an_index_keeps_the_same_group_until_it_changes():
    index = Index()
    index.file(POD, 'a')
    before = index['a']
    index.file(OTHER, 'b')
    assert index['a'] is before
    index.file(OTHER, 'a')
    assert dict(index) == {'a': (POD, OTHER)}
    index.file(MOVED, 'a')
    assert index['a'] == (MOVED, OTHER)


@pytest.mark.parametrize('obj', ({}, {'metadata': {'uid': 1}}))
def test_an_object_without_a_uid_is_not_filed(obj):
    index = Index()
    index.file(obj, 'a')
    assert dict(index) == {}


def test_the_mappings_are_those_of_python():
    store = stored(listed(POD))
    assert (list(store.objects_by_watch), len(store.objects_by_watch)) == ([WATCH], 1)
    assert (list(store.children_by_owner_uid), len(store.children_by_owner_uid)) == (['rs-1'], 1)
    assert store.children_by_owner_uid.get('rs-1') == (POD,)
    assert (
        store.children_by_owner_uid.get('rs-9'),
        store.children_by_owner_uid.get('rs-9', ()),
    ) == (None, ())
    with pytest.raises(KeyError):
        store.children_by_owner_uid['rs-9']


def test_a_watch_that_nobody_wants_leaves_nothing_that_no_other_watch_has():
    other = WATCH._replace(labels='')
    store = stored(listed(POD, OTHER), listed(POD, watch=other))
    store.forget(WATCH)
    assert dict(store.children_by_owner_uid) == {'rs-1': (POD,)}
    assert (store.listed, list(store.uids(WATCH))) == ({other}, [])
    store.forget(other)
    store.forget(other)
    assert (dict(store.children_by_owner_uid), len(store.objects_by_watch)) == ({}, 0)


def test_of_containers_that_are_gone_no_log_is_left():
    store = stored(listed(POD))
    stream, kept = ('pod-1', 'main'), ('pod-2', 'main')
    for key in (stream, kept):
        store.logs[key], store.log_ends[key] = (), 0
        store.baseline_terminations[key] = 1
        store.baseline_backoff.add(key)
    store.forget_streams([stream, ('pod-3', 'main')])
    assert [*store.logs] == [*store.log_ends] == [*store.baseline_terminations] == [kept]
    assert store.baseline_backoff == {kept}
