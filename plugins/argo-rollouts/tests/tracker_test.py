"""The assessment of a Rollout by its status and its pods."""

from __future__ import annotations

import pytest
from kubectl_dog_argo_rollouts import tracker
from objects import ALL
from objects import BLUE_GREEN
from objects import DONE
from objects import GONE
from objects import HALF
from objects import HALFWAY
from objects import NEW
from objects import OLD
from objects import TWO
from objects import condition
from objects import paused
from objects import pod
from objects import replica_set
from objects import rollout

from kubectl_dog.testing import assess
from kubectl_dog.testing import check
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import Progress
from kubectl_dog.tracker import State


def at(step, does='setWeight: 50'):
    yaml = rollout(f'{HALFWAY}  currentStepIndex: {step}\n').replace('setWeight: 50', does)
    return yaml + OLD


def surplus():
    status = ALL.replace('replicas: 2', 'replicas: 3', 1) + '  phase: Progressing\n'
    return rollout(status + '  message: old replicas are pending termination\n') + OLD + NEW


def cutting_over():
    status = ALL + '  phase: Progressing\n  message: active service cutover pending\n'
    return rollout(status, strategy=BLUE_GREEN) + OLD + NEW


def aborted(message='Rollout aborted update to revision 2'):
    status = condition('Progressing', 'False', 'RolloutAborted', message)
    return rollout(f'{HALF}  stableRS: aaa\n  abort: true\n  phase: Degraded\n{status}') + OLD + NEW


def test_all_is_done():
    check(tracker, rollout(DONE) + TWO, state='ready', causes=(), progress=Progress(2, 2, 2, 2))


@pytest.mark.parametrize(
    ('yaml', 'says'),
    (
        (rollout(DONE).replace('generation: 2', 'generation: 3') + TWO, 'to see the change'),
        (rollout('').replace('  currentPodHash: bbb\n', ''), 'the ReplicaSet of the newest'),
        (rollout(DONE) + NEW + pod('web-1'), 'a look at its pods'),
        (at(0) + NEW, 'step 1 of 5 (setWeight 50) to be done'),
        (at(0) + replica_set(2, 'bbb', 2, 1), '(setWeight 50): 1 of 2 pods to become ready'),
        (at(5) + NEW, '1 of 2 pods to be updated'),
        (at(0, 'setCanaryScale: {replicas: 3}') + NEW, '(setCanaryScale to replicas 3)'),
        (at(0, 'setCanaryScale: {}') + NEW, '(setCanaryScale to the weight of the traffic)'),
        (at(0, 'plugin: {name: x/y}') + NEW, 'step 1 of 5 (plugin x/y) to be done'),
        (surplus(), '1 old pod to go'),
        (cutting_over(), 'its controller (active service cutover pending)'),
    ),
)
def test_what_it_waits_for(yaml, says):
    check(tracker, yaml, state='progressing', says=says, causes=())


@pytest.mark.parametrize('hashed', ('6f5b8c9d7', '7698795776', '68479595776'))
def test_versions_before_0_10_tell_a_hash_in_place_of_a_generation(hashed):
    yaml = rollout(DONE).replace('observedGeneration: "2"', f'observedGeneration: "{hashed}"')
    check(tracker, yaml + TWO, state='ready')


def test_ready_means_ready_also_without_a_probe():
    bare = 'readinessProbe: {}'
    yaml = (rollout(DONE) + NEW).replace(f', {bare}', '')
    yaml += ''.join(
        pod(f'web-{n}', started='2026-01-01T11:59:58Z').replace(f', {bare}', '') for n in (1, 2)
    )
    check(tracker, yaml, state='progressing', says='to keep running')
    check(tracker, view(yaml, now='2026-01-01T12:01:00Z'), state='ready')


def test_without_the_right_to_see_pods_the_counts_decide():
    forbidden = view(rollout(DONE), forbidden_kinds=frozenset({'Pod'}))
    check(tracker, forbidden._replace(now=forbidden.now + 60), state='ready')


