from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.verdict import expectations
from kubectl_dog.tracking.verdict.expectations import Expectations
from tests.unit.builders import PROBED
from tests.unit.builders import container
from tests.unit.builders import deployment
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view as view_of

AT_3 = Assessment(State.READY, revision=Revision('3'))
IMAGE = {'containers': [container(image='shop/web:2')], 'initContainers': [{'image': 'init:1'}]}
WEB = deployment(template=IMAGE)
LACKS = 'image web in its template: it has shop/web:2, init:1'


@pytest.mark.parametrize(
    ('assessed', 'options', 'expected'),
    (
        (AT_3, {}, Expectations()),
        (AT_3, {'revision': '3'}, Expectations()),
        (AT_3, {'revision': '2'}, Expectations('revision 2: it is at 3', True, True)),
        (AT_3, {'revision': '10'}, Expectations('revision 10: it is at 3', True)),
        (Assessment(State.READY), {'revision': '3'}, Expectations('revision 3')),
        (
            AT_3._replace(revision=Revision('odd')),
            {'revision': '3'},
            Expectations('revision 3: it is at odd', True),
        ),
        (AT_3, {'expect_images': ('shop/web:2',)}, Expectations()),
        (AT_3, {'expect_images': ('init:1', 'docker.io/shop/web:2')}, Expectations()),
        (AT_3, {'expect_images': ('init:1', 'web')}, Expectations(LACKS, True)),
    ),
)
def test_what_lacks_of_what_was_pinned(assessed, options, expected):
    assert expectations.check_expectations(view_of(WEB), assessed, Options(**options)) == expected


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
    result = expectations.check_expectations(view_of(obj), AT_3, Options(expect_images=(wanted,)))
    assert (not result.unmet) is same


@pytest.mark.parametrize(
    'spec',
    (
        {'containers': [{'image': 'web:1'}]},
        {'template': {'spec': {'containers': [{'image': 'web:1'}]}}},
        {'jobTemplate': {'spec': {'template': {'spec': {'containers': [{'image': 'web:1'}]}}}}},
    ),
)
def test_images_are_looked_for_where_the_kind_has_them(spec):
    view = view_of({'spec': spec})
    assert (
        expectations.check_expectations(view, AT_3, Options(expect_images=('web:1',)))
        == Expectations()
    )
    assert (
        'it has web:1'
        in expectations.check_expectations(view, AT_3, Options(expect_images=('x',))).unmet
    )


def test_a_kind_without_images_has_none():
    assert expectations.check_expectations(
        view_of({}), AT_3, Options(expect_images=('x',))
    ).unmet.endswith('it has none')


@pytest.mark.parametrize(
    ('expected', 'met', 'at', 'once', 'verdict', 'status'),
    (
        (Expectations(), True, 99, False, None, ''),
        (
            Expectations('revision 2', True, True),
            False,
            0,
            False,
            Verdict.SUPERSEDED,
            'have revision 2',
        ),
        (
            Expectations('image x', True),
            True,
            0,
            False,
            Verdict.SUPERSEDED,
            'superseded: it was to have',
        ),
        # A spec that its controller has not seen yet says nothing about its revision.
        (Expectations('revision 2'), True, 29, False, None, ''),
        (Expectations('image x', True), False, 29, False, None, ''),
        (
            Expectations('image x', True),
            False,
            30,
            False,
            Verdict.NEVER_APPEARED,
            'within 30s with image x',
        ),
        (
            Expectations('image x', True),
            False,
            0,
            True,
            Verdict.NEVER_APPEARED,
            'appear with image x',
        ),
    ),
)
def test_waiting_for_what_was_pinned_ends(expected, met, at, once, verdict, status):
    result = expectations.verdict(expected, met, at, Options(once=once))
    assert (result and result[0]) == verdict
    assert status in (result[2] if result else '')


def test_what_is_not_of_the_pin_is_neither_ready_nor_failed():
    failed = Assessment(State.FAILED, 'Odd', 'failed', is_terminal=True)
    judged = expectations.apply_expectations(
        view_of(WEB), failed, Expectations('image x'), 5.0, Options()
    )
    assert judged.state is State.PROGRESSING
    assert (judged.waits_for, judged.is_terminal) == ('image x', False)
    assert judged.recheck_at == view_of(WEB).run_history.started + 35


GOING = pod(name='old', deleting=True)


@pytest.mark.parametrize(
    ('state', 'others', 'known', 'wanted', 'after', 'waits_for'),
    (
        ('ready', [GOING], True, True, 'progressing', '1 old pod still terminating: old'),
        ('ready', [GOING], True, False, 'ready', ''),
        ('ready', [pod(name='done')], True, True, 'ready', ''),
        ('ready', [], False, True, 'progressing', 'a look at its pods'),
        ('failed', [GOING], True, True, 'failed', ''),
    ),
)
def test_old_pods_are_waited_for_where_that_is_asked(
    state, others, known, wanted, after, waits_for
):
    view = view_of(WEB)._replace(listed_kinds=frozenset({'Pod'} if known else ()))
    assessed = Assessment(State(state), other_pods=tuple(others))
    judged = expectations.apply_expectations(
        view, assessed, Expectations(), 0.0, Options(wait_for_termination=wanted)
    )
    assert judged.state == after
    assert judged.waits_for.startswith(waits_for) if waits_for else not judged.waits_for
    codes = [cause.code for cause in judged.causes]
    assert codes == (['TerminatingPods'] if 'old' in waits_for else [])


READY_POD = pod(status(), ready=True, containers=[container(**PROBED)])


@pytest.mark.parametrize(
    ('wanted', 'after'), (('', 'progressing'), ('1', 'ready'), ('2', 'progressing'))
)
def test_so_many_pods_are_enough_where_that_is_asked(wanted, after):
    assessed = Assessment(State.PROGRESSING, progress=Progress(2), pods=(READY_POD,))
    judged = expectations.apply_expectations(
        view_of(deployment(2)), assessed, Expectations(), 0.0, Options(min_available=wanted)
    )
    assert judged.state == after


def test_where_so_many_are_enough_old_pods_may_still_be_waited_for():
    assessed = Assessment(
        State.PROGRESSING, progress=Progress(2), pods=(READY_POD,), other_pods=(GOING,)
    )
    options = Options(min_available='1', wait_for_termination=True)
    judged = expectations.apply_expectations(
        view_of(deployment(2)), assessed, Expectations(), 0.0, options
    )
    assert (judged.state, judged.reason) == ('progressing', 'TerminatingPods')
