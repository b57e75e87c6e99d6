"""Objects of a Rollout `web` as YAML, for the views of tests."""

from __future__ import annotations

CANARY = """\
    canary:
      steps:
      - setWeight: 50
      - pause: {}
      - pause: {duration: 1m}
      - analysis: {templates: [{templateName: good}]}
      - experiment: {templates: [{name: new, specRef: canary}]}
"""
BLUE_GREEN = """\
    blueGreen: {activeService: active}
"""


def rollout(status='', spec='', strategy=CANARY, meta=''):
    """The Rollout in revision 2, with more fields of its status."""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
  generation: 2
  annotations: {{rollout.argoproj.io/revision: "2"}}
{meta}spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template: {{spec: {{containers: [{{name: main, image: "web:2", readinessProbe: {{}}}}]}}}}
  strategy:
{strategy}{spec}status:
  observedGeneration: "2"
  currentPodHash: bbb
{status}"""


def replica_set(revision, pod_hash, replicas=1, ready=1):
    """A ReplicaSet of the Rollout."""
    return f"""\
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-{pod_hash}
  creationTimestamp: "2026-01-01T11:00:0{revision}Z"
  labels: {{app: web, rollouts-pod-template-hash: {pod_hash}}}
  annotations: {{rollout.argoproj.io/revision: "{revision}"}}
  ownerReferences: [{{kind: Rollout, name: web, controller: true}}]
spec:
  replicas: {replicas}
  template: {{spec: {{containers: [{{name: main, image: "web:{revision}"}}]}}}}
status: {{replicas: {replicas}, readyReplicas: {ready}, availableReplicas: {ready}}}
"""


OLD, NEW = replica_set(1, 'aaa'), replica_set(2, 'bbb')


def pod(name, of='web-bbb', started='2026-01-01T11:00:00Z', ready='True'):
    """A pod of a ReplicaSet."""
    return f"""\
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  labels: {{app: web}}
  ownerReferences: [{{kind: ReplicaSet, name: {of}, controller: true}}]
spec: {{containers: [{{name: main, readinessProbe: {{}}}}]}}
status:
  phase: Running
  conditions: [{{type: Ready, status: "{ready}"}}]
  containerStatuses:
  - {{name: main, restartCount: 0, state: {{running: {{startedAt: "{started}"}}}}}}
"""


def measurement(kind, name, status, spec='', **more):
    """An AnalysisRun or an Experiment of a `revision`, created `at` a time of day."""
    revision, at = more.get('revision', 2), more.get('at', '11:30:00')
    return f"""\
---
apiVersion: argoproj.io/v1alpha1
kind: {kind}
metadata:
  name: {name}
  uid: uid-{name}
  creationTimestamp: "2026-01-01T{at}Z"
  labels: {{app: web, rollouts-pod-template-hash: bbb}}
  annotations: {{rollout.argoproj.io/revision: "{revision}"}}
  ownerReferences: [{{kind: Rollout, name: web, controller: true}}]
{spec}status:
{status}"""


# Parts of its status: a finished rollout, and a canary halfway.
ALL = '  replicas: 2\n  updatedReplicas: 2\n  readyReplicas: 2\n  availableReplicas: 2\n'
HALF = '  replicas: 3\n  updatedReplicas: 1\n  readyReplicas: 3\n  availableReplicas: 3\n'
DONE = ALL + '  stableRS: bbb\n  phase: Healthy\n'
HALFWAY = (
    HALF + '  stableRS: aaa\n  phase: Progressing\n  message: more replicas need to be updated\n'
)
GONE = '  deletionTimestamp: "2026-01-01T11:00:00Z"\n'
TWO = NEW + pod('web-1') + pod('web-2')


def paused(step, reason='CanaryPauseStep', strategy=None, spec=''):
    """The Rollout in a pause at a step, counted from 0, for half a minute at noon."""
    status = (
        f'{HALF}  stableRS: aaa\n  phase: Paused\n  message: {reason}\n  currentStepIndex: {step}\n'
    )
    status += f'  controllerPause: true\n  pauseConditions:\n  - reason: {reason}\n'
    status += '    startTime: "2026-01-01T11:59:30Z"\n'
    more = {'strategy': strategy} if strategy else {}
    return rollout(status, spec, **more) + OLD + NEW + pod('web-1') + pod('old-1', 'web-aaa')


def condition(kind, status, reason, message, more=''):
    """A condition as a part of the status."""
    return (
        f'  conditions:\n  - {{type: {kind}, status: "{status}", reason: {reason}, '
        f'message: \'{message}\', lastUpdateTime: "2026-01-01T11:58:00Z"{more}}}\n'
    )
