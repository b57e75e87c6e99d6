from __future__ import annotations

import errno
import io
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.cluster.client_config import kubeconfig
from tests.unit.needs import posix


def test_ctrl_c_interrupts_a_wait_at_once_except_on_windows():
    assert platform_compat.max_wait('linux') == platform_compat.max_wait('darwin') > 60
    assert platform_compat.max_wait('win32') < 0.5


def test_each_system_has_its_signals():
    windows = SimpleNamespace(SIGINT=2, SIGTERM=15, SIGBREAK=21)
    assert platform_compat.signals(windows) == {2: 'interrupt', 15: 'terminate', 21: 'terminate'}
    assert platform_compat.signals(SimpleNamespace(SIGINT=2)) == {2: 'interrupt'}
    assert platform_compat.signals()[signal.SIGINT] == 'interrupt'


@posix
def test_time_limit_applies_only_to_its_block():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(platform_compat.TooLongError), platform_compat.time_limit(0.01):
        time.sleep(60)
    with platform_compat.time_limit():
        pass
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@posix
def test_a_timer_runs_again_after_a_time_limit():
    signal.setitimer(signal.ITIMER_REAL, 3600, 1800)
    with platform_compat.time_limit():
        pass
    assert signal.setitimer(signal.ITIMER_REAL, 0) == (pytest.approx(3600, abs=60), 1800)


@posix
def test_another_timer_does_not_end_a_block_with_a_time_limit():
    class Slow:
        """The module `signal` on a machine that is busy after each change of a handler."""

        def __getattr__(self, name):
            return getattr(signal, name)

        def signal(self, *values):
            before = signal.signal(*values)
            time.sleep(0.03)
            return before

    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        with platform_compat.time_limit(known=Slow()):
            pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_there_is_no_time_limit_without_signals():
    with platform_compat.time_limit(0.01, SimpleNamespace()):
        time.sleep(0.02)


def test_there_is_no_time_limit_in_threads():
    def run():
        with platform_compat.time_limit(0.01):
            time.sleep(0.02)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


@pytest.mark.parametrize(
    ('error', 'platform', 'closed'),
    (
        (BrokenPipeError(errno.EPIPE, ''), 'linux', True),
        (BrokenPipeError(errno.EPIPE, ''), 'win32', True),
        (OSError(errno.EINVAL, ''), 'win32', True),
        (OSError(errno.EINVAL, ''), 'darwin', False),
        (OSError(errno.ENOSPC, ''), 'win32', False),
    ),
)
def test_errors_of_a_closed_pipe_are_recognized(error, platform, closed):
    assert platform_compat.is_closed(error, platform) is closed


@pytest.mark.parametrize(
    ('platform', 'env', 'there', 'expected'),
    (
        ('linux', {'HOME': 'a'}, (), 'a'),
        ('darwin', {'HOME': 'a', 'USERPROFILE': 'b'}, ('b/.kube/config',), 'a'),
        ('win32', {'USERPROFILE': 'b'}, ('b',), 'b'),
        ('win32', {'HOME': 'a', 'USERPROFILE': 'b'}, ('a', 'b'), 'a'),
        ('win32', {'HOME': 'a', 'USERPROFILE': 'b'}, ('b',), 'b'),
        ('win32', {'HOME': 'a', 'USERPROFILE': 'b'}, ('a', 'b/.kube/config'), 'b'),
        ('win32', {'HOMEDRIVE': 'c', 'HOMEPATH': '/d', 'USERPROFILE': 'b'}, ('c/d', 'b'), 'b'),
        (
            'win32',
            {'HOMEDRIVE': 'c', 'HOMEPATH': '/d', 'USERPROFILE': 'b'},
            ('c/d/.kube/config', 'b/.kube/config'),
            'c/d',
        ),
        ('win32', {'HOMEPATH': 'd', 'USERPROFILE': 'b'}, ('d/.kube/config',), 'b'),
        ('win32', {'HOME': 'a', 'USERPROFILE': 'b'}, (), 'a'),
        ('win32', {}, (), ''),
    ),
)
def test_home_folder_is_that_of_kubectl(tmp_path, monkeypatch, platform, env, there, expected):
    monkeypatch.chdir(tmp_path)
    for file in there:
        folder = tmp_path / file
        if file.endswith('config'):
            folder.parent.mkdir(parents=True)
            folder.touch()
        else:
            folder.mkdir(parents=True, exist_ok=True)
    assert platform_compat.home_directory(env, platform) == expected


def test_kubeconfig_is_read_from_the_home_folder(tmp_path):
    config = kubeconfig.load(None, {'HOME': str(tmp_path)})
    assert config.looked_at == (os.path.join(tmp_path, '.kube', 'config'),)


