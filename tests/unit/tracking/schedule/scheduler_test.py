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
from kubectl_dog.tracking.schedule import scheduler as scheduler_module
from kubectl_dog.tracking.schedule.scheduler import ScheduledTarget
from kubectl_dog.tracking.schedule.scheduler import Scheduler
from kubectl_dog.tracking.schedule.scheduler import rest_seconds

WATCH = Watch(PODS, 'shop', 'app=web')
EVERY_EVENT = Watch(EVENTS, 'shop')
ITS_EVENTS = Watch(EVENTS, 'shop', fields='involvedObject.uid=pod-1')
LOGS = Logs('shop', 'web-1', 'pod-1', 'main')
LOOKUP = Lookup(PODS, 'shop', 'web-1')


class Tracked:
    """Only what it is known by."""


def make_scheduler(*targets):
    scheduler = Scheduler()
    for scheduled in targets:
        scheduler.put(0.0, scheduled)
    return scheduler


def make_scheduled(*wants, keys=(), deadline=None, about=()):
    return ScheduledTarget(
        Tracked(), frozenset(wants), frozenset(keys or wants), frozenset(about), deadline
    )


def due(on, at, item=None):
    return [scheduled.target for scheduled in on.due(at, item)]


def event(uid, kind='Pod'):
    return Changed('ADDED', {'involvedObject': {'uid': uid, 'kind': kind}})


A = make_scheduled(WATCH, ITS_EVENTS, keys=(WATCH, ITS_EVENTS, LOGS.stream), about=('pod-1',))
B = make_scheduled(EVERY_EVENT, LOOKUP, about=('pod-2',))