def test_the_newest_revision_is_told_from_the_stable_one():
    assessment = assess(tracker, paused(1))
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-1']
    assert [pod['metadata']['name'] for pod in assessment.other_pods] == ['old-1']
    assert assessment.revision == ('2', '1', ('image main 1 → 2',))
    assert (assessment.templates.revision, assessment.templates.earlier) == ('2', '1')
    assert assessment.templates.template != assessment.templates.earlier_template
    assert assessment.still_serving == 'the stable revision 1 still serves: 1/2'
    assert [child['metadata']['name'] for child in assessment.children] == ['web-bbb']


def test_pods_that_go_explain_nothing_in_the_middle_of_a_canary():
    going = pod('old-2', 'web-aaa').replace('  name: old-2', f'  name: old-2\n{GONE.rstrip()}')
    assert 'old-2' not in [pod['metadata']['name'] for pod in others(paused(1) + going)]
    assert 'old-2' in [pod['metadata']['name'] for pod in others(rollout(DONE) + OLD + going + TWO)]


def test_what_was_put_out_is_no_updated_pod():
    yaml = paused(1) + pod('web-2').replace('phase: Running', 'phase: Failed')
    assert [pod['metadata']['name'] for pod in assess(tracker, yaml).pods] == ['web-1']


def others(yaml):
    return assess(tracker, yaml).other_pods


def test_where_all_is_done_nothing_is_said_of_what_was_before():
    assessment = assess(tracker, rollout(DONE + '  currentStepIndex: 0\n') + TWO)
    assert (assessment.still_serving, assessment.revision) == ('', ('2', '', ()))
    assert assessment.templates is None
    again = rollout(DONE.replace('Healthy', 'Progressing') + '  currentStepIndex: 0\n') + TWO
    check(tracker, again, says='its controller')


def test_what_blue_green_has_switched_serves_already():
    yaml = rollout(HALFWAY + '  blueGreen: {activeSelector: bbb}\n', strategy=BLUE_GREEN)
    assert assess(tracker, yaml + OLD + NEW).still_serving == ''


@pytest.mark.parametrize(
    ('message', 'says'),
    (
        ('', 'has aborted its update to revision 2 by somebody'),
        (': too slow', 'has aborted its update to revision 2: too slow'),
    ),
)
def test_an_abort_is_a_failure(message, says):
    yaml = aborted('Rollout aborted update to revision 2' + message)
    assessment = check(tracker, yaml, state='failed', reason='RolloutAborted', says=says)
    assert assessment.suggested_commands[0] == 'kubectl argo rollouts undo -n default web'


def test_an_abort_that_the_controller_has_not_seen_is_waited_for():
    yaml = rollout(HALFWAY + '  abort: true\n') + OLD + NEW
    check(tracker, yaml, state='progressing', says='the controller to abort the update')


def test_an_abort_is_one_without_its_condition_too():
    at = '  abort: true\n  phase: Degraded\n  abortedAt: "2026-01-01T11:50:00Z"\n'
    yaml = rollout(HALFWAY.replace('  phase: Progressing\n', '') + at)
    says = 'has aborted its update to revision 2'
    check(tracker, yaml + OLD + NEW, state='failed', reason='RolloutAborted', message=says)
    check(tracker, yaml, state='failed', message='has aborted its update')


def test_the_revision_is_not_told_where_its_replica_set_is_unknown():
    yaml = aborted('Rollout aborted update to revision 2: too slow').replace(OLD + NEW, '')
    check(tracker, yaml, message='has aborted its update: too slow')


def test_another_try_makes_the_abort_history():
    yaml = aborted().replace('abort: true', 'abort: false')
    check(tracker, yaml, state='progressing', says='the controller to try again')


def timed_out(names='web-bbb'):
    message = f'ReplicaSet "{names}" has timed out progressing.'
    status = condition('Progressing', 'False', 'ProgressDeadlineExceeded', message)
    return rollout(HALFWAY.replace('Progressing', 'Degraded') + status) + OLD + NEW


