"""Objects as https://docs.flagger.app/usage/how-it-works and fluxcd/flagger (pkg/canary/status.go,
pkg/controller/scheduler.go, which has the words of the kube events) describe them.
"""

from __future__ import annotations

import pytest
from kubectl_dog_flagger import analysis
from kubectl_dog_flagger import canary

from kubectl_dog.testing import check
from kubectl_dog.testing import view
from kubectl_dog.testing import wants
from kubectl_dog.tracker import DEPLOYMENTS
from kubectl_dog.tracker import PODS
from kubectl_dog.tracker import Progress

CANARY = """\
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web, generation: 1, uid: canary}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  progressDeadlineSeconds: 60
  analysis:
    interval: 30s
    threshold: 5
    maxWeight: 50
    stepWeight: 10
    webhooks:
    - {name: approve, type: confirm-promotion, url: http://gate/}
    - {name: start, type: confirm-rollout, url: http://gate/}
status:
  phase: %s
  failedChecks: %d
  canaryWeight: %d
  iterations: 0
  lastTransitionTime: "2026-01-01T11:50:00Z"
  conditions:
  - {type: Promoted, status: "%s", reason: X, message: %s}
"""
EVENT = """\
---
apiVersion: v1
kind: Event
metadata: {name: web.%s}
type: %s
reason: Synced
involvedObject: {kind: Canary, name: web, uid: canary}
lastTimestamp: "2026-01-01T11:5%s:00Z"
message: %s
"""


def phase(name, failed=0, weight=0, promoted='Unknown', message='told'):
    return CANARY % (name, failed, weight, promoted, message)


def event(minute, message, kind='Warning'):
    return EVENT % (minute, kind, minute, message)


