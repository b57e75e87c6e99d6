from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from kubectl_dog import entry
from kubectl_dog import platform_compat
from kubectl_dog.cli import main
from tests.unit.needs import posix

SLOW = """
import importlib.abc, os, signal, sys
# A shell starts programs in the background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module and not sent:
            sent.append(1)
            os.kill(os.getpid(), number)
number, module, sent = int(sys.argv.pop(1)), sys.argv.pop(1), []
sys.meta_path.insert(0, Slow())
from kubectl_dog.entry import main
sys.exit(main())
"""


@posix
@pytest.mark.parametrize(
    ('number', 'module', 'code'),
    (
        (signal.SIGINT, 'cli.main', 130),
        (signal.SIGTERM, 'cli.process_exit', 143),
        (1, 'cli.main', 129),
        (signal.SIGINT, 'cli.commands.replay', 130),
        (1, 'recorded_runs', 129),
        (signal.SIGTERM, 'tracking.engine', 143),
        (signal.SIGINT, 'output.plain', 130),
    ),
)
def test_signal_at_any_import_prints_no_traceback(number, module, code):
    words = [str(int(number)), f'kubectl_dog.{module}', 'demo', '--instant']
    done = subprocess.run(
        [sys.executable, '-c', SLOW, *words], capture_output=True, check=False,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (code, b'', b'')


@pytest.fixture
def handlers():
    before = {number: signal.getsignal(number) for number in platform_compat.signals()}
    hook = sys.unraisablehook
    yield
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


def raised(number):
    try:
        signal.getsignal(number)(number, None)
    except KeyboardInterrupt as stop:
        return platform_compat.ended_by(stop)


@pytest.mark.usefixtures('handlers')
def test_signal_raises_in_the_running_program(monkeypatch):
    seen = []

    def run():
        seen.append(raised(signal.SIGINT))
        return 7

    monkeypatch.setattr(main, 'main', run)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert (entry.main(), seen) == (7, [130])


@pytest.mark.usefixtures('handlers')
def test_ignored_signal_stays_ignored(monkeypatch):
    ignored = {number: signal.SIG_IGN for number in platform_compat.signals()}
    for number, handler in ignored.items():
        signal.signal(number, handler)
    seen = {}

    def run():
        seen.update((number, signal.getsignal(number)) for number in ignored)
        return 7

    monkeypatch.setattr(main, 'main', run)
    assert (entry.main(), seen) == (7, ignored)


# A clean-up by Python would run the function that is registered.
END = """
import atexit, sys
from kubectl_dog.cli import process_exit
atexit.register(print, 'cleaned up', file=sys.stderr)
print('a line')
process_exit.end(7)
"""


@pytest.mark.parametrize(
    ('setup', 'expected'),
    (
        ('', (7, b'a line\n', b'')),
        # Python reports that the line was lost, with a code of its own.
        ('import os, sys; os.close(1)\n', (120, b'', None)),
    ),
)
def test_the_end_flushes_the_output_and_skips_the_clean_up(setup, expected):
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    env.pop('PYTHONUNBUFFERED', None)
    argv = [sys.executable, '-c', setup + END]
    done = subprocess.run(argv, env=env, capture_output=True, check=False)
    code, out, error = expected
    assert (done.returncode, done.stdout) == (code, out)
    assert error is None or done.stderr == error


IN_FINALIZER = """
import os, signal, sys
from kubectl_dog.cli import process_exit
class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
def program():
    Last()
    return 0
sys.exit(process_exit.run(program))
"""


@posix
def test_a_signal_in_a_finalizer_is_not_lost():
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    argv = [sys.executable, '-c', IN_FINALIZER]
    done = subprocess.run(argv, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (143, b'')