def test_a_missed_deadline_is_believed_where_it_is_of_this_revision():
    code = 'ProgressDeadlineExceeded'
    check(tracker, timed_out(), state='failed', reason=code, causes=[code], says='10m')
    check(tracker, timed_out('web-aaa'), state='progressing', causes=())
    before = timed_out().replace('11:58:00', '10:58:00')
    check(tracker, before, state='progressing', causes=())
    shown = view(timed_out())
    revised = shown._replace(run_history=shown.run_history._replace(revision_changed=True))
    check(tracker, revised, state='progressing', causes=())
    late = view(timed_out('web-aaa'), now='2026-01-01T13:00:00Z', started='2026-01-01T12:00:00Z')
    check(tracker, late, state='failed', reason=code)


def test_an_invalid_spec_is_a_cause_that_is_tolerated_for_30_s():
    status = condition('InvalidSpec', 'True', 'InvalidSpec', 'service "x" not found')
    yaml = rollout(HALFWAY.replace('Progressing', 'Degraded') + status) + OLD + NEW
    assessment = check(
        tracker, yaml, state='progressing', causes=['InvalidSpec'], says='"x" not found'
    )
    assert assessment.causes[0].tolerance_seconds == 30.0


def test_degraded_for_a_reason_that_nobody_knows_is_a_failure():
    yaml = rollout(f'{HALF}  phase: Degraded\n  message: odd\n') + OLD + NEW
    check(tracker, yaml, state='failed', reason='Degraded', says='is Degraded: odd')


def test_what_is_going_is_deleting():
    check(tracker, rollout(DONE, meta=GONE) + TWO, state='deleting')


def referring(kind, observed='3', generation=3, annotated='3'):
    ref = f'  workloadRef: {{apiVersion: apps/v1, kind: {kind}, name: web}}\n'
    meta = f'    rollout.argoproj.io/workload-generation: "{annotated}"\n'
    yaml = rollout(f'{DONE}  workloadObservedGeneration: "{observed}"\n', ref)
    yaml = yaml.replace('{rollout.argoproj.io/revision: "2"}', f'\n{meta.rstrip()}')
    yaml = yaml.replace('  selector: {matchLabels: {app: web}}\n', '')
    start = yaml.index('  template:')
    yaml = yaml[:start] + yaml[yaml.index('  strategy:') :] + TWO
    return (
        yaml
        + f"""\
---
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web, generation: {generation}}}
spec: {{replicas: 0, selector: {{matchLabels: {{app: api}}}}}}
"""
    )


@pytest.mark.parametrize('kind', ('Deployment', 'ReplicaSet'))
def test_the_template_of_another_workload_has_to_be_seen_too(kind):
    check(tracker, referring(kind), state='ready')
    check(tracker, referring(kind, observed='2'), state='progressing', says='to see the change')
    newer = referring(kind, generation=4)
    check(tracker, newer, state='progressing', says='to see the change')


def labels(yaml):
    return {want.resource.kind: want.labels for want in wants(tracker, yaml) if len(want) == 4}


def test_pods_are_found_by_the_selector_of_the_workload_it_refers_to():
    assert labels(referring('Deployment'))['Pod'] == 'app=api'
    # A PodTemplate has none: its Rollout must have one.
    assert labels(referring('PodTemplate'))['Pod'] == 'rollouts-pod-template-hash'


def test_no_more_is_read_than_the_strategy_makes():
    kinds = {'ReplicaSet', 'Pod', 'AnalysisRun', 'Experiment'}
    assert set(labels(rollout(DONE))) == kinds
    assert labels(rollout(DONE))['AnalysisRun'] == 'rollouts-pod-template-hash=bbb'
    assert set(labels(rollout(DONE, strategy=BLUE_GREEN))) == {'ReplicaSet', 'Pod'}


def test_without_a_stable_revision_there_is_nothing_to_go_back_to():
    assessment = assess(tracker, rollout(HALF + '  phase: Progressing\n') + NEW)
    assert assessment.suggested_commands == ('kubectl argo rollouts get rollout -n default web',)
    assert assessment.state is State.PROGRESSING
