from __future__ import annotations

import errno
import json
import os
import sys
import threading

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.cluster.auth import exec_plugin
from kubectl_dog.cluster.auth import plugin_process
from kubectl_dog.cluster.auth.exec_plugin import ExecPlugin
from kubectl_dog.cluster.client_config.settings import Plugin
from kubectl_dog.cluster.client_config.settings import Settings
from kubectl_dog.model.errors import AccessError
from tests.unit.cluster.faulty_cluster import is_running
from tests.unit.cluster.server import until
from tests.unit.needs import posix

V1 = 'client.authentication.k8s.io/v1'


@pytest.fixture
def script(tmp_path):
    """A plugin that prints what it is told to; `issue(...)` runs it."""
    if os.name == 'nt':
        pytest.skip('Needs shell scripts.')

    def issue(printed='', before='', plugin=None, settings=None, status=None):
        if status is not None:
            printed = json.dumps({'apiVersion': V1, 'kind': 'ExecCredential', 'status': status})
        (tmp_path / 'answer').write_text(printed)
        path = tmp_path / 'plugin'
        path.write_text(f'#!/bin/sh\ncd {tmp_path}\n{before}\ncat answer\n')
        path.chmod(0o755)
        configured = (plugin or Plugin(''))._replace(command=str(path))
        return ExecPlugin(settings or Settings('https://a'), configured).issue()

    return issue


def test_a_token_and_when_it_expires(script):
    credentials, expires = script(
        status={'token': 't', 'expirationTimestamp': '1970-01-01T01:00:00+00:00'}
    )
    assert (credentials.authorization, credentials.certificate, expires) == ('Bearer t', b'', 3600)


def test_a_certificate(script):
    credentials, expires = script(status={'clientCertificateData': 'c', 'clientKeyData': 'k'})
    assert (credentials.authorization, credentials.certificate, credentials.key) == ('', b'c', b'k')
    assert expires == 0.0


def test_yaml_will_do(script):
    text = f'apiVersion: {V1}\nkind: ExecCredential\nstatus:\n  token: t\n'
    credentials, expires = script(text + '  expirationTimestamp: 1970-01-01T01:00:00Z\n')
    assert (credentials.authorization, expires) == ('Bearer t', 3600)


@pytest.mark.parametrize('output', ['none', 'closed'])
def test_a_program_without_an_output_can_sign_in(script, monkeypatch, tmp_path, output):
    closed = open(tmp_path / 'output', 'w')  # noqa: SIM115
    closed.close()
    monkeypatch.setattr(sys, 'stdout', None if output == 'none' else closed)
    assert script(status={'token': 't'})[0].authorization == 'Bearer t'


def test_what_the_plugin_is_told(script, tmp_path):
    plugin = Plugin('', ('a b',), (('X', 'y'),), wants_cluster=True, config={'audience': 'z'})
    (tmp_path / 'ca').write_bytes(b'PEM')
    settings = Settings('https://a', ca_file=str(tmp_path / 'ca'), proxy_url='http://p')
    before = 'printf "%s" "$KUBERNETES_EXEC_INFO" > info; printf "%s" "$1 $X" > rest'
    script(before=before, plugin=plugin, settings=settings, status={'token': 't'})
    assert (tmp_path / 'rest').read_text() == 'a b y'
    assert json.loads((tmp_path / 'info').read_text()) == {
        'kind': 'ExecCredential',
        'apiVersion': V1,
        'spec': {
            'interactive': False,
            'cluster': {
                'server': 'https://a',
                'certificate-authority-data': 'UEVN',
                'proxy-url': 'http://p',
                'config': {'audience': 'z'},
            },
        },
    }


def status(**fields):
    return json.dumps({'apiVersion': V1, 'kind': 'ExecCredential', **fields})


@pytest.mark.parametrize(
    ('printed', 'before', 'message'),
    (
        ('', '', 'did not print an ExecCredential'),
        ('a: [', '', 'did not print an ExecCredential'),
        ('[]', '', 'did not print an ExecCredential'),
        ('[' * 9000, '', 'did not print an ExecCredential'),
        ('- ' * 900, '', 'did not print an ExecCredential'),
        ('{}', '', f'printed None None, but the kubeconfig expects ExecCredential {V1}'),
        (status(), '', 'printed no status'),
        (status(status={}), '', 'printed neither a token nor a certificate'),
        (status(status={'token': 1}), '', 'printed a status that is not text'),
        (status(status={'token': 'a', 'clientKeyData': 'k'}), '', 'but not both'),
        (status(status={'token': 'a\nb'}), '', 'characters that are not allowed in a header'),
        (
            status(status={'token': 'a', 'expirationTimestamp': 'soon'}),
            '',
            'an invalid expirationTimestamp',
        ),
        ('', 'exit 3', 'failed with exit code 3: sign in again'),
        ('', 'kill -9 $$', 'was terminated by signal 9'),
    ),
)
def test_what_is_wrong_is_said_in_one_sentence(script, printed, before, message):
    with pytest.raises(AccessError, match=message) as raised:
        script(printed, before)
    assert '\n' not in str(raised.value)