@pytest.mark.parametrize(
    ('want', 'payload', 'expected'),
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
def test_an_item_is_about_those_that_asked_for_it(want, payload, expected):
    assert due(make_scheduler(A, B), 1.0, Item(1.0, want, payload)) == [
        scheduled.target for scheduled in expected
    ]


def test_they_are_looked_at_in_their_order():
    first, second = make_scheduled(), make_scheduled(WATCH)
    scheduler = make_scheduler(first, second)
    scheduler.put(0.0, first._replace(wants=frozenset({WATCH}), keys=frozenset({WATCH})))
    assert due(scheduler, 1.0, Item(1.0, WATCH, Listed(()))) == [first.target, second.target]


def test_what_is_not_asked_for_any_more_concerns_nobody():
    scheduler = make_scheduler(A, B)
    scheduler.put(1.0, A._replace(keys=frozenset(), related_uids=frozenset(), wants=frozenset()))
    scheduler.drop(B)
    assert due(scheduler, 2.0, Item(2.0, WATCH, Listed(()))) == []
    assert due(scheduler, 2.0, Item(2.0, EVERY_EVENT, event('pod-2'))) == []
    assert scheduler.wants == frozenset()


def test_those_are_due_whose_moment_has_come():
    soon, later, never = (
        make_scheduled(deadline=1.0),
        make_scheduled(deadline=5.0),
        make_scheduled(),
    )
    scheduler = make_scheduler(later, soon, never)
    assert scheduler.deadline == 1.0
    assert due(scheduler, 0.5) == []
    assert due(scheduler, 1.0) == [soon.target]
    scheduler.put(1.0, soon._replace(deadline=7.0))
    assert due(scheduler, 7.0) == [later.target, soon.target]


def test_what_began_is_due_at_once():
    tracked = Tracked()
    assert due(Scheduler([tracked]), 0.0) == [tracked]


def test_what_has_ended_is_never_due():
    scheduler = make_scheduler(A._replace(deadline=1.0))
    scheduler.drop(A)
    assert (scheduler.deadline, len(scheduler), due(scheduler, 9.0)) == (None, 0, [])


def test_what_all_ask_for_is_the_same_until_one_asks_for_something_else():
    scheduler = make_scheduler(A, B)
    before = scheduler.wants
    assert before == {WATCH, ITS_EVENTS, EVERY_EVENT, LOOKUP}
    scheduler.put(1.0, A._replace(deadline=3.0))
    assert scheduler.wants is before
    scheduler.put(1.0, A._replace(wants=frozenset({WATCH})))
    assert scheduler.wants == {WATCH, EVERY_EVENT, LOOKUP}


def test_many_objects_need_a_rest_after_each_look():
    crowd = make_scheduled(WATCH, about=range(2000), deadline=0.2)
    scheduler = make_scheduler(crowd)
    item = Item(0.5, WATCH, Listed(()))
    assert due(scheduler, 0.5, item) == []
    # Nothing is due before it has rested, though its own moment has passed.
    assert scheduler.deadline == 2.0
    assert due(scheduler, 1.9) == []
    assert due(scheduler, 2.0) == [crowd.target]


@pytest.mark.parametrize(
    ('behind', 'seconds'), ((200, 0), (201, 0.402), (1000, 2), (4000, 2), (10000, 5))
)
def test_the_more_there_is_the_longer_is_the_rest(behind, seconds):
    assert rest_seconds(behind) == pytest.approx(seconds)


def test_they_rest_because_of_all_that_there_is():
    crowd, small = make_scheduled(about=range(2000)), make_scheduled(WATCH)
    scheduler = make_scheduler(crowd, small)
    assert due(scheduler, 0.5, Item(0.5, WATCH, Listed(()))) == []
    scheduler.drop(crowd)
    scheduler.put(2.0, small)
    assert due(scheduler, 2.1, Item(2.1, WATCH, Listed(()))) == [small.target]


def test_a_deadline_that_many_looks_have_left_where_it_was_is_one_look():
    scheduled = make_scheduled(WATCH, deadline=45.0)
    scheduler = make_scheduler(*[scheduled] * 500)
    scheduler.put(1.0, scheduled._replace(deadline=50.0))
    scheduler.put(2.0, scheduled)
    assert due(scheduler, 45.0) == [scheduled.target]
    assert scheduler.deadline is None
    scheduler.put(45.0, scheduled)
    assert scheduler.deadline == 45.0


def test_deadlines_that_are_void_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(scheduler_module, '_MOST_DEADLINES', 10)
    first, second = make_scheduled(WATCH, deadline=90.0), make_scheduled(LOOKUP, deadline=90.0)
    scheduler = make_scheduler(first, second)
    for number in range(500):
        scheduler.put(1.0, first._replace(deadline=1000.0 + number))
    scheduler.drop(second)
    for number in range(500):
        scheduler.put(1.0, first._replace(deadline=90.0 + number % 2))
    assert len(scheduler._deadlines) <= 10 + 2 * 20 + 1
    assert due(scheduler, 91.0) == [first.target]
    assert scheduler.deadline is None


def test_targets_that_rest_are_evaluated_later_and_others_at_once():
    crowd, small = make_scheduled(WATCH, about=range(2000), deadline=9.0), make_scheduled(LOOKUP)
    scheduler = make_scheduler(crowd, small)
    item = Item(0.5, WATCH, Listed(()))
    assert scheduler.rest(0.5, item)
    assert scheduler.deadline == 2.0
    assert scheduler.rest(0.6, item)
    assert not scheduler.rest(2.0, item)
    # It affects nobody, or everybody.
    assert scheduler.rest(0.5, Item(0.5, WATCH._replace(labels='app=api'), Listed(())))
    assert not scheduler.rest(0.5, Item(0.5, None, Signal('interrupt')))


def test_logs_are_those_of_all_targets():
    scheduler = make_scheduler(first := make_scheduled(WATCH, LOGS), make_scheduled(LOGS))
    assert list(scheduler.logs) == [LOGS]
    scheduler.drop(first)
    assert list(scheduler.logs) == [LOGS]
    scheduler.put(1.0, next(iter(scheduler))._replace(wants=frozenset()))
    assert list(scheduler.logs) == []
