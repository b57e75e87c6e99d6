"""A private key is never on a disk, not even after a SIGKILL in the middle."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys

import pytest
import yaml

from tests.unit.cluster.server import Wire
from tests.unit.cluster.server import until
from tests.unit.needs import posix

pytestmark = posix

_PROGRAM = """
import os, signal, ssl, sys
from kubectl_dog import api
from kubectl_dog.cluster.transport import ssl_context
if 'file' in sys.argv:
    ssl_context._DESCRIPTORS = '/nowhere'
if 'in the middle' in sys.argv:
    ssl.SSLContext.load_cert_chain = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
api.connect().get('/api')
"""


def written(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), 'rb') as file:
                yield file.read()


@pytest.fixture
def start(server, pki, tmp_path):
    """Start a program with a client key; returns it, and a function that reads what it wrote."""
    data = {
        name: base64.b64encode((pki / f'client.{name}').read_bytes()).decode()
        for name in ('crt', 'key')
    }
    config = {
        'clusters': [{'name': 'a', 'cluster': {
            'server': server.url, 'certificate-authority': str(pki / 'ca.crt'),
        }}],
        'users': [{'name': 'a', 'user': {
            'client-certificate-data': data['crt'], 'client-key-data': data['key'],
        }}],
        'contexts': [{'name': 'a', 'context': {'cluster': 'a', 'user': 'a'}}],
        'current-context': 'a',
    }  # fmt: skip
    places = [tmp_path / 'home', tmp_path / 'tmp', tmp_path / 'here']
    for place in places:
        place.mkdir()
    (tmp_path / 'config').write_text(yaml.safe_dump(config))
    env = {
        **os.environ,
        'KUBECONFIG': str(tmp_path / 'config'),
        'HOME': str(places[0]),
        'TMPDIR': str(places[1]),
    }
    server.on('/api', Wire.hold)
    running = []

    def run(*words):
        running.append(
            subprocess.Popen([sys.executable, '-c', _PROGRAM, *words], env=env, cwd=places[2])
        )
        return running[-1], lambda: [content for place in places for content in written(place)]

    yield run
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.parametrize('words', ((), ('file',)))
def test_no_private_key_is_left_after_sigkill(server, start, words):
    process, contents = start(*words)
    until(lambda: server.requests)
    process.kill()
    process.wait()
    assert contents() == []


def test_no_private_key_is_left_if_it_is_killed_while_the_key_is_read(start):
    process, contents = start('in the middle')
    process.wait()
    assert (process.returncode, contents()) == (-signal.SIGKILL, [])


def test_without_pipes_the_next_start_removes_the_file_of_one_that_was_killed(
    server, start, tmp_path
):
    process, contents = start('file', 'in the middle')
    process.wait()
    [key] = (tmp_path / 'tmp').iterdir()
    assert len(contents()) == 1
    start('file')
    until(lambda: server.requests)
    assert len(contents()) == 1, 'another process may still read it'
    server.requests.clear()
    os.utime(key, (0, 0))
    start('file')
    until(lambda: server.requests)
    assert contents() == []
