"""Applications with the fields that their controllers write."""

from __future__ import annotations

from kubectl_dog.model.resources import Resource

APPLICATIONS = Resource('argoproj.io', 'v1alpha1', 'applications', 'Application', 'app')
KUSTOMIZATIONS = Resource(
    'kustomize.toolkit.fluxcd.io', 'v1', 'kustomizations', 'Kustomization', 'ks'
)
HELM_RELEASES = Resource('helm.toolkit.fluxcd.io', 'v2', 'helmreleases', 'HelmRelease', 'hr')
OLD, OURS, NEWER = 'a' * 40, 'b' * 40, 'c' * 40


def flux(commit):
    return f'main@sha1:{commit}'


def condition(kind, status, reason, message='a message'):
    return {'type': kind, 'status': status, 'reason': reason, 'message': message}


def ready(commit):
    message = f'Applied revision: {flux(commit)}'
    return condition('Ready', 'True', 'ReconciliationSucceeded', message)


def failed(reason='HealthCheckFailed', message='it is broken'):
    return condition('Ready', 'False', reason, message)


def kustomization(applied='', attempted='', *conditions, name='apps', objects=(), **spec):
    source = {'kind': 'GitRepository', 'name': 'fleet'}
    status = {
        'observedGeneration': 1,
        'lastAppliedRevision': flux(applied) if applied else '',
        'lastAttemptedRevision': flux(attempted or applied) if attempted or applied else '',
        'conditions': list(conditions) or ([ready(applied)] if applied else []),
        'inventory': {'entries': [{'id': text, 'v': 'v1'} for text in objects]},
    }
    return {
        'apiVersion': 'kustomize.toolkit.fluxcd.io/v1',
        'kind': 'Kustomization',
        'metadata': {'name': name, 'namespace': 'flux-system', 'uid': name, 'generation': 1},
        'spec': {'sourceRef': source, **spec},
        'status': status,
    }


def application(compared='', sync='Synced', health='Healthy', name='shop', **fields):
    """`fields` are those of the status, and `spec`."""
    spec = {
        'source': {'repoURL': 'https://git.example.com/shop', 'path': name},
        'destination': {'server': 'https://kubernetes.default.svc', 'namespace': 'shop'},
        'syncPolicy': {'automated': {}},
        **fields.pop('spec', {}),
    }
    compared_to = {'source': spec['source'], 'destination': spec['destination']}
    return {
        'apiVersion': 'argoproj.io/v1alpha1',
        'kind': 'Application',
        'metadata': {'name': name, 'namespace': 'argocd', 'uid': name, 'generation': 5},
        'spec': spec,
        'status': {
            'sync': {'status': sync, 'revision': compared, 'comparedTo': compared_to},
            'health': {'status': health},
            'resources': [],
            **fields,
        },
    }


def operation(phase, commit, message='a message'):
    return {'phase': phase, 'message': message, 'syncResult': {'revision': commit}}


def history(*commits):
    return [{'id': number, 'revision': commit} for number, commit in enumerate(commits)]


def helm_release(chart='', attempted='', *conditions, status='deployed', history=()):
    snapshot = {'name': 'web', 'namespace': 'shop', 'chartVersion': chart, 'status': status}
    older = [{'chartVersion': version, 'status': 'superseded'} for version in history]
    return {
        'apiVersion': 'helm.toolkit.fluxcd.io/v2',
        'kind': 'HelmRelease',
        'metadata': {'name': 'web', 'namespace': 'shop', 'uid': 'web', 'generation': 1},
        'spec': {},
        'status': {
            'observedGeneration': 1,
            'history': [snapshot, *older] if chart else older,
            'lastAttemptedRevision': attempted or chart,
            'conditions': list(conditions),
        },
    }
