"""Steps after the judgement of the tracker, and their order."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.assessments import unjudged
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.verdict.readiness import Subject
from kubectl_dog.tracking.verdict.readiness import Unmet
from kubectl_dog.tracking.verdict.readiness import check_min_available
from kubectl_dog.tracking.verdict.readiness import check_readiness
from kubectl_dog.tracking.verdict.readiness import pin_verdict
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import running
from tests.unit.builders import status
from tests.unit.builders import view

IMAGE = {'containers': [container(image='shop/web:2')], 'initContainers': [{'image': 'init:1'}]}
WEB = deployment(template=IMAGE)
AT_3 = Assessment(State.READY, revision=Revision('3'))
OLD = pod(name='old', deleting=True)


def check(assessed, obj=None, causes=(), listed=('Pod',), **options):
    seen = view(obj or WEB)._replace(listed_kinds=frozenset(listed))
    return check_readiness(Subject(seen, assessed, Options(**options), causes), 5.0)


def judge(state, **options):
    return check(Assessment(State(state)), **options).assessed


def test_without_options_the_tracker_decides():
    for state in State:
        assert check(Assessment(state, 'Odd')).assessed == Assessment(state, 'Odd')


def test_a_tracker_that_has_failed_is_never_overruled():
    options = {'ready_when': 'condition=Lit', 'revision': '2', 'wait_for_termination': True}
    assert check(unjudged('is odd'), **options).assessed == unjudged('is odd')


@pytest.mark.parametrize(
    ('before', 'lit', 'after'),
    (
        ('progressing', 'True', 'ready'),
        ('ready', 'False', 'progressing'),
        ('failed', 'True', 'failed'),
        ('paused', 'True', 'paused'),
        ('deleting', 'True', 'deleting'),
    ),
)
def test_ready_when_decides_unless_the_target_has_failed_or_is_paused(before, lit, after):
    obj = deployment(conditions=[{'type': 'Lit', 'status': lit}])
    judged = judge(before, obj=obj, ready_when='condition=Lit')
    assert judged.state == after
    assert judged.waits_for == ('condition=Lit' if after == 'progressing' else '')
    assert judged.message == ('meets condition=Lit' if after == 'ready' else '')


def test_a_status_of_an_older_generation_meets_nothing():
    lit = [{'type': 'Lit', 'status': 'True'}]
    obj = deployment(conditions=lit, observedGeneration=0)
    assert judge('ready', obj=obj, ready_when='condition=Lit').state is State.PROGRESSING


@pytest.mark.parametrize(
    ('known', 'wanted', 'unmet'),
    (
        ('3', '', None),
        ('3', '3', None),
        ('3', '2', Unmet('Pinned', 'revision 2 (current: 3)', None, True, True)),
        ('3', '10', Unmet('Pinned', 'revision 10 (current: 3)', None, True)),
        ('', '3', Unmet('Pinned', 'revision 3')),
        ('odd', '3', Unmet('Pinned', 'revision 3 (current: odd)', None, True)),
    ),
)
def test_another_revision_is_not_the_expected_one(known, wanted, unmet):
    revision = Revision(known) if known else None
    assert check(Assessment(State.READY, revision=revision), revision=wanted).pin == unmet


@pytest.mark.parametrize(
    ('images', 'lacks'),
    (
        (('shop/web:2',), ''),
        (('init:1', 'docker.io/shop/web:2'), ''),
        (('init:1', 'web'), 'image web (current: shop/web:2, init:1)'),
    ),
)
def test_every_expected_image_is_in_the_template(images, lacks):
    pin = check(AT_3, expect_images=images).pin
    assert pin == (Unmet('Pinned', lacks, None, True) if lacks else None)


@pytest.mark.parametrize(
    ('there', 'wanted', 'same'),
    (
        ('web', 'web:latest', True),
        ('web', 'docker.io/library/web', True),
        ('index.docker.io/library/web:1', 'web:1', True),
        ('web:1', 'web:2', False),
        ('web:1', 'web', False),
        ('localhost:5000/web:1', 'web:1', False),
        ('localhost/web', 'localhost/web:latest', True),
        ('registry.example.com/web:1', 'registry.example.com/web:1', True),
        ('web@sha256:00', 'docker.io/library/web@sha256:00', True),
        ('web:1@sha256:00', 'web:1', False),
    ),
)
def test_images_are_compared_as_the_runtime_completes_them(there, wanted, same):
    obj = deployment(template={'containers': [container(image=there)]})
    assert (check(AT_3, obj, expect_images=(wanted,)).pin is None) is same


@pytest.mark.parametrize(
    'spec',
    (
        {'containers': [{'image': 'web:1'}]},
        {'template': {'spec': {'containers': [{'image': 'web:1'}]}}},
        {'jobTemplate': {'spec': {'template': {'spec': {'containers': [{'image': 'web:1'}]}}}}},
    ),
)
def test_images_are_found_where_the_kind_has_them(spec):
    assert check(AT_3, {'spec': spec}, expect_images=('web:1',)).pin is None
    assert 'current: web:1' in check(AT_3, {'spec': spec}, expect_images=('x',)).pin.waits_for


def test_a_kind_without_images_has_none():
    pin = check(AT_3, {'spec': {}}, expect_images=('x',)).pin
    assert pin.waits_for == 'image x (current: none)'


def test_another_revision_is_neither_ready_nor_failed():
    failed = Assessment(State.FAILED, 'Odd', 'failed', causes=(Cause('A', '', '', ''),))
    # Enough pods of another revision are no success, either.
    failed = failed._replace(is_terminal=True, progress=Progress(1), pods=(READY_POD,))
    judged = check(failed, expect_images=('x',), min_available='1').assessed
    assert (judged.state, judged.reason, judged.message) == ('progressing', 'Pinned', '')
    assert (judged.is_terminal, judged.causes) == (False, ())
    assert judged.recheck_at == view(WEB).run_history.started + 5 + Options().create_timeout


NEWER = Unmet('Pinned', 'revision 2', None, True, True)
OTHER = Unmet('Pinned', 'image x', None, True)
UNKNOWN = Unmet('Pinned', 'revision 2')


@pytest.mark.parametrize(
    ('pin', 'met', 'at', 'once', 'verdict', 'message'),
    (
        (None, True, 99, False, None, ''),
        (NEWER, False, 0, False, Verdict.SUPERSEDED, 'superseded: expected revision 2'),
        (OTHER, True, 0, False, Verdict.SUPERSEDED, 'superseded: expected image x'),
        # A spec that its controller has not seen yet shows nothing about its revision.
        (UNKNOWN, True, 29, False, None, ''),
        (OTHER, False, 29, False, None, ''),
        (OTHER, False, 30, False, Verdict.NEVER_APPEARED, 'did not get image x within 30s'),
        # Times since the epoch are rounded.
        (OTHER, False, 29.9999999, False, Verdict.NEVER_APPEARED, 'did not get image x within'),
        (OTHER, False, 0, True, Verdict.NEVER_APPEARED, 'does not have image x'),
    ),
)
def test_waiting_for_an_expected_revision_ends(pin, met, at, once, verdict, message):
    result = pin_verdict(pin, met, at, Options(once=once))
    assert (result and result[0]) == verdict
    assert message in (result[2] if result else '')


@pytest.mark.parametrize(
    ('state', 'others', 'listed', 'wanted', 'after', 'waits_for'),
    (
        ('ready', [OLD], ('Pod',), True, 'progressing', '1 old pod still terminating: old'),
        ('ready', [OLD], ('Pod',), False, 'ready', ''),
        ('ready', [pod(name='done')], ('Pod',), True, 'ready', ''),
        ('ready', [], (), True, 'progressing', 'pod status'),
        ('failed', [OLD], ('Pod',), True, 'failed', ''),
    ),
)
def test_waits_for_old_pods_to_terminate(state, others, listed, wanted, after, waits_for):
    assessed = Assessment(State(state), other_pods=tuple(others))
    result = check(assessed, listed=listed, wait_for_termination=wanted)
    assert result.assessed.state == after
    assert result.assessed.waits_for[: len(waits_for) or None] == waits_for
    code = 'TerminatingPods' if 'old' in waits_for else ''
    assert (result.cause.code if result.cause else '') == code


PROBED_CONTAINER = [container(**PROBED)]
READY_POD = pod(status(), ready=True, containers=PROBED_CONTAINER)


def pods(ready, of):
    return tuple(
        pod(status(), name=f'web-{number}', ready=number < ready, containers=PROBED_CONTAINER)
        for number in range(of)
    )


def available(minimum, ready, desired=10, obj=None, updated=None, **fields):
    assessed = Assessment(State.PROGRESSING, progress=Progress(desired))
    assessed = assessed._replace(pods=updated or pods(ready, desired), **fields)
    return check(assessed, obj or deployment(desired), min_available=minimum).assessed


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
def test_a_minimum_of_available_pods_is_enough(minimum, ready, state):
    assert available(minimum, ready).state == state


def test_the_message_has_the_counts():
    assert available('8', 9).message == '9 of 10 pods are available (minimum: 8)'


@pytest.mark.parametrize(
    ('since', 'state'), ((9, 'progressing'), (10, 'ready')), ids=('just started', 'has lasted')
)
def test_a_pod_without_a_probe_is_available_once_it_has_lasted(since, state):
    updated = (pod(status(state=running(since)), ready=True),)
    assert available('1', 1, 2, updated=updated).state == state


@pytest.mark.parametrize(
    'obj', (deployment(10, observedGeneration=2), deployment(10, observedGeneration=0))
)
def test_pods_are_not_enough_while_a_change_is_not_observed(obj):
    assert available('1', 10, obj=obj).state is State.PROGRESSING


def test_kinds_without_pods_are_left_alone():
    assert available('1', 0, 0).state is State.PROGRESSING
    assert judge('progressing', min_available='1').reason == ''


@pytest.mark.parametrize(
    ('state', 'is_terminal', 'after'),
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
def test_only_progressing_or_failing_targets_can_have_enough(state, is_terminal, after):
    assert available('8', 9, state=State(state), is_terminal=is_terminal).state == after


def excused(*names):
    return Cause('CrashLoop', '', 'main', '', pods=names, tolerance_override=ALWAYS)


@pytest.mark.parametrize(
    ('allowed', 'causes', 'ready', 'state'),
    (
        ('2', (excused('web-8', 'web-9'),), 8, 'ready'),
        ('20%', (excused('web-8', 'web-9'),), 8, 'ready'),
        ('2', (excused('web-8'),), 7, 'progressing'),
        # Without a failing pod, the missing pods are still starting.
        ('2', (), 8, 'progressing'),
        ('2', (excused(),), 8, 'progressing'),
    ),
)
def test_the_other_pods_are_enough_if_failing_pods_are_excused(allowed, causes, ready, state):
    assessed = Assessment(State.PROGRESSING, progress=Progress(10), pods=pods(ready, 10))
    result = check(assessed, deployment(10), causes, allow_failures=allowed)
    assert result.assessed.state == state


def test_more_failures_than_there_are_pods_may_be_allowed():
    assessed = Assessment(State.PROGRESSING, progress=Progress(10), pods=pods(0, 10))
    result = check(assessed, deployment(10), (excused('web-0'),), allow_failures='20')
    assert result.assessed.message == '0 of 10 pods are available (minimum: 0)'


@pytest.mark.parametrize('options', ({'min_available': '1'}, {'allow_failures': '1'}))
def test_old_pods_are_waited_for_even_if_enough_pods_are_available(options):
    assessed = Assessment(
        State.PROGRESSING, progress=Progress(2), pods=(READY_POD,), other_pods=(OLD,)
    )
    causes = (excused('web-1'),)
    judged = check(assessed, deployment(2), causes, wait_for_termination=True, **options).assessed
    assert (judged.state, judged.reason) == ('progressing', 'TerminatingPods')


@pytest.mark.parametrize('text', ('some', '-1', '101%', 'maxunavailable'))
def test_refuses_an_invalid_minimum(text):
    with pytest.raises(UserError, match=f"invalid value '{text}': use 3, 80% or maxUnavailable"):
        check_min_available(text)


@pytest.mark.parametrize('text', ('3', '80%', 'maxUnavailable'))
def test_accepts_a_minimum(text):
    check_min_available(text)
