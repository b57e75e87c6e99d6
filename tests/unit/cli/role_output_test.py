"""`--print-rbac` prints the Roles for a call, which are enough for it."""

from __future__ import annotations

import json

import pytest
import yaml

from kubectl_dog import api
from kubectl_dog.cli import role_output
from kubectl_dog.cli.main import main
from kubectl_dog.model.connection import Response
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from tests.unit.api_server import UNREACHABLE
from tests.unit.api_server import ApiServer
from tests.unit.checked import SHOP
from tests.unit.checked import node
from tests.unit.checked import obj
from tests.unit.checked import workload

SPEC = {'Deployments': [{'ResourceName': 'web', 'SkipLogs': True}]}


@pytest.fixture
def roles(monkeypatch, tmp_path, capsys):
    """Run a command with --print-rbac; returns (namespace, resource) -> verbs, and comments."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'spec.json').write_text(json.dumps(SPEC))
    (tmp_path / 'web.yaml').write_text(yaml.safe_dump(workload()))

    def roles(*words):
        server = ApiServer(SHOP, node())
        monkeypatch.setattr(api, 'connect', lambda **flags: server)
        code = main([*words, '--print-rbac'])
        out, err = capsys.readouterr()
        assert (code, err, server.is_closed) == (0, '', True)
        granted = {}
        for role in yaml.safe_load_all(out):
            for rule in role['rules']:
                for resource in rule['resources']:
                    key = (role['metadata'].get('namespace', ''), resource)
                    granted[key] = ' '.join(rule['verbs'])
        comments = '\n'.join(line for line in out.splitlines() if line.startswith('#'))
        return granted, comments

    return roles


BEHIND = {
    ('shop', 'deployments'): 'list watch',
    ('shop', 'replicasets'): 'list watch',
    ('shop', 'pods'): 'list watch',
    ('shop', 'events'): 'list watch',
}
LOGS = {('shop', 'pods/log'): 'get'}
ONCE = dict.fromkeys(BEHIND, 'list')
WORKLOADS = dict.fromkeys(
    [
        ('shop', kind)
        for kind in (
            *('deployments', 'statefulsets', 'daemonsets', 'jobs', 'pods', 'events'),
            *('replicasets', 'controllerrevisions'),
        )
    ],
    'list watch',
)
EVERYWHERE = {('', resource): 'list watch' for _, resource in BEHIND}


@pytest.mark.parametrize(
    ('command', 'granted', 'comment', 'no_comment'),
    [
        ('rollout deploy/web', {**BEHIND, **LOGS}, 'secrets', 'patch'),
        ('rollout deploy/web --no-logs', BEHIND, 'pods/log', 'patch'),
        ('rollout deploy/web --watch=false', {**ONCE, **LOGS}, 'secrets', 'patch'),
        ('rollout -f web.yaml', {**BEHIND, **LOGS}, 'patch', 'pods/log'),
        ('rollout deploy -l app=web', {**BEHIND, **LOGS}, 'secrets', 'patch'),
        ('rollout deploy -l app=web -A', {**EVERYWHERE, ('', 'pods/log'): 'get'}, 'nodes', 'patch'),
        ('follow -f web.yaml', {**BEHIND, **LOGS}, 'secrets', 'patch'),
        ('multitrack spec.json', BEHIND, 'pods/log', 'patch'),
        ('run', {**WORKLOADS, **LOGS}, 'secrets', 'patch'),
        ('run deploy/web --no-logs', BEHIND, 'pods/log', 'patch'),
        ('run -f web.yaml', {**BEHIND, **LOGS}, 'patch', 'pods/log'),
        ('status deploy/web', ONCE, 'secrets', 'patch'),
        ('status -f web.yaml', ONCE, 'secrets', 'patch'),
        ('status deploy/web --watch', BEHIND, 'secrets', 'patch'),
    ],
)
def test_the_roles_of_a_call(roles, command, granted, comment, no_comment):
    printed, comments = roles(*command.split())
    assert printed == granted
    assert comment in comments
    assert no_comment not in comments


def test_everything_in_a_namespace_is_listed(roles):
    listed, _ = roles('status', '-n', 'shop')
    assert listed['shop', 'deployments'] == 'list'
    assert ('', 'nodes') not in listed
    watched, _ = roles('status', '-A', '--watch')
    assert watched['', 'nodes'] == 'list watch'


def test_a_rollout_with_a_check_needs_its_rights_too(roles):
    printed, _ = roles('rollout', '-f', 'web.yaml', '--check')
    assert printed['shop', 'deployments'] == 'list patch watch'
    assert printed['', 'namespaces'] == 'get'


def test_objects_of_unserved_kinds_need_no_rights(roles, tmp_path):
    lamp = {'apiVersion': 'x.io/v1', 'kind': 'Lamp', 'metadata': {'name': 'a'}}
    (tmp_path / 'web.yaml').write_text(yaml.safe_dump_all([workload(), lamp]))
    printed, _ = roles('check', '-f', 'web.yaml')
    assert ('shop', 'lamps') not in printed
    assert printed['shop', 'deployments'] == 'list patch watch'
    printed, _ = roles('check', '-f', 'web.yaml', '--dry-run=none')
    assert printed['shop', 'deployments'] == 'list watch'


def test_files_need_no_role(monkeypatch, capsys):
    assert main(['status', '--local', '-f', 'a.yaml', '--print-rbac']) == 2
    assert '--local reads no cluster' in capsys.readouterr().err


ARGO = Resource('argoproj.io', 'v1alpha1', 'applications', 'Application', 'application')
SHOP_APP = Target(ARGO, 'argocd', 'shop')
MANAGED = {'group': 'apps', 'version': 'v1', 'kind': 'Deployment', 'namespace': 'shop'}


class Argo(ApiServer):
    """A server with an application, or with another answer."""

    def __init__(self, status, body):
        super().__init__(SHOP)
        self.answer = Response(status, body, {})

    def get(self, path, query=(), accept='application/json'):
        if 'applications' not in path:
            return super().get(path, query, accept)
        if self.answer.status < 0:
            raise UnreachableError('down')
        return self.answer


def application(*resources):
    obj = {
        'spec': {'destination': {'namespace': 'shop'}},
        'status': {'sync': {}, 'resources': resources},
    }
    return json.dumps({**obj, 'metadata': {'name': 'shop', 'namespace': 'argocd'}}).encode()


@pytest.mark.parametrize(
    ('status', 'body', 'names'),
    [
        (200, application({**MANAGED, 'name': 'web'}), ['web']),
        (404, b'{}', []),
        (200, b'<html>', []),
        (UNREACHABLE, b'', []),
    ],
)
def test_what_an_application_manages_counts(status, body, names, capsys):
    group = Group(ARGO, 'argocd', 'a=b')
    managed = role_output.managed(Argo(status, body), [group, SHOP_APP])
    assert [target.name for target in managed] == names
    assert ('it is not known what it manages' in capsys.readouterr().err) is not bool(names)


class Enforcing(ApiServer):
    """A server that denies what is not granted."""

    granted = None

    def get(self, path, query=(), accept='application/json'):
        if path not in ('/api', '/apis') and self.granted is not None:
            collection, namespace, name = self._parse(path)
            right = ('get' if name else 'list', namespace, collection.rpartition('/')[2])
            if right not in self.granted:
                return Response(403, json.dumps({'message': f'{right} is forbidden'}).encode(), {})
        return super().get(path, query, accept)


CLAIM = {'volumes': [{'name': 'data', 'persistentVolumeClaim': {'claimName': 'data'}}]}
NEEDY = {
    'serviceAccountName': 'robot',
    'priorityClassName': 'high',
    'imagePullSecrets': [{'name': 'pull'}],
    **CLAIM,
}
ENVIRONMENT = {'envFrom': [{'configMapRef': {'name': 'a'}}, {'secretRef': {'name': 'b'}}]}


@pytest.mark.parametrize('exist', (False, True))
def test_the_role_of_a_check_is_enough_for_it(monkeypatch, tmp_path, capsys, exist):
    there = [
        *(obj('ServiceAccount', 'robot'), obj('PriorityClass', 'high'), obj('Secret', 'pull')),
        obj('PersistentVolumeClaim', 'data', spec={'storageClassName': 'fast'}),
        *(obj('ConfigMap', 'a'), obj('Secret', 'b'), obj('StorageClass', 'fast')),
    ]
    server = Enforcing(SHOP, node(), *(there if exist else ()))
    monkeypatch.setattr(api, 'connect', lambda **flags: server)
    container = {'name': 'main', 'image': 'web:1', **ENVIRONMENT}
    file = tmp_path / 'web.yaml'
    file.write_text(yaml.safe_dump(workload(pod=NEEDY, containers=[container])))
    assert main(['check', '-f', str(file), '--print-rbac']) == 0
    server.granted = {
        (verb, role['metadata'].get('namespace', ''), resource)
        for role in yaml.safe_load_all(capsys.readouterr().out)
        for rule in role['rules']
        for resource in rule['resources']
        for verb in rule['verbs']
    }
    main(['check', '-f', str(file), '-o', 'json'])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    texts = [record['text'] for record in records if record['type'] == 'notice']
    words = ('permission', 'cannot be read', 'not checked')
    assert [text for text in texts if any(word in text for word in words)] == []
