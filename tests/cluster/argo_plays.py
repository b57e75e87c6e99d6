"""Plays with Rollouts: each returns our results, and the phase that Argo's own plugin prints."""

from __future__ import annotations

from . import manifests
from .argo import ANALYSIS
from .argo import SERVE
from .argo import analysed
from .argo import canary
from .argo import changed
from .argo import services
from .argo import template
from .argo import web
from .harness.processes import until
from .stage import READY_SOON


def paused_and_promoted(argo):
    """An update that stops at a pause, is promoted, and passes a timed pause by itself."""
    steps = canary({'setWeight': 50}, {'pause': {}}, {'pause': {'duration': '6s'}})
    argo.apply(steps, replicas=2)
    first = argo.rollout()
    argo.apply(steps, SERVE.format('two'), READY_SOON, replicas=2)
    paused, argos = argo.rollout(), argo.argo_phase()
    accepted = argo.rollout('--on-pause=succeed')
    waits = argo.start('rollout', 'rollout/web', '--on-pause=wait')
    waits.wait_for('is paused')
    argo.plugin('promote', 'web')
    return first, paused, argos, accepted, waits.wait(60), argo.argo_phase()


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
    argo.apply(steps, SERVE.format('two'))
    assert until(lambda: argo.argo_phase() == 'Paused', 60, pause=0.5)
    argo.plugin('abort', 'web')
    aborted, argos = argo.rollout(), argo.argo_phase()
    argo.plugin('undo', 'web')
    return aborted, argos, argo.rollout(), argo.argo_phase()


def blue_green(argo):
    argo.stage.apply(services())
    strategy = {
        'activeService': 'active',
        'previewService': 'preview',
        'autoPromotionEnabled': False,
        'scaleDownDelaySeconds': 600,
    }
    argo.apply({'blueGreen': strategy})
    argo.healthy()
    argo.apply({'blueGreen': strategy}, SERVE.format('two'), READY_SOON)
    paused, argos = argo.rollout(), argo.argo_phase()
    argo.plugin('promote', 'web')
    return paused, argos, argo.rollout(), argo.argo_phase()


def background_says_no(argo):
    """An update that is aborted by an analysis in the background."""
    argo.stage.apply(template(web(argo), successCondition='result >= 0.95'))
    steps = canary({'setWeight': 50}, {'pause': {'duration': '5m'}})
    steps['canary'].update(ANALYSIS)
    return changed(argo, steps)


def pre_promotion_says_no(argo):
    argo.stage.apply([*services(), template(web(argo), successCondition='result >= 0.95')])
    strategy = {'activeService': 'active', 'previewService': 'preview'}
    return changed(argo, {'blueGreen': {**strategy, 'prePromotionAnalysis': ANALYSIS['analysis']}})


def too_slow(argo, aborts):
    """A canary that starts, never becomes ready, and misses Argo's deadline."""
    steps = canary({'setWeight': 50}, {'pause': {}})
    argo.apply(steps)
    argo.healthy()
    never = {'exec': {'command': ['false']}, 'periodSeconds': 1}
    limits = {'progressDeadlineSeconds': 12, 'progressDeadlineAbort': aborts}
    argo.apply(steps, SERVE.format('two'), never, **limits)
    failed = argo.rollout()
    # Our run may have ended earlier, because of the probe.
    assert until(lambda: argo.argo_phase() == 'Degraded', 30, pause=0.5)
    return failed, argo.argo_phase(), argo.rollout()


def misses_its_deadline(argo):
    return too_slow(argo, False)


def misses_its_deadline_and_is_aborted(argo):
    return too_slow(argo, True)


def crashes(argo):
    """A canary that never becomes ready: Argo's own plugin waits for its deadline."""
    steps = canary({'setWeight': 50}, {'pause': {}})
    argo.apply(steps)
    argo.healthy()
    argo.apply(steps, 'echo no database; exit 4')
    return argo.rollout(), argo.argo_phase()


def of_a_deployment(argo):
    """A Rollout that takes its template from a Deployment, which is then changed."""
    label = {'matchLabels': {'app': 'web'}}
    probed = {'readinessProbe': READY_SOON}
    old = manifests.deployment('web', SERVE.format('one'), container=probed, replicas=0)
    rollout = {
        'apiVersion': 'argoproj.io/v1alpha1',
        'kind': 'Rollout',
        'metadata': {'name': 'web'},
        'spec': {
            'replicas': 1,
            'workloadRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'},
            'strategy': canary({'setWeight': 100}),
        },
    }
    assert old['spec']['selector'] == label
    argo.stage.apply([old, rollout])
    first = argo.rollout()
    new = manifests.deployment('web', SERVE.format('two'), container=probed, replicas=0)
    argo.stage.apply(new)
    return first, argo.rollout(), argo.argo_phase()


def misses_a_service(argo):
    argo.apply({'blueGreen': {'activeService': 'nowhere'}})
    return argo.rollout('--tolerate', 'InvalidSpec=2s'), argo.argo_phase()


PLAYS = (
    paused_and_promoted,
    job_says_no,
    web_says_no,
    web_says_neither,
    experiment_says_no,
    aborted_and_undone,
    blue_green,
    background_says_no,
    pre_promotion_says_no,
    misses_its_deadline,
    misses_its_deadline_and_is_aborted,
    crashes,
    of_a_deployment,
    misses_a_service,
)
