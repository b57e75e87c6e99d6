from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.tracking.verdict import min_available
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view


def pods(ready, of):
    probed = [container(**PROBED)]
    return tuple(
        pod(status(), name=f'web-{number}', ready=number < ready, containers=probed)
        for number in range(of)
    )


def assess(minimum, ready, desired=10, obj=None, updated=None):
    assessed = Assessment(
        State.PROGRESSING, progress=Progress(desired), pods=updated or pods(ready, desired)
    )
    return min_available.apply_min_available(view(obj or deployment(desired)), assessed, minimum)


@pytest.mark.parametrize(
    ('minimum', 'ready', 'state'),
    (
        ('8', 8, 'ready'),
        ('8', 7, 'progressing'),
        ('80%', 8, 'ready'),
        ('75%', 7, 'progressing'),
        ('75%', 8, 'ready'),
        ('99', 9, 'progressing'),
        ('99', 10, 'ready'),
        # 25 % of 10, rounded down, may be missing.
        ('maxUnavailable', 8, 'ready'),
        ('maxUnavailable', 7, 'progressing'),
    ),
)
def test_so_many_are_enough(minimum, ready, state):
    assert assess(minimum, ready).state == state


def test_it_says_so():
    assert assess('8', 9).message == '9 of 10 pods are available, and 8 are enough'


@pytest.mark.parametrize(
    ('since', 'state'), ((9, 'progressing'), (10, 'ready')), ids=('just started', 'has lasted')
)
def test_what_nobody_probes_has_to_last(since, state):
    updated = (pod(status(state=running(since)), ready=True),)
    assert assess('1', 1, 2, updated=updated).state == state


@pytest.mark.parametrize(
    'obj', (deployment(10, observedGeneration=2), deployment(10, observedGeneration=0))
)
def test_a_change_that_was_not_seen_yet_is_never_enough(obj):
    assert assess('1', 10, obj=obj).state is State.PROGRESSING


def test_kinds_without_pods_and_those_that_want_none_are_left_alone():
    assert assess('1', 0, 0).state is State.PROGRESSING
    assert (
        min_available.apply_min_available(
            view(deployment()), Assessment(State.PROGRESSING), '1'
        ).reason
        == ''
    )


@pytest.mark.parametrize(
    ('state', 'has_ended', 'after'),
    (
        ('progressing', False, 'ready'),
        ('failed', False, 'ready'),
        ('progressing', True, 'progressing'),
        ('failed', True, 'failed'),
        ('paused', False, 'paused'),
        ('deleting', False, 'deleting'),
        ('unknown', False, 'unknown'),
    ),
)
def test_only_what_is_on_its_way_or_failing_for_now_can_have_enough(state, has_ended, after):
    assessed = Assessment(
        State(state), progress=Progress(10), pods=pods(9, 10), is_terminal=has_ended
    )
    assert min_available.apply_min_available(view(deployment(10)), assessed, '8').state == after


@pytest.mark.parametrize('text', ['some', '-1', '101%', 'maxunavailable'])
def test_what_is_not_enough_to_go_by(text):
    with pytest.raises(UserError, match='write 3, 80% or maxUnavailable'):
        min_available.check_min_available(text)


@pytest.mark.parametrize('text', ['3', '80%', 'maxUnavailable'])
def test_what_is(text):
    min_available.check_min_available(text)
