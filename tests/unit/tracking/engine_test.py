"""One step of the engine: which events, wants and deadline an item or a moment gives."""

from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.events import KubeEvent
from kubectl_dog.model.events import LogChunk
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import StateChanged
from kubectl_dog.model.events import StatusReport
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.items import Changed
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import LogEnd
from kubectl_dog.model.items import LogGap
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.items import LogLines
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.items import ServerClock
from kubectl_dog.model.items import Signal
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import CONFIGMAPS
from kubectl_dog.model.resources import EVENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.schedule.groups import Groups
from kubectl_dog.tracking.targets.tracked_target import TrackedTarget
from kubectl_dog.tracking.verdict.call_result import FAIL_FAST_DELAY
from tests.unit.builders import NOW
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import kube_event
from tests.unit.builders import pod
from tests.unit.builders import status

NAMES = ('web', 'db', 'cache')
BEHIND = Watch(CONFIGMAPS, 'shop')
EVENTS_OF = Watch(EVENTS, 'shop', fields='involvedObject.uid=pod-web')
GROUP = Group(PODS, 'shop', 'app=web')


class Echo:
    """A tracker that takes its judgement from the object."""

    def __init__(self):
        self.views = []

    def wants(self, view):
        return (BEHIND,)

    def assess(self, view):
        self.views.append(view)
        state = State(view.object['state'])
        ended = state in (State.READY, State.FAILED)
        warnings = view.kube_events_by_uid.get(uid(view.object), ())
        notices = tuple(event['reason'] for event in warnings)
        return Assessment(state, 'Echo', pods=(view.object,), is_terminal=ended, notices=notices)


def echo(state='progressing', name='web'):
    return {**pod(status(), name=name), 'state': state}


def target(name='web'):
    return Target(PODS, 'shop', name)


def root(name='web'):
    return Watch(PODS, 'shop', fields=f'metadata.name={name}')


def log(name='web', container='main', **more):
    return Logs('shop', name, f'pod-{name}', container, **more)


def lines(*times):
    return tuple(LogLine(time, str(time)) for time in times)


class Run:
    """A call about some targets, by their names; `step` is the last one, `events` are all."""

    def __init__(self, *names, own=(), groups=None, notices=tuple, **options):
        options = Options(**{'stall_timeout': 500.0, 'show_events': False, **options})
        self.tracker = Echo()
        overrides = dict(own)
        self.targets = {
            name: TrackedTarget(
                target(name),
                self.tracker,
                options.follow,
                options._replace(**overrides[name]) if name in overrides else None,
            )
            for name in names or ('web',)
        }
        self.engine = Engine(list(self.targets.values()), options, NOW, groups, notices)
        self.events = []
        self.pass_to(0.0)

    def _take(self, at, item):
        self.step = self.engine.step(at, item)
        self.events += self.step.events
        return self

    def pass_to(self, at):
        return self._take(at, None)

    def give(self, at, want, payload):
        return self._take(at, Item(at, want, payload))

    def set_state(self, at, state='progressing', name='web'):
        return self.give(at, root(name), Listed((echo(state, name),)))

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind):
        return [event for event in self.step.events if isinstance(event, kind)]

    def verdicts(self):
        ends = {name: tracked.ended for name, tracked in self.targets.items()}
        return {name: (end.verdict.value, end.at) for name, end in ends.items() if end}


def logs_of(step):
    return sorted(want.pod for want in step.wants if isinstance(want, Logs))


def started(*names, **options):
    """A run whose targets are all on their way."""
    run = Run(*names, **options)
    for name in run.targets:
        run.set_state(0.0, name=name)
    return run


@pytest.mark.parametrize(
    ('options', 'mode'),
    (
        ({}, 'rollout'),
        ({'once': True}, 'once'),
        ({'follow': True}, 'follow'),
        ({'follow': True, 'once': True}, 'follow'),
    ),
)
def test_the_first_event_says_what_is_tracked_and_how(options, mode):
    run = Run('web', 'db', **options)
    assert run.events == [RunBegan(0.0, mode, (target(), target('db')))]
    run.pass_to(1.0)
    assert len(run.of(RunBegan)) == 1


def test_remarks_come_before_what_they_are_about():
    texts = [['a'], ['b', 'c']]
    run = Run(notices=lambda: texts.pop(0) if texts else [])
    assert [type(event) for event in run.step.events] == [RunBegan, Notice]
    run.set_state(1.0)
    assert run.step.events[:2] == (Notice(1.0, None, 'b'), Notice(1.0, None, 'c'))
    assert len(run.step.events) > 2
    assert run.set_state(2.0).last(Notice) == []


