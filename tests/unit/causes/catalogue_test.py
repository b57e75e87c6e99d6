from __future__ import annotations

import pytest

from kubectl_dog.causes import catalogue
from kubectl_dog.causes.catalogue import clock_restarts_on_progress
from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance


def of(code, **fields):
    return tolerance_of(Cause(code, '', 'it', '', **fields))


@pytest.mark.parametrize(
    ('code', 'fields', 'allowed'),
    (
        ('Unschedulable', {}, (30, None)),
        ('Unschedulable', {'tolerance_seconds': 600.0}, (600, None)),
        ('Unschedulable', {'affects_some_pods': True}, (30, None)),
        ('CrashLoop', {}, (None, 3)),
        ('CrashLoop', {'affects_some_pods': True}, (None, 5)),
        ('CrashLoop', {'tolerance_seconds': 30.0}, (30, 3)),
        ('CrashLoop', {'may_await_other_target': True}, (None, 5)),
        ('CrashLoop', {'may_await_other_target': True, 'affects_some_pods': True}, (None, 5)),
        ('LivenessProbeFailed', {'may_await_other_target': True}, (None, 3)),
        ('NodeNotReady', {'may_await_other_target': True}, (360, None)),
        ('CrashLoop', {'tolerance_seconds': 30.0, 'affects_some_pods': True}, (90, 5)),
        ('CrashLoop', {'informational': True}, (None, None)),
        ('LivenessProbeFailed', {'affects_some_pods': True}, (None, 5)),
        ('NodeNotReady', {'affects_some_pods': True}, (1080, None)),
        ('Evicted', {}, (None, 3)),
        ('TerminatingPods', {}, (None, None)),
        ('NotReady', {'affects_some_pods': True}, (None, None)),
    ),
)
def test_tolerance_of_a_cause(code, fields, allowed):
    assert of(code, **fields)[:2] == allowed


@pytest.mark.parametrize(
    ('code', 'restarts'),
    (('QuotaExceeded', True), ('Unschedulable', True), ('ImageNotFound', False)),
)
def test_the_clock_of_some_causes_restarts_on_progress(code, restarts):
    assert clock_restarts_on_progress(Cause(code, '', '', '')) is restarts


def test_an_unknown_code_has_the_tolerance_of_a_condition():
    assert tolerance_of(Cause('LampBroken', '', 'it', '')) == Tolerance(30)
    assert tolerance_of(Cause('LampBroken', '', 'it', '', tolerance_seconds=5.0)) == Tolerance(5)
    assert catalogue.code_of('LampBroken').name == 'LampBroken'
    assert catalogue.code_of('CrashLoop') is catalogue.CODES['CrashLoop']
