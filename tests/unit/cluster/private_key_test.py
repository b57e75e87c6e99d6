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
import os, sys
if sys.argv[1] == 'file':
    vars(os).pop('memfd_create', None)
from kubectl_dog import api
api.connect().get('/api')
"""


def written(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), 'rb') as file:
                yield file.read()


@pytest.mark.parametrize('way', ('memory', 'file'))
def test_no_private_key_is_left_after_sigkill(server, pki, tmp_path, way):
    if way == 'memory' and not hasattr(os, 'memfd_create'):
        pytest.skip('Needs memfd_create.')
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
    running = subprocess.Popen([sys.executable, '-c', _PROGRAM, way], env=env, cwd=places[2])
    try:
        until(lambda: server.requests)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    keys = [content for place in places for content in written(place)]
    assert not [content for content in keys if b'PRIVATE KEY' in content]
    assert keys == []
