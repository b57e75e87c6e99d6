"""Background processes, each known by a recorded process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time

from .say import say


class Failed(Exception):
    """The cluster could not be brought up."""


class Processes:
    """The processes of one cluster."""

    def __init__(self, run_dir, log_dir):
        self.run_dir = run_dir
        self.log_dir = log_dir

    def alive(self, name):
        """Whether the process that we started under this name still runs."""
        return self._pid(name) is not None

    def start(self, name, command):
        """Starts it unless it runs; returns whether it was started."""
        if self.alive(name):
            return False
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.log_dir.mkdir(parents=True, exist_ok=True)
        program = shutil.which(str(command[0]))
        if program is None:
            raise Failed(f'{command[0]}: no such program')
        pid = self._spawn(program, [str(part) for part in command], self.log_dir / f'{name}.log')
        # With its start time, because the system uses process ids again.
        _write(self.run_dir / f'{name}.pid', f'{pid} {started_at(pid)}')
        say('%s: started, pid %d', name, pid)
        return True

    def stop(self, name, seconds=10):
        """Stop it if it is ours and runs: with SIGTERM, and with SIGKILL if that takes too long."""
        pid = self._pid(name)
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            if not until(lambda: not self.alive(name), seconds):
                os.kill(pid, signal.SIGKILL)
                until(lambda: not self.alive(name), seconds)
            reap(pid)
            say('%s: stopped, pid %d', name, pid)
        (self.run_dir / f'{name}.pid').unlink(missing_ok=True)

    def signal(self, name, number):
        """Sends it a signal, if it is ours and runs."""
        pid = self._pid(name)
        if pid is not None:
            os.kill(pid, number)

    def ended(self, name, seconds=10):
        """Waits until it has ended; returns whether it has, in time."""
        return until(lambda: not self.alive(name), seconds)

    def wait(self, name, check, seconds):
        """Waits until check() is true; fails when time is up or the process has died."""
        if until(lambda: check() or not self.alive(name), seconds) and self.alive(name):
            return
        why = f'is not ready after {seconds} s' if self.alive(name) else 'has died'
        raise Failed(f'{name} {why}. The end of its log:\n{self._log_tail(name)}')

    def _pid(self, name):
        try:
            pid, start = (self.run_dir / f'{name}.pid').read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if started_at(int(pid)) == start else None

    @staticmethod
    def _spawn(program, command, log):
        # Not subprocess.Popen: that object complains when it is dropped while its process runs on.
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        return os.posix_spawn(program, command, os.environ, file_actions=actions, setsid=True)

    def _log_tail(self, name, lines=15):
        text = (self.log_dir / f'{name}.log').read_text(errors='replace')
        return '\n'.join(text.splitlines()[-lines:])


def started_at(pid):
    """When the process started, in ticks, as text; None when it is gone or a zombie."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as handle:
            # The name in parentheses can hold blanks, so the fields are counted from its end.
            fields = handle.read().rpartition(')')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in 'ZX' else fields[19]


def until(check, seconds, pause=0.1):
    """Calls check() until it is true; returns whether it became true in time."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def reap(pid):
    """Remove an ended child of ours from the process table."""
    with contextlib.suppress(ChildProcessError):  # an earlier run's child
        os.waitpid(pid, os.WNOHANG)


def _write(path, text):
    scratch = path.with_suffix('.new')
    scratch.write_text(text)
    os.replace(scratch, path)
