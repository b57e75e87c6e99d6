"""Analyses and experiments: which of them count, and their evidence."""

from __future__ import annotations

import pytest
from kubectl_dog_argo_rollouts import tracker
from objects import NEW
from objects import OLD
from objects import measurement
from objects import rollout

from kubectl_dog.testing import assess
from kubectl_dog.testing import check
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import LogRef
from kubectl_dog.tracker import Logs
from kubectl_dog.tracker import epoch

RUN = 'web-bbb-2-3'
NOW = epoch('2026-01-01T12:00:00Z')
HALF = '  updatedReplicas: 1\n  stableRS: aaa\n  currentStepIndex: 3\n  phase: Progressing\n'
NAMED = '  canary: {currentStepAnalysisRunStatus: {name: %s, status: x}}\n'
WHY = 'Rollout aborted update to revision 2: Step-based analysis phase error/failed: too many'
METRIC = """\
spec:
  metrics: [{name: errors, successCondition: result < 0.1, provider: {%s: {}}}]
"""
RESULT = """\
  phase: %s
  message: 'Metric "errors" assessed Failed due to failed (2) > failureLimit (1)'
  metricResults:
  - name: errors
    phase: %s
    successful: 1
    failed: 2
    measurements:
    - {phase: Successful, value: "0.01"}
    - {phase: Failed, value: "0.37"}
    - {phase: Failed, value: "0.42", message: too many}
    - {phase: Successful, value: "0.02"}
"""
FAILED = RESULT % ('Failed', 'Failed')
RUNNING = RESULT % ('Running', 'Running')


def run(status=FAILED, name=RUN, provider='web', **more):
    return measurement('AnalysisRun', name, status, METRIC % provider, **more)


def going(name=RUN):
    return rollout(HALF + NAMED % name) + OLD + NEW


def aborted(message=WHY):
    progressing = (
        f"{{type: Progressing, status: 'False', reason: RolloutAborted, message: '{message}'}}"
    )
    return rollout(f'{HALF}  abort: true\n  conditions: [{progressing}]\n') + OLD + NEW  # fmt: skip


def test_a_failed_analysis_is_a_cause_with_what_was_measured():
    assessment = check(tracker, going() + run(), state='progressing', causes=['AnalysisFailed'])
    (cause,) = assessment.causes
    assert (cause.reason, cause.subject) == ('Failed', RUN)
    assert 'Metric "errors" assessed Failed' in cause.message
    assert cause.evidence == (
        'metric errors: 1 successful, 2 failed, the last value was 0.42, too many, '
        'its successCondition is result < 0.1',
    )
    assert cause.suggested_commands == (f'kubectl describe analysisrun -n default {RUN}',)


@pytest.mark.parametrize(
    ('yaml', 'causes'),
    (
        (aborted() + run(), ['AnalysisFailed']),
        # Somebody has aborted it: what failed in an earlier try is history.
        (aborted('Rollout aborted update to revision 2') + run(), []),
        # Tried again, and nothing is measured yet.
        (rollout(HALF) + OLD + NEW + run(), []),
        (going('web-bbb-2-3.1') + run() + run(RUNNING, 'web-bbb-2-3.1'), []),
        # The same template in an earlier revision.
        (aborted() + run(revision=1), []),
        (going() + run(RUNNING), []),
    ),
)
def test_only_failures_that_the_controller_considers_count(yaml, causes):
    check(tracker, yaml, causes=causes)


def test_what_is_a_cause_is_not_said_twice():
    assert assess(tracker, aborted() + run()).message == 'has aborted its update to revision 2'


def late(message=WHY):
    """Aborted three seconds ago."""
    at = "message: '{}', lastUpdateTime: '2026-01-01T11:59:57Z'"
    return aborted(message).replace(f"message: '{message}'", at.format(message))


def test_what_it_was_aborted_for_is_waited_for_a_moment():
    waits = {'state': 'progressing', 'says': 'a look at what it was aborted for'}
    due = NOW + 2
    check(tracker, late(), recheck_at=due, **waits)
    check(tracker, late() + run(RUNNING), recheck_at=due, **waits)
    check(tracker, late() + run(), state='failed', causes=['AnalysisFailed'])
    check(tracker, view(late(), now=due), state='failed', causes=())


@pytest.mark.parametrize(
    ('yaml', 'forbidden'),
    (
        (late('Rollout aborted update to revision 2'), ()),
        (late('Rollout aborted update to revision 2: "web-bbb" has timed out progressing.'), ()),
        (late(), ('AnalysisRun.argoproj.io', 'Experiment.argoproj.io')),
        (late().replace('analysis:', 'pause:').replace('experiment:', 'pause:'), ()),
    ),
)
def test_nothing_is_waited_for_where_nothing_more_can_be_heard(yaml, forbidden):
    check(tracker, view(yaml, forbidden_kinds=frozenset(forbidden)), state='failed')


def test_of_several_tries_the_last_is_what_it_was_aborted_for():
    yaml = aborted() + run(name='first') + run(name='second', at='11:40:00')
    assert [cause.subject for cause in assess(tracker, yaml).causes] == ['second']


