"""A namespace with Services, their endpoints and pods, for tests of what a container waits for."""

from __future__ import annotations

from kubectl_dog.causes.aggregate import causes_of_target
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import State
from kubectl_dog.model.items import Answer
from kubectl_dog.model.items import LogLine
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status
from tests.unit.builders import view
from tests.unit.builders import waiting


def service(name='db', port=5432, namespace='shop', **spec):
    return {
        'kind': 'Service',
        'metadata': {'name': name, 'namespace': namespace},
        'spec': {
            'clusterIP': '10.96.3.4',
            'selector': {'app': name},
            'ports': [{'port': port, 'targetPort': port}],
            **spec,
        },
    }


def endpoint_slice(name='db', ready=(False,), port=5432, namespace='shop', addresses=()):
    labels = {'kubernetes.io/service-name': name}
    return {
        'kind': 'EndpointSlice',
        'metadata': {'name': f'{name}-x', 'namespace': namespace, 'labels': labels},
        'endpoints': [{'addresses': addresses, 'conditions': {'ready': at}} for at in ready],
        'ports': [{'port': port}],
    }


def of_workload(obj, kind, name, namespace='shop', **labels):
    """The pod, as one of a workload."""
    owner = {'kind': kind, 'name': name, 'controller': True, 'uid': name}
    if kind == 'Deployment':
        owner = {**owner, 'kind': 'ReplicaSet', 'name': f'{name}-5f'}
        labels['pod-template-hash'] = '5f'
    obj['metadata'] |= {
        'namespace': namespace,
        'labels': {'app': name, **labels},
        'ownerReferences': [owner],
    }
    return obj


def without_image(name='db', namespace='shop'):
    """A pod of a StatefulSet whose image does not exist."""
    broken = status(state=waiting('ImagePullBackOff', 'not found'))
    return of_workload(pod(broken, name=f'{name}-0'), 'StatefulSet', name, namespace)


def crashing(name, message=None, **spec):
    """A pod of a Deployment that crashes."""
    state = status(state=waiting('CrashLoopBackOff'), last=ended(1, message=message), restarts=2)
    return of_workload(pod(state, name=f'{name}-1', **spec), 'Deployment', name)


def serving(name='db', namespace='shop', ports=(5432,), **labels):
    """A pod that is ready."""
    listed = [{'containerPort': port} for port in ports]
    container = {'name': 'main', 'image': 'db:1', 'ports': listed}
    obj = pod(status(ready=True), name=f'{name}-0', ready=True, containers=[container])
    return of_workload(obj, 'StatefulSet', name, namespace, **labels)


def explained(obj, *objects, logs=(), denied=(), code=None, kube_events=()):
    """The first cause of a pod, after lookups until no further one is wanted, and the lookups.

    `objects` are those of the cluster, `logs` the last line of each pod that has one; kinds that
    are `denied` may not be read.
    """
    lines = {(f'pod-{name}', 'main'): (LogLine(0, text),) for name, text in dict(logs).items()}
    given = {}
    while True:
        seen = view(None, *kube_events, answers=given, logs=lines)
        causes = causes_of_target(seen, Assessment(State.PROGRESSING, pods=(obj,)))
        cause = next(cause for cause in causes if code in (None, cause.code))
        new = {lookup: answer_to(lookup, objects, denied) for lookup in cause.lookups}
        if new.items() <= given.items():
            return cause, [lookup.resource.kind for lookup in given]
        given.update(new)


def answer_to(lookup, objects, denied=()):
    if lookup.resource.kind in denied:
        return Answer('denied')
    labels = {part.partition('=')[::2] for part in lookup.labels.split(',') if part}
    matching = tuple(
        obj
        for obj in objects
        if obj['kind'] == lookup.resource.kind
        and obj['metadata']['namespace'] == lookup.namespace
        and lookup.name in ('', obj['metadata']['name'])
        and labels <= obj['metadata'].get('labels', {}).items()
    )
    return Answer('missing' if lookup.name and not matching else 'found', matching)
