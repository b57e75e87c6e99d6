"""`kubectl dog run` as a process: what it prints where, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque

import pytest

from kubectl_dog.cli.commands.run import KINDS
from kubectl_dog.cli.main import main
from tests.unit.builders import manifest
from tests.unit.cluster.server import Server
from tests.unit.cluster.server import refuse
from tests.unit.cluster.server import stream

pytestmark = pytest.mark.skipif(os.name == 'nt', reason='signals of POSIX')
LIMIT = 30
END = {'resourceVersion': '9', 'annotations': {'k8s.io/initial-events-end': 'true'}}


def watch(*objects):
    added = [{'type': 'ADDED', 'object': obj} for obj in objects]
    return stream(*added, {'type': 'BOOKMARK', 'object': {'metadata': END}}, then='hold')


@pytest.fixture
def server():
    """An API server without objects."""
    server = Server()
    for kind in KINDS:
        server.on(kind.path('default'), *[watch()] * 4)
    yield server
    server.close()


@pytest.fixture
def start(server):
    """Start the program; its command is a script of Python."""
    runs = []

    def run(script, *flags, **streams):
        words = ['run', '--server', server.url, '--kubeconfig', os.devnull, *flags, '--']
        run = subprocess.Popen(
            [sys.executable, '-m', 'kubectl_dog', *words, sys.executable, '-c', script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        runs.append(run)
        return run

    yield run
    for process in runs:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_the_output_and_the_input_of_the_command_are_its_own(start):
    run = start('import sys; print(sys.stdin.read().upper()); sys.exit(7)')
    out, err = run.communicate('text', timeout=LIMIT)
    assert out == 'TEXT\n'
    assert 'has ended with exit code 7' in err
    assert 'has created or changed nothing' in err
    assert run.returncode == 7


def test_json_lines_leave_the_output_of_the_command_alone(start):
    run = start('print("text")', '-o', 'json')
    out, err = run.communicate(timeout=LIMIT)
    assert out == 'text\n'
    assert all(line.startswith('{') for line in err.splitlines())
    assert run.returncode == 0


def test_a_signal_ends_the_command_and_its_exit_code_is_ours(start):
    before = 'import signal, sys\n{}\nprint("up", flush=True)\nsignal.pause()'
    default = 'signal.signal(signal.SIGINT, signal.SIG_DFL)'
    own_end = 'signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))'
    cases = (
        (signal.SIGTERM, '', 143),
        (signal.SIGHUP, '', 129),
        (signal.SIGINT, default, 130),
        (signal.SIGTERM, own_end, 9),
    )
    # All at once, as each tracks for a moment after the end of its command.
    runs = [start(before.format(script)) for _, script, _ in cases]
    for run, (number, _, _) in zip(runs, cases):
        assert run.stdout.readline() == 'up\n'
        run.send_signal(number)
    for run, (_, _, code) in zip(runs, cases):
        run.communicate(timeout=LIMIT)
        assert run.returncode == code


def test_the_second_signal_ends_the_tracking_and_the_third_one_the_command(start):
    script = (
        'import signal, sys\n'
        'signal.signal(2, lambda *_: print("again", flush=True))\n'
        'print("up", flush=True)\n'
        'while True: signal.pause()'
    )
    run = start(script)
    for line in ('up\n', 'again\n', 'again\n'):
        assert run.stdout.readline() == line
        run.send_signal(signal.SIGINT)
    run.communicate(timeout=LIMIT)
    assert run.returncode == 137


def test_the_timeout_ends_the_command(start):
    run = start('import signal; signal.pause()', '--timeout', '1s')
    _, err = run.communicate(timeout=LIMIT)
    assert '--timeout' in err
    assert run.returncode == 3


def test_without_access_the_command_is_not_run(server, start):
    for kind in KINDS:
        server.scripts[kind.path('default')] = deque([refuse(403, 'no rights', 'Forbidden')] * 2)
    run = start('print("text")')
    out, err = run.communicate(timeout=LIMIT)
    assert out == ''
    assert 'was not started' in err
    assert run.returncode == 5


@pytest.mark.parametrize(
    ('words', 'code'),
    [
        (['run'], 2),
        (['run', '--'], 2),
        (['run', 'deploy/web'], 2),
        (['run', '-f', '-', '--', 'true'], 2),
        (['run', '--helm-release', 'shop', 'deploy/web', '--', 'true'], 2),
        (['run', '-l', '=', '--', 'true'], 2),
        (['run', '--', 'no-such-command'], 127),
        (['run', '--', '/'], 126),
    ],
)
def test_wrong_input_is_an_error_before_anything_is_read(words, code, capsys, monkeypatch):
    monkeypatch.setenv('KUBECONFIG', os.devnull)
    assert main(words) == code
    assert capsys.readouterr().err.startswith('error: ')


def test_what_the_command_creates_is_tracked(server, start):
    done = manifest('Job', 'migrate', meta={'namespace': 'default'}, spec={'completions': 1})
    done['status'] = {'conditions': [{'type': 'Complete', 'status': 'True'}], 'succeeded': 1}
    jobs = next(kind for kind in KINDS if kind.plural == 'jobs').path('default')

    def watch_later(wire):
        wire.head()
        wire.send({'type': 'BOOKMARK', 'object': {'metadata': END}})
        server.resume.wait(LIMIT)
        wire.send({'type': 'ADDED', 'object': done})
        wire.hold()

    server.scripts[jobs] = deque([watch_later])
    run = start('print("text", flush=True); input()', '-q')
    assert run.stdout.readline() == 'text\n'
    server.resume.set()
    _, err = run.communicate('go on\n', timeout=LIMIT)
    assert 'job/migrate' in err
    assert 'ready' in err
    assert run.returncode == 0
