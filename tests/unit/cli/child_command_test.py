"""The child process of `kubectl dog run`: real small processes that wait for pipes."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import threading

import pytest

from kubectl_dog.cli import child_command
from kubectl_dog.cli import process_tree
from kubectl_dog.cli.child_command import ChildCommand
from kubectl_dog.cli.child_command import CommandNotFoundError
from kubectl_dog.cli.child_command import CommandNotStartedError

pytestmark = pytest.mark.skipif(os.name == 'nt', reason='needs a POSIX shell')
LIMIT = 20


def shell(script, *words):
    return ChildCommand(['sh', '-c', script, 'sh', *words])


def finish(child, seconds=None):
    ended = threading.Event()
    child.start(ended.set, seconds)
    assert ended.wait(LIMIT)
    return child


def received(read):
    assert select.select([read], [], [], LIMIT)[0]
    return os.read(read, 100)


@pytest.fixture
def pipe():
    """A pipe whose end for writing is inherited: its reader learns when all writers are gone."""
    read, write = os.pipe()
    os.set_inheritable(write, True)
    yield read, write
    os.close(read)


@pytest.mark.parametrize(
    ('script', 'code'),
    [('exit 0', 0), ('exit 7', 7), ('kill -TERM $$', 143), ('kill -KILL $$', 137)],
)
def test_the_exit_code_is_that_of_a_shell(script, code):
    child = finish(shell(script))
    assert (child.code, child.is_running, child.timed_out) == (code, False, False)


@pytest.mark.parametrize(
    ('word', 'error', 'code'),
    [
        ('no-such-command', CommandNotFoundError, 127),
        ('./no-such-file', CommandNotFoundError, 127),
        ('.', CommandNotFoundError, 127),
        ('./', CommandNotStartedError, 126),
        ('./text', CommandNotStartedError, 126),
    ],
)
def test_a_command_that_cannot_be_run_is_an_error_with_the_code_of_shells(
    word, error, code, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'text').write_text('exit 0')
    with pytest.raises(error, match=word) as raised:
        ChildCommand([word])
    assert raised.value.exit_code == code


def test_a_program_that_the_system_does_not_know_cannot_be_started(tmp_path):
    program = tmp_path / 'program'
    program.write_bytes(b'\x00\x01')
    program.chmod(0o755)
    child = ChildCommand([str(program)])
    with pytest.raises(CommandNotStartedError) as raised:
        child.start(lambda: None)
    assert raised.value.exit_code == 126
    assert not child.is_started


def test_the_command_gets_the_descriptors_that_are_inherited(pipe):
    read, write = pipe
    finish(shell(f'echo text >/dev/fd/{write}'))
    os.close(write)
    assert received(read) == b'text\n'


def test_the_command_is_in_the_same_process_group(pipe):
    read, write = pipe
    finish(
        shell(f'ps -o pgid= -p $$ >/dev/fd/{write} || cut -d" " -f5 /proc/$$/stat >/dev/fd/{write}')
    )
    os.close(write)
    assert int(received(read)) == os.getpgrp()


def test_a_signal_reaches_the_command(pipe):
    read, write = pipe
    code = (
        'import os, signal\n'
        'signal.signal(signal.SIGTERM, lambda *_: os._exit(9))\n'
        f'os.write({write}, b"x")\n'
        'signal.pause()'
    )
    child = ChildCommand([sys.executable, '-c', code])
    ended = threading.Event()
    child.start(ended.set)
    assert received(read) == b'x'
    child.send(signal.SIGTERM)
    assert ended.wait(LIMIT)
    os.close(write)
    assert child.code == 9
    # Nothing happens after its end.
    child.send(signal.SIGTERM)
    child.wait()


def start(script, read):
    """Start a script, and wait until it has written something."""
    child = shell(script)
    child.start(lambda: None)
    assert received(read)
    return child


def test_the_time_limit_ends_the_command():
    child = finish(shell('exec sleep 100'), 0.0)
    assert (child.timed_out, child.code) == (True, 143)


def test_after_the_time_limit_nothing_is_left_of_the_command(pipe):
    read, write = pipe
    inner = f"trap '' TERM; echo >/dev/fd/{write}; sleep 100 & wait; sleep 100"
    child = start(f'sh -c "{inner}" & wait', read)
    os.close(write)
    child.time_out()
    # Each of them holds the pipe, and the inner ones ignore the request to end.
    assert received(read) == b''
    assert child.code == 143


def test_a_command_that_ignores_the_request_to_end_is_ended_by_force(pipe, monkeypatch):
    monkeypatch.setattr(child_command, 'KILL_DELAY', 0.05)
    read, write = pipe
    child = start(f"trap '' TERM; echo >/dev/fd/{write}; sleep 100 & wait; sleep 100", read)
    os.close(write)
    child.time_out()
    assert received(read) == b''
    child.wait()
    assert (child.timed_out, child.code) == (True, 137)


def test_the_end_is_awaited_also_after_an_error(pipe):
    read, write = pipe
    child = shell('exec sleep 100')
    with pytest.raises(ZeroDivisionError), child.awaited():
        child.start(lambda: None)
        child.kill()
        raise ZeroDivisionError
    os.close(write)
    assert received(read) == b''
    assert not child.is_running


@pytest.mark.parametrize('folder', ['/proc', '/nowhere'])
def test_descendants_are_found_with_and_without_proc(folder, monkeypatch, pipe):
    if not os.path.isdir('/proc/self' if folder == '/proc' else '/') or not shutil.which('ps'):
        pytest.skip('needs /proc, or ps')
    monkeypatch.setattr(process_tree, '_PROC', folder)
    read, write = pipe
    inner = f'echo x >/dev/fd/{write}; exec sleep 100'
    child = shell(f'sh -c "{inner}" & wait')
    child.start(lambda: None)
    assert received(read) == b'x\n'
    inner_processes = process_tree.descendants([child._process.pid])
    process_tree.send(inner_processes, signal.SIGKILL)
    child.wait()
    os.close(write)
    assert len(inner_processes) == 1
    assert received(read) == b''


def test_a_command_of_python_is_named_without_its_folder():
    assert ChildCommand([sys.executable]).name == os.path.basename(sys.executable)


def test_a_signal_during_the_start_is_sent_after_it(monkeypatch):
    child, start = shell('sleep 60'), child_command.subprocess.Popen

    def popen(*words, **options):
        assert child.is_running
        child.send(signal.SIGTERM)
        return start(*words, **options)

    monkeypatch.setattr(child_command.subprocess, 'Popen', popen)
    assert finish(child).code == 143


def test_a_command_that_cannot_be_started_is_not_running(monkeypatch):
    def popen(*words, **options):
        raise PermissionError

    monkeypatch.setattr(child_command.subprocess, 'Popen', popen)
    child = shell('exit 0')
    with pytest.raises(CommandNotStartedError):
        child.start(lambda: None)
    assert not child.is_running
