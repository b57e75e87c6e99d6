"""What packages of trackers do to the process of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from kubectl_dog import platform_compat
from kubectl_dog.cli import main as program
from kubectl_dog.cli import package_code
from tests.unit.needs import posix

# Seconds: for a busy machine. None of the packages below would let the program end before.
LIMIT = 60
THREAD = (
    f'import threading, time\nthreading.Thread(target=time.sleep, args=({2 * LIMIT},)).start()\n'
)
AT_EXIT = f'import atexit, time\n@atexit.register\ndef stay():\n    time.sleep({2 * LIMIT})\n'
CHILD = 'pid = os.fork()\n    os._exit(0) if pid == 0 else os.waitpid(pid, 0)'
ATTRIBUTES = (
    'import sys\n'
    'class A:\n    def __getattr__(self, name): raise SystemExit(0)\n'
    'sys.modules[__name__] = A()\n'
)
RUN = ('demo', 'crash-loop', '--instant')
FAILED = 1
# Code of the module, code of `assess`, the exit code, and a part of standard error.
PROCESSES = {
    'threads and exit hooks that do not end': (THREAD + AT_EXIT, 'return', FAILED, ''),
    'os._exit at import': ('import os\nos._exit(0)\n', 'return', 70, 'called os._exit(0)'),
    'os._exit in a judgement': ('import os\n', 'os._exit(0)', 70, 'called os._exit(0)'),
    'a child process that ends': ('import os\n', CHILD, FAILED, ''),
}
RAISED = {
    'SystemExit in a judgement': ('', 'raise SystemExit(0)'),
    'KeyboardInterrupt at import': ('raise KeyboardInterrupt\n', 'return'),
    'KeyboardInterrupt in a judgement': ('', 'raise KeyboardInterrupt'),
    'SystemExit for an attribute': (ATTRIBUTES, 'return'),
}


@pytest.fixture
def install(packages):
    def create(module, judgement):
        code = f'{module}\ndef assess(view):\n    {judgement}\n'
        packages.install('acme', code=code, Deployment_apps='')

    return create


@posix
@pytest.mark.parametrize('name', PROCESSES)
def test_no_package_ends_a_process_without_its_verdict_or_keeps_it(install, name):
    module, judgement, code, error = PROCESSES[name]
    install(module, judgement)
    done = subprocess.run(
        [sys.executable, '-m', 'kubectl_dog', *RUN], capture_output=True, text=True,
        timeout=LIMIT, check=False,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert (done.returncode, error in done.stderr) == (code, True)
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize('name', RAISED)
def test_what_a_package_raises_is_no_end_of_the_run(install, monkeypatch, capsys, name):
    monkeypatch.setattr(package_code, 'guard', lambda: None)
    install(*RAISED[name])
    assert program.main(RUN) == FAILED
    out, err = capsys.readouterr()
    assert 'the tracker of acme 1.0 for Deployment.apps' in out
    assert err == ''


def test_a_call_that_ignores_the_limit_ends_the_process(monkeypatch, capfd):
    ended, handlers = [], []

    def leave(code):
        ended.append(code)
        raise SystemExit

    known = SimpleNamespace(
        setitimer=lambda *_: (0.0, 0.0), ITIMER_REAL=0, SIGALRM=14,
        signal=lambda number, handler: handlers.append(handler),
    )  # fmt: skip
    real = platform_compat.time_limit
    monkeypatch.setattr(package_code, '_exit', leave)
    monkeypatch.setattr(package_code, 'guard', lambda: None)
    monkeypatch.setattr(
        package_code.platform_compat, 'time_limit',
        lambda seconds, ignored: real(seconds, known, ignored),
    )  # fmt: skip
    with pytest.raises(SystemExit), package_code.limited(3.0):
        for _ in range(100):
            try:
                handlers[0](14, sys._getframe())
            except platform_compat.TooLongError:
                attempts = len(ended)
    assert (ended, attempts) == ([70], 0)
    assert 'package_code_test.py, line ' in capfd.readouterr().err


def test_an_interrupt_is_of_the_user_only_if_there_was_a_signal(monkeypatch):
    monkeypatch.setattr(package_code, 'guard', lambda: None)
    with pytest.raises(package_code.KeyboardInterruptError), package_code.limited():
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt), package_code.limited():
        raise platform_compat.SignalReceivedError(signal.SIGINT)
