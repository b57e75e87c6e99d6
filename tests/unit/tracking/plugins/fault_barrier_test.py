"""Whatever a tracker does, the run goes on, and says whose fault it was."""

from __future__ import annotations

import sys
import time
from asyncio import CancelledError
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.wants import Logs
from kubectl_dog.model.wants import Watch
from kubectl_dog.trackers.kinds import exists
from kubectl_dog.tracking.plugins import contract
from kubectl_dog.tracking.plugins.contract import ShapeError
from kubectl_dog.tracking.plugins.fault_barrier import GuardedTracker
from tests.unit.builders import DEPLOY
from tests.unit.builders import POD
from tests.unit.builders import manifest
from tests.unit.builders import view
from tests.unit.needs import posix

LAMP = manifest('Lamp')
READY = Assessment(State.READY)
PROGRESS = Assessment(State.PROGRESSING, message='by the package')
CAUSE = Cause('LampBroken', '', 'hall', 'is broken')


def tracker(assess=lambda view: PROGRESS, wants=lambda view: (), **others):
    return SimpleNamespace(wants=wants, assess=assess, **others)


def raising(view):
    raise KeyError('glow')


@pytest.fixture
def messages():
    return []


@pytest.fixture
def guarded(messages):
    return lambda tracker: GuardedTracker(tracker, 'acme 1.2', lambda: exists, messages.append)


def test_what_is_fine_is_given_on(guarded, messages):
    watch = Watch(PODS, 'shop')
    guard = guarded(tracker(wants=lambda view: [watch]))
    assert guard.wants(view(LAMP)) == (watch,)
    assert guard.assess(view(LAMP)) is PROGRESS
    assert messages == []


@pytest.mark.parametrize('part', ('wants', 'assess'))
def test_what_raises_is_told_once_and_replaced_for_good(guarded, messages, part):
    calls = []

    def once(view):
        calls.append(view)
        raise KeyError('glow')

    guard = guarded(tracker(**{part: once}))
    for _ in range(3):
        guard.wants(view(LAMP))
        assert guard.assess(view(LAMP)).state is (READY if calls else PROGRESS).state
    assert len(calls) == 1
    (message,) = messages
    assert message.startswith(
        'the tracker of acme 1.2 for Deployment.apps failed on deploy/web, and another '
        'tracker replaces it: KeyError (fault_barrier_test.py, line '
    )


def test_what_fails_on_one_target_still_judges_others(guarded, messages):
    def picky(shown):
        return raising(shown) if shown.target == DEPLOY else PROGRESS

    guard = guarded(tracker(picky))
    assert guard.assess(view(LAMP)) == READY
    assert guard.assess(view(LAMP, target=POD)) is PROGRESS
    assert len(messages) == 1


def test_a_script_that_wants_to_end_the_program_does_not(guarded, messages):
    assert guarded(tracker(lambda view: sys.exit(3))).assess(view(LAMP)) == READY
    assert 'SystemExit (fault_barrier_test.py' in messages[0]


class Speechless(Exception):
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ('error', 'expected'),
    (
        (CancelledError(), 'CancelledError (fault_barrier_test.py'),
        (GeneratorExit(), 'GeneratorExit (fault_barrier_test.py'),
        (Speechless(), 'Speechless (fault_barrier_test.py'),
        # The message may have values of the cluster in it.
        (ValueError('password'), ': ValueError (fault_barrier_test.py'),
    ),
)
@pytest.mark.parametrize('part', ('wants', 'assess'))
def test_whatever_it_raises_is_told_in_one_line(guarded, messages, error, expected, part):
    def fail(view):
        raise error

    guard = guarded(tracker(**{part: fail}))
    assert (guard.wants(view(LAMP)), guard.assess(view(LAMP))) == ((), READY)
    assert expected in messages[0]


@pytest.mark.parametrize('is_ours', (False, True))
def test_who_takes_over_does_not_see_what_was_changed_in_the_target(messages, is_ours):
    """Ours are tested to change nothing, and spared the copy."""
    lamp, seen = manifest('Lamp'), []

    def spoil(shown):
        seen.append(shown.object)
        shown.object.clear()
        raise KeyError

    instead = tracker(lambda shown: seen.append(shown.object) or READY)
    limit = None if is_ours else nullcontext
    guard = GuardedTracker(tracker(spoil), 'acme 1.2', lambda: instead, messages.append, limit)
    assert guard.assess(view(lamp)) == READY
    assert seen[1] is lamp
    assert lamp == ({} if is_ours else manifest('Lamp'))


@posix
@pytest.mark.parametrize('part', ('wants', 'assess'))
def test_what_hangs_is_ended_and_told(messages, part):
    def hang(view):
        time.sleep(60)

    limit = partial(platform_compat.time_limit, 0.05)
    guard = GuardedTracker(
        tracker(**{part: hang}), 'acme 1.2', lambda: exists, messages.append, limit
    )
    assert (guard.wants(view(LAMP)), guard.assess(view(LAMP))) == ((), READY)
    assert 'TooLongError (fault_barrier_test.py' in messages[0]


def test_a_target_is_copied_once_for_each_state_of_it(guarded):
    seen = []
    guard = guarded(tracker(lambda shown: seen.append(shown.object) or PROGRESS))
    newer = manifest('Lamp', glow=2)
    for target in (LAMP, LAMP, newer):
        guard.assess(view(target))
    assert seen[0] is seen[1] and seen == [LAMP, LAMP, newer]
    assert seen[0] is not LAMP


