from __future__ import annotations

import pytest

from kubectl_dog.causes import catalogue
from kubectl_dog.causes.catalogue import starts_anew
from kubectl_dog.causes.catalogue import tolerance
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance


def of(code, **fields):
    return tolerance(Cause(code, '', 'it', '', **fields))


@pytest.mark.parametrize(
    ('code', 'fields', 'allowed'),
    (
        ('Unschedulable', {}, (30, None)),
        ('Unschedulable', {'patience': 600.0}, (600, None)),
        ('Unschedulable', {'partial': True}, (30, None)),
        ('CrashLoop', {}, (None, 3)),
        ('CrashLoop', {'partial': True}, (None, 5)),
        ('CrashLoop', {'patience': 30.0}, (30, 3)),
        ('CrashLoop', {'accompanied': True}, (None, 5)),
        ('CrashLoop', {'accompanied': True, 'partial': True}, (None, 5)),
        ('LivenessProbeFailed', {'accompanied': True}, (None, 3)),
        ('NodeNotReady', {'accompanied': True}, (360, None)),
        ('CrashLoop', {'patience': 30.0, 'partial': True}, (90, 5)),
        ('CrashLoop', {'explains': True}, (None, None)),
        ('LivenessProbeFailed', {'partial': True}, (None, 5)),
        ('NodeNotReady', {'partial': True}, (1080, None)),
        ('Evicted', {}, (None, 3)),
        ('TerminatingPods', {}, (None, None)),
        ('NotReady', {'partial': True}, (None, None)),
    ),
)
def test_what_a_cause_may_do(code, fields, allowed):
    assert of(code, **fields)[:2] == allowed


@pytest.mark.parametrize(
    ('code', 'anew'), (('QuotaExceeded', True), ('Unschedulable', True), ('ImageNotFound', False))
)
def test_what_lacks_room_gets_its_time_again_with_every_step(code, anew):
    assert starts_anew(Cause(code, '', '', '')) is anew


def test_a_code_that_only_a_tracker_knows_stands_as_long_as_a_condition():
    assert tolerance(Cause('LampBroken', '', 'it', '')) == Tolerance(30)
    assert tolerance(Cause('LampBroken', '', 'it', '', patience=5.0)) == Tolerance(5)
    assert catalogue.code_of('LampBroken').name == 'LampBroken'
    assert catalogue.code_of('CrashLoop') is catalogue.CODES['CrashLoop']
