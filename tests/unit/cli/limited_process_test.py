"""Programs of users, with a shell in their place."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import pytest

from kubectl_dog.cli import limited_process
from tests.unit.needs import posix

pytestmark = posix
# More than a pipe takes without a reader.
LARGE = b'x' * 2**20


def run(script, data=b'', seconds=60.0, **fields):
    words = ['/bin/sh', '-c', script]
    return limited_process.run(words, {'PATH': os.environ['PATH']}, data, seconds, **fields)


@pytest.fixture
def time_passes(monkeypatch):
    """A clock that stands still until a file exists, after which every limit has passed."""

    def set_clock(path):
        # The first time begins the limit: the program may have written the file before.
        first = [0.0]

        def monotonic():
            return first.pop() if first else 1e9 * path.exists()

        clock = SimpleNamespace(monotonic=monotonic, sleep=time.sleep)
        monkeypatch.setattr(limited_process, 'time', clock)

    return set_clock


@pytest.fixture
def ignored_sigterm():
    """Programs inherit that the signal is ignored."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ('script', 'code'), (('exit 0', 0), ('exit 3', 3), ('kill -9 $$', -signal.SIGKILL))
)
def test_the_exit_code_is_that_of_the_program(script, code):
    assert run(script) == (code, '')


def test_a_missing_program_is_an_error():
    with pytest.raises(FileNotFoundError):
        limited_process.run(['/nowhere/notify'], {}, b'', 60.0)


def test_all_data_is_on_its_standard_input():
    assert run(f'test "$(wc -c)" -eq {len(LARGE)}', LARGE) == (0, '')


@pytest.mark.parametrize('script', ('exit 4', 'exec <&-; exit 4'))
def test_data_that_is_not_read_is_dropped(script):
    assert run(script, LARGE) == (4, '')


def test_a_child_that_keeps_the_pipe_open_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'end')
    script = f'exec 3<&0; cat {tmp_path}/end <&3 >&2 & exit 4'
    assert run(script, LARGE) == (4, '')
    # Its end ends the child and the thread that writes to it.
    (tmp_path / 'end').write_bytes(b'')


def test_what_it_prints_is_on_standard_error(capfd):
    assert run('echo out; echo err >&2') == (0, '')
    assert capfd.readouterr() == ('', 'out\nerr\n')


def test_a_time_limit_ends_the_program_and_its_children(tmp_path, time_passes):
    os.mkfifo(tmp_path / 'alive')
    reader = os.open(tmp_path / 'alive', os.O_RDONLY | os.O_NONBLOCK)
    time_passes(tmp_path / 'ready')
    script = f'sleep 1000 >{tmp_path}/alive & touch {tmp_path}/ready; wait'
    assert run(script) == (-signal.SIGTERM, limited_process.TIME_LIMIT)
    os.set_blocking(reader, True)
    # Nothing has the pipe open for writing any more.
    assert os.read(reader, 1) == b''
    os.close(reader)


def test_a_program_may_end_in_order_at_the_time_limit(tmp_path, time_passes):
    time_passes(tmp_path / 'ready')
    script = f'trap "exit 5" TERM; touch {tmp_path}/ready; while :; do sleep 0.01; done'
    # The clock that jumps must not end the time that the program has.
    assert run(script, grace=1e12) == (5, limited_process.TIME_LIMIT)


@pytest.mark.usefixtures('ignored_sigterm')
def test_a_program_that_does_not_end_is_killed():
    ended = run('while :; do sleep 0.01; done', seconds=0.0, grace=0.0)
    assert ended == (-signal.SIGKILL, limited_process.TIME_LIMIT)


@pytest.mark.parametrize('name', ('INT', 'TERM'))
def test_a_signal_is_passed_on(name):
    script = f'trap "exit 7" {name}; kill -{name} $PPID; while :; do sleep 0.01; done'
    assert run(script) == (7, limited_process.SIGNAL)


def test_a_second_signal_kills_the_program():
    script = 'trap "" TERM INT; kill -INT $PPID; kill -TERM $PPID; while :; do sleep 0.01; done'
    assert run(script, grace=1e12) == (-signal.SIGKILL, limited_process.SIGNAL)


def test_the_handlers_of_signals_are_restored():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    run('exit 0')
    assert {number: signal.getsignal(number) for number in before} == before
