"""Objects as https://fluxcd.io/flux/components/ shows them (kustomize/kustomizations,
helm/helmreleases, source); messages are those of fluxcd/kustomize-controller and helm-controller.
"""

from __future__ import annotations

NEW, OLD = 'main@sha1:450796dd', 'main@sha1:67e2c98a'


def cond(kind, status, reason='Reason', message='a message', seen=2):
    return (
        f'{{type: {kind}, status: "{status}", reason: {reason}, message: "{message}", '
        f'observedGeneration: {seen}}}'
    )


def kustomization(*conditions, seen=2, revision=NEW, spec='', more='', meta=''):
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system, generation: 2{meta}}}
spec:
  interval: 5m
  sourceRef: {{kind: GitRepository, name: fleet}}
{spec}status:
  observedGeneration: {seen}
  lastAppliedRevision: "{revision}"
  conditions: [{', '.join(conditions)}]
  inventory:
    entries:
    - {{id: shop_web_apps_Deployment, v: v1}}
    - {{id: shop_web__Service, v: v1}}
{more}"""


def release(*conditions, seen=2, spec='', more=''):
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: shop, generation: 2}}
spec:
  chart: {{spec: {{chart: web, sourceRef: {{kind: HelmRepository, name: charts}}}}}}
{spec}status:
  observedGeneration: {seen}
  helmChart: shop/shop-web
  conditions: [{', '.join(conditions)}]
{more}"""


def source(kind, name, *conditions, namespace='flux-system', revision=NEW, spec='{}', seen=2):
    return f"""\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}, generation: 2}}
spec: {spec}
status:
  observedGeneration: {seen}
  artifact: {{revision: "{revision}"}}
  conditions: [{', '.join(conditions)}]
"""


def workload(kind, name, status, labels, namespace='shop', spec='', extra=''):
    return f"""\
---
apiVersion: apps/v1
kind: {kind}
metadata:
  name: {name}
  namespace: {namespace}
  generation: 1
  labels: {{{labels}}}
  annotations: {{deployment.kubernetes.io/revision: "1"{extra}}}
spec: {{replicas: 1, selector: {{matchLabels: {{app: {name}}}}}{spec}}}
status: {{observedGeneration: 1{status}}}
"""


OF_APPS = (
    'kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system'
)
OF_WEB = 'helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: shop'
UP = ', replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1'
DOWN = ', replicas: 1, updatedReplicas: 1'

PODS = """\
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-1
  namespace: shop
  labels: {app: web}
  annotations: {deployment.kubernetes.io/revision: "1"}
  ownerReferences: [{kind: Deployment, name: web, controller: true}]
---
apiVersion: v1
kind: Pod
metadata:
  name: web-1-x
  namespace: shop
  labels: {app: web}
  ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true}]
spec: {containers: [{name: main}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-01-01T11:00:00Z"}]
  containerStatuses:
  - {name: main, ready: true, restartCount: 0,
     state: {running: {startedAt: "2026-01-01T11:00:00Z"}}}
"""
READY = cond('Ready', 'True', 'ReconciliationSucceeded', f'Applied revision {NEW}')
GIT = source('GitRepository', 'fleet', cond('Ready', 'True', 'Succeeded', 'stored artifact'))
WEB = workload('Deployment', 'web', UP, OF_APPS) + PODS
RELEASED = workload('Deployment', 'web', UP, OF_WEB) + PODS
INSTALLED = cond('Ready', 'True', 'InstallSucceeded', 'Helm install succeeded')
CHARTS = source('HelmRepository', 'charts', cond('Ready', 'True'), namespace='shop')
CHART = source('HelmChart', 'shop-web', cond('Ready', 'True'), namespace='shop')
