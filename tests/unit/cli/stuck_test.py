"""The real program, whose output nobody reads."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time

import pytest

from tests.unit.cluster.server import Server
from tests.unit.needs import posix

pytestmark = posix
INT, TERM = signal.SIGINT, signal.SIGTERM
CODES = {INT: 130, TERM: 143, getattr(signal, 'SIGHUP', 1): 129}
LIMIT = 60
# Python must hold back what is written, as it does for users.
ENV = {'PYTHONPATH': os.pathsep.join(filter(None, sys.path)), 'PYTHONUNBUFFERED': ''}
# Reports on a descriptor of its own when it is about to write; the test sets its time-out.
PROGRAM = """
import os, signal, sys
# A shell starts programs in the background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from kubectl_dog.output.background_writer import BackgroundWriter
from kubectl_dog.output.stream_writer import Writer
ready, drain_timeout, real = int(sys.argv.pop(1)), float(sys.argv.pop(1)), Writer.write_text
room, _, drop_notice = BackgroundWriter.__init__.__defaults__
BackgroundWriter.__init__.__defaults__ = room, drain_timeout, drop_notice
def write_text(self, text, trusted_start=False):
    os.write(ready, b'.')
    real(self, text, trusted_start)
Writer.write_text = write_text
from kubectl_dog.entry import main
sys.exit(main())
"""
SIGNAL_TO_A_THREAD = """
    import threading
    kill = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    threading.Timer(0.1, kill).start()
"""
SIMPLE = (
    ['version'],
    ['--help'],
    ['completion'],
    ['trackers'],
    ['__complete', 'roll'],
    ['demo', '--list'],
    ['status', '--local', '-f', 'pod.json'],
)


def pipe():
    """A pipe that is full."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    for size in (4096, 1):
        with contextlib.suppress(BlockingIOError):
            while os.write(write, b'x' * size):
                pass
    os.set_blocking(write, True)
    return read, write


def terminal():
    """A terminal on which somebody has pressed Ctrl-S."""
    import termios

    read, write = os.openpty()
    termios.tcflow(write, termios.TCOOFF)
    return read, write


class Run:
    def __init__(self, folder, argv, make, streams, drain_timeout, program):
        (self.read, write), (self.begun, ready) = make(), os.pipe()
        names = ('stdout', 'stderr')
        self.process = subprocess.Popen(
            [sys.executable, '-c', program, str(ready), str(drain_timeout), *argv],
            **{name: write if name in streams else subprocess.DEVNULL for name in names},
            stdin=subprocess.DEVNULL,
            pass_fds=[ready],
            cwd=folder,
            env={**os.environ, **ENV},
        )
        os.close(write)
        os.close(ready)

    def end(self, *signals):
        """The exit code, after these signals once it is about to write."""
        if signals:
            assert select.select([self.begun], [], [], LIMIT)[0]
        for number in signals:
            self.process.send_signal(number)
        return self.process.wait(LIMIT)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.read)
        os.close(self.begun)


@pytest.fixture
def start(tmp_path):
    pod = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'a'}}
    (tmp_path / 'pod.json').write_text(json.dumps(pod))
    (tmp_path / 'spec.json').write_text('{"Deployments": [{"ResourceName": "web"}]}')
    with contextlib.ExitStack() as runs:

        def run(argv, make=pipe, streams=('stdout',), drain_timeout=0.3, program=PROGRAM):
            started = Run(tmp_path, argv, make, streams, drain_timeout, program)
            runs.callback(started.close)
            return started

        yield run


@pytest.fixture
def server():
    """An API server that has nothing to say."""
    server = Server()
    yield server
    server.close()


def live(server, *argv):
    return [*argv, '--server', server.url, '--kubeconfig', os.devnull]


