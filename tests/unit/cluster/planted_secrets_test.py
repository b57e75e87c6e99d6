"""No secret is in anything that the program writes: each is planted, and everything is searched."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys

import pytest
import yaml

from kubectl_dog.cli import main as program
from tests.unit.cluster import planted
from tests.unit.cluster import planted_objects
from tests.unit.cluster.planted_objects import encoded
from tests.unit.cluster.planted_objects import secret
from tests.unit.cluster.server import until
from tests.unit.needs import posix

pytestmark = posix

# Prints a credential, and nothing of what it got.
PLUGIN = """
import json
status = {'token': %r}
kind = {'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential'}
print(json.dumps({**kind, 'status': status}))
"""
# Writes what it gets into the current folder.
HELPER = """
import json, os, sys
open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)) + sys.stdin.read())
open(sys.argv[1] + '.words', 'wb').write(open('/proc/self/cmdline', 'rb').read())
"""


def jwt(place, seconds=4e9):
    claims = base64.urlsafe_b64encode(json.dumps({'exp': seconds, 'sub': secret(place)}).encode())
    return f'eyJhbGciOiJub25lIn0.{claims.rstrip(b"=").decode()}.{secret(place)}'


class World:
    """A planted cluster, the files of a user, and the folders that the program may write to."""

    def __init__(self, server, pki, folder):
        self.server, self.cluster, self.pki = server, server.scripts, pki
        self.folders = {name: folder / name for name in ('input', 'home', 'tmp', 'here')}
        for path in self.folders.values():
            path.mkdir()

    def write(self, name, text):
        path = self.folders['input'] / name
        path.write_text(text)
        return str(path)

    def kubeconfig(self, user, **cluster):
        address = {'server': self.server.url, 'certificate-authority': str(self.pki / 'ca.crt')}
        config = {
            'clusters': [{'name': 'a', 'cluster': {**address, **cluster}}],
            'users': [{'name': 'a', 'user': user}],
            'contexts': [
                {'name': 'a', 'context': {'cluster': 'a', 'user': 'a', 'namespace': 'shop'}}
            ],
            'current-context': 'a',
        }
        return self.write('config', yaml.safe_dump(config))

    def manifests(self):
        web = planted_objects.objects()['/apis/apps/v1/deployments'][0]
        filled = planted_objects.template('file')
        web = {
            **web,
            'metadata': {'name': 'web', 'namespace': 'shop'},
            'spec': {**web['spec'], 'template': filled},
        }
        held = {
            'apiVersion': 'v1',
            'kind': 'Secret',
            'metadata': {'name': 'db', 'namespace': 'shop'},
        }
        held['stringData'] = {'password': secret('secret in a file')}
        database = {**planted_objects.objects()['/apis/test.dev/v1/databases'][0]}
        return self.write('all.yaml', yaml.safe_dump_all([web, held, database]))

    def helper(self, name):
        script = self.write('helper.py', HELPER)
        return f'{sys.executable} {script} {name}'

    def environment(self):
        names = {'HOME': 'home', 'TMPDIR': 'tmp'}
        return {name: str(self.folders[folder]) for name, folder in names.items()}

    def written(self):
        """The names and contents of all files that were written."""
        for name, folder in self.folders.items():
            for path in sorted(folder.rglob('*')) if name != 'input' else ():
                if path.is_file():
                    yield path.name, path.read_bytes()


@pytest.fixture
def world(tls, pki, tmp_path, monkeypatch):
    server = planted.serve(tls)
    world = World(server, pki, tmp_path)
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    for name in ('KUBECONFIG', 'KUBECACHEDIR', 'XDG_CACHE_HOME'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr('tempfile.tempdir', None)
    monkeypatch.chdir(world.folders['here'])
    yield world
    server.close()


@pytest.fixture
def run(world, capfdbinary):
    """Run the program and search what it writes; returns the exit code and the output."""

    def main(config, command, *words):
        connection = ['--kubeconfig', config, '-v', '9'] if config else []
        code = program.main([command, *connection, *words])
        out, err = capfdbinary.readouterr()
        streams = [('standard output', out), ('standard error', err)]
        everything = [*streams, *world.written()]
        assert {
            name: planted_objects.leaks(content)
            for name, content in everything
            if planted_objects.leaks(content)
        } == {}
        assert b'internal error' not in err
        return code, out.decode() + err.decode()

    return main


def user_with_plugin(world):
    script = world.write('plugin.py', PLUGIN % secret('plugin token'))
    return {
        'exec': {
            'apiVersion': 'client.authentication.k8s.io/v1',
            'interactiveMode': 'Never',
            'command': sys.executable,
            'args': [script, '--password', secret('plugin argument')],
            'env': [{'name': 'PLUGIN_TOKEN', 'value': secret('plugin variable')}],
        }
    }


def user_with_provider(world, **more):
    return {
        'auth-provider': {
            'name': 'oidc',
            'config': {
                'idp-issuer-url': world.server.url.replace(
                    '://', f'://app:{secret("issuer url")}@'
                ),
                'idp-certificate-authority': str(world.pki / 'ca.crt'),
                'client-id': 'a',
                'client-secret': secret('client secret'),
                'id-token': jwt('id token'),
                'refresh-token': secret('refresh token'),
                **more,
            },
        }
    }


def user_with_key(world):
    key = (world.pki / 'client.key').read_text()
    planted_objects.MARKERS['client key'] = key.splitlines()[1][:32]
    return {
        'client-certificate-data': encoded((world.pki / 'client.crt').read_text()),
        'client-key-data': encoded(key),
    }


USERS = {
    'token': lambda world: {'token': secret('token')},
    'token file': lambda world: {'tokenFile': world.write('token', secret('token file'))},
    'password': lambda world: {'username': 'app', 'password': secret('password')},
    'plugin': user_with_plugin,
    'provider': user_with_provider,
    'expired provider': lambda world: user_with_provider(
        world, **{'id-token': jwt('old token', 1)}
    ),
    'key': user_with_key,
}
RECORDED = ('--record', 'run.jsonl', '--report', 'dir=reports')
ROLLOUT = ('rollout', 'deploy/web', '--timeout', '1s', *RECORDED)
COMMANDS = [
    (*ROLLOUT, '-o', 'plain'),
    (*ROLLOUT, '-o', 'json'),
    (*ROLLOUT, '--brief'),
    (*ROLLOUT, '--ci', 'github'),
    ('rollout', 'deploy/good', *RECORDED),
    ('rollout', 'database/db', '--timeout', '1s', *RECORDED),
    ('rollout', '-f', 'MANIFESTS', '--timeout', '1s', '--check', *RECORDED),
    ('rollout', '--helm-release', 'web', '--timeout', '1s', *RECORDED),
    ('follow', 'deploy/web', '--timeout', '1s', *RECORDED),
    ('check', '-f', 'MANIFESTS'),
    ('check', '-f', 'MANIFESTS', '-o', 'json', '--report', 'dir=reports'),
    ('status', 'deploy/web', 'deploy/good', 'database/db'),
    ('status', '-o', 'json', 'deploy/web', 'database/db'),
    ('status', '-o', 'json', '-n', 'shop'),
    ('status', '--helm-release', 'web'),
    ('status', '--local', '-f', 'MANIFESTS'),
]


@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_no_secret_of_the_cluster_is_written(world, run, words):
    files = world.manifests()
    config = world.kubeconfig({'token': secret('token')})
    words = [files if word == 'MANIFESTS' else word for word in words]
    if words[0] == 'rollout':
        words[1:1] = ['--on-failure', world.helper('failed')]
    config = '' if '--local' in words else config
    code, shown = run(config, *words)
    assert code in (0, 1, 3), shown
    assert bool(world.cluster.asked) is bool(config)
    if '--record' in words:
        run('', 'replay', 'run.jsonl', '--instant', '-o', 'json')


@pytest.mark.parametrize('user', USERS)
@pytest.mark.parametrize('status', (0, 401, 500))
def test_no_credential_of_the_user_is_written(world, run, user, status):
    world.cluster.status = status
    config = world.kubeconfig(USERS[user](world))
    code, _ = run(config, 'rollout', 'deploy/good', '--timeout', '2s', *RECORDED)
    assert code in ((0, 5) if not status else (3, 5))
    program.main(['__complete', 'rollout', 'deploy/', '--kubeconfig', config])


@pytest.mark.parametrize(
    'cluster',
    (
        {'server': f'https://app:{secret("server url")}@127.0.0.1:1'},
        {'server': f'https://app:{secret("server url")}@a.invalid/?token={secret("query")}'},
        {'server': f'https://app:{secret("server url")}@[::1'},
        {'server': f'ftp://app:{secret("server url")}@a'},
        {
            'certificate-authority': '/absent',
            'server': f'https://app:{secret("server url")}@127.0.0.1:1',
        },
        {'proxy-url': f'http://app:{secret("proxy url")}@127.0.0.1:1'},
        {'proxy-url': f'socks5://app:{secret("proxy url")}@127.0.0.1:1'},
        {'proxy-url': f'ftp://app:{secret("proxy url")}@127.0.0.1:1'},
        {'proxy-url': f'http://app:{secret("proxy url")}@127.0.0.1:x'},
        {'certificate-authority-data': secret('authority that is no base64') + '?'},
        {'tls-server-name': 'other.test'},
    ),
    ids=str,
)
@pytest.mark.parametrize(
    'command', (('rollout', 'deploy/good', *RECORDED), ('status', 'deploy/good'))
)
def test_no_secret_of_an_unreachable_cluster_is_written(world, run, cluster, command):
    config = world.kubeconfig({'token': secret('token')}, **cluster)
    code, _ = run(config, *command)
    assert code == 5


def test_a_recorded_run_is_explained_as_the_run_was(world, run):
    def causes(shown):
        records = [json.loads(line) for line in shown.splitlines() if line.startswith('{')]
        texts = [record['cause'] for record in records if record['type'] in ('cause', 'ended')]
        return [(cause['code'], cause['message'], cause['evidence']) for cause in texts if cause]

    config = world.kubeconfig({'token': secret('token')})
    for name in ('deploy/web', 'database/db'):
        words = ('rollout', name, '--timeout', '1s', '-o', 'json', '--record', 'run.jsonl')
        live = causes(run(config, *words)[1])
        assert causes(run('', 'replay', 'run.jsonl', '--instant', '-o', 'json')[1]) == live
        assert 'redacted' in str(live)


def test_a_server_with_a_password_in_its_address_is_cached_and_named_without_it(world, run):
    address = world.server.url.replace('://', f'://app:{secret("server url")}@')
    config = world.kubeconfig({'token': secret('token')}, server=address)
    code, shown = run(config, 'status', 'database/db')
    assert code == 0
    assert world.server.url.replace('://', '://redacted@') in shown
    cached = [json.loads(text) for name, text in world.written() if name.endswith('.json')]
    assert [entry['server'] for entry in cached] == [
        world.server.url.replace('://', '://redacted@')
    ]


def test_a_file_at_an_address_with_a_password_is_named_without_it(world, run):
    config = world.kubeconfig({'token': secret('token')})
    for address in (
        f'http://app:{secret("file url")}@127.0.0.1:1/a.yaml',
        f'http://app:{secret("file url")}@/a',
    ):
        code, shown = run(config, 'check', '-f', address)
        assert (code, 'cannot read http://redacted@' in shown) == (2, True)


def test_commands_of_the_user_get_no_credential(world, run):
    config = world.kubeconfig({'token': secret('token')})
    words = (
        *('run', '--timeout', '1s', '--verdict', '-f', world.manifests(), '--on-failure'),
        world.helper('failed'),
    )
    code, _ = run(config, *words, '--', *world.helper('deployed').split())
    assert code in (1, 3)
    names = {name for name, _ in world.written()}
    assert names >= {'failed', 'failed.words', 'deployed', 'deployed.words'}


@pytest.mark.parametrize('requests', (1, 3, 6))
def test_a_killed_run_leaves_no_secret(world, requests):
    config = world.kubeconfig(user_with_key(world))
    words = ['rollout', 'deploy/web', '--kubeconfig', config, '-v', '9', *RECORDED]
    paths = {'PYTHONPATH': os.pathsep.join(sys.path)}
    running = subprocess.Popen(
        [sys.executable, '-m', 'kubectl_dog', *words],
        env={**os.environ, **paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        until(lambda: len(world.cluster.asked) >= requests)
    finally:
        running.send_signal(signal.SIGKILL)
        output, _ = running.communicate()
    for _, content in (('output', output), *world.written()):
        assert planted_objects.leaks(content) == []


def plant(value):
    marker = secret('malformed')
    return {'text': marker, 'list': [marker], 'mapping': {'a': [marker]}}[value]


# The others may be texts.
NEVER_TEXTS = ('client-key-data', 'client-certificate-data', 'exec', 'auth-provider')
KEYS = (*NEVER_TEXTS, 'token', 'tokenFile', 'password', 'username', 'as')


@pytest.mark.parametrize(
    ('key', 'value'),
    [(key, value) for key in KEYS for value in ('list', 'mapping')]
    + [(key, 'text') for key in NEVER_TEXTS],
)
def test_no_malformed_value_of_a_kubeconfig_is_written(world, run, key, value):
    config = world.kubeconfig({key: plant(value)})
    assert run(config, 'rollout', 'deploy/good')[0] == 5


@pytest.mark.parametrize(
    'text',
    (
        'users: [{{name: a, user: {{token: "{0}',
        'users:\n- name: a\n  user: {{token: {0}\n',
        'a: *{0}',
        '{0}',
        '- {0}',
        'users: {0}',
        'users: [{{name: a, user: {{exec: {{env: [{{name: "=", value: {0}}}]}}}}}}]',
        'users: [{{name: a, user: {{token: !!binary {0}}}}}]',
        'a: {0}\n---\nb: {0}\n',
        'users: [{{name: a, user: {{token: "{0}\\nx"}}}}]\ncurrent-context: a\ncontexts: '
        '[{{name: a, context: {{user: a, cluster: a}}}}]\n'
        'clusters: [{{name: a, cluster: {{server: "https://h"}}}}]',
    ),
)
def test_no_secret_of_an_unreadable_kubeconfig_is_written(world, run, text):
    config = world.write('config', text.format(secret('unreadable kubeconfig')))
    assert run(config, 'rollout', 'deploy/good')[0] == 5