@pytest.mark.parametrize(
    ('hint', 'message'),
    (('', 'was not found, install it'), ('brew\n  install x', 'was not found: brew install x')),
)
def test_a_plugin_that_is_not_there(hint, message):
    plugin = Plugin('no-such-plugin', install_hint=hint)
    with pytest.raises(AccessError, match=f'^the credential plugin no-such-plugin {message}$'):
        ExecPlugin(Settings('https://a'), plugin).issue()


@posix
@pytest.mark.parametrize('path', ('.', '', 'sub'))
def test_a_plugin_of_the_current_folder_is_not_run(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('PATH', os.pathsep.join((path, os.environ['PATH'])))
    for folder in (tmp_path, tmp_path / 'sub'):
        folder.mkdir(exist_ok=True)
        (folder / 'planted').write_text('#!/bin/sh\ntouch ran\n')
        (folder / 'planted').chmod(0o755)
    with pytest.raises(AccessError, match='planted was found only in the current directory'):
        ExecPlugin(Settings('https://a'), Plugin('planted')).issue()
    assert not (tmp_path / 'ran').exists()


@posix
def test_a_program_for_another_machine(tmp_path):
    (tmp_path / 'x').write_bytes(b'\x7fELF')
    (tmp_path / 'x').chmod(0o755)
    with pytest.raises(AccessError, match=f'cannot be run: {os.strerror(errno.ENOEXEC).lower()}'):
        ExecPlugin(Settings('https://a'), Plugin(str(tmp_path / 'x'))).issue()


class Stdin:
    def __init__(self, terminal):
        self._terminal = terminal

    def isatty(self):
        if self._terminal is None:
            raise ValueError('I/O operation on closed file')
        return self._terminal

    def fileno(self):
        return 0


@pytest.mark.parametrize(
    ('mode', 'terminal', 'interactive'),
    (
        ('Never', True, False),
        ('IfAvailable', True, True),
        ('IfAvailable', False, False),
        ('IfAvailable', None, False),
        ('Always', True, True),
    ),
)
def test_interactive_mode(script, tmp_path, monkeypatch, mode, terminal, interactive):
    monkeypatch.setattr(sys, 'stdin', Stdin(terminal))
    before = 'printf "%s" "$KUBERNETES_EXEC_INFO" > info'
    script(before=before, plugin=Plugin('', interactive_mode=mode), status={'token': 't'})
    assert json.loads((tmp_path / 'info').read_text())['spec']['interactive'] is interactive


@pytest.mark.parametrize('stdin', (Stdin(False), None))
def test_a_plugin_that_needs_a_terminal(script, monkeypatch, stdin):
    monkeypatch.setattr(sys, 'stdin', stdin)
    with pytest.raises(AccessError, match='needs a terminal, but standard input is not one'):
        script(plugin=Plugin('', interactive_mode='Always'), status={'token': 't'})


def test_the_variable_has_the_name_that_plugins_know():
    assert exec_plugin._INFO == 'KUBERNETES_EXEC_INFO'


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    """A plugin that has started a child and waits for it, and the file with its process id."""
    monkeypatch.setattr(plugin_process, '_needs_own_session', lambda is_interactive: True)
    (tmp_path / 'plugin').write_text(
        f'#!/bin/sh\ncd {tmp_path}\nsleep 99 & echo $! > new; mv new child; wait\n'
    )
    (tmp_path / 'plugin').chmod(0o755)
    return Plugin(str(tmp_path / 'plugin')), tmp_path / 'child'


@posix
def test_a_plugin_that_hangs_ends_with_the_connection_and_leaves_no_child(hanging):
    plugin, child = hanging
    running = ExecPlugin(Settings('https://a'), plugin)
    errors = []

    def issue():
        with pytest.raises(AccessError) as raised:
            running.issue()
        errors.append(str(raised.value))

    thread = threading.Thread(target=issue)
    thread.start()
    until(child.exists)
    running.close()
    thread.join(10)
    assert errors == [f'the credential plugin {plugin.command} was ended']
    until(lambda: not is_running(int(child.read_text())))


@posix
def test_an_interrupt_ends_a_plugin(hanging, monkeypatch):
    plugin, child = hanging

    def read(self):
        if child.exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(plugin_process._Pipe, 'read', read)
    with pytest.raises(KeyboardInterrupt):
        ExecPlugin(Settings('https://a'), plugin).issue()
    until(lambda: not is_running(int(child.read_text())))


@posix
@pytest.mark.parametrize(
    ('is_interactive', 'shares_terminal', 'leads_session', 'expected'),
    (
        (False, False, False, True),
        (True, False, False, False),
        (False, True, False, False),
        (False, False, True, False),
    ),
)
def test_a_plugin_has_its_own_session_where_it_needs_no_terminal(
    monkeypatch, is_interactive, shares_terminal, leads_session, expected
):
    monkeypatch.setattr(platform_compat, 'shares_ctrl_c', lambda: shares_terminal)
    monkeypatch.setattr(os, 'getsid', lambda number: os.getpid() if leads_session else 0)
    assert plugin_process._needs_own_session(is_interactive) is expected


def test_where_pipes_cannot_be_polled_the_output_is_read_at_the_end(script, monkeypatch):
    monkeypatch.delattr(os, 'set_blocking')
    assert script(status={'token': 't'})[0].authorization == 'Bearer t'
