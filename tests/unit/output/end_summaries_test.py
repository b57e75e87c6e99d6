from __future__ import annotations

import pytest

from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.end_summaries import end_summaries
from tests.unit.run_records import API
from tests.unit.run_records import cause
from tests.unit.run_records import ended

WAITS = ('it was waiting for 1 old pod to terminate', 'the old revision 1 still serves')


def stopped(*facts, verdict=Verdict.INTERRUPTED, message='', progress=None, **fields):
    event = ended(verdict=verdict, **fields)
    explanation = event.explanation._replace(facts=facts)
    return event._replace(message=message, progress=progress, explanation=explanation)


def lines(*events, columns=0):
    return end_summaries(events, Palette(False), lambda target: target.label, columns)


@pytest.mark.parametrize(
    ('event', 'line'),
    (
        (stopped(*WAITS), f'⚠ deploy/web interrupted after 9s: {WAITS[0]}'),
        (
            stopped(progress=Progress(2, 2, 2)),
            '⚠ deploy/web interrupted after 9s: 2/2 ready, 2/2 updated',
        ),
        (
            stopped(*WAITS, progress=Progress(2, 2, 1)),
            '⚠ deploy/web interrupted after 9s: 1/2 ready, 2/2 updated',
        ),
        (
            stopped(*WAITS, progress=Progress(2, 2, 2)),
            f'⚠ deploy/web interrupted after 9s: {WAITS[0]}',
        ),
        (stopped('a\nb'), '⚠ deploy/web interrupted after 9s: a b'),
        (stopped(message='no status'), '⚠ deploy/web interrupted after 9s: no status'),
        (stopped(verdict=Verdict.TERMINATED), '⚠ deploy/web terminated after 9s'),
    ),
)
def test_a_healthy_target_has_one_line_after_a_signal(event, line):
    assert lines(event) == [line]


def test_other_targets_have_a_summary_below_the_healthy_ones():
    crashed = stopped(*WAITS, target=API, explained=cause())
    timed_out = stopped(*WAITS, verdict=Verdict.TIMED_OUT)
    printed = lines(crashed, stopped(*WAITS), timed_out)
    assert printed[0] == f'⚠ deploy/web interrupted after 9s: {WAITS[0]}'
    assert printed[1:3] == ['', '⚠ deploy/api interrupted after 9s: CrashLoop (BackOff)']
    assert f'        {WAITS[1]}' in printed


@pytest.mark.parametrize(
    'more', ({'suggested_commands': ('kubectl get x',)}, {'log_excerpt': ('FATAL',)})
)
def test_a_target_with_more_to_show_is_not_healthy(more):
    event = stopped(*WAITS)
    event = event._replace(explanation=event.explanation._replace(**more))
    assert len(lines(event)) > 1


def test_the_line_is_wrapped_to_the_terminal():
    assert lines(stopped(*WAITS), columns=52) == [
        '⚠ deploy/web interrupted after 9s: it was waiting',
        '  for 1 old pod to terminate',
    ]