def test_wants_are_those_of_all_that_is_open():
    run = Run('web', 'db', logs=False)
    assert run.step.wants == {root(), root('db')}
    assert run.set_state(1.0).step.wants == {root(), root('db'), BEHIND, EVENTS_OF}
    assert run.set_state(2.0, 'ready').step.wants == {root('db')}


def test_the_end_is_one_event_with_the_exit_code_and_all_verdicts():
    run = started('web', 'db').set_state(1.0, 'ready')
    assert (run.step.finished, run.of(RunEnded)) == (False, [])
    run.set_state(2.0, 'failed', 'db')
    run.give(2.0, log('db'), LogEnd(0)).pass_to(3.0)
    verdicts = ((target(), 'ready'), (target('db'), 'failed'))
    assert [event[1:3] for event in run.of(RunEnded)] == [(1, verdicts)]
    assert (run.step.finished, run.step.wants, run.step.deadline) == (True, frozenset(), None)
    assert run.events.index(run.of(RunEnded)[0]) == len(run.events) - 1
    run.pass_to(9.0)
    assert run.step.events == ()


def test_an_item_is_looked_at_by_those_it_is_about():
    run = started('web', 'db')
    before = len(run.tracker.views)
    run.set_state(1.0, name='db')
    assert [view.target.name for view in run.tracker.views[before:]] == ['db']


@pytest.mark.parametrize('payload', (LogLines(lines(1)), LogGap('lost')))
def test_a_log_changes_no_judgement(payload):
    run = started()
    step, before = run.step, len(run.tracker.views)
    run.give(1.0, log(), payload)
    assert run.step[1:] == step[1:]
    assert (len(run.step.events), len(run.tracker.views)) == (1, before)


@pytest.mark.parametrize(
    ('run_number', 'ends', 'instance'),
    ((4, (), 4), (0, (2,), 0), (None, (), 1), (None, (2,), 3), (None, (0,), 1)),
)
def test_lines_are_those_of_one_run_of_a_container(run_number, ends, instance):
    run = started()
    for end in ends:
        run.give(1.0, log(), LogEnd(end))
    run.give(1.0, log(restarts=1), LogLines(lines(1, 2), run_number))
    assert run.of(LogChunk) == [
        LogChunk(1.0, target(), 'web', 'main', lines(1, 2), instance),
    ]


def test_a_gap_in_a_log_is_told_with_where_it_is():
    [notice] = started().give(1.0, log(), LogGap('lost')).last(Notice)
    assert notice.target is None
    assert notice.text.split() == ['web', 'main:', 'lost']


@pytest.mark.parametrize(
    ('want', 'options'),
    (
        (log('other'), {}),
        (log(container='other'), {}),
        (log(), {'skip_containers': ('main',)}),
        (log(), {'exclude': ('1',)}),
    ),
)
def test_lines_that_nobody_asked_for_are_not_shown(want, options):
    assert started(**options).give(1.0, want, LogLines(lines(1), 0)).of(LogChunk) == []


@pytest.mark.parametrize(
    ('before', 'after', 'shown'),
    (
        pytest.param((1, 2), (2, 3), [(1, 2), (3,)], id='only what is new'),
        pytest.param((1, 2), (1, 2), [(1, 2)], id='nothing new'),
        pytest.param((), (0,), [(0,)], id='all, where there was nothing before'),
    ),
)
def test_a_log_that_was_closed_goes_on_where_it_ended(before, after, shown):
    run = started()
    run.give(1.0, log(), LogLines(lines(*before), 0) if before else LogEnd(0))
    quiet = pod(status(), name='web', ready=True, containers=[container(**PROBED)])
    run.give(2.0, root(), Changed('MODIFIED', {**quiet, 'state': 'progressing'}))
    assert logs_of(run.step) == []
    run.set_state(3.0)
    assert logs_of(run.step) == ['web']
    run.give(4.0, log(), LogLines(lines(*after), 0))
    assert [event.lines for event in run.of(LogChunk)] == [lines(*times) for times in shown]