def deployment(name, image, born='2026-01-01T10:00:00Z', replicas=1, generation=1):
    """One with its ReplicaSet and, where it has replicas, a pod that is ready."""
    return f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  uid: {name}
  generation: {generation}
  annotations: {{deployment.kubernetes.io/revision: "2"}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template: {{spec: {{containers: [{{name: main, image: {image}}}]}}}}
status: {{observedGeneration: 1, replicas: {replicas}, updatedReplicas: {replicas},
  readyReplicas: {replicas}, availableReplicas: {replicas}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: {name}-2
  uid: {name}-2
  creationTimestamp: "{born}"
  labels: {{app: {name}}}
  annotations: {{deployment.kubernetes.io/revision: "2"}}
  ownerReferences: [{{kind: Deployment, name: {name}, uid: {name}, controller: true}}]
""" + (
        f"""\
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}-2-x
  labels: {{app: {name}}}
  ownerReferences: [{{kind: ReplicaSet, name: {name}-2, uid: {name}-2, controller: true}}]
spec: {{containers: [{{name: main, image: {image}}}]}}
status:
  phase: Running
  conditions: [{{type: Ready, status: "True", lastTransitionTime: "2026-01-01T11:00:00Z"}}]
  containerStatuses:
  - {{name: main, ready: true, restartCount: 0,
     state: {{running: {{startedAt: "2026-01-01T11:00:00Z"}}}}}}
"""
        if replicas
        else ''
    )


PRIMARY = deployment('web-primary', 'web:2')
DONE = deployment('web', 'web:2', replicas=0) + PRIMARY


@pytest.mark.parametrize(
    ('yaml', 'expected'),
    (
        pytest.param(phase('Succeeded', promoted='True') + DONE, {'state': 'ready'}, id='promoted'),
        pytest.param(phase('Initialized') + DONE, {'state': 'ready'}, id='first of all'),
        pytest.param(
            phase('Succeeded') + deployment('web', 'web:3', replicas=0) + PRIMARY,
            {'state': 'progressing', 'says': 'Flagger to see the change of deployment/web'},
            id='the primary runs another image',
        ),
        pytest.param(
            phase('Succeeded') + deployment('web', 'web:2', generation=2) + PRIMARY,
            {'state': 'progressing', 'says': 'Flagger to see the change of deployment/web'},
            id='not even the Deployment was seen',
        ),
        pytest.param(
            phase('Succeeded') + deployment('web', 'web:2', '2026-01-01T11:59:30Z') + PRIMARY,
            {'state': 'progressing', 'recheck_at': 1767268830.0},
            id='a revision younger than its last word',
        ),
        pytest.param(
            phase('Succeeded') + deployment('web', 'web:2', '2026-01-01T11:51:00Z') + PRIMARY,
            {'state': 'ready'},
            id='Flagger has looked since and left it alone',
        ),
        pytest.param(
            phase('Failed', message='"Canary analysis failed, Deployment scaled to zero."')
            + deployment('web', 'web:3', '2026-01-01T11:59:30Z')
            + PRIMARY,
            {'state': 'progressing', 'causes': (), 'says': 'Flagger to see the change'},
            id='a failure of the revision before',
        ),
        pytest.param(
            phase('Succeeded') + DONE.replace('availableReplicas: 1', 'availableReplicas: 0'),
            {
                'state': 'progressing',
                'says': 'the rollout of deployment/web-primary (0 of 1 pod available)',
            },
            id='the primary does not serve',
        ),
        pytest.param(
            phase('Succeeded') + deployment('web', 'web:2', replicas=0),
            {'state': 'progressing', 'says': 'deployment/web-primary to be there'},
            id='the primary is not there',
        ),
        pytest.param(phase('Initializing') + DONE, {'state': 'progressing'}, id='initializing'),
        pytest.param(
            phase('Progressing', weight=20) + DONE,
            {'state': 'progressing', 'says': 'the analysis (weight 20 of 50)', 'causes': ()},
            id='progressing',
        ),
        pytest.param(
            phase('Promoting') + DONE,
            {'state': 'progressing', 'says': 'the primary to be updated'},
            id='promoting',
        ),
        pytest.param(phase('Finalising') + DONE, {'state': 'progressing'}, id='finalising'),
        pytest.param(
            phase('Levitating') + DONE,
            {'state': 'progressing', 'says': 'the phase Levitating to change'},
            id='a phase of a later version',
        ),
        pytest.param(phase('Terminating'), {'state': 'deleting'}, id='terminating'),
        pytest.param(
            phase('WaitingPromotion') + DONE,
            {
                'state': 'paused',
                'reason': 'WaitingPromotion',
                'message': 'waits for approval to promote it, by its confirm-promotion webhook '
                'approve',
            },
            id='a person has to promote it',
        ),
        pytest.param(
            phase('Waiting') + DONE,
            {'state': 'paused', 'says': 'confirm-rollout webhook start'},
            id='a person has to let it start',
        ),
        pytest.param(
            phase('Progressing').replace('spec:', 'spec:\n  suspend: true', 1) + DONE,
            {'state': 'paused', 'reason': 'Suspended'},
            id='suspended',
        ),
    ),
)
def test_the_phase_decides_as_far_as_it_is_about_what_the_target_runs(yaml, expected):
    check(canary, yaml, **expected)


def test_a_target_that_is_not_there_is_a_cause():
    assessment = check(canary, phase('Initializing'), causes=['TargetMissing'], state='progressing')
    assert assessment.causes[0].subject == 'deployment/web'
    check(canary, phase('Succeeded'), causes=['TargetMissing'], state='progressing')


def test_nothing_is_believed_before_the_target_was_looked_at():
    shown = view(phase('Succeeded') + DONE)._replace(objects_by_watch={})
    check(canary, shown, state='progressing', says='a look at deployment/web', causes=())
    check(canary, shown._replace(forbidden_kinds=frozenset({'Deployment.apps'})), state='ready')


def test_only_what_containers_run_is_compared_with_the_primary():
    """Flagger renames ConfigMaps for the primary, and others may inject into either."""
    main, more = '{name: main, image: web:2}', ', {name: proxy, image: proxy}'
    copied = PRIMARY.replace(main, '{name: main, image: web:2, env: [{name: A, value: b}]}' + more)
    target = deployment('web', 'web:2')
    check(canary, phase('Succeeded') + target + copied, state='ready')
    other = target.replace(main, '{name: main, image: web:2, args: [x]}')
    check(canary, phase('Succeeded') + other + copied, state='progressing')


BEGIN = event(1, 'New revision detected! Scaling up web.default', 'Normal')
RATE = event(3, 'Halt web.default advancement success rate 42.00% < 99%')
SLOW = event(4, '"(combined from similar events): Halt web.default advancement request duration '
             '2s > 500ms"')  # fmt: skip
BACK = event(5, 'Rolling back web.default failed checks threshold reached 5')
GATE = event(5, 'Halt web.default advancement waiting for promotion approval approve')


def test_checks_that_have_failed_only_explain_until_flagger_gives_up():
    old = event(0, 'Halt web.default advancement success rate 1.00% < 99%')
    yaml = phase('Progressing', failed=2, weight=10) + DONE + old + BEGIN + RATE + SLOW
    assessment = check(canary, yaml, causes=['ChecksFailed'], says='2 of 5 checks failed')
    (cause,) = assessment.causes
    assert cause.informational
    assert cause.message.endswith('Halt web.default advancement request duration 2s > 500ms')
    assert cause.evidence == ('Halt web.default advancement success rate 42.00% < 99%',)


@pytest.mark.parametrize(
    ('events', 'code', 'says'),
    (
        (BEGIN + RATE + BACK, 'ChecksFailed', ['success rate 42.00% < 99%', 'threshold reached']),
        (BACK, 'ChecksFailed', 'failed checks threshold reached 5'),
        (BEGIN + GATE, 'CanaryRolledBack', 'Deployment scaled to zero'),
        (
            event(5, 'Rolling back web.default progress deadline exceeded canary deployment'),
            'CanaryRolledBack',
            'progress deadline exceeded',
        ),
        ('', 'CanaryRolledBack', 'Deployment scaled to zero'),
    ),
)
def test_what_was_rolled_back_has_failed_for_what_flagger_said(events, code, says):
    message = '"Canary analysis failed, Deployment scaled to zero."'
    yaml = phase('Failed', promoted='False', message=message) + DONE + events
    assessment = check(
        canary, yaml, state='failed', reason='CanaryFailed', causes=[code], says=says
    )
    assert assessment.still_serving.startswith('deployment/web-primary still serves')


def test_what_keeps_it_from_starting_is_told_in_the_words_of_flagger():
    error = event(2, 'Error checking metric providers')
    rolls = event(2, '"web-primary.default not ready: waiting for rollout to finish: 0 of 1"')
    assessment = check(canary, phase('Initializing') + DONE + error, causes=['FlaggerError'])
    assert not assessment.causes[0].informational
    assessment = check(canary, phase('Initializing') + DONE + rolls, causes=['FlaggerError'])
    assert assessment.causes[0].informational


def test_the_pods_of_the_canary_are_shown_while_it_is_analysed_and_else_those_of_the_primary():
    both = deployment('web', 'web:3', replicas=1) + PRIMARY
    assessment = check(canary, phase('Progressing') + both, progress=Progress(1, 1, 1, 1))
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-2-x']
    names = [child['metadata']['name'] for child in assessment.children]
    assert names == ['web', 'web-2', 'web-primary', 'web-primary-2']
    assessment = check(canary, phase('Succeeded') + both, says='Flagger to see the change')
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-2-x']
    assessment = check(canary, phase('Promoting') + both)
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['web-primary-2-x']


def test_a_daemon_set_has_its_pods_itself():
    yaml = (
        phase('Failed').replace('kind: Deployment', 'kind: DaemonSet')
        + """\
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}}
status: {desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberReady: 2, numberAvailable: 2}
---
apiVersion: apps/v1
kind: ControllerRevision
metadata:
  name: web-b
  labels: {app: web, controller-revision-hash: b}
  creationTimestamp: "2026-01-01T11:%s:30Z"
  ownerReferences: [{kind: DaemonSet, name: web, controller: true}]
