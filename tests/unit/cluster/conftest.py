from __future__ import annotations

import queue
import ssl
import subprocess
import threading

import pytest

from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
from kubectl_dog.cluster.reads.worker import Environment
from tests.unit.cluster.server import Server

# A CA without key usage, as many clusters have: Python 3.13 refuses it by default.
CA = '[req]\ndistinguished_name=d\nx509_extensions=e\n[d]\n[e]\nbasicConstraints=critical,CA:true\n'


class TidySocket(ssl.SSLSocket):
    """CPython leaves a socket open that was reset before its handshake; this one closes it."""

    def recv(self, buflen=1024, flags=0):
        try:
            return super().recv(buflen, flags)
        except ConnectionError:
            self.close()
            raise


def openssl(folder, *args):
    subprocess.run(('openssl', *args), cwd=folder, check=True, capture_output=True)


def sign(folder, name, subject, extension):
    (folder / f'{name}.ext').write_text(extension)
    openssl(
        folder, 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-subj', subject, '-keyout', f'{name}.key', '-out', f'{name}.csr',
    )  # fmt: skip
    openssl(
        folder, 'x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key',
        '-CAcreateserial', '-days', '2', '-extfile', f'{name}.ext', '-out', f'{name}.crt',
    )  # fmt: skip


@pytest.fixture(scope='session')
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp('pki')
    (folder / 'ca.cnf').write_text(CA)
    openssl(
        folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
        '-nodes', '-subj', '/CN=test-ca', '-days', '2', '-config', 'ca.cnf',
        '-keyout', 'ca.key', '-out', 'ca.crt',
    )  # fmt: skip
    sign(folder, 'server', '/CN=server', 'subjectAltName=IP:127.0.0.1,DNS:api.test\n')
    sign(folder, 'client', '/CN=jane', 'extendedKeyUsage=clientAuth\n')
    openssl(
        folder, 'pkey', '-in', 'client.key', '-aes128', '-passout', 'pass:x', '-out', 'locked.key'
    )
    return folder


@pytest.fixture
def tls(pki):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = TidySocket
    context.load_cert_chain(pki / 'server.crt', pki / 'server.key')
    context.load_verify_locations(pki / 'ca.crt')
    return context


@pytest.fixture
def server(tls):
    server = Server(tls)
    yield server
    server.close()


@pytest.fixture
def connection(server, pki):
    connection = KubeConnection(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))
    yield connection
    connection.close()


class World:
    """No dice, and waits that are over at once; those of `slow` seconds and more last."""

    def __init__(self):
        self.now = 0.0
        self.slow = 20.0
        self.waits = []
        self.environment = Environment(lambda: self.now, lambda: 1.0, self._wait)

    def _wait(self, event, seconds):
        self.waits.append(seconds)
        event.wait(10 if seconds >= self.slow else 0)


@pytest.fixture
def world():
    return World()


class Run:
    """A reader in its thread, and what it emits."""

    def __init__(self, reader, emitted):
        self.reader = reader
        self.emitted = emitted
        self.thread = threading.Thread(target=reader.run, daemon=True)
        self.thread.start()

    def get(self, count=1):
        return [self.emitted.get(timeout=5) for _ in range(count)]

    def next(self):
        return self.emitted.get(timeout=5)

    def quiet(self, seconds=0.1):
        try:
            return not self.emitted.get(timeout=seconds)
        except queue.Empty:
            return True

    def ended(self):
        self.thread.join(5)
        return not self.thread.is_alive()


@pytest.fixture
def start():
    """Start a reader, made by `make(emit)`; stops it after the test and sees it end."""
    runs = []

    def run(make):
        emitted = queue.SimpleQueue()
        runs.append(Run(make(emitted.put), emitted))
        return runs[-1]

    yield run
    for running in runs:
        running.reader.stop()
    assert all(running.ended() for running in runs)
