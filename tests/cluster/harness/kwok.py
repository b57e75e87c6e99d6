"""kwok: nodes and pods that are only objects, by the thousands."""

from __future__ import annotations

import json

from . import build

PROCESS = 'kwok'
LABEL = {'type': 'kwok'}
# Only pods that tolerate it are scheduled to these nodes.
TAINT = {'key': 'kwok.x-k8s.io/node', 'value': 'fake', 'effect': 'NoSchedule'}
PODS = 1000

# The stages of nodes and pods: ready at once, and deleted at once. Simpler than kwok's own.
STAGES = """\
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: node-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Node}
  selector:
    matchExpressions:
    - key: '.status.conditions.[] | select( .type == "Ready" ) | .status'
      operator: NotIn
      values: ['True']
  next:
    statusTemplate: |
      {{ $now := Now }}
      conditions:
      {{ range NodeConditions }}
      - lastHeartbeatTime: {{ $now | Quote }}
        lastTransitionTime: {{ $now | Quote }}
        message: {{ .message | Quote }}
        reason: {{ .reason | Quote }}
        status: {{ .status | Quote }}
        type: {{ .type | Quote }}
      {{ end }}
      phase: Running
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: .metadata.deletionTimestamp, operator: DoesNotExist}
    - {key: .status.phase, operator: In, values: [Pending]}
  next:
    statusTemplate: |
      {{ $now := Now }}
      conditions:
      {{ range $type := (list "Initialized" "Ready" "ContainersReady") }}
      - {lastTransitionTime: {{ $now | Quote }}, status: "True", type: {{ $type }}}
      {{ end }}
      containerStatuses:
      {{ range .spec.containers }}
      - image: {{ .image | Quote }}
        name: {{ .name | Quote }}
        ready: true
        started: true
        restartCount: 0
        state: {running: {startedAt: {{ $now | Quote }}}}
      {{ end }}
      phase: Running
      startTime: {{ $now | Quote }}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-delete}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: .metadata.deletionTimestamp, operator: Exists}
  next: {delete: true}
"""


def template():
    """Fields of a pod's spec that schedule it to these nodes."""
    return {'nodeSelector': LABEL, 'tolerations': [{'key': TAINT['key'], 'operator': 'Exists'}]}


def start(cluster, nodes=10):
    """Starts kwok, unless it runs, and waits until its nodes are ready."""
    program = build.ensure_apart(build.KWOK) / 'kwok'
    stages = cluster.settings.state / 'kwok.yaml'
    stages.write_text(STAGES)
    command = [
        program,
        f'--config={stages}',
        # The administrator's rights: this is a cluster that is thrown away.
        f'--kubeconfig={cluster.settings.kubeconfig}',
        '--manage-nodes-with-label-selector=type=kwok',
        '--node-lease-duration-seconds=40',
        '--v=WARN',
    ]
    cluster.processes.start(PROCESS, command)
    manifest = {'apiVersion': 'v1', 'kind': 'List', 'items': [_node(i) for i in range(nodes)]}
    cluster.kubectl('apply', '-f', '-', stdin=json.dumps(manifest))
    # A node is tainted until the controller manager has seen that it is ready.
    cluster.processes.wait(PROCESS, lambda: _usable(cluster) == nodes, 60)


def _usable(cluster):
    output = cluster.kubectl('get', 'nodes', '--selector=type=kwok', '-o', 'json').stdout
    return sum(_is_usable(node) for node in json.loads(output)['items'])


def _is_usable(node):
    conditions = node['status'].get('conditions', ())
    ready = [condition['status'] for condition in conditions if condition['type'] == 'Ready']
    return ready == ['True'] and node['spec'].get('taints') == [TAINT]


def _node(number):
    resources = {'cpu': '1000', 'memory': '1Ti', 'pods': str(PODS)}
    return {
        'apiVersion': 'v1',
        'kind': 'Node',
        'metadata': {'name': f'kwok-{number}', 'labels': LABEL},
        'spec': {'taints': [TAINT]},
        'status': {'allocatable': resources, 'capacity': resources},
    }