def asked(server):
    """Once it tracks, a signal ends it in order."""
    deadline = time.monotonic() + LIMIT
    while not server.requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_signal_ends_every_command_that_nobody_reads(start):
    demos = [['demo', '--instant', *more] for more in ([], ['-o', 'json'])]
    commands = [(argv, pipe, (INT, TERM)[at % 2]) for at, argv in enumerate(SIMPLE)]
    commands += [(argv, pipe, number) for argv in demos for number in CODES]
    commands += [(argv, terminal, INT) for argv in (['version'], *demos)]
    runs = [start(argv, make) for argv, make, _ in commands]
    for run, (argv, _, number) in zip(runs, commands):
        assert (argv, run.end(number)) == (argv, CODES[number])


def test_a_signal_ends_what_has_an_error_to_tell_and_nobody_to_tell_it(start):
    runs = {number: start(['rollout'], streams=['stderr']) for number in CODES}
    assert {number: run.end(number) for number, run in runs.items()} == CODES


def test_a_time_out_ends_it_though_nobody_reads(start, server):
    limits = '--timeout', '0.2s', '-v', '6'
    rollout, follow, specs = ['rollout', 'deploy/web'], ['follow', 'deploy/web'], ['multitrack']
    runs = [
        start(live(server, *rollout, *limits)),
        start(live(server, *rollout, *limits, '-o', 'json'), terminal),
        start(live(server, *rollout, *limits), pipe, ['stderr']),
        start(live(server, *rollout, *limits), pipe, ['stdout', 'stderr']),
        start(live(server, *follow, *limits)),
        start(live(server, *specs, 'spec.json', *limits)),
    ]
    assert [run.end() for run in runs] == [3] * len(runs)


def test_with_a_deadline_no_end_waits_for_a_reader_for_ever(start, server):
    server.refuse()
    run = start(live(server, 'rollout', 'deploy/web', '--timeout', '1s'), pipe, ['stderr'])
    assert run.end() == 5


@pytest.mark.parametrize('number', CODES)
def test_the_first_signal_ends_it_in_order_though_nobody_reads(start, server, number):
    run = start(live(server, 'rollout', 'deploy/web'))
    asked(server)
    run.process.send_signal(number)
    assert run.end() == CODES[number]


def test_a_signal_ends_a_write_that_it_does_not_interrupt(start):
    run = start(['version'], program=PROGRAM.replace('    real(', SIGNAL_TO_A_THREAD + '    real('))
    assert run.end() == 143


def test_no_signal_can_end_it_while_python_exits(start):
    timer = 'main() or signal.getitimer(signal.ITIMER_REAL)[0] > 0'
    assert start(['version'], os.pipe, program=PROGRAM.replace('main())', timer + ')')).end() == 0


def test_the_next_signal_ends_it_at_once(start, server):
    run = start(live(server, 'rollout', 'deploy/web'), drain_timeout=2 * LIMIT)
    asked(server)
    deadline = time.monotonic() + LIMIT
    while run.process.poll() is None and time.monotonic() < deadline:
        run.process.send_signal(INT)
        time.sleep(0.05)
    assert run.process.poll() == 130


def test_a_reader_that_has_gone_is_exit_141(start):
    def gone():
        read, write = os.pipe()
        os.close(read)
        return os.open(os.devnull, os.O_RDONLY), write

    runs = [start(argv, gone) for argv in SIMPLE]
    assert [run.end() for run in runs] == [141] * len(runs)


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Needs /dev/full.')
def test_a_full_disk_is_exit_1(start):
    def full():
        return os.open(os.devnull, os.O_RDONLY), os.open('/dev/full', os.O_WRONLY)

    runs = [start(argv, full) for argv in SIMPLE]
    assert [run.end() for run in runs] == [1] * len(runs)


def test_who_reads_late_gets_all_of_what_has_no_deadline(start):
    run = start(['demo', '--list'])
    assert select.select([run.begun], [], [], LIMIT)[0]
    with open(run.read, closefd=False) as stream:
        lines = stream.read().lstrip('x').splitlines()
    assert (run.end(), len(lines) > 2) == (0, True)
