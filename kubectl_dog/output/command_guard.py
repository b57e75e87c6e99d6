"""Streams that CI systems read: whatever is written to them commands none of these systems."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any
from typing import NamedTuple
from typing import TextIO
from typing import cast

from kubectl_dog.output.escape import break_commands
from kubectl_dog.output.escape import break_tokens
from kubectl_dog.output.escape import escape

# Some CI systems give their jobs a terminal (Buildkite does), and obey what is written to it.
_SYSTEMS = ('CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION', 'BUILDKITE')
# Characters of a line without an end that are remembered.
_LONGEST = 8_192


class Command(NamedTuple):
    """A line that a CI system is to obey. Whoever makes it has escaped the values in it, as that
    system wants them escaped.
    """

    text: str


def is_obeyed(stream: object, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a CI system may read what is written to a stream: unless a person at a terminal
    does.
    """
    try:
        terminal = cast('Any', stream).isatty()
    except (AttributeError, ValueError):
        # It is no file, or was closed.
        terminal = False
    return not terminal or any(environment.get(name) for name in _SYSTEMS)


class Guard:
    """A text stream in front of another; a line without an end waits for it, or for a flush."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._is_on = is_obeyed(stream, environment)
        self._held = ''
        # The beginning of a line that was flushed before its end, as it was written.
        self._begun = ''
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write any text, whole lines or not."""
        if not self._is_on:
            return self._stream.write(text)
        with self._lock:
            whole = self._held + text
            end = max(whole.rfind('\n'), whole.rfind('\r')) + 1
            if end:
                self._stream.write(self._continued(whole[:end]))
                self._begun = ''
            self._held = whole[end:]
            if len(self._held) > _LONGEST:
                self._begin()
        return len(text)

    def writelines(self, lines: Any) -> None:
        """As files have it."""
        self.write(''.join(lines))

    def write_headed(self, text: str) -> None:
        """Write whole lines, each of which begins with words of our own: so only what is obeyed
        elsewhere in a line is looked for, which costs next to nothing.
        """
        if not self._is_on or self._held or self._begun:
            self.write(text)
        else:
            self._stream.write(break_tokens(text))

    def write_command(self, command: Command) -> None:
        """Write a line that a CI system is to obey; nothing else gets past."""
        with self._lock:
            if self._held or self._begun:
                self.write('\n')
            self._stream.write(f'{escape(command.text)}\n')

    def flush(self) -> None:
        """Write what waits for the end of its line, too."""
        if self._held:
            with self._lock:
                self._begin()
        self._stream.flush()

    def release(self) -> None:
        """Write what waits, without a flush: the stream goes on without us."""
        # Another thread holds the lock for as long as nobody reads what it writes.
        if self._lock.acquire(blocking=False):
            try:
                self._begin()
            finally:
                self._lock.release()

    def _begin(self) -> None:
        if self._held:
            shown = self._continued(self._held)
            self._stream.write(shown)
            self._begun += shown
            self._held = ''
            if len(self._begun) > _LONGEST:
                # Nothing goes on behind it.
                self._stream.write('\\')
                self._begun = '\\'

    def _continued(self, text: str) -> str:
        """What follows on what was begun: a command may be put together from both."""
        whole = break_commands(self._begun + text)
        if whole.startswith(self._begun):
            return whole[len(self._begun) :]
        return '\\' + break_commands(text)


def guard(stream: TextIO) -> Guard:
    """The stream behind a guard, unless it has one."""
    return stream if isinstance(stream, Guard) else Guard(stream)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Both behind guards, so that nobody can forget it: tracebacks, warnings and what packages
    print pass them as well.
    """
    before = sys.stdout, sys.stderr
    guards = [guard(stream) for stream in before]
    sys.stdout, sys.stderr = (cast('TextIO', one) for one in guards)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for one in guards:
            one.release()
