"""The trace is valid in the Trace Event Format."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.causes import Cause
from kubectl_dog.output.report import trace
from kubectl_dog.recording import bundled
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import state

CRASH = Cause('CrashLoop', '', 'main', 'it exits')
SEEN = events.CauseSeen(3.0, WEB, CRASH, 1, 20.0, None)


def parse(run):
    return json.loads(trace.create_report(run))['traceEvents']


def of(parsed, phase):
    return [event for event in parsed if event['ph'] == phase]


def check(parsed):
    """Check the rules of the format that viewers depend on."""
    named = {(event['pid'], event['tid']) for event in parsed if event['name'].endswith('_name')}
    slices = {}
    for event in parsed:
        assert event['ph'] in 'MXibeC'
        assert event['ph'] == 'C' or (event['pid'], event['tid']) in named
        assert event['ph'] == 'M' or event['ts'] >= 0
        if event['ph'] == 'X':
            slices.setdefault((event['pid'], event['tid']), []).append(event)
    for track in slices.values():
        for before, after in zip(track, track[1:]):
            assert before['ts'] + before['dur'] <= after['ts'] + 1
    names = ('cat', 'id', 'name', 'pid')
    ends = [sorted([event[name] for name in names] for event in of(parsed, it)) for it in 'be']
    assert ends[0] == ends[1]


@pytest.mark.parametrize('name', bundled.names())
def test_traces_of_recordings_are_valid(name):
    parsed = parse(demo(name))
    check(parsed)
    assert of(parsed, 'X') and of(parsed, 'i')


def test_causes_last_until_they_are_gone_or_the_run_ends():
    gone = events.CauseGone(5.0, WEB, CRASH)
    parsed = parse(
        record(state(1.0), SEEN, SEEN._replace(at=4.0), gone, gone, SEEN._replace(at=7.0))
    )
    check(parsed)
    times = [(event['ph'], event['ts'], event['name']) for event in parsed if event['ph'] in 'be']
    assert times == [
        ('b', 3_000_000, 'CrashLoop'),
        ('e', 5_000_000, 'CrashLoop'),
        ('b', 7_000_000, 'CrashLoop'),
        ('e', 7_000_000, 'CrashLoop'),
    ]


def test_the_rate_of_log_lines_is_a_counter_that_returns_to_zero():
    parsed = of(parse(record(log(1.2, 'a', 'b'), log(2.5, 'c'), log(5.0, 'd'))), 'C')
    assert [(event['ts'] / 1e6, event['args']['lines']) for event in parsed] == [
        *((1, 2), (2, 1), (3, 0), (5, 1), (6, 0)),
    ]
