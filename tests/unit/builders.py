"""Build small objects as the API server sends them; tests only name the fields that differ."""

from __future__ import annotations

import itertools

from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.views import RunHistory
from kubectl_dog.model.views import View

NOW = 1_800_000_000.0
DEPLOY = Target(DEPLOYMENTS, 'shop', 'web')
POD = Target(PODS, 'shop', 'web-1')
_REVISION = 'deployment.kubernetes.io/revision'
_uids = itertools.count(1)


def ago(seconds):
    return format_timestamp(NOW - seconds)


def running(since=60.0):
    return {'running': {'startedAt': ago(since)}}


def ended(code=1, reason='Error', lived=0.5, at=1.0, message=None):
    end = {'exitCode': code, 'reason': reason, 'startedAt': ago(at + lived), 'finishedAt': ago(at)}
    return {'terminated': {**end, 'message': message} if message else end}


def waiting(reason, message=''):
    return {'waiting': {'reason': reason, 'message': message}}


def status(name='main', state=None, last=None, restarts=0, ready=False):
    return {
        'name': name,
        'state': state or running(),
        'lastState': last or {},
        'restartCount': restarts,
        'ready': ready,
    }


def container(name='main', **spec):
    return {'name': name, 'image': 'web:1', **spec}


PROBED = {'readinessProbe': {'exec': {'command': ['true']}}}


def pod(
    *statuses,
    name='web-1',
    owner='',
    phase='Running',
    ready=False,
    containers=None,
    inits=(),
    init_statuses=(),
    deleting=False,
    age=60.0,
    **spec,
):
    conditions = [{'type': 'Ready', 'status': str(ready), 'lastTransitionTime': ago(age)}]
    meta = {'name': name, 'namespace': 'shop', 'uid': f'pod-{name}', 'creationTimestamp': ago(age)}
    if owner:
        meta['ownerReferences'] = [{'uid': owner, 'controller': True, 'kind': 'ReplicaSet'}]
    if deleting:
        meta['deletionTimestamp'] = ago(1)
    return {
        'kind': 'Pod',
        'metadata': meta,
        'spec': {'containers': containers or [container()], 'initContainers': list(inits), **spec},
        'status': {
            'phase': phase,
            'conditions': conditions,
            'containerStatuses': list(statuses),
            'initContainerStatuses': list(init_statuses),
        },
    }


def deployment(desired=1, conditions=(), revision='2', meta=None, spec=None, template=None, **st):
    counts = {
        'replicas': desired,
        'updatedReplicas': desired,
        'readyReplicas': desired,
        'availableReplicas': desired,
        'observedGeneration': 3,
    }
    return {
        'kind': 'Deployment',
        'metadata': {
            'name': 'web',
            'namespace': 'shop',
            'uid': 'deploy-web',
            'generation': 3,
            'annotations': {_REVISION: revision},
            **(meta or {}),
        },
        'spec': {
            'replicas': desired,
            'selector': {'matchLabels': {'app': 'web'}},
            'template': {'spec': template or {'containers': [container(**PROBED)]}},
            **(spec or {}),
        },
        'status': {**counts, 'conditions': list(conditions), **st},
    }


def replica_set(revision='2', age=30.0, replicas=1, ready=0, template=None):
    return {
        'kind': 'ReplicaSet',
        'metadata': {
            'name': f'web-{revision}',
            'namespace': 'shop',
            'uid': f'rs-{revision}',
            'creationTimestamp': ago(age),
            'annotations': {_REVISION: revision},
            'ownerReferences': [{'uid': 'deploy-web', 'controller': True}],
        },
        'spec': {'template': {'spec': template or {'containers': [container()]}}},
        'status': {'replicas': replicas, 'readyReplicas': ready},
    }


def manifest(kind, name='web', meta=None, spec=None, **status):
    """An object of any kind, with its generation observed by its controller."""
    return {
        'kind': kind,
        'metadata': {
            'name': name,
            'namespace': 'shop',
            'uid': f'{kind.lower()}-{name}',
            'generation': 3,
            **(meta or {}),
        },
        'spec': spec or {},
        'status': {'observedGeneration': 3, **status},
    }


def workload(kind, meta=None, spec=None, template=None, **status):
    """A workload that owns its pods directly."""
    base = {
        'selector': {'matchLabels': {'app': 'web'}},
        'template': {'spec': template or {'containers': [container(**PROBED)]}},
    }
    return manifest(kind, meta=meta, spec={**base, **(spec or {})}, **status)


def stateful_set(desired=3, **fields):
    counts = {
        'replicas': desired,
        'updatedReplicas': desired,
        'readyReplicas': desired,
        'availableReplicas': desired,
        'currentRevision': 'web-a',
        'updateRevision': 'web-b',
    }
    spec = {'replicas': desired, **fields.pop('spec', {})}
    return workload('StatefulSet', spec=spec, **{**counts, **fields})


def daemon_set(desired=2, **fields):
    counts = {
        'desiredNumberScheduled': desired,
        'currentNumberScheduled': desired,
        'updatedNumberScheduled': desired,
        'numberReady': desired,
        'numberAvailable': desired,
    }
    return workload('DaemonSet', **{**counts, **fields})


def controller_revision(number, label, owner, image='web:1'):
    """A ControllerRevision: a DaemonSet uses its hash label, a StatefulSet its name."""
    return {
        'kind': 'ControllerRevision',
        'metadata': {
            'name': f'web-{label}',
            'uid': f'revision-{label}',
            'labels': {'controller-revision-hash': label},
            'ownerReferences': [{'uid': owner, 'controller': True}],
        },
        'data': {'spec': {'template': {'spec': {'containers': [container(image=image)]}}}},
        'revision': number,
    }


def labelled(obj, **labels):
    """The same object with labels; `_` in their names stands for `-`."""
    named = {key.replace('_', '-'): value for key, value in labels.items()}
    return {**obj, 'metadata': {**obj['metadata'], 'labels': named}}


def kube_event(about, reason, message, field='', at=1.0, kind='Warning', count=1):
    return {
        'kind': 'Event',
        'metadata': {'name': reason.lower(), 'uid': f'event-{next(_uids)}'},
        'involvedObject': {
            'kind': about['kind'],
            'name': about['metadata']['name'],
            'uid': about['metadata']['uid'],
            'fieldPath': field,
        },
        'type': kind,
        'reason': reason,
        'message': message,
        'count': count,
        'lastTimestamp': ago(at),
    }


def view(obj=None, *others, target=DEPLOY, listed_kinds=('Pod', 'ReplicaSet.apps'), **fields):
    """A view of an object; `others` are its children, or kube events about objects."""
    children, kube_events = {}, {}
    for other in others:
        if other['kind'] == 'Event':
            key, index = other['involvedObject']['uid'], kube_events
        else:
            owners = other['metadata'].get('ownerReferences', [{}])
            key, index = owners[0].get('uid', ''), children
        index[key] = (*index.get(key, ()), other)
    base = {
        'now': NOW,
        'run_history': RunHistory(NOW - 30, NOW - 30),
        'listed_kinds': frozenset(listed_kinds),
    }
    return View(
        target,
        object=obj,
        children_by_owner_uid=children,
        kube_events_by_uid=kube_events,
        **{**base, **fields},
    )