def test_a_stream_that_shows_another_run_was_not_closed():
    run = started().give(1.0, log(), LogLines(lines(5), 0))
    restarted = {**pod(status(restarts=1), name='web'), 'state': 'progressing'}
    run.give(2.0, root(), Changed('MODIFIED', restarted))
    assert log(restarts=1, tail=100) in run.step.wants
    run.give(3.0, log(restarts=1), LogLines(lines(4), 1))
    assert [event.lines for event in run.of(LogChunk)] == [lines(5), lines(4)]


@pytest.mark.parametrize(
    ('signal', 'verdict', 'code'),
    (
        ('interrupt', 'interrupted', 130),
        ('terminate', 'terminated', 143),
        ('hangup', 'terminated', 129),
        ('end', 'ended', 0),
    ),
)
def test_a_signal_ends_all_that_is_open(signal, verdict, code):
    run = started('web', 'db').set_state(1.0, 'ready').give(2.0, None, Signal(signal))
    assert run.verdicts() == {'web': ('ready', 1.0), 'db': (verdict, 2.0)}
    assert (run.step.finished, run.last(RunEnded)[0].exit_code) == (True, code)
    assert [event.target.name for event in run.last(TargetEnded)] == ['db']


def test_a_signal_ends_groups_that_nobody_is_in():
    run = Run.__new__(Run)
    run.events, run.targets = [], {}
    run.engine = Engine([], Options(), NOW, Groups((GROUP,)))
    run.pass_to(0.0)
    assert (run.step.wants, run.step.finished) == ({Watch(PODS, 'shop', 'app=web')}, False)
    run.give(1.0, None, Signal('interrupt'))
    assert run.last(RunEnded)[0][1:3] == (130, ((GROUP.placeholder, 'interrupted'),))


def test_members_that_come_are_tracked():
    tracked_targets = []

    def make(member):
        tracked_targets.append(TrackedTarget(member, Echo()))
        return tracked_targets[-1]

    engine = Engine([], Options(logs=False), NOW, Groups((GROUP,), make))
    engine.step(0.0, None)
    watch = Watch(PODS, 'shop', 'app=web')
    step = engine.step(1.0, Item(1.0, watch, Listed((echo(), echo(name='db')))))
    assert engine.targets == tracked_targets
    assert [tracked.target for tracked in tracked_targets] == [target(), target('db')]
    assert step.wants == {root(), root('db')}
    for name in ('web', 'db'):
        step = engine.step(2.0, Item(2.0, root(name), Listed((echo('ready', name),))))
    verdicts = ((target(), 'ready'), (target('db'), 'ready'))
    assert step.events[-1] == RunEnded(2.0, 0, verdicts)


BACK_OFF = kube_event(echo(), 'BackOff', '')


def test_a_kube_event_comes_before_what_is_made_of_it():
    run = started(show_events=True).give(1.0, EVENTS_OF, Changed('ADDED', BACK_OFF))
    assert [type(event) for event in run.step.events] == [KubeEvent, Notice]
    assert (run.step.events[0].reason, run.step.events[0].target) == ('BackOff', target())


def test_a_kube_event_may_come_before_its_object():
    run = Run(show_events=True).give(1.0, EVENTS_OF, Changed('ADDED', BACK_OFF))
    assert run.of(KubeEvent) == []
    run.set_state(2.0)
    assert [event.at for event in run.of(KubeEvent)] == [2.0]


def test_the_servers_clock_moves_the_time_of_all_looks():
    run = started().give(1.0, None, ServerClock(40.0)).set_state(2.0)
    assert run.tracker.views[-1].now == NOW + 42
    run.give(3.0, None, ServerClock(-10.0)).set_state(4.0)
    assert run.tracker.views[-1].now == NOW + 34


@pytest.mark.parametrize(
    ('listed', 'reason', 'ends'),
    (
        (False, 'denied', True),
        (False, 'unauthorized', True),
        (False, 'unreachable', True),
        (False, 'invalid', True),
        (False, 'recovered', False),
        (True, 'denied', True),
        (True, 'invalid', True),
        (True, 'unauthorized', False),
        (True, 'unreachable', False),
        (True, 'recovered', False),
    ),
)
def test_a_target_that_cannot_be_read_has_ended(listed, reason, ends):
    run = started('web', 'db', keep_going=True) if listed else Run('web', 'db', keep_going=True)
    run.give(1.0, root(), ReadFailure(reason, 'no'))
    assert run.verdicts() == ({'web': ('no-access', 1.0)} if ends else {})
    assert [(event.reason, event.message) for event in run.of(TargetEnded)] == (
        [(reason, 'no')] if ends else []
    )
    assert len(run.of(Notice)) == (0 if ends else 1)


