"""Whether a target is there: what is said of it, what is read then, and when it ends."""

from __future__ import annotations

import pytest

from kubectl_dog.model.items import Answer
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import NODES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Lookup
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.targets.presence import Presence
from kubectl_dog.tracking.timeouts import RECREATE_GRACE
from kubectl_dog.tracking.timeouts import STALL_TIMEOUT
from kubectl_dog.tracking.world import World
from tests.unit.builders import DEPLOY
from tests.unit.builders import NOW
from tests.unit.builders import deployment
from tests.unit.builders import manifest as some_object

FIRST = deployment()
SECOND = deployment(meta={'uid': 'deploy-web-2'})
NEIGHBOURS = Lookup(DEPLOY.resource, 'shop')
HOME = Lookup(NAMESPACES, '', 'shop')
NAMES = Answer('found', (some_object('Deployment', 'wep'), some_object('Deployment', 'other')))


class Run:
    """Updates of a target at 1.0, 2.0, …: an object, or None where it is not there."""

    def __init__(self, *objects, target=DEPLOY, answers=None, **options):
        self.presence = Presence(target)
        self.options = Options(**options)
        self.world = World(Store(), NOW, self.options)
        self.at = 0.0
        self.notices = []
        self.world.store.answers.update(answers or {})
        for obj in objects:
            self.update(obj)

    def update(self, obj):
        self.at += 1.0
        events = list(self.presence.update(self.at, obj, self.world))
        assert all(event[:2] == (self.at, self.presence._target) for event in events)
        self.notices += [(self.at, event.text) for event in events]
        return events

    def verdict(self, at):
        verdict = self.presence.verdict(at, self.options)
        return verdict and (verdict[0].value, verdict[1])


@pytest.mark.parametrize(
    ('objects', 'missing', 'times'),
    (
        ([FIRST, FIRST], False, []),
        ([None, None], True, [1.0]),
        ([None, FIRST, FIRST], False, [1.0, 2.0]),
        ([FIRST, None, None], True, [2.0]),
        ([FIRST, None, FIRST], False, [2.0, 3.0]),
        ([FIRST, SECOND, SECOND], False, [2.0]),
        ([FIRST, None, SECOND], False, [2.0, 3.0]),
    ),
)
def test_each_change_is_one_notice(objects, missing, times):
    run = Run(*objects)
    assert run.presence.missing is missing
    assert [at for at, _ in run.notices] == times


def test_coming_and_going_have_different_notices():
    texts = [text for _, text in Run(None, FIRST, None, SECOND, None, SECOND).notices]
    assert [texts.index(text) for text in texts] == [0, 1, 2, 3, 2, 1]


@pytest.mark.parametrize(('follow', 'is_limited'), ((False, True), (True, False)))
def test_what_is_not_there_is_told_with_its_place_and_the_limit(follow, is_limited):
    [(_, text)] = Run(None, follow=follow).notices
    assert 'deploy/web' in text and 'namespace shop' in text
    assert ('30s' in text) is is_limited


MISSING = Answer('missing')
NO_HOME = {HOME: MISSING}


@pytest.mark.parametrize(
    ('objects', 'answers', 'more'),
    (
        ([None, None], {}, 0),
        ([None, None], {NEIGHBOURS: NAMES}, 1),
        ([None, None], {NEIGHBOURS: Answer('found')}, 0),
        ([None, None], {HOME: MISSING}, 1),
        ([None, None], {HOME: Answer('found')}, 0),
        ([None, None], {HOME: Answer('denied')}, 0),
        ([FIRST, None, None], {NEIGHBOURS: NAMES}, 0),
        ([FIRST, None, None], {HOME: MISSING}, 1),
    ),
)
def test_what_explains_an_absence_is_one_notice(objects, answers, more):
    assert len(Run(*objects, answers=answers).notices) == 1 + more


def test_only_similar_names_are_named():
    [_, (_, text)] = Run(None, answers={NEIGHBOURS: NAMES}).notices
    assert text.endswith(': wep')


def test_an_answer_is_used_once_it_comes():
    run = Run(None)
    run.world.store.answers[NEIGHBOURS] = NAMES
    assert (len(run.update(None)), len(run.update(None))) == (1, 0)


@pytest.mark.parametrize(
    ('objects', 'wants'),
    (
        ([], []),
        ([FIRST], []),
        ([None], [NEIGHBOURS, HOME]),
        ([None, FIRST], []),
        ([FIRST, None], []),
    ),
)
def test_what_was_never_there_has_its_neighbours_and_its_namespace_read(objects, wants):
    assert list(Run(*objects).presence.wants()) == wants


