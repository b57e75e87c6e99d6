"""plugins/argo-rollouts with the real controller, beside Argo's own plugin."""

from __future__ import annotations

import pytest

from . import stage as stages
from .argo import Argo
from .argo import installed
from .argo import metrics
from .argo_plays import PLAYS
from .harness import argo_rollouts
from .harness import private


@pytest.fixture(scope='module')
def outcomes(own_machine, tmp_path_factory):
    """A future for each play, on a cluster of their own, as definitions are cluster-wide."""
    folder = tmp_path_factory.mktemp('argo')
    env = installed(folder)
    with private.opened() as cluster, metrics() as address:
        argo_rollouts.start(cluster)
        try:
            played = {play.__name__: on_stage(play, env, address) for play in PLAYS}
            with stages.playing(cluster.kubectl, played.values(), folder) as started:
                yield {name: started[play] for name, play in played.items()}
        finally:
            argo_rollouts.stop(cluster)


def on_stage(play, env, address):
    def run(stage):
        return play(Argo(stage, env, address))

    run.__name__ = play.__name__
    return run


def test_a_pause_ends_it_until_somebody_promotes_and_a_timed_one_passes(outcomes):
    first, paused, argos, accepted, promoted, done = outcomes['paused_and_promoted'].result()
    assert first.code == 0, first.output
    assert (paused.code, argos) == (6, 'Paused'), paused.output
    assert 'is paused at step 2 of 3 and has to be promoted' in paused.stdout
    assert 'kubectl argo rollouts promote -n' in paused.stdout
    assert 'the stable revision 1 still serves' in paused.stdout
    assert 'serving two' in paused.stdout and 'serving one' not in paused.stdout
    assert accepted.code == 0, accepted.output
    assert (promoted.code, done) == (0, 'Healthy'), promoted.output
    assert 'the pause at step 3 of 3 (6s) to end at' in promoted.stdout


def test_an_analysis_by_a_job_that_fails_is_the_cause_with_the_words_of_the_job(outcomes):
    failed, argos, replayed = outcomes['job_says_no'].result()
    assert (failed.code, argos) == (1, 'Degraded'), failed.output
    assert 'waiting for the analysis web-' in failed.stdout
    assert 'AnalysisFailed (Failed)' in failed.stdout
    assert 'metric errors: 1 failed' in failed.stdout
    assert '7 requests failed' in failed.stdout
    assert replayed.code == 1 and '7 requests failed' in replayed.stdout, replayed.output


def test_an_analysis_by_a_metric_that_fails_is_the_cause_with_what_was_measured(outcomes):
    failed, argos, replayed = outcomes['web_says_no'].result()
    assert (failed.code, argos) == (1, 'Degraded'), failed.output
    assert 'AnalysisFailed (Failed)' in failed.stdout
    assert 'the last value was 0.42' in failed.stdout
    assert 'its successCondition is result >= 0.95' in failed.stdout
    assert replayed.code == 1, replayed.output


def test_an_analysis_that_decides_nothing_is_a_pause(outcomes):
    paused, argos, replayed = outcomes['web_says_neither'].result()
    assert (paused.code, argos) == (6, 'Paused'), paused.output
    assert (
        'was inconclusive: metric errors: 1 inconclusive, the last value was 0.42' in paused.stdout
    )
    assert replayed.code == 6, replayed.output


def test_an_experiment_that_fails_is_the_cause(outcomes):
    failed, argos, replayed = outcomes['experiment_says_no'].result()
    assert (failed.code, argos) == (1, 'Degraded'), failed.output
    assert 'ExperimentFailed (Failed)' in failed.stdout
    assert replayed.code == 1, replayed.output


def test_an_abort_is_a_failure_and_going_back_is_not(outcomes):
    aborted, argos, undone, done = outcomes['aborted_and_undone'].result()
    assert (aborted.code, argos) == (1, 'Degraded'), aborted.output
    assert 'has aborted its update to revision 2 by somebody' in aborted.stdout
    assert 'kubectl argo rollouts undo -n' in aborted.stdout
    assert (undone.code, done) == (0, 'Healthy'), undone.output


def test_blue_green_waits_for_its_promotion(outcomes):
    paused, argos, promoted, done = outcomes['blue_green'].result()
    assert (paused.code, argos) == (6, 'Paused'), paused.output
    assert 'is paused before revision 2 becomes the active one' in paused.stdout
    assert (promoted.code, done) == (0, 'Healthy'), promoted.output


@pytest.mark.parametrize('play', ('background_says_no', 'pre_promotion_says_no'))
def test_an_analysis_beside_the_steps_or_before_the_promotion_fails_it(outcomes, play):
    failed, argos, replayed = outcomes[play].result()
    assert (failed.code, argos) == (1, 'Degraded'), failed.output
    assert 'AnalysisFailed (Failed)' in failed.stdout
    assert 'the last value was 0.42' in failed.stdout
    assert 'the stable revision 1 still serves: 1/1' in failed.stdout
    assert replayed.code == 1, replayed.output


def test_a_missed_deadline_is_a_failure_also_where_argo_goes_on_trying(outcomes):
    failed, argos, again = outcomes['misses_its_deadline'].result()
    assert (failed.code, argos, again.code) == (1, 'Degraded', 1), failed.output
    for output in (failed.stdout, again.stdout):
        assert 'made no progress for 12s (ProgressDeadlineExceeded)' in output
        assert 'kubectl argo rollouts abort -n' in output


def test_a_missed_deadline_that_aborts_is_a_failure_with_what_was_missed(outcomes):
    failed, argos, again = outcomes['misses_its_deadline_and_is_aborted'].result()
    assert (failed.code, argos, again.code) == (1, 'Degraded', 1), failed.output
    for output in (failed.stdout, again.stdout):
        assert 'has aborted its update to revision 2: ReplicaSet "web-' in output
        assert 'has timed out progressing' in output
        assert 'kubectl argo rollouts undo -n' in output


def test_a_canary_that_crashes_is_told_as_for_a_deployment(outcomes):
    crashed, argos = outcomes['crashes'].result()
    assert (crashed.code, argos) == (1, 'Progressing'), crashed.output
    assert 'CrashLoop' in crashed.stdout and 'no database' in crashed.stdout
    assert 'the stable revision 1 still serves: 1/1' in crashed.stdout


def test_the_template_may_be_that_of_a_deployment(outcomes):
    first, second, argos = outcomes['of_a_deployment'].result()
    assert first.code == 0, first.output
    assert 'serving one' in first.stdout
    assert (second.code, argos) == (0, 'Healthy'), second.output
    assert 'serving two' in second.stdout


def test_what_the_controller_cannot_work_with_is_a_cause(outcomes):
    failed, argos = outcomes['misses_a_service'].result()
    assert (failed.code, argos) == (1, 'Degraded'), failed.output
    assert 'InvalidSpec' in failed.stdout and 'nowhere' in failed.stdout
