"""A simulated fleet: rolling updates of many Deployments, as lines of watches with their times.

The objects have the fields that an API server sends, also `managedFields`, and change in the same
order and about as often as with kwok. Nothing is random.
"""

from __future__ import annotations

import copy
import heapq
import json
import time
from collections import deque

from kubectl_dog.cluster.reads.watcher import Watcher
from kubectl_dog.cluster.reads.worker import Environment
from kubectl_dog.cluster.source.watch_router import watch_selection
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.sources import SourceEndedError
from kubectl_dog.model.wants import Watch

SPACE = 'fleet'
STARTED = 1_788_000_000.0
# Seconds from one pair of pods of a Deployment to the next, and from a pod to its readiness.
PERIOD, UNTIL_READY = 3.0, 1.2
REVISION = 'deployment.kubernetes.io/revision'
IMAGE = 'localhost/busybox:1'


def stamp(at):
    """A time of the server, in whole seconds."""
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(STARTED + at))


def field_set(value):
    """The `fieldsV1` of an object of which one manager owns everything."""
    if isinstance(value, dict):
        return {f'f:{key}': field_set(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        keys = [next(iter(inner.items())) for inner in value]
        sets = [{'.': {}, **field_set(inner)} for inner in value]
        return {f'k:{json.dumps(dict([key]))}': inner for key, inner in zip(keys, sets)}
    return {}


def pod_spec(version):
    container = {
        'name': 'main',
        'image': IMAGE,
        'command': ['sh', '-c', "trap 'exit 0' TERM; sleep 100000 & wait"],
        'env': [{'name': 'VERSION', 'value': version}],
        'imagePullPolicy': 'IfNotPresent',
        'resources': {},
        'terminationMessagePath': '/dev/termination-log',
        'terminationMessagePolicy': 'File',
    }
    return {
        'containers': [container],
        'dnsPolicy': 'ClusterFirst',
        'nodeSelector': {'type': 'kwok'},
        'restartPolicy': 'Always',
        'schedulerName': 'default-scheduler',
        'securityContext': {},
        'terminationGracePeriodSeconds': 1,
        'tolerations': [{'key': 'kwok.x-k8s.io/node', 'operator': 'Exists'}],
    }


class Rollout:
    """The rolling update of one Deployment, as an iterator of (time, plural, change, object)."""

    def __init__(self, name, replicas, start, fleet):
        self.name, self.replicas, self.start, self.fleet = name, replicas, start, fleet
        self.labels = {'app': name}
        self.deployment = self._deployment()
        self.old, self.new = self._replica_set('1', replicas), self._replica_set('2', 0)
        self.pods = [self._pod(self.old, number, ready=True) for number in range(replicas)]

    def initial(self):
        yield 'deployments', self.deployment
        yield 'replicasets', self.old
        for pod in self.pods:
            yield 'pods', pod

    def changes(self):
        at, surge = self.start, 2
        self._observe()
        yield self._change(at, 'replicasets', self.new, 'ADDED')
        yield self._change(at, 'deployments', self.deployment)
        yield self._event(at, self.deployment, 'ScalingReplicaSet', f'Scaled up {at}')
        for first in range(0, self.replicas, surge):
            numbers = range(first, min(first + surge, self.replicas))
            yield from self._replace(at, numbers)
            at += PERIOD
        self._complete(at)
        yield self._change(at, 'deployments', self.deployment)

    def _replace(self, at, numbers):
        self.new['spec']['replicas'] += len(numbers)
        yield self._change(at, 'replicasets', self.new)
        yield self._event(at, self.deployment, 'ScalingReplicaSet', f'Scaled up {at}')
        pods = [self._pod(self.new, number) for number in numbers]
        for pod in pods:
            yield self._change(at, 'pods', pod, 'ADDED')
            yield self._event(at, self.new, 'SuccessfulCreate', f'Created pod: {name_of(pod)}')
            yield from self._counts(at, self.new, replicas=1, fullyLabeledReplicas=1)
            self._schedule(pod, at)
            yield self._change(at + 0.1, 'pods', pod)
            yield self._event(at + 0.1, pod, 'Scheduled', f'Successfully assigned {name_of(pod)}')
        at += UNTIL_READY
        for pod in pods:
            set_ready(pod, at)
            yield self._change(at, 'pods', pod)
            yield from self._counts(at, self.new, readyReplicas=1, availableReplicas=1)
        at += 0.3
        self.old['spec']['replicas'] -= len(pods)
        yield self._change(at, 'replicasets', self.old)
        yield self._event(at, self.deployment, 'ScalingReplicaSet', f'Scaled down {at}')
        for _ in pods:
            pod = self.pods.pop()
            pod['metadata']['deletionTimestamp'] = stamp(at)
            yield self._change(at, 'pods', pod)
            yield self._event(at, self.old, 'SuccessfulDelete', f'Deleted pod: {name_of(pod)}')
            yield self._change(at + 0.2, 'pods', pod, 'DELETED')
            gone = dict.fromkeys(('replicas', 'fullyLabeledReplicas'), -1)
            ready = dict.fromkeys(('readyReplicas', 'availableReplicas'), -1)
            yield from self._counts(at + 0.2, self.old, **gone, **ready)

    def _counts(self, at, replica_set, **added):
        for key, value in added.items():
            replica_set['status'][key] = replica_set['status'].get(key, 0) + value
        yield self._change(at, 'replicasets', replica_set)
        status, old, new = self.deployment['status'], self.old['status'], self.new['status']
        for key in ('replicas', 'readyReplicas', 'availableReplicas'):
            status[key] = old.get(key, 0) + new.get(key, 0)
        status['updatedReplicas'] = new.get('replicas', 0)
        self._progressing(at, 'ReplicaSetUpdated', 'is progressing')
        yield self._change(at, 'deployments', self.deployment)

    def _observe(self):
        self.deployment['metadata']['annotations'][REVISION] = '2'
        self.deployment['status']['observedGeneration'] = 2
        self._progressing(self.start, 'NewReplicaSetCreated', 'Created new replica set')

    def _complete(self, at):
        self._progressing(at, 'NewReplicaSetAvailable', 'has successfully progressed')

    def _progressing(self, at, reason, message):
        condition = self.deployment['status']['conditions'][1]
        text = f'ReplicaSet "{self.new["metadata"]["name"]}" {message}.'
        condition.update(reason=reason, message=text, lastUpdateTime=stamp(at))

    def _change(self, at, plural, obj, change='MODIFIED'):
        obj['metadata']['resourceVersion'] = self.fleet.next_version()
        obj = copy.deepcopy(obj)
        status = {'status': field_set(obj.get('status', {}))}
        parts = {key: value for key, value in obj.items() if key in ('metadata', 'spec')}
        managers = (('kube-controller-manager', parts, ''), ('kubelet', status, 'status'))
        obj['metadata']['managedFields'] = [
            {
                'manager': manager,
                'operation': 'Update',
                'apiVersion': obj['apiVersion'],
                'time': stamp(at),
                'fieldsType': 'FieldsV1',
                'fieldsV1': fields if subresource else field_set(fields),
                **({'subresource': subresource} if subresource else {}),
            }
            for manager, fields, subresource in managers
        ]
        return at, plural, change, obj

    def _event(self, at, subject, reason, message):
        name = f'{name_of(subject)}.{self.fleet.next_version()}'
        involved = {'kind': subject['kind'], 'namespace': SPACE, 'name': name_of(subject)}
        involved.update(uid=subject['metadata']['uid'], apiVersion=subject['apiVersion'])
        metadata = {'name': name, 'namespace': SPACE, 'uid': f'event-{name}'}
        times = dict.fromkeys(('firstTimestamp', 'lastTimestamp'), stamp(at))
        event = {
            'kind': 'Event',
            'apiVersion': 'v1',
            'metadata': {**metadata, 'creationTimestamp': stamp(at)},
            'involvedObject': involved,
            'reason': reason,
            'message': message,
            'source': {'component': 'deployment-controller'},
            **times,
            'count': 1,
            'type': 'Normal',
            'eventTime': None,
            'reportingComponent': 'deployment-controller',
            'reportingInstance': '',
        }
        return self._change(at, 'events', event, 'ADDED')

    def _object(self, api_version, kind, name, owner=None, created=-600.0):
        metadata = {
            'name': name,
            'namespace': SPACE,
            'uid': f'{kind.lower()}-{name}',
            'resourceVersion': self.fleet.next_version(),
            'creationTimestamp': stamp(created),
            'labels': dict(self.labels),
            'annotations': {},
        }
        if owner is not None:
            reference = {'apiVersion': 'apps/v1', 'kind': owner['kind'], 'name': name_of(owner)}
            flags = {'controller': True, 'blockOwnerDeletion': True}
            metadata['ownerReferences'] = [{**reference, **flags, 'uid': owner['metadata']['uid']}]
        return {'kind': kind, 'apiVersion': api_version, 'metadata': metadata}

    def _deployment(self):
        obj = self._object('apps/v1', 'Deployment', self.name)
        obj['metadata'].update(generation=2, annotations={REVISION: '1'})
        counts = ('replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas')
        kinds = (('Available', 'MinimumReplicasAvailable'), ('Progressing', 'NewReplicaSet'))
        obj['spec'] = {
            'replicas': self.replicas,
            'selector': {'matchLabels': dict(self.labels)},
            'template': {'metadata': {'labels': dict(self.labels)}, 'spec': pod_spec('new')},
            'strategy': {'type': 'RollingUpdate'},
            'revisionHistoryLimit': 10,
            'progressDeadlineSeconds': 600,
        }
        obj['status'] = {
            **dict.fromkeys(counts, self.replicas),
            'observedGeneration': 1,
            'conditions': [
                {'type': kind, 'status': 'True', 'reason': reason, 'lastUpdateTime': stamp(-600)}
                for kind, reason in kinds
            ],
        }
        return obj

    def _replica_set(self, revision, replicas):
        created = -600.0 if replicas else self.start
        obj = self._object(
            'apps/v1', 'ReplicaSet', f'{self.name}-{revision * 9}', self.deployment, created
        )
        labels = {**self.labels, 'pod-template-hash': revision * 9}
        obj['metadata'].update(generation=1, labels=labels, annotations={REVISION: revision})
        version = 'new' if revision == '2' else 'old'
        obj['spec'] = {
            'replicas': replicas,
            'selector': {'matchLabels': labels},
            'template': {'metadata': {'labels': labels}, 'spec': pod_spec(version)},
        }
        counts = ('replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas')
        obj['status'] = {**dict.fromkeys(counts, replicas), 'observedGeneration': 1}
        return obj

    def _pod(self, replica_set, number, ready=False):
        created = -600.0 if ready else self.start
        name = f'{name_of(replica_set)}-x{number:04}'
        obj = self._object('v1', 'Pod', name, replica_set, created)
        obj['metadata']['labels'] = dict(replica_set['metadata']['labels'])
        obj['spec'] = copy.deepcopy(replica_set['spec']['template']['spec'])
        obj['status'] = {'phase': 'Pending', 'qosClass': 'BestEffort'}
        if ready:
            self._schedule(obj, created)
            set_ready(obj, created)
        return obj

    @staticmethod
    def _schedule(pod, at):
        pod['spec']['nodeName'] = 'kwok-1'
        condition = {'type': 'PodScheduled', 'status': 'True', 'lastTransitionTime': stamp(at)}
        pod['status']['conditions'] = [condition]


def set_ready(pod, at):
    """What kwok writes into the status of a pod."""
    kinds = ('Initialized', 'Ready', 'ContainersReady')
    pod['status'].update(
        phase='Running',
        startTime=stamp(at),
        conditions=pod['status']['conditions']
        + [{'lastTransitionTime': stamp(at), 'status': 'True', 'type': kind} for kind in kinds],
        containerStatuses=[
            {
                'image': IMAGE,
                'name': 'main',
                'ready': True,
                'started': True,
                'restartCount': 0,
                'state': {'running': {'startedAt': stamp(at)}},
            }
        ],
    )


def selects(watch, obj):
    return watch_selection(watch).selects(obj)


def copied(obj):
    return copy.deepcopy(obj)


def name_of(obj):
    return obj['metadata']['name']


class Fleet:
    """The rollouts of `count` Deployments; `seconds` is how long it takes to start all."""

    def __init__(self, count, replicas, seconds):
        self._version = 1000
        self.rollouts = [
            Rollout(f'web-{number:03}', replicas, number * seconds / count, self)
            for number in range(count)
        ]

    def next_version(self):
        self._version += 1
        return str(self._version)

    def initial(self):
        """Lines of the first lists, by plural."""
        lines = {plural: [] for plural in ('deployments', 'replicasets', 'pods', 'events')}
        for rollout in self.rollouts:
            for plural, obj in rollout.initial():
                lines[plural].append(line_of(*rollout._change(-1.0, plural, obj, 'ADDED')[2:]))
        return lines

    def changes(self):
        """(time, plural, line) in order."""
        merged = heapq.merge(
            *(rollout.changes() for rollout in self.rollouts), key=lambda change: change[0]
        )
        for at, plural, change, obj in merged:
            yield at, plural, line_of(change, obj)


def line_of(change, obj):
    return json.dumps({'type': change, 'object': obj}, separators=(',', ':')).encode()


class ReplayedCluster:
    """A source below SharedSource: it decodes the lines like a live one, in simulated time.

    `opened` lists the watches that were opened, and `decoded` counts lines.
    """

    def __init__(self, initial, changes, started=STARTED):
        self.started = started
        self.opened = []
        self.decoded = 0
        self.wants = frozenset()
        self._lines = {plural: list(lines) for plural, lines in initial.items()}
        self._changes = deque()
        self._rest = iter(changes)
        self._now = 0.0
        self._ready = deque()
        self._emitted = []
        self._watchers = {}

    def now(self):
        return self._now

    def close(self):
        pass

    def compare_with_files(self, objects):
        raise NotImplementedError

    def reconcile(self, wants):
        new, self.wants = wants - self.wants, frozenset(wants)
        for want in sorted(want for want in new if isinstance(want, Watch)):
            self.opened.append(want)
            watcher = Watcher(want, None, self._emitted.append, set(), Environment())
            self._watchers[want] = watcher
            for line in self._lines.get(want.resource.plural, ()):
                self._decode(want, line)
            # The objects of the list come as one item, as after the last initial event.
            objects = tuple(payload.object for payload in self._emitted)
            self._emitted.clear()
            self._ready.append(Item(self._now, want, Listed(self._selected(want, objects))))

    def _selected(self, want, objects):
        return tuple(obj for obj in objects if selects(want, obj))

    def _decode(self, want, line):
        self.decoded += 1
        self._watchers[want]._handle_line(line)

    def take(self, until, lines=True):
        while True:
            if self._ready:
                return self._ready.popleft()._replace(at=self._now)
            change = self._changes.popleft() if self._changes else next(self._rest, None)
            if change is None or (until is not None and change[0] > until):
                if change is not None:
                    self._changes.appendleft(change)
                elif until is None:
                    raise SourceEndedError
                self._now = max(self._now, until)
                return None
            self._deliver(*change)

    def _deliver(self, at, plural, line):
        self._now = max(self._now, at)
        for want in self.wants:
            if isinstance(want, Watch) and want.resource.plural == plural:
                self._decode(want, line)
                payload = self._emitted.pop()
                if self._selected(want, (payload.object,)):
                    self._ready.append(Item(self._now, want, payload))