@posix
@pytest.mark.parametrize(
    ('platform', 'mine', 'mode', 'ours'),
    (
        ('linux', True, 0o600, True),
        ('linux', True, 0o620, False),
        ('darwin', True, 0o602, False),
        ('darwin', False, 0o600, False),
        ('win32', False, 0o666, True),
    ),
)
def test_file_that_others_may_write_is_not_trusted(platform, mine, mode, ours):
    status = SimpleNamespace(st_uid=os.geteuid() + (not mine), st_mode=mode)
    assert platform_compat.is_own_file(status, platform) is ours


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    ('stream', 'platform', 'obeys', 'expected'),
    (
        (Stream(True), 'linux', False, True),
        (Stream(False), 'linux', True, False),
        (Stream(True), 'win32', True, True),
        (Stream(True), 'win32', False, False),
        (Stream(False), 'win32', True, False),
        (None, 'linux', True, False),
    ),
)
def test_windows_console_is_a_terminal_if_it_accepts_escape_sequences(
    monkeypatch, stream, platform, obeys, expected
):
    monkeypatch.setattr(platform_compat, '_enable_escape_sequences', lambda stream: obeys)
    assert platform_compat.is_terminal(stream, platform) is expected


def test_a_closed_stream_is_no_terminal():
    stream = io.StringIO()
    stream.close()
    assert not platform_compat.is_terminal(stream, 'linux')


@posix
def test_hanging_child_processes_are_killed():
    code = (
        'import subprocess, sys\n'
        'from kubectl_dog import platform_compat as system\n'
        'has_group = system.detach()\n'
        'child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])\n'
        'print(child.pid, has_group, flush=True)\n'
        'print("never seen", file=sys.stderr)\n'
        'system.exit_now(has_group)\n'
    )
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert ran.stderr == ''
    pid, has_group = ran.stdout.split()
    assert has_group == 'True'
    # It may be a zombie for as long as nobody has taken it over.
    command = ['ps', '-o', 'stat=', '-p', pid]
    status = subprocess.run(command, capture_output=True, text=True, check=False)
    assert status.stdout.strip()[:1] in ('', 'Z')


@posix
def test_credential_plugin_cannot_open_the_terminal():
    code = (
        'import os\nfrom kubectl_dog import platform_compat as system\nsystem.detach()\n'
        'try: print(os.open("/dev/tty", os.O_RDWR))\nexcept OSError: print("none")\n'
    )
    pty = pytest.importorskip('pty')
    pid, terminal = pty.fork()
    if not pid:
        # The shell leads the session; what kubectl starts does not.
        subprocess.run([sys.executable, '-c', code], check=False)
        os._exit(0)
    assert os.read(terminal, 100).strip() == b'none'
    os.waitpid(pid, 0)
    os.close(terminal)


@posix
@pytest.mark.parametrize('closed', ('<&-', '>&-', '2>&-', '>&- 2>&-'))
def test_closed_stream_is_no_internal_error(closed):
    command = f'exec "$0" -m kubectl_dog version {closed}'
    done = subprocess.run(['sh', '-c', command, sys.executable], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b'')


@posix
def test_process_group_with_other_processes_is_not_killed():
    code = 'from kubectl_dog import platform_compat as system; print(system.detach())'
    ran = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True,
        start_new_session=True,
    )  # fmt: skip
    assert ran.stdout == 'False\n'


class Signals:
    """A module `signal`; to raise a signal calls its handler."""

    SIG_DFL = 'default'
    SIGTSTP = 20

    def __init__(self, handler=SIG_DFL):
        self.handler = handler
        self.seen = []

    def getsignal(self, number):
        return self.handler

    def signal(self, number, handler):
        self.handler = handler

    def raise_signal(self, number):
        self.seen.append((number, self.handler))


def test_functions_around_a_suspension():
    signals = Signals()
    seen = signals.seen
    with platform_compat.around_suspension(
        lambda: seen.append('before'), lambda: seen.append('after'), signals
    ):
        signals.handler(20, None)
        signals.handler(20, None)
    assert seen == ['before', (20, 'default'), 'after'] * 2
    assert signals.handler == 'default'


@pytest.mark.parametrize('signals', (SimpleNamespace(), Signals('ignored')))
def test_nothing_is_done_around_a_suspension_that_cannot_be(signals):
    before = getattr(signals, 'handler', None)
    with platform_compat.around_suspension(pytest.fail, pytest.fail, signals):
        assert getattr(signals, 'handler', None) == before


@pytest.mark.parametrize(('group', 'is_in_foreground'), ((1, True), (2, False)))
def test_program_in_the_foreground(group, is_in_foreground):
    system = SimpleNamespace(tcgetpgrp=lambda number: group, getpgrp=lambda: 1)
    with open(os.devnull, encoding='utf-8') as stream:
        assert platform_compat.is_in_foreground(stream, system) is is_in_foreground
        # Without a terminal, and on Windows.
        assert platform_compat.is_in_foreground(stream)
        assert platform_compat.is_in_foreground(stream, SimpleNamespace())