revision: 2
---
apiVersion: v1
kind: Pod
metadata:
  name: new
  labels: {app: web, controller-revision-hash: b}
  ownerReferences: [{kind: DaemonSet, name: web, controller: true}]
---
apiVersion: v1
kind: Pod
metadata:
  name: old
  labels: {app: web, controller-revision-hash: a}
  ownerReferences: [{kind: DaemonSet, name: web, controller: true}]
"""
    )
    assessment = check(canary, yaml % 40, progress=Progress(2, 1, 2, 2), state='failed')
    assert [pod['metadata']['name'] for pod in assessment.pods] == ['new']
    check(canary, yaml % 59, says='Flagger to see the change of daemonset/web')


def test_it_reads_the_target_and_the_primary_and_then_what_is_behind_them():
    assert {want.resource for want in wants(canary, phase('Progressing'))} == {DEPLOYMENTS}
    asked = wants(canary, phase('Progressing') + DONE)
    assert {want.labels for want in asked if want.resource == PODS} == {
        'app=web',
        'app=web-primary',
    }
    other = phase('Progressing').replace('kind: Deployment', 'kind: Service')
    assert wants(canary, other) == ()
    check(canary, other.replace('phase: Progressing', 'phase: Succeeded'), state='ready', causes=())


@pytest.mark.parametrize(
    ('spec', 'interval', 'steps'),
    (
        ({'interval': '1m30s', 'stepWeight': 10, 'maxWeight': 50}, 90.0, 5),
        ({'interval': '1s', 'iterations': 7}, 10.0, 7),
        ({'stepWeights': [1, 5, 50]}, 60.0, 3),
        ({'interval': 'often'}, 60.0, 0),
    ),
)
def test_an_analysis_gets_the_time_that_it_may_take(spec, interval, steps):
    obj = {'spec': {'analysis': spec}}
    assert analysis.interval(obj) == interval
    assert analysis.stall_timeout(obj) == interval * (steps + 1 + 6) + 600 + 60