@pytest.mark.parametrize(
    ('want', 'resource'), ((BEHIND, 'configmaps'), (log(), 'pods/log'), (None, 'no access'))
)
def test_what_is_not_a_target_may_stay_unread(want, resource):
    run = started().give(1.0, want, ReadFailure('denied', 'no access')).pass_to(3.0)
    assert run.verdicts() == {}
    [notice] = run.of(Notice)
    assert resource in notice.text


PODS_OF, REFUSED = Watch(PODS, 'shop', 'app=web'), ReadFailure('denied', 'no')


def denials(run):
    return [
        (event.at, [(read.resource, *read.verbs) for read in event.denied_reads])
        for event in run.of(Notice)
    ]


def test_denied_reads_of_the_start_are_one_notice():
    run = started().give(1.0, PODS_OF, REFUSED).give(1.2, EVENTS_OF, REFUSED)
    run.give(1.3, Watch(EVENTS, 'shop', fields='involvedObject.uid=other'), REFUSED)
    assert denials(run) == []
    run.pass_to(run.step.deadline).give(5.0, log(), REFUSED).give(5.5, PODS_OF, REFUSED)
    run.pass_to(run.step.deadline)
    watching = [('events', 'list', 'watch'), ('pods', 'list', 'watch')]
    assert denials(run) == [(3.0, watching), (7.0, [('pods/log', 'get')])]


def test_denied_reads_are_reported_before_a_verdict_and_in_the_summary():
    run = started().give(1.0, PODS_OF, REFUSED).set_state(1.5, 'ready')
    kinds = [type(event) for event in run.events]
    assert kinds.index(Notice) < kinds.index(TargetEnded)
    [end] = run.of(RunEnded)
    assert [read.resource for read in end.denied_reads] == ['pods']


def test_what_is_read_at_intervals_is_a_notice_and_no_failure():
    run = started().give(1.0, root(), ReadFailure('unwatched', 'no')).pass_to(3.0)
    assert (run.verdicts(), denials(run)) == ({}, [(3.0, [('pods', 'watch')])])


def test_a_log_that_is_not_shown_may_be_denied_without_a_notice():
    run = started(logs=False).give(1.0, log(), REFUSED).pass_to(9.0)
    assert denials(run) == []


OUTAGE, BACK = ReadFailure('unreachable', 'down'), ReadFailure('recovered', 'up')


@pytest.mark.parametrize(
    ('troubles', 'notices'),
    (
        ([OUTAGE, OUTAGE], ['down']),
        ([OUTAGE, BACK, BACK], ['down', 'up']),
        ([OUTAGE, BACK, OUTAGE, BACK], ['down', 'up', 'down', 'up']),
        ([OUTAGE, OUTAGE._replace(message='lost'), BACK, OUTAGE], ['down', 'lost', 'up', 'down']),
        (
            [ReadFailure('unauthorized', 'who'), BACK, ReadFailure('unauthorized', 'who')],
            ['who', 'up'],
        ),
    ),
)
def test_an_outage_is_told_once_and_once_its_end(troubles, notices):
    run = started()
    for trouble in troubles:
        run.give(1.0, BEHIND, trouble)
    assert [event.text for event in run.of(Notice)] == notices


def test_trouble_of_a_group_is_told_as_its_end_and_nothing_else():
    engine = Engine([], Options(), NOW, Groups((GROUP,)))
    engine.step(0.0, None)
    item = Item(1.0, Watch(PODS, 'shop', 'app=web'), ReadFailure('denied', 'no'))
    events = engine.step(1.0, item).events
    assert [type(event) for event in events] == [TargetEnded, RunEnded]
    assert events[-1].exit_code == 5


@pytest.mark.parametrize(
    ('options', 'moments'),
    (
        ({}, [30, 60]),
        ({'status_period': 10.0}, [10, 20, 30, 40, 50, 60]),
        ({'status_period': 1e-12}, [*range(1, 62)]),
        ({'follow': True}, []),
    ),
)
def test_a_sign_of_life_comes_with_each_period(options, moments):
    run = started('web', 'db', **options)
    for at in range(1, 62):
        run.pass_to(float(at))
    assert [event.at for event in run.of(StatusReport)] == moments