def test_an_interruption_is_the_users(guarded):
    def interrupt(view):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(tracker(interrupt)).assess(view(LAMP))
    with pytest.raises(KeyboardInterrupt):
        guarded(tracker(wants=interrupt)).wants(view(LAMP))


@pytest.mark.parametrize(
    ('judged', 'why'),
    (
        (None, 'assess(view) returned None: return an Assessment'),
        ('ready', 'returned a str'),
        (READY._replace(state='ready'), 'Assessment.state is a str: use a State'),
        (READY._replace(message=None), 'Assessment.message is None: use text'),
        (READY._replace(pods=[LAMP]), 'Assessment.pods is a list: use a tuple of'),
        (
            READY._replace(children=(LAMP, None)),
            'children has None at index 1: use a tuple',
        ),
        (
            READY._replace(pods=(LAMP, {'metadata': {}})),
            'pods has a dict without a uid at index 1: use a tuple of objects with a uid',
        ),
        (
            READY._replace(notices=('a', 1)),
            'notices has an int at index 1: use a tuple of texts',
        ),
        (READY._replace(progress=(1, 1)), 'progress is a tuple: use a Progress or None'),
        (
            READY._replace(progress=Progress('3')),
            'Progress.desired is a str: use a w',
        ),
        (READY._replace(recheck_at=float('nan')), 'use a finite number or None'),
        (READY._replace(recheck_at=float('inf')), 'use a finite number or None'),
        (READY._replace(min_stall_timeout='1m'), 'use a finite number'),
        (READY._replace(causes=(CAUSE._replace(code='lamp broken'),)), 'Cause.code is a str'),
        (READY._replace(causes=(CAUSE._replace(pods='web-1'),)), 'use a tuple of texts'),
        (
            READY._replace(causes=(CAUSE._replace(tolerance_override=Tolerance()),)),
            'only users set it',
        ),
        (READY._replace(causes=(CAUSE._replace(logs=('x',)),)), 'use a tuple of LogRef'),
        (
            READY._replace(causes=(CAUSE._replace(tolerance_seconds='5m'),)),
            'use a finite number or N',
        ),
        (
            READY._replace(causes=(CAUSE, 'Dark')),
            'causes has a str at index 1: use a tuple of',
        ),
    ),
)
def test_an_assessment_of_another_shape_is_a_failure(guarded, messages, judged, why):
    assert guarded(tracker(lambda view: judged)).assess(view(LAMP)) == READY
    assert why in messages[0]


def endless(view):
    while True:
        yield Watch(PODS, 'shop')


@pytest.mark.parametrize(
    ('wants', 'why'),
    (
        (lambda view: None, 'wants(view) returned None'),
        (lambda view: 'pods', 'returned a str'),
        (lambda view: Watch(PODS, 'shop'), 'returned a Watch: return a sequence'),
        (lambda view: ('pods',), 'returned a str in the sequence'),
        (lambda view: (Watch('pods', 'shop'),), 'Watch.resource is a str'),
        (lambda view: (Watch(PODS, 'shop', {'a': 'b'}),), 'Watch.labels is a dict'),
        (
            lambda view: (Watch(PODS, 'shop\udc80'),),
            'Watch.namespace is a str: use printable',
        ),
        (lambda view: (Logs('shop', 'a', 'b', 'c', tail='5'),), 'Logs.tail is a str'),
        (endless, 'returned more than 64 wants'),
    ),
)
def test_wants_of_another_shape_are_a_failure(guarded, messages, wants, why):
    assert guarded(tracker(wants=wants)).wants(view(LAMP)) == ()
    assert why in messages[0]


@pytest.mark.parametrize('kind', contract._FIELDS, ids=lambda kind: kind.__name__)
def test_every_field_has_a_shape(kind):
    assert set(contract._FIELDS[kind]) == set(kind._fields)


class Locked:
    """A tracker of which one part cannot be had."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name == self._name:
            raise RuntimeError
        return None if name == 'codes' else lambda view: READY


@pytest.mark.parametrize(
    ('candidate', 'why'),
    (
        (Locked('wants'), 'its wants cannot be read: RuntimeError'),
        (Locked('assess'), 'its assess cannot be read: RuntimeError'),
        (Locked('codes'), 'its codes cannot be read: RuntimeError'),
        (SimpleNamespace(), 'neither wants(view) nor assess(view)'),
        (SimpleNamespace(assess='x'), 'must be functions'),
        (SimpleNamespace, 'SimpleNamespace is a class: register an instance'),
        (tracker(codes='LampBroken'), 'its codes must be a tuple'),
        (tracker(codes=('lamp broken',)), 'its codes must be a tuple'),
    ),
)
def test_what_can_be_no_tracker_is_refused(guarded, candidate, why):
    with pytest.raises(ShapeError, match='^.*' + why.replace('(', r'\(').replace(')', r'\)')):
        guarded(candidate)


def test_what_is_not_implemented_has_a_default(guarded):
    broken = manifest('Lamp', conditions=[{'type': 'Stalled', 'status': 'True', 'reason': 'Dark'}])
    only_wants = guarded(SimpleNamespace(wants=lambda view: (Watch(PODS, 'shop'),)))
    assert only_wants.assess(view(broken)).reason == 'Dark'
    only_assess = guarded(SimpleNamespace(assess=lambda view: PROGRESS))
    assert only_assess.wants(view(broken)) == ()
