from __future__ import annotations

import json

import pytest

from kubectl_dog.trackers.kinds import horizontalpodautoscaler as tracker
from tests.unit.builders import ago
from tests.unit.builders import manifest
from tests.unit.builders import view


def scaler(**conditions):
    all_conditions = [
        {'type': key, 'status': value, 'reason': 'R', 'message': 'why'}
        for key, value in conditions.items()
    ]
    return manifest('HorizontalPodAutoscaler', conditions=all_conditions)


@pytest.mark.parametrize(
    ('obj', 'state', 'text', 'notices'),
    (
        pytest.param(
            manifest('K', meta={'deletionTimestamp': ago(1)}),
            'deleting',
            'is being deleted',
            (),
            id='being deleted',
        ),
        pytest.param(
            scaler(AbleToScale='True', ScalingActive='True'), 'ready', '', (), id='scales'
        ),
        pytest.param(
            scaler(AbleToScale='True', ScalingActive='False'),
            'ready',
            '',
            ('does not scale now: why (R)',),
            id='no metrics',
        ),
        pytest.param(
            scaler(AbleToScale='False'),
            'ready',
            '',
            ('cannot access its scale target: why (R)',),
            id='no target',
        ),
        pytest.param(scaler(), 'progressing', 'its controller to report a status', (), id='new'),
        pytest.param({}, 'progressing', 'its controller to report a status', (), id='empty'),
        pytest.param({'apiVersion': 'autoscaling/v1'}, 'ready', '', (), id='autoscaling/v1'),
    ),
)
def test_state(obj, state, text, notices):
    assessment = tracker.assess(view(obj))
    assert (assessment.state, assessment.waits_for or assessment.message) == (state, text)
    assert assessment.notices == notices


@pytest.mark.parametrize('reason', ('InvalidSelector', 'InvalidMetricSourceType'))
def test_reasons_that_need_another_spec_are_causes(reason):
    obj = scaler(AbleToScale='True', ScalingActive='False')
    obj['status']['conditions'][1]['reason'] = reason
    assessment = tracker.assess(view(obj))
    [cause] = assessment.causes
    assert (assessment.state.value, cause.reason) == ('progressing', reason)


@pytest.mark.parametrize('reason', ('FailedGetScale', 'FailedUpdateScale'))
def test_a_missing_target_is_a_cause_that_may_pass(reason):
    obj = scaler(AbleToScale='False')
    obj['status']['conditions'][0]['reason'] = reason
    assessment = tracker.assess(view(obj))
    [cause] = assessment.causes
    assert (assessment.state.value, assessment.waits_for) == ('progressing', 'its scale target')
    assert (cause.reason, cause.tolerance_seconds) == (reason, 300.0)
    assert cause.message == f'it cannot access its scale target: why ({reason})'


@pytest.mark.parametrize(
    ('text', 'causes'),
    (
        (json.dumps([{'type': 'AbleToScale', 'status': 'False', 'reason': 'FailedGetScale'}]), 1),
        ('[', 0),
        ('', 0),
    ),
)
def test_the_first_version_has_its_conditions_in_an_annotation(text, causes):
    annotations = {'autoscaling.alpha.kubernetes.io/conditions': text}
    obj = {'apiVersion': 'autoscaling/v1', 'metadata': {'annotations': annotations}}
    assert len(tracker.assess(view(obj)).causes) == causes
