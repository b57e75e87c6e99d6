"""Mistakes of first-time users print one helpful sentence on stderr, through kubectl."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from .connection import servers
from .connection.pki import Pki
from .connection.rows_exec import plugin
from .connection.world import World
from .harness import paths
from .harness.dog import SCRIPTS


@pytest.fixture(scope='module')
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp('pki'))


@pytest.fixture
def world(tmp_path, pki):
    world = World(tmp_path / 'world', pki)
    yield world
    world.close()


@pytest.fixture
def dog(world):
    """dog(config, *flags, code=5): run `kubectl dog rollout deploy/web`; return stderr's lines."""
    kubectl = paths.bin_dir() / 'kubectl'
    if not os.access(kubectl, os.X_OK) or not os.access(SCRIPTS / 'kubectl-dog', os.X_OK):
        pytest.skip('Needs the kubectl of the harness, and the plugin beside Python.')

    def run(config, *flags, code=5):
        if config is not None and not isinstance(config, str):
            config = world.write('config', config)
        env = {
            'PATH': os.pathsep.join((str(SCRIPTS), os.environ['PATH'])),
            'HOME': str(world.folder),
            **({} if config is None else {'KUBECONFIG': config}),
        }
        command = [str(kubectl), 'dog', 'rollout', 'deploy/web', '--timeout', '20s', *flags]
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout) == (code, ''), done.stdout + done.stderr
        output = done.stderr.replace(str(world.folder), '…')
        return re.sub(r'127\.0\.0\.1:\d+', 'HOST', output).strip().splitlines()

    return run


def prefixed(*sentences):
    return [f'error: {sentence}' for sentence in sentences]


def test_no_kubeconfig(dog):
    assert dog(None) == prefixed(
        'no kubeconfig found (searched …/.kube/config): set KUBECONFIG, or use --kubeconfig or '
        '--server'
    )


def test_an_empty_kubeconfig(dog, world):
    assert dog(world.write('empty', '')) == prefixed(
        'the kubeconfig is empty (…/empty): set KUBECONFIG, or use --kubeconfig or --server'
    )


def test_a_context_that_does_not_exist(dog, world):
    config = world.config(name='production')
    config['contexts'].append({'name': 'staging', 'context': {}})
    assert dog(config, '--context', 'prod') == prefixed(
        "there is no context 'prod' in …/config: choose one with --context "
        '(available: production, staging)'
    )


def test_a_plugin_that_is_not_installed(dog, world):
    user = plugin(world, command='aws-x', installHint='see https://aws.example/install')
    assert dog(world.config(user)) == prefixed(
        'the credential plugin aws-x was not found: see https://aws.example/install'
    )


def test_a_plugin_that_fails(dog, world):
    lines = dog(world.config(plugin(world, code=254, before='echo token expired >&2')))
    assert lines == [
        'token expired',
        *prefixed('the credential plugin …/bin/plugin failed with exit code 254: sign in again'),
    ]


def only_line(lines):
    """The only line; fails if there are others."""
    assert len(lines) == 1, lines
    return lines[0]


def test_nobody_listens(dog, world):
    sentence = only_line(dog(world.config(server='https://127.0.0.1:1')))
    assert 'cannot connect to https://HOST: connection refused' in sentence


@pytest.mark.parametrize(
    ('certificate', 'trusted', 'message'),
    (
        ('expired', 'ca', 'its certificate has expired'),
        ('server', 'other-ca', 'its certificate is signed by an unknown authority'),
        (
            'wrong',
            'ca',
            'its certificate is not valid for "127.0.0.1"; use --tls-server-name',
        ),
    ),
)
def test_a_server_that_cannot_be_trusted(dog, world, certificate, trusted, message):
    world.serve(certificate=certificate)
    config = world.config(**{'certificate-authority': world.pki.path(f'{trusted}.crt')})
    assert message in only_line(dog(config))


def refusing(world, code, message):
    status = {'kind': 'Status', 'apiVersion': 'v1', 'code': code, 'message': message}
    world.api = world.keep(servers.Web(lambda handler: (code, status), world.pki))
    return world.config()


def test_a_token_that_is_refused(dog, world):
    sentence = only_line(dog(refusing(world, 401, 'Unauthorized')))
    assert 'does not accept the credentials (Unauthorized): sign in again' in sentence


def test_no_permission(dog, world):
    message = (
        'deployments.apps "web" is forbidden: User "jane" cannot list resource "deployments" in '
        'API group "apps" in the namespace "default"'
    )
    assert message in only_line(dog(refusing(world, 403, message)))
