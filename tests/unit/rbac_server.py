"""An API server in memory that can be watched, and denies what is not granted."""

from __future__ import annotations

import json
import threading
import time

from kubectl_dog.model.connection import Response
from tests.unit.api_server import ApiServer
from tests.unit.builders import NOW

USER = 'system:serviceaccount:shop:reader'


class RbacServer(ApiServer):
    """A connection as a user with these rights, pairs of verb and resource like `pods/log`."""

    def __init__(self, *objects, granted, logs=''):
        kube_events = [obj for obj in objects if obj['kind'] == 'Event']
        super().__init__(*(obj for obj in objects if obj['kind'] != 'Event'))
        self._collections['/api/v1/events'] = ('Event', 'events', kube_events)
        self._granted = granted
        self._logs = logs

    @property
    def clock_offset(self):
        return NOW - time.time()

    def get(self, path, query=(), accept='application/json'):
        collection, _, name = self._parse(path)
        if collection in self._collections:
            refusal = self._refusal('get' if name else 'list', path)
            if refusal is not None:
                return Response(403, refusal, {})
        response = super().get(path, query, accept)
        if name or response.status != 200:
            return response
        answer = json.loads(response.body)
        answer['items'] = self._selected(answer['items'], query)
        return response._replace(body=json.dumps(answer).encode())

    def stream(self, path, query, read_timeout):
        is_log = path.endswith('/log')
        refusal = self._refusal('get' if is_log else 'watch', path)
        if refusal is not None:
            return _Stream(403, refusal, ends=True)
        if is_log:
            return _Stream(200, self._logs.encode(), ends=True)
        response = ApiServer.get(self, path, query)
        objects = self._selected(json.loads(response.body)['items'], query)
        lines = [{'type': 'ADDED', 'object': obj} for obj in objects]
        end = {'resourceVersion': '9', 'annotations': {'k8s.io/initial-events-end': 'true'}}
        lines.append({'type': 'BOOKMARK', 'object': {'metadata': end}})
        return _Stream(200, ''.join(f'{json.dumps(line)}\n' for line in lines).encode())

    def _selected(self, objects, query):
        fields = dict(query).get('fieldSelector', '')
        field, _, value = fields.partition('=')
        if not field:
            return objects
        *outer, last = field.split('.')
        return [obj for obj in objects if obj[outer[0]].get(last) == value]

    def _refusal(self, verb, path):
        """The answer of the server to a request that is not granted; None if it is."""
        base = path[: -len('/log')] if path.endswith('/log') else path
        collection, namespace, name = self._parse(base)
        plural = collection.rpartition('/')[2]
        group = collection.split('/')[2] if collection.startswith('/apis/') else ''
        plural += '/log' if base != path else ''
        resource = f'{plural}.{group}' if group else plural
        if (verb, resource) in self._granted:
            return None
        named = f' "{name}"' if name else ''
        message = (
            f'{resource}{named} is forbidden: User "{USER}" cannot {verb} resource "{plural}" in '
            f'API group "{group}" in the namespace "{namespace}"'
        )
        return json.dumps({'kind': 'Status', 'code': 403, 'message': message}).encode()


class _Stream:
    """A body, and then silence until it is stopped, or the end at once."""

    def __init__(self, status, body, ends=False):
        self.status = status
        self.headers = {}
        self._body = body
        self._stopped = threading.Event()
        self._ends = ends

    def read(self):
        body, self._body = self._body, b''
        if not body and not self._ends:
            self._stopped.wait(20)
        return body

    def set_read_timeout(self, seconds):
        pass

    def stop(self):
        self._stopped.set()

    close = stop