def test_a_sign_of_life_has_the_states_of_all_that_is_open():
    run = Run('web', 'db', 'cache').set_state(0.0).set_state(0.0, name='db')
    run.set_state(1.0, 'ready', 'db').pass_to(30.0)
    [report] = run.last(StatusReport)
    assert report.rows == (run.targets['web'].state,)
    assert isinstance(report.rows[0], StateChanged)


def test_without_a_state_there_is_no_sign_of_life():
    run = Run(create_timeout=90.0).pass_to(30.0)
    assert run.of(StatusReport) == []
    assert run.step.deadline == 60.0


@pytest.mark.parametrize(
    ('options', 'deadline'),
    (
        ({}, 30.0),
        ({'status_period': 700.0}, 500.0),
        ({'status_period': 700.0, 'timeout': 9.0}, 9.0),
        ({'follow': True}, None),
        ({'follow': True, 'timeout': 9.0}, 9.0),
    ),
)
def test_the_deadline_is_the_next_moment_that_decides_anything(options, deadline):
    assert started(**options).step.deadline == deadline


def test_after_a_failure_the_others_are_looked_at_for_a_moment():
    run = started('web', 'db', logs=False).set_state(2.0, 'failed')
    ends_at = 2.0 + FAIL_FAST_DELAY
    assert run.verdicts() == {'web': ('failed', 2.0)}
    assert run.step.deadline == ends_at
    run.pass_to(ends_at - 0.1)
    assert not run.step.finished
    run.pass_to(ends_at)
    assert run.verdicts() == {'web': ('failed', 2.0), 'db': ('progressing', ends_at)}
    assert run.last(RunEnded)[0].exit_code == 1


def test_they_are_also_where_they_were_looked_at_after_it():
    # The clock of the server concerns all: the first one ends, the second one does not.
    run = started('web', 'db', logs=False, own={'web': {'timeout': 9.0}}.items())
    run.give(9.0, None, ServerClock(0.0))
    assert run.verdicts() == {'web': ('timed-out', 9.0)}
    assert run.step.deadline == 9.0 + FAIL_FAST_DELAY


def test_another_that_is_ready_in_that_moment_is_ready():
    run = started('web', 'db', logs=False).set_state(2.0, 'failed').set_state(3.0, 'ready', 'db')
    assert run.verdicts() == {'web': ('failed', 2.0), 'db': ('ready', 3.0)}
    assert run.step.finished


@pytest.mark.parametrize('options', ({'keep_going': True}, {'fail_mode': 'ignore'}))
def test_all_are_judged_where_that_is_asked_for(options):
    run = started('web', 'db', logs=False, **options).set_state(2.0, 'failed').pass_to(30.0)
    assert run.verdicts() == {'web': ('failed', 2.0)}


def test_what_blocks_nothing_is_waited_for_with_the_others_only():
    run = started('web', 'db', own={'db': {'blocking': False}}.items()).set_state(2.0, 'ready')
    assert run.verdicts() == {'web': ('ready', 2.0), 'db': ('progressing', 2.0)}
    assert run.last(RunEnded)[0].exit_code == 0


def test_a_follower_waits_for_all():
    run = started('web', 'db', follow=True, logs=False)
    run.give(2.0, root(), ReadFailure('denied', 'no')).pass_to(60.0).set_state(61.0, name='db')
    assert run.verdicts() == {'web': ('no-access', 2.0)}


def test_a_failure_at_the_end_waits_for_the_others():
    run = started('web', 'db', logs=False, fail_mode='end').set_state(2.0, 'failed').pass_to(20.0)
    assert run.verdicts() == {}
    assert run.set_state(21.0, 'ready', 'db').verdicts() == {
        'db': ('ready', 21.0),
        'web': ('failed', 21.0),
    }


def test_failures_at_the_end_do_not_wait_for_each_other():
    run = started('web', 'db', logs=False, fail_mode='end').set_state(2.0, 'failed')
    assert run.set_state(3.0, 'failed', 'db').verdicts() == {
        'web': ('failed', 3.0),
        'db': ('failed', 3.0),
    }


def test_a_failure_at_the_end_that_heals_is_none():
    run = started('web', 'db', logs=False, fail_mode='end').set_state(2.0, 'failed')
    assert run.step.deadline == 30.0
    run.set_state(3.0, 'ready').set_state(4.0, 'ready', 'db')
    assert run.verdicts() == {'web': ('ready', 3.0), 'db': ('ready', 4.0)}


