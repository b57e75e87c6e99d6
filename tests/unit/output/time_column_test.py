from __future__ import annotations

import pytest

from kubectl_dog import api
from kubectl_dog import recorded_runs
from kubectl_dog.output.time_column import TimeColumn


@pytest.mark.parametrize(
    ('clock', 'at', 'text', 'indent'),
    (
        (False, 0.4, '  0s', 5),
        (False, 12.6, ' 13s', 5),
        (True, 0.4, '23:59:58Z', 10),
        (True, 2.0, '00:00:00Z', 10),
    ),
)
def test_times(clock, at, text, indent):
    column = TimeColumn(1_767_225_598.0, clock)
    assert column.text(at) == text
    assert column.indent == ' ' * indent


def lines(clock):
    play = recorded_runs.demo('three-services', None)
    renderer = api.renderer('plain', play, colour=False, clock=clock)
    return [line for event in play.session for line in renderer.render(event)]


def test_only_times_and_margins_differ():
    for seconds, clock in zip(lines(False), lines(True)):
        assert seconds == clock or seconds[5:] == clock[10:]
