"""A connection to an API server in memory, for commands that read objects once."""

from __future__ import annotations

import json

from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError

# kind -> (path of the API, plural, whether it is namespaced)
KINDS = {
    'Namespace': ('/api/v1', 'namespaces', False),
    'Node': ('/api/v1', 'nodes', False),
    'PersistentVolume': ('/api/v1', 'persistentvolumes', False),
    'Pod': ('/api/v1', 'pods', True),
    'ConfigMap': ('/api/v1', 'configmaps', True),
    'Secret': ('/api/v1', 'secrets', True),
    'Service': ('/api/v1', 'services', True),
    'ServiceAccount': ('/api/v1', 'serviceaccounts', True),
    'ResourceQuota': ('/api/v1', 'resourcequotas', True),
    'LimitRange': ('/api/v1', 'limitranges', True),
    'PersistentVolumeClaim': ('/api/v1', 'persistentvolumeclaims', True),
    'Deployment': ('/apis/apps/v1', 'deployments', True),
    'StatefulSet': ('/apis/apps/v1', 'statefulsets', True),
    'DaemonSet': ('/apis/apps/v1', 'daemonsets', True),
    'ReplicaSet': ('/apis/apps/v1', 'replicasets', True),
    'Job': ('/apis/batch/v1', 'jobs', True),
    'CronJob': ('/apis/batch/v1', 'cronjobs', True),
    'StorageClass': ('/apis/storage.k8s.io/v1', 'storageclasses', False),
    'PriorityClass': ('/apis/scheduling.k8s.io/v1', 'priorityclasses', False),
    'RuntimeClass': ('/apis/node.k8s.io/v1', 'runtimeclasses', False),
    'Ingress': ('/apis/networking.k8s.io/v1', 'ingresses', True),
    'HorizontalPodAutoscaler': ('/apis/autoscaling/v2', 'horizontalpodautoscalers', True),
    'ExternalSecret': ('/apis/external-secrets.io/v1', 'externalsecrets', True),
}

SHORT_NAMES = {'CronJob': 'cj', 'Ingress': 'ing', 'ConfigMap': 'cm', 'ServiceAccount': 'sa'}
# A status of a server that does not answer.
UNREACHABLE = -1


class ApiServer:
    """A connection.

    `forbidden` are plurals that may not be read, `rejected` the answers to dry runs by path,
    `rules` those of the user, and `status` the answer to every request. With `denied`, plurals that
    the user may not read, the rules are incomplete.
    """

    server = 'https://api.test'
    # Without a user, nothing is cached.
    user = ''
    clock_offset = 0.0

    def __init__(self, *objects, namespace='shop', **options):
        self.namespace = namespace
        self.requests = []
        self.dry_runs = {}
        self.is_closed = False
        self._forbidden = options.get('forbidden', ())
        self._rejected = options.get('rejected', {})
        self._status = options.get('status', 0)
        self._rules = options.get('rules')
        self._denied = options.get('denied')
        self._collections = {}
        for kind, (root, plural, _) in KINDS.items():
            self._collections[f'{root}/{plural}'] = (kind, plural, [])
        for obj in objects:
            root, plural, _ = KINDS[obj['kind']]
            self._collections[f'{root}/{plural}'][2].append(obj)

    def get(self, path, query=(), accept='application/json'):
        self.requests.append(path)
        if self._status == UNREACHABLE:
            raise UnreachableError('cannot connect to https://api.test')
        if self._status:
            return _status(self._status, 'not this user')
        if path in ('/api', '/apis'):
            return self._discovery(path)
        collection, namespace, name = self._parse(path)
        if collection not in self._collections:
            return _status(404, 'the server could not find the requested resource')
        kind, plural, objects = self._collections[collection]
        if plural in self._forbidden:
            return _status(403, f'{plural} is forbidden: User "me" cannot list resource "{plural}"')
        metadata = {'namespace': namespace} if namespace else {}
        matching = [obj for obj in objects if metadata.items() <= obj['metadata'].items()]
        if not name:
            return _answer({'kind': f'{kind}List', 'metadata': {}, 'items': matching})
        named = [obj for obj in matching if obj['metadata']['name'] == name]
        return _answer(named[0]) if named else _status(404, f'{plural} "{name}" not found')

    def _parse(self, path):
        """The collection, the namespace and the name of a path."""
        if path in self._collections:
            return path, '', ''
        root, _, rest = path.partition('/namespaces/')
        namespace, *words = rest.split('/')
        if not words:
            collection, _, name = path.rpartition('/')
            return collection, '', name
        return f'{root}/{words[0]}', namespace, ''.join(words[1:])

    def dry_run_apply(self, path, body, query=()):
        self.dry_runs[path] = json.loads(body)
        return self._rejected.get(path) or _answer(json.loads(body))

    def review_self(self, kind, spec):
        self.requests.append(kind)
        if self._rules is None:
            return _status(403, 'no')
        status = {'resourceRules': self._rules, 'incomplete': self._denied is not None}
        if kind == 'SelfSubjectAccessReview':
            status = {'allowed': spec['resourceAttributes']['resource'] not in self._denied}
        return Response(201, json.dumps({'status': status}).encode(), {})

    def stream(self, path, query, read_timeout):
        raise AssertionError(path)

    def close(self):
        self.is_closed = True

    def _discovery(self, path):
        groups = {}
        for kind, (root, plural, namespaced) in KINDS.items():
            if root.startswith(f'{path}/'):
                group, _, version = root.removeprefix(f'{path}/').rpartition('/')
                row = {
                    'resource': plural,
                    'responseKind': {'kind': kind},
                    'scope': 'Namespaced' if namespaced else 'Cluster',
                    'verbs': ['list'],
                    'shortNames': [SHORT_NAMES[kind]] if kind in SHORT_NAMES else [],
                }
                groups.setdefault((group, version), []).append(row)
        items = [
            {'metadata': {'name': group}, 'versions': [{'version': version, 'resources': rows}]}
            for (group, version), rows in groups.items()
        ]
        return _answer({'kind': 'APIGroupDiscoveryList', 'items': items})


def rejection(code, message, *fields, reason=''):
    """An answer of the server that rejects an object; fields are pairs of path and message."""
    causes = [{'field': field, 'message': text} for field, text in fields]
    body = {'kind': 'Status', 'code': code, 'message': message, 'details': {'causes': causes}}
    return Response(code, json.dumps({**body, 'reason': reason}).encode(), {})


def _answer(obj):
    return Response(200, json.dumps(obj).encode(), {})


def _status(code, message):
    return Response(
        code, json.dumps({'kind': 'Status', 'code': code, 'message': message}).encode(), {}
    )
