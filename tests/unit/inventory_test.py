"""`status -n NS` and `status -A` alone: the requests, and what is printed."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog.cli import main as program
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import labelled
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import replica_set
from tests.unit.builders import status
from tests.unit.builders import waiting

KINDS = (
    ('', 'v1', 'pods', 'Pod', True),
    ('', 'v1', 'configmaps', 'ConfigMap', True),
    ('', 'v1', 'events', 'Event', True),
    ('', 'v1', 'nodes', 'Node', False),
    ('apps', 'v1', 'deployments', 'Deployment', True),
    ('apps', 'v1', 'replicasets', 'ReplicaSet', True),
    ('batch', 'v1', 'jobs', 'Job', True),
    ('example.com', 'v1', 'lamps', 'Lamp', True),
    ('example.com', 'v1beta1', 'lamps', 'Lamp', True),
    ('example.com', 'v1', 'tents', 'Tent', True),
    ('example.com', 'v1', 'reviews', 'Review', True),
)
SHORT_NAMES = {'deployments': ['deploy'], 'pods': ['po']}
CRASHED = status(state=waiting('CrashLoopBackOff'), last=ended(3), restarts=4)
SHORT = {'updatedReplicas': 1, 'readyReplicas': 0, 'availableReplicas': 0}
OBJECTS = (
    deployment(1, **SHORT),
    labelled(replica_set(), app='web'),
    labelled(pod(CRASHED, owner='rs-2'), app='web'),
    manifest('Lamp', 'hall', conditions=[{'type': 'Ready', 'status': 'True'}]),
    manifest('ConfigMap', 'web'),
)


class Server:
    """A connection to a server with these objects; `denied` are plurals."""

    server = 'https://h'
    user = ''
    clock_offset = 0.0

    def __init__(self, objects=OBJECTS, denied=(), namespace='shop', exists=True):
        self.objects, self.denied, self.namespace = objects, denied, namespace
        self.exists = exists
        self.asked = []
        self.closed = False

    def get(self, path, query=(), accept=''):
        self.asked.append(path)
        if path in ('/api', '/apis'):
            return self._answer(discovery(path == '/api'))
        plural = path.rpartition('/')[2]
        if '/namespaces/' in path and path.count('/') == 4:
            return self._answer({}, 200 if self.exists else 404)
        if 'customresourcedefinitions' in path:
            raise UnreachableError('gone')
        if plural in self.denied:
            return self._answer({'message': f'{plural} are forbidden'}, 403)
        kind = next(kind for _, _, name, kind, _ in KINDS if name == plural)
        return self._answer({'items': [obj for obj in self.objects if obj['kind'] == kind]})

    def _answer(self, body, status=200):
        return Response(status, json.dumps(body).encode(), {})

    def close(self):
        self.closed = True


def discovery(core):
    versions = {}
    for group, version, plural, kind, namespaced in KINDS:
        if (not group) == core:
            row = {
                'resource': plural,
                'responseKind': {'kind': kind},
                'scope': 'Namespaced' if namespaced else 'Cluster',
                'shortNames': SHORT_NAMES.get(plural, []),
                'verbs': ['create' if kind == 'Review' else 'list'],
            }
            versions.setdefault(group, {}).setdefault(version, []).append(row)
    items = [
        {
            'metadata': {'name': group},
            'versions': [{'version': name, 'resources': rows} for name, rows in entry.items()],
        }
        for group, entry in versions.items()
    ]
    return {'kind': 'APIGroupDiscoveryList', 'items': items}


@pytest.fixture
def run(monkeypatch, capsys):
    def call(server, *argv):
        monkeypatch.setattr(sys, 'argv', ['kubectl-dog'])
        monkeypatch.setattr(api, 'connect', lambda **flags: server)
        return (program.main(['status', *argv]), *capsys.readouterr())

    return call


def test_each_kind_is_listed_once(run):
    server = Server()
    code, out, err = run(server, '-n', 'shop')
    assert (code, err) == (0, '1 of 2 ready, 1 failing\n')
    assert [line.strip('✗ ').split()[:2] for line in out.splitlines()[1:]] == [
        ['deploy/web', 'failing'],
        ['po/web-1', 'failing'],
        ['lamp/hall', 'ready'],
    ]
    shop = '/namespaces/shop'
    assert Counter(server.asked) == Counter(
        [
            '/api',
            '/apis',
            *(f'/api/v1{shop}/{plural}' for plural in ('pods', 'events')),
            *(f'/apis/apps/v1{shop}/{plural}' for plural in ('deployments', 'replicasets')),
            f'/apis/batch/v1{shop}/jobs',
            *(f'/apis/example.com/v1{shop}/{plural}' for plural in ('lamps', 'tents')),
            '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/lamps.example.com',
        ]
    )
    assert server.closed


def test_all_namespaces_take_no_more_requests_for_each_kind(run):
    server = Server(namespace='default')
    code, out, _ = run(server, '-A')
    assert (code, 'deploy/web' in out) == (0, True)
    assert len(server.asked) == 11
    assert '/api/v1/nodes' in server.asked
    assert not any('namespaces' in path for path in server.asked)


def test_the_exit_code_is_that_of_the_rows(run):
    evicted = pod(name='old', phase='Failed', owner='rs-2')
    replicas = replica_set(ready=1)
    replicas['status']['availableReplicas'] = 1
    server = Server((deployment(1), replicas, evicted))
    code, out, _ = run(server, '-n', 'shop', '--exit-code')
    assert (code, 'po/old' in out) == (0, False)
    assert run(Server(), '-n', 'shop', '--exit-code')[0] == 1


def test_json_has_every_object(run):
    code, out, err = run(Server(), '-n', 'shop', '-o', 'json')
    assert (code, err) == (0, '')
    assert [item['kind'] for item in json.loads(out)['items']] == [
        *('Deployment', 'ReplicaSet', 'Pod', 'Lamp'),
    ]


def test_kinds_that_may_not_be_read_are_a_notice(run):
    code, _, err = run(Server(denied=('jobs', 'tents', 'events')), '-n', 'shop')
    assert code == 0
    assert err.splitlines()[0] == 'note: without jobs, tents, events: you may not list them'


def test_it_is_an_error_if_nothing_may_be_read(run):
    denied = [plural for _, _, plural, _, _ in KINDS]
    code, out, err = run(Server(denied=denied), '-n', 'shop')
    assert (code, out) == (5, '')
    assert err == 'error: nothing can be read: deployments are forbidden\n'


@pytest.mark.parametrize(
    ('exists', 'flags', 'code', 'message'),
    [
        (True, (), 0, 'no objects found\n'),
        (
            True,
            ('--exit-code',),
            2,
            'error: no objects found: --exit-code needs at least one\n',
        ),
        (False, (), 4, 'error: namespace shop does not exist\n'),
    ],
)
def test_an_empty_namespace_is_told_from_one_that_does_not_exist(run, exists, flags, code, message):
    assert run(Server((), exists=exists), '-n', 'shop', *flags) == (code, '', message)


def test_a_selector_needs_a_type(run):
    code, _, err = run(Server(), '-n', 'shop', '-l', 'app=web')
    assert (code, 'the selector needs a type' in err) == (2, True)


def test_ready_objects_are_counted_if_they_do_not_fit_a_terminal(run, monkeypatch):
    lit = [{'type': 'Ready', 'status': 'True'}]
    lamps = [manifest('Lamp', f'lamp-{number}', conditions=lit) for number in range(9)]
    monkeypatch.setattr(platform_compat, 'is_terminal', lambda stream: True)
    monkeypatch.setenv('COLUMNS', '100')
    for lines, names in (('8', ['deploy/web', 'po/web-1', '…']), ('24', [])):
        monkeypatch.setenv('LINES', lines)
        _, out, err = run(Server((*OBJECTS[:3], *lamps)), '-n', 'shop', '--color', 'never')
        names_shown = [line.strip('✗ ').split()[0] for line in out.splitlines()[1:]]
        rows = [name for name in names_shown if '/' in name or name == '…']
        assert rows == names or len(rows) == 11
        assert err == '9 of 10 ready, 1 failing\n'