def test_a_dry_run_is_no_evidence():
    yaml = aborted() + run(FAILED.replace('failed: 2', 'failed: 2\n    dryRun: true'))
    assert assess(tracker, yaml).causes[0].evidence == ()


def test_what_is_being_measured_is_waited_for():
    says = f'the analysis {RUN} (metric errors: 1 successful, 2 failed) at step 4 of 5'
    assessment = check(tracker, going() + run(RUNNING), state='progressing', says=says)
    assert assessment.reason == 'AnalysisRunRunning'
    assert assessment.min_stall_timeout >= 7200
    before = going() + run('  phase: Pending\n')
    check(tracker, before, state='progressing', says=f'the analysis {RUN} at step 4 of 5')


def test_what_is_measured_in_the_background_is_not_waited_for():
    background = NAMED.replace('currentStep', 'currentBackground') % RUN
    assessment = assess(tracker, rollout(HALF + background) + OLD + NEW + run(RUNNING))
    assert assessment.waits_for == 'step 4 of 5 (analysis) to be done'
    assert assessment.min_stall_timeout < 7200


def test_what_is_not_said_is_left_out():
    bare = '  phase: Error\n  metricResults: [{name: errors, phase: Error, error: 5}]\n'
    yaml = aborted() + measurement('AnalysisRun', RUN, bare)
    assert assess(tracker, yaml).causes[0].evidence == ('metric errors: 5 with an error',)
    unknown = aborted() + run('  phase: Error\n  metricResults: [{name: errors, phase: Error}]\n')
    check(tracker, unknown, says='metric errors: not measured yet')


def test_endless_words_are_cut():
    yaml = aborted() + run(FAILED.replace('0.42', 'x' * 5000).replace('too many', 'y' * 5000))
    (evidence,) = assess(tracker, yaml).causes[0].evidence
    assert len(evidence) < 600


JOB_POD = """\
---
apiVersion: v1
kind: Pod
metadata:
  name: job-1
  labels: {analysisrun.argoproj.io/uid: uid-web-bbb-2-3}
status:
  phase: Failed
  containerStatuses:
  - {name: ask, restartCount: 0, state: {terminated: {exitCode: 3}}}
  - {name: proxy, restartCount: 0, state: {terminated: {exitCode: 0}}}
"""


def test_the_words_of_a_job_that_failed_are_evidence():
    yaml = aborted() + run(provider='job') + JOB_POD
    assessment = assess(tracker, yaml)
    (cause,) = assessment.causes
    assert cause.logs == (LogRef('Pod/default/job-1', 'ask', 0),)
    logs = [want for want in wants(tracker, yaml) if isinstance(want, Logs)]
    assert [(log.pod, log.container) for log in logs] == [('job-1', 'ask')]
    # The cause has its failure: it is no pod of the rollout.
    assert [pod['metadata']['name'] for pod in assessment.other_pods] == ['job-1']


def test_only_jobs_have_pods():
    asked = [want.labels for want in wants(tracker, aborted() + run()) if len(want) == 4]
    assert not [selector for selector in asked if 'analysisrun' in selector]


EXPERIMENT = 'web-bbb-2-4'
TRIED = """\
  phase: %s
  message: it went wrong
  templateStatuses: [{name: new, status: Degraded, message: has timed out}]
  analysisRuns: [{name: a, analysisRun: exp-a, phase: Failed, message: too slow}]
"""
OF_EXPERIMENT = f"""\
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: {EXPERIMENT}-new
  labels: {{rollouts-pod-template-hash: ccc}}
  ownerReferences: [{{kind: Experiment, name: {EXPERIMENT}, controller: true}}]
---
apiVersion: v1
kind: Pod
metadata:
  name: tried-1
  ownerReferences: [{{kind: ReplicaSet, name: {EXPERIMENT}-new, controller: true}}]
"""


def experiment(phase):
    named = f'  canary: {{currentExperiment: {EXPERIMENT}}}\n'
    yaml = rollout(HALF.replace('3', '4') + named) + OLD + NEW
    return yaml + measurement('Experiment', EXPERIMENT, TRIED % phase) + OF_EXPERIMENT


def test_an_experiment_that_failed_is_a_cause():
    assessment = check(
        tracker, experiment('Failed'), causes=['ExperimentFailed'], says='it went wrong'
    )
    assert assessment.causes[0].evidence == (
        'template new: has timed out',
        'its analysis exp-a: too slow',
    )
    assert not assessment.pods


def test_the_pods_of_an_experiment_are_the_rollouts_as_long_as_it_runs():
    assessment = check(
        tracker, experiment('Running'), causes=(), says=f'the experiment {EXPERIMENT}'
    )
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['tried-1']
    assert not assess(tracker, experiment('Successful')).pods
    assert EXPERIMENT in [child['metadata']['name'] for child in assessment.children]


def test_an_inconclusive_experiment_is_a_pause():
    paused = '  pauseConditions: [{reason: InconclusiveExperiment}]\n'
    yaml = rollout(HALF + paused) + NEW + measurement('Experiment', 'e', '  phase: Inconclusive\n')
    check(tracker, yaml, state='paused', says='the experiment e was inconclusive')


def test_a_view_without_anything_is_no_accident():
    check(tracker, view('{apiVersion: argoproj.io/v1alpha1, kind: Rollout}'), state='progressing')
