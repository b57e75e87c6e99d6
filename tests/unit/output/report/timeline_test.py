from __future__ import annotations

from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.output.report.timeline import timeline
from tests.unit import run_records
from tests.unit.run_records import WEB
from tests.unit.run_records import child
from tests.unit.run_records import failed
from tests.unit.run_records import record

NAME = 'po/…-7hgfw'
CRASHED = events.ContainerState('web', 'terminated', 'Error', 1, 0, False)
STARTED = events.ContainerState('web', 'running', '', 1, 1, False)
UNKNOWN = events.ContainerState('web', 'waiting', 'Unheard', None, 0, False)


def rows(run, width=10):
    drawn = timeline(run, list(run.targets.values()), width)
    return {line.split()[0]: line[-width:] for line in drawn[1:-1]}


def test_each_pod_has_a_row_with_what_was_last_seen():
    run = failed(child(0.0, 'waiting for a node'), child(2.0, 'running'), child(7.0, 'ready'))
    assert rows(run) == {'deploy/web': '▒▒▒▒▒▒▒▒▒✗', NAME: '··▒▒▒▒▒███'}


def test_a_failure_shorter_than_a_column_is_drawn():
    run = failed(child(2.0, 'web exited 1', CRASHED), child(2.1, 'started again', STARTED))
    assert rows(run)[NAME].strip() == '✗▒▒▒▒▒▒▒'


def test_what_is_unknown_about_a_pod_is_a_problem():
    run = failed(child(0.0, 'web waiting: Unheard', UNKNOWN))
    assert rows(run)[NAME] == '✗' * 10


def test_a_target_that_becomes_ready_ends_ready():
    states = [
        events.StateChanged(at, WEB, state, '', '', None, '')
        for at, state in ((0.0, State.ABSENT), (3.0, State.PROGRESSING))
    ]
    run = record(*states, run_records.ended(verdict=run_records.Verdict.READY))
    assert rows(run)['deploy/web'] == '···▒▒▒▒▒▒█'


def test_a_target_is_failing_while_a_cause_can_fail_it():
    seen = events.CauseSeen(2.0, WEB, run_records.cause(), 1, 7.0, None)
    assert rows(failed(seen))['deploy/web'] == '▒▒✗✗✗✗✗✗✗✗'
    gone = events.CauseGone(5.0, WEB, run_records.cause())
    assert rows(failed(seen, gone))['deploy/web'] == '▒▒✗✗✗▒▒▒▒✗'


def test_a_target_that_is_still_in_progress_ends_so():
    began = events.StateChanged(0.0, WEB, State.PROGRESSING, '', '', None, '')
    run = record(began, run_records.ended(verdict=run_records.Verdict.PROGRESSING))
    assert rows(run)['deploy/web'] == '▒' * 10


def test_pods_with_problems_come_first_and_the_others_are_counted():
    pods = [child(1.0, 'ready', name=f'pod-{number}') for number in range(14)]
    drawn = timeline(
        run := failed(*pods, child(2.0, 'web exited 1', CRASHED)), list(run.targets.values())
    )
    assert NAME in drawn[2]
    assert len(drawn) == 16
    assert drawn[-2].strip() == '… 3 more'


def test_scale_and_legend_frame_the_rows():
    drawn = timeline(run := failed(child(0.0, 'ready')), list(run.targets.values()), 10)
    assert drawn[0].split() == ['0s', '10s']
    assert drawn[0].index('0s') == drawn[1].index('▒')
    assert len(drawn[0]) == len(drawn[1])
    assert drawn[-1].strip() == '· waiting  ▒ progressing  █ ready  ✗ failing'


def test_long_names_keep_their_ends():
    drawn = timeline(
        run := failed(child(0.0, 'ready', name='x' * 60 + 'end')), [*run.targets.values()]
    )
    assert max(map(len, drawn)) < 90
    assert 'xxend ' in drawn[2]


def test_a_run_shorter_than_a_second_has_no_timeline():
    short = run_records.RunRecord(0.0)
    short.add([child(0.4, 'ready')])
    assert timeline(short, list(short.targets.values())) == []
    assert timeline(failed(), []) == []
