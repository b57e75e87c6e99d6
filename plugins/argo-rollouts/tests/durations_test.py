from __future__ import annotations

import pytest
from kubectl_dog_argo_rollouts.durations import seconds
from kubectl_dog_argo_rollouts.durations import time_of_day


@pytest.mark.parametrize(
    ('written', 'expected'),
    (
        (30, 30.0),
        ('30', 30.0),
        ('30s', 30.0),
        ('1h30m', 5400.0),
        ('1.5h', 5400.0),
        ('500ms', 0.5),
        (None, 0.0),
        ('', 0.0),
        ('soon', 0.0),
        ('-5s', 0.0),
        (-5, 0.0),
        (True, 0.0),
        ('9' * 400, 0.0),
        (float('inf'), 1e9),
    ),
)
def test_durations_are_read_as_the_controller_reads_them(written, expected):
    assert seconds(written) == expected


def test_a_moment_that_no_calendar_has_is_no_accident():
    assert time_of_day(1767225600.0) == '00:00:00 UTC'
    assert time_of_day(1e15) == '23:59:59 UTC'
