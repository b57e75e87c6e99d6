"""The `kubernetes` connection: what the other one is tested for, and whose requests it sends."""

from __future__ import annotations

import json
import logging
import re
import warnings
from http.client import HTTPConnection

import pytest

from kubectl_dog import api
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.cluster.connections import kubeconfig_connection as connection_module
from kubectl_dog.cluster.connections.official_client import OfficialClient
from kubectl_dog.cluster.connections.official_client import connect
from kubectl_dog.model.connection import ConnectionFlags
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import AccessError
from tests.page import ROOT
from tests.unit.cluster.connections import kubeconfig_connection_test as same
from tests.unit.cluster.server import page

# The same tests, with the fixtures of this module.
_APPLY = (
    'a_client_certificate_that_is_missing',
    'a_dry_run_saves_nothing_and_is_sent_with_credentials',
    'a_path_before_the_api_is_kept',
    'rights_are_reviewed_with_one_request',
    'a_server_without_tls',
    'a_stream_gives_what_is_there_and_then_its_end',
    'a_stream_that_breaks_off',
    'an_answer_without_a_date',
    'an_authority_we_do_not_know',
    'an_idle_connection_that_the_server_closed_is_no_error',
    'clock_offset',
    'close_wakes_who_waits_for_headers',
    'connection_refused',
    'get_sends_what_it_should_and_reuses_its_connection',
    'insecure_asks_no_questions_and_warns_no_one',
    'no_such_host',
    'read_timeout_may_change',
    'plain_http_works',
    'redirects_are_not_followed',
    'stop_ends_a_blocked_read',
    'a_certificate_for_another_host',
    'tls_server_name_is_checked_instead_of_the_host',
)
globals().update({f'test_{name}': getattr(same, f'test_{name}') for name in _APPLY})


@pytest.fixture
def create_connection():
    """Make connections that are closed in the end."""
    connections = []

    def make(settings):
        connections.append(OfficialClient(settings))
        return connections[-1]

    yield make
    for connection in connections:
        connection.close()


@pytest.fixture
def connection(server, pki, create_connection):
    return create_connection(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))


def kubeconfig(folder, server, pki, user):
    document = {
        'clusters': [
            {
                'name': 'c',
                'cluster': {'server': server.url, 'certificate-authority': str(pki / 'ca.crt')},
            }
        ],
        'contexts': [{'name': 'x', 'context': {'cluster': 'c', 'user': 'u', 'namespace': 'shop'}}],
        'users': [{'name': 'u', 'user': user}],
        'current-context': 'x',
    }
    path = folder / 'config'
    path.write_text(json.dumps(document))
    return str(path)


def plugin(script):
    return {
        'apiVersion': 'client.authentication.k8s.io/v1',
        'command': 'sh',
        'args': ['-c', script],
        'interactiveMode': 'Never',
    }


def test_it_is_a_backend_like_the_other(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'token': 't0', 'as': 'jane', 'as-groups': ['a', 'b']})
    connection = api.connect('kubernetes', kubeconfig=path)
    server.on('/api', page(b'one'))
    assert connection.get('/api').body == b'one'
    assert connection.namespace == 'shop'
    sent = server.requests[0].headers
    assert sent['authorization'] == 'Bearer t0'
    # The official loader would have dropped this, and asked as somebody else.
    assert sent['impersonate-user'] == 'jane'
    connection.close()
    with pytest.raises(UnreachableError):
        connection.get('/api')


def test_the_gate_tries_every_version_that_is_allowed():
    extras = (ROOT / 'setup.cfg').read_text(encoding='utf-8')
    ((first, end),) = set(re.findall(r'^    kubernetes>=(\d+),<(\d+)$', extras, re.M))
    versions = ' '.join(map(str, range(int(first), int(end))))
    assert f'for version in {versions}; do' in (ROOT / '.ci' / 'run').read_text(encoding='utf-8')
    page = (ROOT / 'docs' / 'library.md').read_text(encoding='utf-8')
    assert f'versions {first} to {int(end) - 1}' in page


def test_a_plugin_that_fails_is_an_error_and_no_request(server, pki, tmp_path):
    path = kubeconfig(tmp_path, server, pki, {'exec': plugin('exit 3')})
    with pytest.raises(AccessError):
        connect(ConnectionFlags(kubeconfig=path))
    assert server.requests == []


def test_a_plugin_is_asked_again_when_the_server_refuses(server, pki, tmp_path):
    credential = {
        'apiVersion': 'client.authentication.k8s.io/v1',
        'kind': 'ExecCredential',
        'status': {'token': 'N'},
    }
    script = f"echo x >> {tmp_path}/n; n=$(wc -l < {tmp_path}/n); echo '{json.dumps(credential)}' "
    script += '| sed "s/\\"N\\"/\\"t$((n))\\"/"'
    connection = connect(
        ConnectionFlags(kubeconfig=kubeconfig(tmp_path, server, pki, {'exec': plugin(script)}))
    )
    server.on('/api', page(b'', 401), page(b'one'))
    assert connection.get('/api').body == b'one'
    assert [request.headers['authorization'] for request in server.requests] == [
        'Bearer t1',
        'Bearer t2',
    ]
    connection.close()


def test_a_socks_proxy_is_gone_by_and_named():
    pytest.importorskip('socks')
    connection = OfficialClient(
        Settings('https://api.test', proxy_url='socks5://127.0.0.1:1', insecure=True)
    )
    with pytest.raises(
        UnreachableError, match=r'refused.*\(through the proxy socks5://127.0.0.1:1\)'
    ):
        connection.get('/api')
    connection.close()


@pytest.mark.parametrize('make', [connect, connection_module.connect])
def test_what_is_the_processes_stays_as_it_was(server, make, monkeypatch):
    monkeypatch.setattr(HTTPConnection, 'debuglevel', 1)
    logger = logging.getLogger('urllib3')
    before = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings():
            filters = list(warnings.filters)
            connection = make(
                ConnectionFlags(server=server.url, token='t0', insecure_skip_tls_verify=True)
            )
            server.on('/api', page(b'one'))
            assert connection.get('/api').body == b'one'
            assert warnings.filters == filters
        assert (logger.level, HTTPConnection.debuglevel) == (logging.DEBUG, 1)
        connection.close()
    finally:
        logger.setLevel(before)


def test_without_the_extra_it_says_what_to_install(monkeypatch, server, pki):
    import sys

    monkeypatch.setitem(sys.modules, 'kubernetes', None)
    with pytest.raises(AccessError, match=r"pip install 'kubectl-dog\[kubernetes\]'"):
        OfficialClient(Settings(server=server.url, ca_file=str(pki / 'ca.crt')))
