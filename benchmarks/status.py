"""CPU time of `kubectl dog status --local` on a thousand objects, beyond start-up.

    python benchmarks/status.py [--objects 1000]

The objects are like the output of `kubectl get … -o yaml` for a namespace. A third of the
Deployments is healthy, a third crashes, and a third cannot be scheduled; they have ReplicaSets,
pods and kube events. There are also StatefulSets, Jobs, Services, ConfigMaps and custom resources.
The time of a run with a single object counts as start-up.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

STAMP = '2026-01-01T00:00:00Z'
PROBE = {'httpGet': {'path': '/healthz', 'port': 8080, 'scheme': 'HTTP'}, 'periodSeconds': 10}
TOLERATED = ('node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable')
CONDITIONS = ('PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady')
RUNS = 5


def new_object(version, kind, name, owner=None, **parts):
    metadata = {
        'name': name,
        'namespace': 'shop',
        'uid': f'{kind.lower()}-{name}',
        'creationTimestamp': STAMP,
        'generation': 1,
        'resourceVersion': '123456',
        'labels': {'app': name.partition('-x')[0], 'pod-template-hash': '7c9f8d'},
        'annotations': {'deployment.kubernetes.io/revision': '1'},
    }
    if owner:
        of = {'apiVersion': owner['apiVersion'], 'kind': owner['kind'], 'controller': True}
        own = {'name': owner['metadata']['name'], 'uid': owner['metadata']['uid']}
        metadata['ownerReferences'] = [{**of, **own, 'blockOwnerDeletion': True}]
    return {'apiVersion': version, 'kind': kind, 'metadata': metadata, **parts}


def pod_spec():
    main = {
        'name': 'main',
        'image': 'registry.example.com/web:1.2.3',
        'imagePullPolicy': 'IfNotPresent',
        'resources': {'limits': {'cpu': '500m'}, 'requests': {'cpu': '100m', 'memory': '64Mi'}},
        'env': [{'name': 'MODE', 'value': 'production'}],
        'readinessProbe': PROBE,
        'ports': [{'containerPort': 8080, 'protocol': 'TCP'}],
        'volumeMounts': [{'mountPath': '/var/run/secrets', 'name': 'token', 'readOnly': True}],
    }
    tolerations = [
        {'effect': 'NoExecute', 'key': key, 'operator': 'Exists', 'tolerationSeconds': 300}
        for key in TOLERATED
    ]
    return {
        'containers': [main],
        'dnsPolicy': 'ClusterFirst',
        'restartPolicy': 'Always',
        'schedulerName': 'default-scheduler',
        'serviceAccountName': 'default',
        'terminationGracePeriodSeconds': 30,
        'tolerations': tolerations,
        'volumes': [{'name': 'token', 'projected': {'defaultMode': 420, 'sources': []}}],
    }


def pod(name, owner, state):
    ready = state == 'good'
    conditions = [
        {'type': kind, 'status': str(ready), 'lastTransitionTime': STAMP} for kind in CONDITIONS
    ]
    status = {'phase': 'Running' if ready else 'Pending', 'conditions': conditions}
    if state == 'full':
        message = '0/9 nodes are available: 9 Insufficient cpu.'
        scheduled = {'type': 'PodScheduled', 'status': 'False', 'reason': 'Unschedulable'}
        status['conditions'] = [{**scheduled, 'message': message}]
        return new_object('v1', 'Pod', name, owner, spec=pod_spec(), status=status)
    end = {'exitCode': 3, 'reason': 'Error', 'startedAt': STAMP, 'finishedAt': STAMP}
    back_off = {'waiting': {'reason': 'CrashLoopBackOff', 'message': 'back-off 5m0s restarting'}}
    status['containerStatuses'] = [
        {
            'name': 'main',
            'image': 'registry.example.com/web:1.2.3',
            'ready': ready,
            'restartCount': 0 if ready else 7,
            'state': {'running': {'startedAt': STAMP}} if ready else back_off,
            'lastState': {} if ready else {'terminated': end},
        }
    ]
    return new_object('v1', 'Pod', name, owner, spec={**pod_spec(), 'nodeName': 'n'}, status=status)


def deployment_objects(number):
    """A Deployment, its ReplicaSet, a pod and a kube event."""
    name, state = f'web-{number}', ('good', 'crashes', 'full')[number % 3]
    counts = dict.fromkeys(('replicas', 'updatedReplicas'), 1)
    if state == 'good':
        counts.update(readyReplicas=1, availableReplicas=1)
    spec = {
        'replicas': 1,
        'selector': {'matchLabels': {'app': name}},
        'template': {'metadata': {'labels': {'app': name}}, 'spec': pod_spec()},
    }
    status = {**counts, 'observedGeneration': 1}
    deploy = new_object('apps/v1', 'Deployment', name, spec=spec, status=status)
    replica_set = new_object('apps/v1', 'ReplicaSet', f'{name}-x', deploy, spec=spec, status=status)
    crashing = pod(f'{name}-x-abcde', replica_set, state)
    event = new_object('v1', 'Event', f'{name}-x-abcde.1', type='Warning', reason='BackOff')
    event['involvedObject'] = {
        'kind': 'Pod',
        'name': f'{name}-x-abcde',
        'uid': crashing['metadata']['uid'],
    }
    return [deploy, replica_set, crashing, {**event, 'message': 'Back-off', 'lastTimestamp': STAMP}]


def other_objects(number):
    counts = dict.fromkeys(('replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'), 1)
    spec = {'replicas': 1, 'template': {'spec': pod_spec()}}
    done = {'type': 'Complete', 'status': 'True'}
    ready = {'type': 'Ready', 'status': 'True', 'lastTransitionTime': STAMP}
    address = {'clusterIP': '10.0.0.1', 'selector': {'app': 'x'}}
    status = {**counts, 'observedGeneration': 1}
    return [
        new_object('apps/v1', 'StatefulSet', f'db-{number}', spec=spec, status=status),
        new_object('batch/v1', 'Job', f'job-{number}', spec=spec, status={'conditions': [done]}),
        new_object('v1', 'Service', f'svc-{number}', spec=address, status={'loadBalancer': {}}),
        new_object('v1', 'ConfigMap', f'config-{number}', data={'key': 'value'}),
        new_object('example.com/v1', 'Widget', f'widget-{number}', status={'conditions': [ready]}),
    ]


def objects(count):
    items, number = [], 0
    while len(items) < count:
        items += [
            *deployment_objects(number),
            *deployment_objects(number + 1),
            *other_objects(number),
        ]
        number += 2
    return {'apiVersion': 'v1', 'kind': 'List', 'items': items[:count]}


def cpu(path):
    """The minimum CPU time of several runs, in seconds."""
    command = [sys.executable, '-m', 'kubectl_dog', 'status', '--local', '-f', str(path)]
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--objects', type=int, default=1000)
    count = parser.parse_args().objects
    dumper = getattr(yaml, 'CSafeDumper', yaml.SafeDumper)
    dumper.ignore_aliases = lambda self, data: True
    with tempfile.TemporaryDirectory() as folder:
        single, many, quick = (
            Path(folder, name) for name in ('one.yaml', 'many.yaml', 'many.json')
        )
        single.write_text(yaml.dump(objects(1), Dumper=dumper))
        many.write_text(yaml.dump(objects(count), Dumper=dumper))
        quick.write_text(json.dumps(objects(count)))
        base = cpu(single)
        write(f'start-up {base:.2f} s')
        for path in (many, quick):
            size = path.stat().st_size / 1e6
            write(f'{count:,} objects {path.suffix} {cpu(path) - base:.2f} s more, {size:.1f} MB')


def write(text):
    sys.stdout.write(f'{text}\n')


if __name__ == '__main__':
    main()
