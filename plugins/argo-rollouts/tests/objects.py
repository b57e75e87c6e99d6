"""Objects of a Rollout `web`, as YAML for views."""

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
    """The Rollout in revision 2, of which `status` says more."""
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


def replica_set(revision, made_hash, replicas=1, ready=1):
    """A ReplicaSet of it."""
    return f"""\
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-{made_hash}
  creationTimestamp: "2026-01-01T11:00:0{revision}Z"
  labels: {{app: web, rollouts-pod-template-hash: {made_hash}}}
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


def measured(kind, name, status, spec='', **more):
    """An AnalysisRun or an Experiment of it, of a `revision`, made `at` a time of the day."""
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
