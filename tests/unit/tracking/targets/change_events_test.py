"""Which changes of a target are events, and that each is an event once."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.events import CauseGone
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RevisionSeen
from kubectl_dog.model.events import StateChanged
from kubectl_dog.tracking.targets import change_events
from kubectl_dog.tracking.targets.change_events import ChangeEvents
from kubectl_dog.tracking.timeouts import EXPLANATION_WAIT
from kubectl_dog.tracking.verdict.cause_clocks import CauseClock
from tests.unit.builders import DEPLOY
from tests.unit.builders import container
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status

# Due 20 s after it was first seen.
MISSING = Cause('ConfigMapMissing', '', 'app', '', pods=('web-1',))
# Fails at the third termination, 10 s after the first at the earliest.
CRASH = Cause('CrashLoop', '', 'main', '', pods=('web-1',), terminations=1)
# Never due.
NOT_READY = Cause('NotReady', '', 'main', '', pods=('web-1',))


def assessment(state='progressing', **more):
    return Assessment(State(state), **more)


def standing(cause, first=0.0, gone=None):
    return CauseClock(first, gone, cause)


class Story:
    """The events of steps; a step has an assessment and the rest."""

    def __init__(self, follow=False):
        self.change_events = ChangeEvents(DEPLOY, follow)
        self.events = []

    def step(self, at, assessed=None, pods=(), causes=()):
        clocks = {item.cause.key: item for item in causes}
        events = list(self.change_events.events(at, assessed or assessment(), pods, clocks))
        assert all(event[:2] == (at, DEPLOY) for event in events)
        self.events += events
        return events

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def times(self, kind):
        return [event.at for event in self.of(kind)]


def times_of(kind, *steps, follow=False):
    """When events of a kind came; a step is what `Story.step` takes, at 0.0, 1.0, …"""
    story = Story(follow)
    for at, step in enumerate(steps):
        story.step(float(at), **step)
    return story.times(kind)


def judged(*args, **more):
    return {'assessed': assessment(*args, **more)}


SECOND, THIRD = Revision('2'), Revision('3')


@pytest.mark.parametrize(
    ('revisions', 'times'),
    (
        ([None], []),
        ([SECOND, SECOND], [0]),
        ([SECOND, SECOND._replace(changes=('image',))], [0]),
        ([SECOND, THIRD, SECOND], [0, 1, 2]),
        ([SECOND, None, SECOND], [0]),
        ([None, SECOND], [1]),
        ([Revision('')], []),
    ),
)
def test_a_revision_is_told_when_it_has_another_name(revisions, times):
    assert times_of(RevisionSeen, *(judged(revision=revision) for revision in revisions)) == times


@pytest.mark.parametrize(('progress', 'desired'), ((None, 0), (Progress(3), 3)))
def test_a_revision_is_told_with_the_number_of_pods(progress, desired):
    story = Story()
    story.step(0.0, assessment(revision=SECOND, progress=progress))
    [event] = story.of(RevisionSeen)
    assert event[2:] == (SECOND, desired)


@pytest.mark.parametrize(
    ('first', 'second', 'times'),
    (
        (judged(), judged(), [0]),
        (judged(), judged('ready'), [0, 1]),
        (judged(reason='A'), judged(reason='B'), [0, 1]),
        (judged(message='a'), judged(message='b'), [0, 1]),
        (judged(progress=Progress(3, 1)), judged(progress=Progress(3, 2)), [0, 1]),
        (judged(waits_for='a'), judged(waits_for='b'), [0]),
        (judged('unknown'), judged(), [1]),
        (judged('unknown', reason='New'), judged(), [0, 1]),
        (judged('unknown', message='is new'), judged(), [0, 1]),
        (judged(), judged('unknown'), [0]),
    ),
)
def test_a_state_is_told_when_it_has_changed(first, second, times):
    assert times_of(StateChanged, first, second) == times


def test_the_present_state_has_all_that_is_known_and_since_when():
    story = Story()
    assert story.change_events.state is None
    story.step(1.0, assessment(reason='A', message='a', progress=Progress(3), waits_for='x'))
    assert story.change_events.state == (1.0, DEPLOY, 'progressing', 'A', 'a', Progress(3), 'x')
    story.step(2.0, assessment(reason='A', message='a', progress=Progress(3), waits_for='y'))
    assert story.change_events.state == (1.0, DEPLOY, 'progressing', 'A', 'a', Progress(3), 'y')
    story.step(3.0, assessment('ready'))
    assert story.change_events.state[:3] == (3.0, DEPLOY, 'ready')


@pytest.mark.parametrize(
    ('notices', 'times'),
    (
        ([('a',), ('a',)], [0]),
        ([('a',), ('a', 'b')], [0, 1]),
        ([('a',), (), ('a',)], [0]),
        ([('a', 'a')], [0]),
    ),
)
def test_a_notice_is_told_once(notices, times):
    assert times_of(Notice, *(judged(notices=texts) for texts in notices)) == times


def test_a_notice_begins_with_the_target():
    [event] = [event for event in Story().step(0.0, assessment(notices=('is dark',)))][:1]
    assert event.text == 'deploy/web is dark'


@pytest.mark.parametrize(('others', 'count'), ((2, 1), (3, 2)))
def test_a_notice_is_reported_again_after_many_others(monkeypatch, others, count):
    monkeypatch.setattr(change_events, '_MAX_NOTICES', 3)
    story = Story()
    for text in ('is dark', *map(str, range(others)), 'is dark'):
        story.step(0.0, assessment(notices=(text,)))
    assert [event.text for event in story.of(Notice)].count('deploy/web is dark') == count


RUNS = pod(status(state=running()), name='web-1')
ALSO_RUNS = pod(status(state=running(30)), name='web-1')
CRASHED = pod(status(state=ended(3)), name='web-1')
OTHER = pod(status(), name='web-2')
MANY = [(pod(status(), name=f'web-{number}'),) for number in range(3, 20)]


@pytest.mark.parametrize(
    ('pods', 'names'),
    (
        ([(RUNS,), (RUNS,)], ['web-1']),
        ([(RUNS,), (ALSO_RUNS,)], ['web-1']),
        ([(RUNS,), (CRASHED,)], ['web-1', 'web-1']),
        ([(RUNS,), (), (RUNS,)], ['web-1']),
        ([(RUNS, OTHER), (OTHER, CRASHED)], ['web-1', 'web-2', 'web-1']),
        # After many others, it is forgotten.
        (
            [(RUNS,), *MANY, (RUNS,)],
            ['web-1', *(f'web-{number}' for number in range(3, 20)), 'web-1'],
        ),
    ),
)
def test_a_pod_is_told_when_its_description_has_changed(pods, names):
    story = Story()
    for at, those in enumerate(pods):
        story.step(float(at), pods=those)
    assert [(event.kind, event.name) for event in story.of(ChildChanged)] == [
        ('Pod', name) for name in names
    ]


def test_a_pod_is_an_event_when_the_state_of_a_container_has_changed():
    both = [container('a'), container('b')]
    story = Story()
    for at, ready in enumerate((False, True, True)):
        statuses = status('a', state=ended(3)), status('b', ready=ready)
        story.step(float(at), pods=[pod(*statuses, containers=both)])
    changes = story.of(ChildChanged)
    assert len({event.text for event in changes}) == 1
    assert [[part.ready for part in event.containers] for event in changes] == [
        [False, False],
        [False, True],
    ]


def seen(cause, **more):
    return {'causes': [standing(cause, **more)]}


ENDED_TWICE = CRASH._replace(terminations=2)
GONE = seen(MISSING, gone=0.5)
NONE = {'causes': ()}


@pytest.mark.parametrize(
    ('steps', 'times'),
    (
        pytest.param([seen(MISSING), seen(MISSING)], [0], id='the same'),
        pytest.param([seen(MISSING), NONE, seen(MISSING)], [0, 2], id='come back'),
        pytest.param([seen(CRASH), seen(ENDED_TWICE)], [0, 1], id='counted'),
        pytest.param([seen(ENDED_TWICE), seen(CRASH)], [0], id='counted less'),
        pytest.param([seen(MISSING), seen(MISSING._replace(message='x'))], [0], id='new words'),
        pytest.param([seen(MISSING._replace(informational=True))], [], id='informational'),
        pytest.param([GONE], [], id='gone'),
        pytest.param([seen(MISSING, first=-20.0)], [], id='due'),
        pytest.param([seen(MISSING, first=-19.9)], [0], id='not yet due'),
        pytest.param([seen(NOT_READY)], [], id='never due'),
        pytest.param(
            [seen(NOT_READY._replace(tolerance_override=ALWAYS))], [0], id='tolerated for ever'
        ),
        pytest.param([seen(MISSING), seen(CRASH)], [0, 1], id='another'),
    ),
)
def test_when_a_cause_is_told(steps, times):
    assert times_of(CauseSeen, *steps) == times


def test_an_informational_cause_is_reported_at_once_if_it_is_tolerated():
    steps = [seen(NOT_READY), seen(NOT_READY._replace(tolerance_override=ALWAYS))]
    assert times_of(CauseSeen, *steps) == [1]


@pytest.mark.parametrize(
    ('cause', 'change', 'times'),
    (
        (MISSING, {'recovering': True}, [0, 1]),
        (MISSING, {'clock_paused': True}, [0, 1]),
        (MISSING, {'tolerance_seconds': 30.0}, [0, 1]),
        (MISSING, {'tolerance_override': Tolerance(seconds=40.0)}, [0, 1]),
        (CRASH, {'affects_some_pods': True}, [0, 1]),
        (CRASH, {'may_await_other_target': True}, [0, 1]),
        # The limit is the same as before.
        (MISSING, {'affects_some_pods': True}, [0]),
        (CRASH, {'recovering': True}, [0]),
    ),
)
def test_a_cause_is_reported_again_when_its_limit_changes(cause, change, times):
    assert times_of(CauseSeen, seen(cause), seen(cause._replace(**change))) == times


@pytest.mark.parametrize(
    ('item', 'seconds_left', 'fails_at'),
    (
        (standing(MISSING), 13.0, None),
        (standing(MISSING._replace(clock_paused=True)), None, None),
        (standing(CRASH), None, 3),
        (standing(CRASH._replace(terminations=3)), 3.0, 3),
        (standing(CRASH._replace(terminations=3, active=False), first=-9.0), 0.0, 3),
        (standing(NOT_READY._replace(tolerance_override=ALWAYS)), None, None),
    ),
)
@pytest.mark.parametrize('follow', (False, True))
def test_a_cause_is_told_with_its_limit_unless_it_is_followed(item, seconds_left, fails_at, follow):
    story = Story(follow)
    story.step(7.0, assessment(pods=({}, {})), causes=[item])
    [event] = story.of(CauseSeen)
    limits = (None, None) if follow else (seconds_left, fails_at)
    assert event[2:6] == (item.cause, 2, *limits)


def test_a_follower_has_no_verdict_that_tells_what_is_due():
    assert times_of(CauseSeen, seen(MISSING, first=-20.0), follow=True) == [0]


@pytest.mark.parametrize(
    ('steps', 'times'),
    (
        pytest.param([seen(MISSING), NONE, NONE], [1], id='not in the clocks'),
        pytest.param([seen(MISSING), GONE], [], id='gone for a moment'),
        pytest.param([seen(MISSING), {**GONE, **judged('ready')}], [1], id='gone and ready'),
        pytest.param([seen(MISSING), {**seen(MISSING), **judged('ready')}], [], id='ready'),
        pytest.param([seen(MISSING, first=-20.0), NONE], [], id='never told'),
        pytest.param([seen(MISSING), seen(CRASH)], [1], id='another came'),
    ),
)
def test_when_a_cause_is_over(steps, times):
    assert times_of(CauseGone, *steps) == times


def test_it_is_over_as_it_was_told():
    story = Story()
    story.step(0.0, causes=[standing(MISSING)])
    story.step(1.0)
    assert [event.cause for event in story.of(CauseGone)] == [MISSING]


def on(*pods):
    return NOT_READY._replace(pods=pods)


DECIDES_NOTHING = MISSING._replace(informational=True)


@pytest.mark.parametrize(
    ('steps', 'times'),
    (
        ([(0.0, on('a')), (EXPLANATION_WAIT - 0.1, on('a'))], []),
        ([(0.0, on('a')), (EXPLANATION_WAIT, on('a'))], [EXPLANATION_WAIT]),
        ([(0.0, DECIDES_NOTHING), (EXPLANATION_WAIT, DECIDES_NOTHING)], []),
        (
            [(5.0, on('a')), (EXPLANATION_WAIT, on('a')), (EXPLANATION_WAIT + 5, on('a'))],
            [EXPLANATION_WAIT + 5],
        ),
        ([(0.0, on('a')), (5.0, on('b')), (EXPLANATION_WAIT, on('b'))], []),
        ([(0.0, on('a')), (5.0, on('a', 'b')), (EXPLANATION_WAIT, on('b'))], [EXPLANATION_WAIT]),
        ([(0.0, on('a')), (5.0, on('b')), (5 + EXPLANATION_WAIT, on('b'))], [5 + EXPLANATION_WAIT]),
    ),
)
def test_what_is_never_due_is_told_when_the_same_pods_have_shown_it_for_long(steps, times):
    story = Story()
    for at, cause in steps:
        story.step(at, causes=[standing(cause)])
    assert story.times(CauseSeen) == times


def test_the_order_of_what_is_told():
    story = Story()
    assessed = assessment(revision=SECOND, notices=('is dark',))
    story.step(0.0, assessed, [RUNS], [standing(MISSING)])
    kinds = [type(event) for event in story.events]
    assert kinds == [RevisionSeen, ChildChanged, CauseSeen, Notice, StateChanged]
