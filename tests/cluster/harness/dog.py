"""Run the plugin as its users do: through kubectl."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .processes import until

SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True)
class Result:
    """The exit code, the output and the duration of a run."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def output(self):
        """Standard output, and then standard error."""
        return self.stdout + self.stderr


class Dog:
    """Start `kubectl dog`, and kill the runs that are left at the end."""

    def __init__(self, kubectl, folder):
        self._kubectl = kubectl
        self._folder = folder
        self._runs = []
        self.env = kubectl.env(SCRIPTS)

    def __call__(self, *arguments, timeout=60, stdin='', env=None):
        """Runs `kubectl dog ARGUMENTS` to its end."""
        return self.start(*arguments, stdin=stdin, env=env).wait(timeout)

    def start(self, *arguments, stdin='', env=None):
        """Starts it and returns a handle."""
        if not os.access(SCRIPTS / 'kubectl-dog', os.X_OK):
            raise RuntimeError(f'There is no kubectl-dog in {SCRIPTS}: `pip install -e .` first.')
        base = self._folder / f'dog-{len(self._runs)}'
        run = Run(
            [str(self._kubectl.program), 'dog', *arguments],
            {**self.env, **(env or {})},
            stdin,
            base,
        )
        self._runs.append(run)
        return run

    def close(self):
        """Kill the runs that have not ended."""
        for run in self._runs:
            run.kill()


class Run:
    """A run of the plugin. It prints to files, so it never has to wait for a reader."""

    def __init__(self, command, env, stdin, base):
        self.command = command
        self._out, self._err = base.with_suffix('.out'), base.with_suffix('.err')
        base.with_suffix('.in').write_text(stdin)
        self._started = time.monotonic()
        with (
            open(base.with_suffix('.in'), 'rb') as feed,
            open(self._out, 'wb') as out,
            open(self._err, 'wb') as err,
        ):
            self._process = subprocess.Popen(
                command, env=env, stdin=feed, stdout=out, stderr=err, start_new_session=True
            )

    @property
    def stdout(self):
        """What it has printed so far."""
        return self._out.read_text(encoding='utf-8', errors='replace')

    @property
    def stderr(self):
        """What it has printed to standard error so far."""
        return self._err.read_text(encoding='utf-8', errors='replace')

    @property
    def pid(self):
        """The process id: kubectl's, which becomes the plugin's."""
        return self._process.pid

    def running(self):
        """Whether it still runs."""
        return self._process.poll() is None

    def interrupt(self, number=signal.SIGINT):
        """Sends it a signal."""
        self._process.send_signal(number)

    def wait_for(self, text, timeout=30):
        """Waits until it has printed the text."""
        until(lambda: text in self.stdout + self.stderr or not self.running(), timeout, 0.05)
        if text not in self.stdout + self.stderr:
            raise AssertionError(f'{text!r} was not printed by {self._describe()}')

    def wait(self, timeout=60):
        """Waits for its end and returns the Result; kills it and fails when time is up."""
        left = self._started + timeout - time.monotonic()
        try:
            code = self._process.wait(max(left, 0.01))
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'not done after {timeout} s: {self._describe()}') from None
        return Result(code, self.stdout, self.stderr, time.monotonic() - self._started)

    def kill(self):
        """Kills it, and whatever it has started."""
        if self.running():
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _describe(self):
        return f'{" ".join(self.command)}\nstdout:\n{self.stdout}\nstderr:\n{self.stderr}'
