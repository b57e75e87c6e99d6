"""Text streams on which a CI system that reads them finds no commands."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any
from typing import TextIO
from typing import cast

from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.output.escape import break_commands
from kubectl_dog.output.escape import break_tokens
from kubectl_dog.output.escape import escape

# Some CI systems (Buildkite) give their jobs a terminal, and obey what is written to it.
_CI_VARIABLES = ('CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION', 'BUILDKITE')
# Characters of an unfinished line that are remembered.
_MAX_PENDING = 8_192


class Command(NamedTuple):
    """A line with a command for a CI system; values in it are escaped as that system requires.

    - `start`: our own text before it, which may have control characters.
    """

    text: str
    start: str = ''


def is_obeyed(stream: object, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a CI system may read the stream, and not a person at a terminal."""
    try:
        terminal = cast('Any', stream).isatty()
    except (AttributeError, ValueError):
        # The stream is no file, or is closed.
        terminal = False
    return not terminal or any(environment.get(name) for name in _CI_VARIABLES)


class CommandGuard:
    """A text stream that breaks commands to CI systems.

    An unfinished line is kept until it is finished or flushed.
    """

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._is_on = is_obeyed(stream, environment)
        self._pending = ''
        # The part of an unfinished line that is already written, as it was written.
        self._unfinished = ''
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write any text, whole lines or not."""
        if not self._is_on:
            return self._stream.write(text)
        with self._lock:
            whole = self._pending + text
            end = max(whole.rfind('\n'), whole.rfind('\r')) + 1
            self._pending = ''
            if end:
                self._stream.write(self._break_continuation(whole[:end]))
                self._unfinished = ''
            self._pending = whole[end:]
            if len(self._pending) > _MAX_PENDING:
                self._write_pending()
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        self.write(''.join(lines))

    def write_trusted_start(self, text: str) -> None:
        """Write whole lines that begin with our own text.

        Only commands that may occur within a line are searched for, which is cheap.
        """
        if not self._is_on or self._pending or self._unfinished:
            self.write(text)
        else:
            self._stream.write(break_tokens(text))

    def write_command(self, command: Command) -> None:
        """Write a line that a CI system interprets as a command; no other function does."""
        with self._lock:
            if self._pending or self._unfinished:
                self.write('\n')
            self._stream.write(f'{command.start}{escape(command.text)}\n')

    def flush(self) -> None:
        """Write an unfinished line as well, and flush."""
        if self._pending:
            with self._lock:
                self._write_pending()
        self._stream.flush()

    def release(self) -> None:
        """Write an unfinished line without a flush: the stream is now used without the guard."""
        # Another thread holds the lock as long as its write is blocked by the reader.
        if self._lock.acquire(blocking=False):
            try:
                self._write_pending()
            finally:
                self._lock.release()

    def _write_pending(self) -> None:
        if self._pending:
            # Cleared first: a text that the stream cannot encode must not fail the next write.
            text, self._pending = self._break_continuation(self._pending), ''
            self._stream.write(text)
            self._unfinished += text
            if len(self._unfinished) > _MAX_PENDING:
                # The backslash ends any command that the line could still become.
                self._stream.write('\\')
                self._unfinished = '\\'

    def _break_continuation(self, text: str) -> str:
        """Break commands in text that continues an unfinished line, also those that span both."""
        whole = break_commands(self._unfinished + text)
        if whole.startswith(self._unfinished):
            return whole[len(self._unfinished) :]
        return '\\' + break_commands(text)


def guard_stream(stream: TextIO) -> CommandGuard:
    """Wrap the stream in a guard, unless it is a guard."""
    return stream if isinstance(stream, CommandGuard) else CommandGuard(stream)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Guard standard output and standard error.

    This includes all writers: tracebacks, warnings and the output of packages.
    """
    before = sys.stdout, sys.stderr
    guards = [guard_stream(stream) for stream in before]
    sys.stdout, sys.stderr = (cast('TextIO', guard) for guard in guards)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for guard in guards:
            guard.release()