# What there is on Windows alone cannot be had elsewhere; what is missing there can be.
WINDOWS = """
import importlib.metadata, logging, os, shutil, socket, ssl, subprocess, sys, tempfile
import concurrent.futures, importlib.resources, signal, yaml
for name in ('geteuid', 'getuid', 'fchmod', 'memfd_create', 'setsid', 'getpgrp', 'killpg',
             'tcgetpgrp', 'O_NOFOLLOW',
             'O_NONBLOCK', 'O_CLOEXEC', 'uname', 'fork', 'mkfifo', 'chown'):
    if hasattr(os, name):
        delattr(os, name)
for name in ('SIGALRM', 'SIGHUP', 'SIGKILL', 'SIGPIPE', 'SIGTSTP', 'SIGWINCH', 'setitimer',
             'alarm'):
    if hasattr(signal, name):
        delattr(signal, name)
for name in ('fcntl', 'termios', 'pwd', 'grp', 'resource', 'tty', 'pty', 'readline'):
    sys.modules[name] = None
sys.platform = 'win32'
from kubectl_dog.cli.main import main
sys.argv[0] = 'kubectl-dog'
sys.exit(main())
"""


@pytest.mark.parametrize(
    ('argv', 'code', 'shown'),
    (
        (['demo', '--instant'], 1, 'x deploy/ledger failed'),
        (['rollout', 'sts/a', '--kubeconfig', 'gone'], 5, 'kubeconfig gone does not exist'),
        (['rollout', 'gadget/a', '--server', 'http://127.0.0.1:1'], 5, 'connection refused'),
        (['__complete', 'roll'], 0, 'rollout'),
        (['demo', 'good', '--instant', '-o', 'json'], 0, '"verdict": "ready"'),
    ),
)
def test_commands_run_without_modules_that_windows_lacks(tmp_path, argv, code, shown):
    env = {**os.environ, 'PYTHONIOENCODING': 'cp1252', 'USERPROFILE': str(tmp_path)}
    env.pop('KUBECONFIG', None)
    ran = subprocess.run(
        [sys.executable, '-c', WINDOWS, *argv], env=env, capture_output=True, check=False,
        encoding='cp1252', cwd=tmp_path,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    assert shown in ran.stdout + ran.stderr
    assert 'Traceback' not in ran.stderr


def test_only_platform_compat_checks_the_platform():
    package = Path(platform_compat.__file__).parent
    asks = re.compile(r'os\.name\b|sys\.platform|import (fcntl|termios|pwd|grp|msvcrt|resource)\b')
    modules = {
        str(path.relative_to(package))
        for path in package.rglob('*.py')
        if asks.search(path.read_text(encoding='utf-8'))
    }
    assert modules == {'platform_compat.py'}


@pytest.mark.parametrize(
    ('platform', 'text', 'words'),
    (
        ('linux', r"a\ b 'c d' \"e", ['a b', 'c d', '"e']),
        (
            'win32',
            r'"C:\Program Files\n.exe" -x it\'s',
            [r'C:\Program Files\n.exe', '-x', r'it\'s'],
        ),
    ),
)
def test_split_command(platform, text, words):
    assert platform_compat.split_command(text, platform) == words


@pytest.mark.parametrize(
    ('group', 'platform', 'shares'),
    [(7, 'linux', True), (8, 'linux', False), (None, 'darwin', False), (None, 'win32', True)],
)
def test_ctrl_c_reaches_the_foreground_group_of_the_terminal(group, platform, shares):
    def open_terminal(*_):
        if group is None:
            raise OSError
        return 3

    closed = []
    known = SimpleNamespace(
        open=open_terminal,
        close=closed.append,
        tcgetpgrp=lambda descriptor: group,
        getpgrp=lambda: 7,
        O_RDONLY=0,
        O_NOCTTY=0,
    )
    assert platform_compat.shares_ctrl_c(known, platform) is shares
    assert closed == ([3] if group else [])


def test_a_terminal_of_another_session_shares_nothing():
    def fail(descriptor):
        raise OSError

    known = SimpleNamespace(
        open=lambda *_: 3, close=lambda _: None, tcgetpgrp=fail, O_RDONLY=0, O_NOCTTY=0
    )
    assert not platform_compat.shares_ctrl_c(known, 'linux')


@pytest.mark.parametrize(
    ('numbers', 'names', 'codes'),
    (
        ({'SIGINT': 2, 'SIGTERM': 15}, {2: 'interrupt', 15: 'terminate'}, [130, 143]),
        (
            {'SIGINT': 2, 'SIGTERM': 15, 'SIGHUP': 1},
            {2: 'interrupt', 15: 'terminate', 1: 'hangup'},
            [130, 143, 129],
        ),
        (
            {'SIGINT': 2, 'SIGTERM': 15, 'SIGBREAK': 21},
            {2: 'interrupt', 15: 'terminate', 21: 'terminate'},
            [130, 143, 143],
        ),
    ),
)
def test_signals_of_a_platform_end_a_run_with_their_exit_codes(numbers, names, codes):
    known = SimpleNamespace(**numbers)
    assert platform_compat.signals(known) == names
    assert [platform_compat.exit_code_of(number, known) for number in names] == codes