def test_one_alone_has_nobody_to_wait_for():
    run = started(logs=False, fail_mode='end').set_state(2.0, 'failed')
    assert run.verdicts() == {'web': ('failed', 2.0)}


def of_groups(*groups, **options):
    """A run about the members of groups."""
    run = Run.__new__(Run)
    run.events, run.targets = [], {}

    def make(member):
        run.targets[member.name] = TrackedTarget(member, Echo())
        return run.targets[member.name]

    run.engine = Engine([], Options(logs=False, **options), NOW, Groups(groups, make))
    return run.pass_to(0.0)


def test_the_only_member_of_a_group_does_not_wait_for_others_to_recover():
    run = of_groups(GROUP, fail_mode='end')
    run.give(1.0, Watch(PODS, 'shop', 'app=web'), Listed((echo(),))).set_state(2.0, 'failed')
    assert run.verdicts() == {'web': ('failed', 2.0)}
    assert run.step.finished


def test_a_failure_at_the_end_waits_for_groups_that_are_not_listed_yet():
    run = of_groups(GROUP, Group(PODS, 'shop', 'app=db'), fail_mode='end')
    run.give(1.0, Watch(PODS, 'shop', 'app=web'), Listed((echo(),))).set_state(2.0, 'failed')
    assert run.verdicts() == {}
    run.give(3.0, Watch(PODS, 'shop', 'app=db'), Listed((echo(name='db'),))).pass_to(20.0)
    assert run.verdicts() == {}
    run.set_state(21.0, 'ready', 'db')
    assert run.verdicts() == {'web': ('failed', 21.0), 'db': ('ready', 21.0)}


def test_no_more_logs_are_read_than_allowed_and_those_that_are_open_go_on():
    run = Run('web', 'db', 'cache', max_log_streams=2)
    for name, expected in (('web', ['web']), ('db', ['db', 'web']), ('cache', ['db', 'web'])):
        assert logs_of(run.set_state(0.0, name=name).step) == expected
    assert logs_of(run.set_state(1.0, 'ready').step) == ['cache', 'db']
    assert BEHIND in run.step.wants


def test_among_logs_that_come_together_the_order_is_that_of_their_pods():
    run = Run('web', 'db', 'cache', max_log_streams=1)
    for name in run.targets:
        run.engine._world.store.apply(Item(0.0, root(name), Listed((echo(name=name),))), NOW)
    # What concerns all of them makes all of them look.
    assert logs_of(run.give(1.0, None, ServerClock(0.0)).step) == ['cache']


@pytest.mark.parametrize(('until', 'shown'), (('end', True), ('available', False)))
def test_the_log_of_what_is_ready_lasts_until_the_others_are(until, shown):
    run = started('web', 'db', logs_until=until).set_state(1.0, 'ready')
    run.give(1.0, log(), LogEnd(0))
    assert run.verdicts() == {'web': ('ready', 1.0)}
    assert logs_of(run.step) == (['db', 'web'] if shown else ['db'])
    assert root() not in run.step.wants
    run.give(2.0, log(), LogLines(lines(1), 0))
    assert bool(run.of(LogChunk)) is shown
    run.set_state(3.0, 'ready', 'db').give(3.0, log('db'), LogEnd(0))
    assert (run.step.finished, logs_of(run.step)) == (True, [])


def test_an_outage_of_what_is_not_wanted_any_more_is_over():
    run = started('web', 'db', logs=False).give(1.0, root('db'), OUTAGE)
    assert run.engine._world.store.disconnected == {root('db')}
    run.set_state(2.0, 'ready', 'db')
    assert run.engine._world.store.disconnected == set()
    run.give(3.0, root(), OUTAGE).give(3.5, log(), OUTAGE).pass_to(4.0)
    assert run.engine._world.store.disconnected == {root()}


def test_an_outage_of_a_log_that_is_wanted_goes_on():
    run = started().give(1.0, log(), OUTAGE).pass_to(2.0)
    assert run.engine._world.store.disconnected == {log().stream}


def test_those_on_their_way_are_company_for_the_others():
    run = started('web', 'db', keep_going=True, logs=False)
    assert run.engine._world.progressing == {target(), target('db')}
    run.set_state(1.0, 'paused')
    assert run.engine._world.progressing == {target('db')}
    run.set_state(2.0, 'ready', 'db')
    assert run.engine._world.progressing == set()