def test_a_target_without_a_namespace_has_none_to_read():
    node = Target(NODES, '', 'n-1')
    run = Run(None, target=node, answers={HOME: MISSING})
    assert list(run.presence.wants()) == [Lookup(NODES, '')]
    assert 'namespace' not in ''.join(text for _, text in run.notices)


NEVER = ('never-appeared', 'NotFound')
DELETED = ('deleted', 'Deleted')
TIMED_OUT = ('timed-out', '')


@pytest.mark.parametrize(
    ('objects', 'options', 'at', 'verdict'),
    (
        pytest.param([], {}, STALL_TIMEOUT - 1, None, id='no answer yet'),
        pytest.param([], {}, STALL_TIMEOUT, TIMED_OUT, id='no answer'),
        pytest.param([], {'stall_timeout': 7.0}, 6.9, None, id='no answer yet, own stall'),
        pytest.param([], {'stall_timeout': 7.0}, 7.0, TIMED_OUT, id='no answer, own stall'),
        pytest.param([], {'timeout': 7.0}, 6.9, None, id='no answer before the time-out'),
        pytest.param([], {'timeout': 7.0}, 7.0, TIMED_OUT, id='no answer at the time-out'),
        pytest.param([], {'once': True}, 9.0, None, id='one look, no answer'),
        pytest.param([None], {}, 30.9, None, id='missing'),
        pytest.param([None], {}, 31.0, NEVER, id='missing for 30 s'),
        pytest.param([None], {'create_timeout': 2.0}, 2.9, None, id='missing, own limit'),
        pytest.param([None], {'create_timeout': 2.0}, 3.0, NEVER, id='too long for the own limit'),
        pytest.param([None], {'timeout': 5.0}, 5.0, TIMED_OUT, id='missing at the time-out'),
        pytest.param([None], {'once': True}, 1.0, NEVER, id='one look, missing'),
        pytest.param([FIRST], {}, 1e6, None, id='there'),
        pytest.param([FIRST], {'once': True}, 1e6, None, id='one look, there'),
        pytest.param([FIRST], {'timeout': 5.0}, 5.0, TIMED_OUT, id='there at the time-out'),
        pytest.param([FIRST, None], {}, 2 + RECREATE_GRACE - 0.1, None, id='gone'),
        pytest.param([FIRST, None], {}, 2 + RECREATE_GRACE, DELETED, id='gone for good'),
        pytest.param([FIRST, None, SECOND], {}, 99.0, None, id='back again'),
        pytest.param([FIRST, None], {'timeout': 5.0}, 5.0, TIMED_OUT, id='gone at the time-out'),
        pytest.param([], {'follow': True}, 1e6, None, id='followed, no answer'),
        pytest.param([None], {'follow': True}, 1e6, None, id='followed, missing'),
        pytest.param([FIRST, None], {'follow': True}, 1e6, None, id='followed, gone'),
        pytest.param([None], {'follow': True, 'timeout': 5.0}, 5.0, TIMED_OUT, id='followed, late'),
    ),
)
def test_when_an_absence_is_a_verdict(objects, options, at, verdict):
    assert Run(*objects, **options).verdict(at) == verdict


def test_the_end_of_a_wait_names_a_missing_namespace():
    ends = [Run(None, answers=known).presence.verdict(99.0, Options()) for known in ({}, NO_HOME)]
    assert ['namespace shop' in message for _, _, message in ends] == [False, True]


def test_a_time_out_says_what_there_was():
    run = [Run(), Run(None), Run(FIRST, None)]
    messages = {look.presence.verdict(4.0, Options(timeout=4.0))[2] for look in run}
    assert len(messages) == 3
    assert all('4s (--timeout)' in message for message in messages)


@pytest.mark.parametrize(
    ('objects', 'options', 'deadlines'),
    (
        ([], {}, [STALL_TIMEOUT]),
        ([], {'stall_timeout': 7.0}, [7.0]),
        ([None], {'create_timeout': 2.0}, [3.0]),
        ([FIRST], {}, []),
        ([FIRST, None], {}, [2 + RECREATE_GRACE]),
        ([FIRST, None, FIRST], {}, []),
        ([], {'follow': True}, []),
        ([FIRST, None], {'follow': True}, []),
    ),
)
def test_the_deadlines_are_when_the_verdict_may_change(objects, options, deadlines):
    run = Run(*objects, **options)
    assert run.presence.deadlines(run.options) == deadlines
    for times in deadlines:
        assert run.verdict(times - 0.1) is None
        assert run.verdict(times) is not None
