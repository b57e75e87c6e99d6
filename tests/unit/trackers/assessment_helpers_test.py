from __future__ import annotations

import pytest

from kubectl_dog.trackers import assessment_helpers
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view

GOING = {'deletionTimestamp': ago(1)}


@pytest.mark.parametrize(
    ('obj', 'state', 'text'),
    (
        pytest.param(manifest('X', meta=GOING), 'deleting', 'is being deleted', id='going'),
        pytest.param(
            manifest('X', meta={**GOING, 'finalizers': ['a/b', 'c']}),
            'deleting',
            'is being deleted, held by the finalizers a/b, c',
            id='held',
        ),
        pytest.param(
            manifest('X', observedGeneration=2),
            'progressing',
            'the controller to see the change',
            id='not seen',
        ),
    ),
)
def test_what_is_judged_before_anything_else(obj, state, text):
    assessment = assessment_helpers.deleting_or_unobserved(view(obj))
    assert (assessment.state, assessment.message or assessment.waits_for) == (state, text)


@pytest.mark.parametrize(
    'obj',
    ({}, manifest('X'), {'metadata': {'generation': 4}}, manifest('X', observedGeneration='3')),
)
def test_nothing_is_in_the_way(obj):
    assert assessment_helpers.deleting_or_unobserved(view(obj)) is None


@pytest.mark.parametrize(
    ('condition', 'text'),
    (
        ({'reason': 'R', 'message': ' it is so. '}, 'it is so (R)'),
        ({'reason': 'R'}, 'R'),
        ({'message': 'it is so'}, 'it is so'),
        ({}, 'no reason given'),
    ),
)
def test_a_condition_in_words(condition, text):
    assert assessment_helpers.condition_text(condition) == text


@pytest.mark.parametrize(
    ('status', 'is_true', 'is_false'),
    (('True', True, False), ('False', False, True), ('Unknown', False, False)),
)
def test_conditions_have_three_values(status, is_true, is_false):
    obj = manifest('X', conditions=[{'type': 'A', 'status': status}])
    assert (assessment_helpers.is_true(obj, 'A'), assessment_helpers.is_false(obj, 'A')) == (
        is_true,
        is_false,
    )
    assert not assessment_helpers.is_true(obj, 'B') and not assessment_helpers.is_false(obj, 'B')


def test_empty_notices_are_left_out():
    assert assessment_helpers.ready('', 'a', '').notices == ('a',)


def test_wants_nothing():
    assert assessment_helpers.no_wants(view(manifest('X'))) == ()
