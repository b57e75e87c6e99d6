"""plugins/argo-rollouts with the real controller, beside Argo's own plugin."""

from __future__ import annotations

import pytest

from . import manifests
from . import stage as stages
from .argo import SAYS
from .argo import Argo
from .argo import analysed
from .argo import canary
from .argo import installed
from .argo import metrics
from .argo import web
from .harness import argo_rollouts
from .harness import private
from .harness.processes import until
from .stage import READY_SOON


def paused_and_promoted(argo):
    """Stops at a pause; then goes on, through one that passes by itself, to the end."""
    steps = canary({'setWeight': 50}, {'pause': {}}, {'pause': {'duration': '6s'}})
    argo.apply(steps, replicas=2)
    first = argo.rollout()
    argo.apply(steps, SAYS.format('two'), READY_SOON, replicas=2)
    paused, argos = argo.rollout(), argo.says()
    accepted = argo.rollout('--on-pause=succeed')
    waits = argo.start('rollout', 'rollout/web', '--on-pause=wait')
    waits.wait_for('is paused')
    argo.plugin('promote', 'web')
    return first, paused, argos, accepted, waits.wait(60), argo.says()


def job_says_no(argo):
    pod = manifests.pod_spec('echo 7 requests failed; exit 3', restartPolicy='Never')
    return analysed(argo, {'job': {'spec': {'backoffLimit': 0, 'template': {'spec': pod}}}})


def web_says_no(argo):
    return analysed(argo, web(argo), successCondition='result >= 0.95')


def web_says_neither(argo):
    asks = {'successCondition': 'result >= 0.95', 'failureCondition': 'result < 0.1'}
    return analysed(argo, web(argo), **asks)


def experiment_says_no(argo):
    analyses = [{'name': 'good', 'templateName': 'good', 'requiredForCompletion': True}]
    tried = {'templates': [{'name': 'new', 'specRef': 'canary'}], 'analyses': analyses}
    step = {'experiment': tried}
    return analysed(argo, web(argo), step, successCondition='result >= 0.95')


def aborted_and_undone(argo):
    steps = canary({'setWeight': 50}, {'pause': {}})
    argo.apply(steps)
    argo.healthy()
    argo.apply(steps, SAYS.format('two'))
    assert until(lambda: argo.says() == 'Paused', 60, pause=0.5)
    argo.plugin('abort', 'web')
    aborted, argos = argo.rollout(), argo.says()
    argo.plugin('undo', 'web')
    return aborted, argos, argo.rollout(), argo.says()


def blue_green(argo):
    services = [
        {
            'apiVersion': 'v1',
            'kind': 'Service',
            'metadata': {'name': name},
            'spec': {'selector': {'app': 'web'}, 'ports': [{'port': 80}]},
        }
        for name in ('active', 'preview')
    ]
    argo.stage.apply(services)
    strategy = {
        'activeService': 'active',
        'previewService': 'preview',
        'autoPromotionEnabled': False,
        'scaleDownDelaySeconds': 600,
    }
    argo.apply({'blueGreen': strategy})
    argo.healthy()
    argo.apply({'blueGreen': strategy}, SAYS.format('two'), READY_SOON)
    paused, argos = argo.rollout(), argo.says()
    argo.plugin('promote', 'web')
    return paused, argos, argo.rollout(), argo.says()


def crashes(argo):
    """A canary that never becomes ready: Argo's own plugin waits for its deadline."""
    steps = canary({'setWeight': 50}, {'pause': {}})
    argo.apply(steps)
    argo.healthy()
    argo.apply(steps, 'echo no database; exit 4')
    return argo.rollout(), argo.says()


def of_a_deployment(argo):
    """A Rollout that takes its template from a Deployment, which is then changed."""
    label = {'matchLabels': {'app': 'web'}}
    probed = {'readinessProbe': READY_SOON}
    one = manifests.deployment('web', SAYS.format('one'), container=probed, replicas=0)
    made = {
        'apiVersion': 'argoproj.io/v1alpha1',
        'kind': 'Rollout',
        'metadata': {'name': 'web'},
        'spec': {
            'replicas': 1,
            'workloadRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'},
            'strategy': canary({'setWeight': 100}),
        },
    }
    assert one['spec']['selector'] == label
    argo.stage.apply([one, made])
    first = argo.rollout()
    two = manifests.deployment('web', SAYS.format('two'), container=probed, replicas=0)
    argo.stage.apply(two)
    return first, argo.rollout(), argo.says()


def misses_a_service(argo):
    argo.apply({'blueGreen': {'activeService': 'nowhere'}})
    return argo.rollout('--tolerate', 'InvalidSpec=2s'), argo.says()


PLAYS = (
    paused_and_promoted,
    job_says_no,
    web_says_no,
    web_says_neither,
    experiment_says_no,
    aborted_and_undone,
    blue_green,
    crashes,
    of_a_deployment,
    misses_a_service,
)


@pytest.fixture(scope='module')
def outcomes(own_machine, tmp_path_factory):
    """A future for each play, on a cluster of their own: definitions are everybody's."""
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
    assert 'the pause at step 3 of 3 (6s) to pass at' in promoted.stdout


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
