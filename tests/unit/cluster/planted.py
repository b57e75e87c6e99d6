"""A server with a cluster in which secrets are planted."""

from __future__ import annotations

import json

from tests.unit.cluster.planted_objects import objects
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import page

KINDS = {
    '/apis/apps/v1/deployments': ('Deployment', 'deploy'),
    '/apis/apps/v1/replicasets': ('ReplicaSet', 'rs'),
    '/api/v1/pods': ('Pod', 'po'),
    '/api/v1/events': ('Event', 'ev'),
    '/api/v1/secrets': ('Secret', ''),
    '/api/v1/configmaps': ('ConfigMap', 'cm'),
    '/apis/test.dev/v1/databases': ('Database', ''),
    '/api/v1/namespaces': ('Namespace', 'ns'),
}


class Cluster:
    """The answers of the server to every path, as often as it is asked; `status` rejects all."""

    def __init__(self):
        self.objects = objects()
        self.status = 0
        self.asked = []

    def get(self, path):
        """The scripts of a path, as `Server` takes them."""
        return self

    def popleft(self):
        """The script of the next request."""
        return self._answer

    def _answer(self, wire):
        request = wire.request
        self.asked.append(request)
        body = b''
        while len(body) < int(request.headers.get('content-length', 0)):
            body += wire.sock.recv(65536)
        if self.status:
            login = request.headers.get('authorization', '')
            _reject(wire, self.status, f'not this user: Authorization: {login}')
        elif request.path in ('/api', '/apis'):
            page(_discovery(request.path))(wire)
        elif request.method != 'GET':
            _write(wire, json.loads(body))
        else:
            self._read(wire)

    def _read(self, wire):
        path, query = wire.request.path, wire.request.query
        if path.endswith('/log'):
            page(b'')(wire)
            return
        root, _, rest = path.partition('/namespaces/')
        _, plural, name = (*rest.split('/'), '', '')[:3] if '/' in rest else ('', '', rest)
        collection = f'{root}/{plural}' if plural else path if not rest else f'{root}/namespaces'
        wanted = dict(pair.split('=') for pair in query.get('labelSelector', '').split(',') if pair)
        name = name or query.get('fieldSelector', '').partition('metadata.name=')[2]
        listed = [
            obj
            for obj in self.objects.get(collection, ())
            if name in ('', obj['metadata']['name'])
            and wanted.items() <= obj['metadata'].get('labels', {}).items()
        ]
        if collection not in self.objects or (path.endswith(f'/{name}') and name and not listed):
            _reject(wire, 404, f'{path} not found')
        elif path.endswith(f'/{name}') and name:
            page(listed[0])(wire)
        elif query.get('watch'):
            end = {'resourceVersion': '9', 'annotations': {'k8s.io/initial-events-end': 'true'}}
            wire.head()
            wire.send(*({'type': 'ADDED', 'object': obj} for obj in listed))
            wire.send({'type': 'BOOKMARK', 'object': {'metadata': end}})
            wire.hold()
        else:
            page({'kind': 'List', 'metadata': {'resourceVersion': '9'}, 'items': listed})(wire)


def _reject(wire, status, message):
    page({'kind': 'Status', 'code': status, 'message': message}, status)(wire)


def _write(wire, obj):
    if obj['kind'].startswith('SelfSubject'):
        status = {'resourceRules': [{'verbs': ['*'], 'apiGroups': ['*'], 'resources': ['*']}]}
        page({'status': status}, 201)(wire)
    elif obj['kind'] == 'Deployment':
        image = obj['spec']['template']['spec']['containers'][0]['image']
        message = f'Deployment "web" is invalid: spec.image: Invalid value: "{image}"'
        causes = [{'field': 'spec.image', 'message': f'Invalid value: "{image}"'}]
        status = {'kind': 'Status', 'code': 422, 'message': message, 'details': {'causes': causes}}
        page({**status, 'reason': 'Invalid'}, 422)(wire)
    else:
        page(obj)(wire)


def _discovery(root):
    groups = {}
    for path, (kind, short) in KINDS.items():
        api, plural = path.rsplit('/', 1)
        if api.startswith(f'{root}/'):
            group, _, version = api[len(root) + 1 :].rpartition('/')
            row = {
                'resource': plural,
                'responseKind': {'kind': kind},
                'verbs': ['list', 'watch'],
                'scope': 'Cluster' if kind == 'Namespace' else 'Namespaced',
                'shortNames': [short] if short else [],
            }
            groups.setdefault((group, version), []).append(row)
    items = [
        {'metadata': {'name': group}, 'versions': [{'version': version, 'resources': rows}]}
        for (group, version), rows in groups.items()
    ]
    return {'kind': 'APIGroupDiscoveryList', 'items': items}


def serve(tls=None):
    """A server with the planted cluster; `server.scripts` is the Cluster."""
    return Server(tls, scripts=Cluster())
