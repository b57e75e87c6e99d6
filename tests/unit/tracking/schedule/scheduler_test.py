from __future__ import annotations

import pytest

from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import Signal
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.schedule.scheduler import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduler import Scheduler
from kubectl_dog.tracking.schedule.scheduler import rest_seconds

WATCH = Watch(PODS, 'shop', 'app=web')
EVERY_EVENT = Watch(EVENTS, 'shop')
ITS_EVENTS = Watch(EVENTS, 'shop', fields='involvedObject.uid=pod-1')
LOGS = Logs('shop', 'web-1', 'pod-1', 'main')
LOOKUP = Lookup(PODS, 'shop', 'web-1')


class Track:
    """Only what it is known by."""


def agenda(*opened):
    made = Scheduler()
    for one in opened:
        made.put(0.0, one)
    return made


def opened(*wants, keys=(), deadline=None, about=()):
    return ScheduledTarget(
        Track(), frozenset(wants), frozenset(keys or wants), frozenset(about), deadline
    )


def due(on, at, item=None):
    return [one.target for one in on.due(at, item)]


def event(uid, kind='Pod'):
    return Changed('ADDED', {'involvedObject': {'uid': uid, 'kind': kind}})


A = opened(WATCH, ITS_EVENTS, keys=(WATCH, ITS_EVENTS, LOGS.stream), about=('pod-1',))
B = opened(EVERY_EVENT, LOOKUP, about=('pod-2',))


@pytest.mark.parametrize(
    ('want', 'payload', 'found'),
    (
        (WATCH, Listed(()), [A]),
        (WATCH._replace(labels='app=api'), Listed(()), []),
        (LOGS._replace(restarts=3), LogEnd(1), [A]),
        (LOOKUP, Answer('missing'), [B]),
        (None, Signal('interrupt'), [A, B]),
        (ITS_EVENTS, Listed(()), [A]),
        (EVERY_EVENT, Listed(()), [A, B]),
        (EVERY_EVENT, event('pod-1'), [A]),
        (EVERY_EVENT, event('pod-2'), [B]),
        (EVERY_EVENT, event('pod-3'), []),
        (ITS_EVENTS, event('pod-3'), [A]),
        (EVERY_EVENT, event('pod-3', 'PersistentVolumeClaim'), [A, B]),
    ),
)
def test_an_item_is_about_those_that_asked_for_it(want, payload, found):
    assert due(agenda(A, B), 1.0, Item(1.0, want, payload)) == [one.target for one in found]


def test_they_are_looked_at_in_their_order():
    first, second = opened(), opened(WATCH)
    made = agenda(first, second)
    made.put(0.0, first._replace(wants=frozenset({WATCH}), keys=frozenset({WATCH})))
    assert due(made, 1.0, Item(1.0, WATCH, Listed(()))) == [first.target, second.target]


def test_what_is_not_asked_for_any_more_concerns_nobody():
    made = agenda(A, B)
    made.put(1.0, A._replace(keys=frozenset(), related_uids=frozenset(), wants=frozenset()))
    made.drop(B)
    assert due(made, 2.0, Item(2.0, WATCH, Listed(()))) == []
    assert due(made, 2.0, Item(2.0, EVERY_EVENT, event('pod-2'))) == []
    assert made.wants == frozenset()


def test_those_are_due_whose_moment_has_come():
    soon, later, never = opened(deadline=1.0), opened(deadline=5.0), opened()
    made = agenda(later, soon, never)
    assert made.deadline == 1.0
    assert due(made, 0.5) == []
    assert due(made, 1.0) == [soon.target]
    made.put(1.0, soon._replace(deadline=7.0))
    assert due(made, 7.0) == [later.target, soon.target]


def test_what_began_is_due_at_once():
    track = Track()
    assert due(Scheduler([track]), 0.0) == [track]


def test_what_has_ended_is_never_due():
    made = agenda(A._replace(deadline=1.0))
    made.drop(A)
    assert (made.deadline, len(made), due(made, 9.0)) == (None, 0, [])


def test_what_all_ask_for_is_the_same_until_one_asks_for_something_else():
    made = agenda(A, B)
    before = made.wants
    assert before == {WATCH, ITS_EVENTS, EVERY_EVENT, LOOKUP}
    made.put(1.0, A._replace(deadline=3.0))
    assert made.wants is before
    made.put(1.0, A._replace(wants=frozenset({WATCH})))
    assert made.wants == {WATCH, EVERY_EVENT, LOOKUP}


def test_many_objects_need_a_rest_after_each_look():
    crowd = opened(WATCH, about=range(2000), deadline=0.2)
    made = agenda(crowd)
    item = Item(0.5, WATCH, Listed(()))
    assert due(made, 0.5, item) == []
    # Nothing is due before it has rested, though its own moment has passed.
    assert made.deadline == 2.0
    assert due(made, 1.9) == []
    assert due(made, 2.0) == [crowd.target]


@pytest.mark.parametrize(
    ('behind', 'seconds'), ((200, 0), (201, 0.402), (1000, 2), (4000, 2), (10000, 5))
)
def test_the_more_there_is_the_longer_is_the_rest(behind, seconds):
    assert rest_seconds(behind) == pytest.approx(seconds)


def test_they_rest_because_of_all_that_there_is():
    crowd, small = opened(about=range(2000)), opened(WATCH)
    made = agenda(crowd, small)
    assert due(made, 0.5, Item(0.5, WATCH, Listed(()))) == []
    made.drop(crowd)
    made.put(2.0, small)
    assert due(made, 2.1, Item(2.1, WATCH, Listed(()))) == [small.target]


def test_a_deadline_that_many_looks_have_left_where_it_was_is_one_look():
    one = opened(WATCH, deadline=45.0)
    made = agenda(*[one] * 500)
    made.put(1.0, one._replace(deadline=50.0))
    made.put(2.0, one)
    assert due(made, 45.0) == [one.target]
    assert made.deadline is None
    made.put(45.0, one)
    assert made.deadline == 45.0
