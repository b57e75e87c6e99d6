"""The data of the page stays within its limits, and says what was left out."""

from __future__ import annotations

import pytest

from kubectl_dog.model import events
from kubectl_dog.output import log_record
from kubectl_dog.output.jsonl import dumps
from kubectl_dog.output.report import html_data
from kubectl_dog.output.report import lanes
from tests.unit.output.report.runs import WEB
from tests.unit.output.report.runs import child
from tests.unit.output.report.runs import container
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import state


def data(*batch):
    run = record(*batch)
    return html_data.page_data(run, lanes.lanes(run))


def logs(result):
    return {
        lane['fullName']: [text for _, text in lane['log']]
        for lane in result['lanes']
        if lane['kind'] == 'container'
    }


def test_all_of_a_small_run_is_kept():
    result = data(
        state(0.0),
        child(1.0, 'running', container(ready=True)),
        child(2.0, 'running', container(restarts=1)),
        log(2.5, 'a', 'b'),
        events.Notice(3.0, WEB, 'running'),
    )
    target, pod, main = result['lanes']
    assert (target['parent'], pod['parent'], main['parent']) == (-1, 0, 1)
    state_name, text = (result[key] for key in ('states', 'texts'))
    spans = [(start, end, state_name[at], text[words]) for start, end, at, words in main['spans']]
    assert spans == [(1, 2, 'ready', 'running, ready'), (2, 3, 'progressing', 'running')]
    (mark,) = main['marks']
    assert (mark[0], result['marks'][mark[1]], text[mark[2]]) == (2, 'restart', 'restart 1')
    assert text.count('running') == 1
    assert (main['log'], main['counts']) == ([(2.5, 'a'), (2.5, 'b')], [(2, 2)])
    assert (main['omitted'], result['omitted']) == (0, 0)


def test_log_lines_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(html_data, 'MAX_LOGS', 1000)
    small = log(0.0, 'x', 'y', pod='small')
    large = [log(0.0, *(f'{number}-{"x" * 50}' for number in range(100)), pod=pod) for pod in 'ab']
    result = data(small, *large)
    kept = logs(result)
    assert kept['small/main'] == ['x', 'y']
    assert len(kept['a/main']) == len(kept['b/main']) > 2
    numbers = [int(text.partition('-')[0]) for text in kept['a/main']]
    assert numbers[0] == 0 and numbers[-1] == 99
    (lane,) = (lane for lane in result['lanes'] if lane['fullName'] == 'a/main')
    assert lane['omitted'] == 100 - len(numbers)
    assert numbers[lane['omittedAt']] - numbers[lane['omittedAt'] - 1] == lane['omitted'] + 1
    assert len(dumps(kept)) < 1100


def test_lines_that_the_record_left_out_are_counted_too(monkeypatch):
    lines = [str(number) for number in range(log_record.MAX_LOG_LINES * 2 + 7)]
    (lane,) = (lane for lane in data(log(0.0, *lines))['lanes'] if lane['kind'] == 'container')
    assert (lane['omitted'], lane['omittedAt']) == (7, log_record.MAX_LOG_LINES)
    monkeypatch.setattr(html_data, 'MAX_LOGS', 50_000)
    (lane,) = (lane for lane in data(log(0.0, *lines))['lanes'] if lane['kind'] == 'container')
    assert lane['omitted'] == len(lines) - len(lane['log'])
    assert int(lane['log'][lane['omittedAt']][1]) > int(lane['log'][lane['omittedAt'] - 1][1]) + 7


def test_changes_and_lanes_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(html_data, 'MAX_CHANGES', 400)
    batch = [child(float(number), f'step {number}') for number in range(100)]
    result = data(*batch)
    kept = result['lanes'][1]['spans']
    assert result['omitted'] == 100 - len(kept) > 50
    assert [result['texts'][entry[3]] for entry in (kept[0], kept[-1])] == ['step 0', 'step 99']
    monkeypatch.setattr(html_data, 'MAX_LANES', 1)
    result = data(*batch)
    assert (len(result['lanes']), result['omitted']) == (1, 100)


def test_long_texts_are_shortened():
    text = data(events.Notice(1.0, WEB, 'x' * 5000))['texts'][0]
    assert text == f'{"x" * html_data.MAX_TEXT}… (5,000 characters)'


@pytest.mark.parametrize(
    ('sizes', 'limit', 'expected'),
    (
        ([], 10, []),
        ([[]], 10, [(0, 0)]),
        ([[1, 2], [3]], 10, [(2, 0), (1, 0)]),
        ([[1, 1], [5, 5, 5, 5]], 12, [(2, 0), (1, 1)]),
        ([[5, 5, 5, 5], [5, 5, 5, 5]], 20, [(1, 1), (1, 1)]),
        ([[9, 1, 9]], 10, [(0, 0)]),
    ),
)
def test_what_fits(sizes, limit, expected):
    assert html_data._fit(sizes, limit) == expected


def test_counts_of_log_lines_are_added_up_in_long_runs(monkeypatch):
    monkeypatch.setattr(html_data, 'MAX_LANE_COUNTS', 5)
    result = data(*(log(float(second), 'x', 'y') for second in range(21)))
    assert result['countSeconds'] == 4
    assert result['lanes'][-1]['counts'] == [(0, 8), (4, 8), (8, 8), (12, 8), (16, 8), (20, 2)]
    assert data(log(0.0, 'x'))['countSeconds'] == 1
