from __future__ import annotations

from types import SimpleNamespace

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import Signal
from kubectl_dog.model.options import Options
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Logs
from kubectl_dog.trackers.kinds import deployment as deployment_tracker
from kubectl_dog.tracking.session import Session
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from tests.unit.builders import DEPLOY
from tests.unit.builders import NOW
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.tracking.play import POD_WATCH
from tests.unit.tracking.play import REPLICA_SETS


class Script:
    """A source that delivers items on a clock of its own, late if asked to."""

    started = NOW

    def __init__(self, *items, late=0.0):
        self.items = list(items)
        self.late = late
        self.clock = 0.0
        self.closed = False
        self.asked = []

    def now(self):
        return self.clock

    def take(self, until, lines=True):
        self.asked.append(lines)
        if self.items and (until is None or self.items[0].at - self.late <= until):
            item = self.items.pop(0)
            self.clock = max(self.clock, item.at)
            return item
        self.clock = until
        return None

    def reconcile(self, wants):
        self.wants = wants

    def close(self):
        self.closed = True


class Slow(Script):
    """A source on a machine on which every step takes long."""

    def take(self, until, lines=True):
        self.clock += 0.01
        if until is not None and self.clock >= until:
            assert self.clock < 10, 'nothing is taken any more'
            return None
        return self.items.pop(0)._replace(at=self.clock)


def targets():
    return [TrackedTarget(DEPLOY, deployment_tracker)]


def listed(at, *objects):
    return Item(at, targets()[0].root, Listed(objects))


def test_runs_until_the_verdict_and_closes_the_source():
    source = Script(listed(1.0, deployment()))
    events = list(Session(source, targets(), Options()))
    assert events[-1] == RunEnded(1.0, 0, ((DEPLOY, 'ready'),))
    assert source.closed


def test_deadlines_fire_before_an_item_that_came_after_them():
    source = Script(listed(1.0), listed(40.0, deployment()), late=100.0)
    events = list(Session(source, targets(), Options()))
    assert events[-1] == RunEnded(31.0, 4, ((DEPLOY, 'never-appeared'),))


def test_the_source_is_closed_when_the_caller_stops_iterating():
    source = Script(listed(1.0))
    events = iter(Session(source, targets(), Options()))
    next(events)
    events.close()
    assert source.closed


def test_while_the_output_is_full_no_lines_are_taken_but_the_verdict_comes():
    source = Script(listed(1.0, deployment()))
    room = iter([False, False, True, True])
    events = list(Session(source, targets(), Options()).run(lambda: next(room, True)))
    assert isinstance(events[-1], RunEnded)
    assert source.asked[:3] == [False, False, True]


def test_a_follower_whose_output_is_full_takes_what_is_no_line():
    source = Script(listed(0.5, deployment()), Item(1.0, None, Signal('interrupt')))
    session = Session(
        source, [TrackedTarget(DEPLOY, deployment_tracker, True)], Options(follow=True)
    )
    [*_, last] = session.run(lambda: False)
    assert (last.at, last.exit_code, set(source.asked)) == (1.0, 130, {False})


def test_who_is_late_for_every_deadline_takes_what_comes_all_the_same():
    hasty = SimpleNamespace(
        wants=lambda view: (),
        assess=lambda view: Assessment(State.PROGRESSING, recheck_at=view.now + 0.001),
    )
    target = TrackedTarget(DEPLOY, hasty)
    source = Slow(Item(0, target.root, Listed((deployment(),))), Item(0, None, Signal('interrupt')))
    [*_, last] = Session(source, [target], Options())
    assert last.exit_code == 130


def test_lines_that_waited_together_come_together():
    log = Logs('shop', 'web-1', 'pod-web-1', 'main')
    running = pod(status(), name='web-1', owner='rs-2', age=1)
    items = [
        listed(1.0, deployment(availableReplicas=0)),
        Item(1.0, REPLICA_SETS, Listed((replica_set('2'),))),
        Item(1.0, POD_WATCH, Listed((running,))),
        Item(2.0, log, LogLines((LogLine(1, 'a'),), 0)),
        Item(2.0, log, LogLines((LogLine(2, 'b'),), 1)),
        Item(2.5, log, LogLines((LogLine(3, 'c'),), 1)),
        Item(3.0, None, Signal('interrupt')),
    ]
    batches = list(Session(Script(*items), targets(), Options()).event_batches())
    chunks = [
        [chunk.lines[0].text for chunk in batch if isinstance(chunk, LogChunk)] for batch in batches
    ]
    assert [texts for texts in chunks if texts] == [['a', 'b'], ['c']]


class Ending(Script):
    """A source that ends with its last item."""

    def take(self, until, lines=True):
        if not self.items:
            raise SourceEndedError
        return super().take(until, lines)


def test_where_the_source_ends_the_call_does():
    [*_, last] = Session(Ending(listed(1.0, deployment(availableReplicas=0))), targets(), Options())
    assert last == RunEnded(1.0, 0, ((DEPLOY, 'ended'),))


def test_lines_that_end_the_call_are_not_read_on():
    lines = LogLines((LogLine(1, 'a'),), 0)
    log = Logs('shop', 'web-1', 'pod-web-1', 'main')
    items = [Item(1.0, log, lines), Item(1.0, None, Signal('interrupt')), Item(1.0, log, lines)]
    source = Script(*items)
    [*_, last] = Session(source, targets(), Options())
    assert (last.exit_code, source.items) == (130, items[2:])


def test_a_second_without_events_is_an_empty_batch():
    items = [listed(1.0, deployment(availableReplicas=0)), Item(9.0, None, Signal('interrupt'))]
    source = Script(*items)
    batches = [
        (source.now(), len(batch))
        for batch in Session(source, targets(), Options()).event_batches()
    ]
    quiet = [at for at, count in batches if not count]
    assert quiet[-1] >= 2.0
    assert batches[-1][1]
