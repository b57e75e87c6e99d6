from __future__ import annotations

import pytest

from kubectl_dog.model import events
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import log_record
from kubectl_dog.output.report import run_facts
from tests.unit.run_records import API
from tests.unit.run_records import WEB
from tests.unit.run_records import cause
from tests.unit.run_records import ended
from tests.unit.run_records import failed
from tests.unit.run_records import logged
from tests.unit.run_records import record


def last_lines(*chunks, count=20):
    run = failed(*chunks)
    (outcome,) = run_facts.outcomes(run)
    return list(run_facts.last_log_lines(outcome, run_facts.names_of(run), count))


def test_failures_come_first_and_stopped_targets_before_ready_ones():
    verdicts = (Verdict.READY, Verdict.PROGRESSING, Verdict.PAUSED, Verdict.FAILED)
    verdicts += (Verdict.TIMED_OUT,)
    run = record(
        *(ended(WEB._replace(name=verdict.value), verdict) for verdict in verdicts),
    )
    names = [outcome.record.target.name for outcome in run_facts.outcomes(run)]
    assert names == ['failed', 'timed-out', 'paused', 'progressing', 'ready']


@pytest.mark.parametrize('verdict', (Verdict.TIMED_OUT, Verdict.INTERRUPTED))
def test_failures_with_a_cause_come_before_those_without(verdict):
    run = record(ended(WEB, verdict), ended(API, verdict, explained=cause()))
    assert [outcome.record.target for outcome in run_facts.outcomes(run)] == [API, WEB]


def test_the_headline_has_no_sign_and_the_code_is_that_of_the_cause_or_the_verdict():
    bad, timed_out = run_facts.outcomes(record(ended(), ended(API, Verdict.TIMED_OUT)))
    assert bad.headline == 'deploy/web failed after 9s: CrashLoop (BackOff)'
    assert bad.why[0] == '  WHY   it crashed'
    assert (bad.code, timed_out.code) == ('CrashLoop', 'timed-out')
    assert timed_out.verdict == 'timed out'


@pytest.mark.parametrize(
    ('verdicts', 'code', 'expected'),
    (
        ((Verdict.READY,), 0, Verdict.READY),
        ((Verdict.READY, Verdict.FAILED), 1, Verdict.FAILED),
        ((Verdict.ENDED,), 0, Verdict.ENDED),
        ((), 0, Verdict.READY),
        ((Verdict.READY,), 70, Verdict.UNKNOWN),
        ((Verdict.READY,), 3, Verdict.TIMED_OUT),
        ((Verdict.READY,), 2, Verdict.UNKNOWN),
    ),
)
def test_the_verdict_of_a_run_is_that_of_its_exit_code(verdicts, code, expected):
    run = record(*(ended(WEB._replace(name=v.value), v) for v in verdicts), code=code)
    assert run_facts.run_verdict(run) is expected


def test_other_causes_are_those_that_were_still_active():
    seen = [events.CauseSeen(1.0, WEB, cause(code), 1, 9.0, None) for code in ('A', 'B')]
    main = events.CauseSeen(1.0, WEB, cause(), 1, 9.0, None)
    run = failed(*seen, main, events.CauseGone(2.0, WEB, cause('A')))
    (outcome,) = run_facts.outcomes(run)
    assert [entry.code for entry in run_facts.other_causes(outcome)] == ['B']


def test_a_run_of_a_container_that_repeats_the_one_before_is_one_line():
    lines = last_lines(
        logged('a', 'b'), logged('a', 'b', instance=1), logged('c', '\x1b[2J', instance=2)
    )
    assert lines == [
        '…-7hgfw web │ a',
        '…-7hgfw web │ b',
        '…-7hgfw web ── started again (2nd run): the same 2 lines ──',
        '…-7hgfw web ── started again (3rd run) ──',
        '…-7hgfw web │ c',
        '…-7hgfw web │ \\x1b[2J',
    ]


def test_earlier_lines_are_counted():
    assert last_lines(logged(*'abcdef'), count=2) == [
        '…-7hgfw web ── 4 earlier lines ──',
        '…-7hgfw web │ e',
        '…-7hgfw web │ f',
    ]


def test_lines_in_the_middle_of_a_log_that_were_not_kept_are_counted(monkeypatch):
    monkeypatch.setattr(log_record, 'MAX_LOG_LINES', 2)
    assert last_lines(logged(*'abcdefg'), count=3) == [
        '…-7hgfw web ── 1 earlier line ──',
        '…-7hgfw web │ b',
        '…-7hgfw web ── 3 lines left out ──',
        '…-7hgfw web │ f',
        '…-7hgfw web │ g',
    ]
    assert last_lines(logged(*'abcdefg'), count=2) == [
        '…-7hgfw web ── 5 earlier lines ──',
        '…-7hgfw web │ f',
        '…-7hgfw web │ g',
    ]


def test_a_log_of_which_no_line_was_kept_is_a_count(monkeypatch):
    monkeypatch.setattr(log_record, 'MAX_LOG_LINES', 0)
    assert last_lines(logged(*'abc'), count=3) == ['…-7hgfw web ── 3 earlier lines ──']


def test_logs_of_the_container_of_the_cause_come_first_and_same_logs_once():
    lines = last_lines(
        logged('x', container='proxy'), logged('a', pod='other'), logged('a'), logged('b', pod='p3')
    )
    assert lines == [
        '…-7hgfw web │ a',
        '…-7hgfw proxy │ x',
        'other web ── the same lines as …-7hgfw web ──',
        'p3 web │ b',
    ]


def test_containers_beyond_the_limit_are_counted():
    lines = last_lines(*(logged(f'{number}', pod=f'pod-{number}') for number in range(7)))
    assert len(lines) == 6
    assert lines[-1] == '… and the logs of 2 other containers'
