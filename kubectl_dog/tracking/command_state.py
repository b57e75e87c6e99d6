"""State of the command that `kubectl dog run` starts. Times are the engine's seconds."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.items import COMMAND_STARTED
from kubectl_dog.model.items import Signal
from kubectl_dog.model.verdicts import HUNG_UP

# Exit code of a run whose command was ended by --timeout.
TIMED_OUT = 3
# How long changes may arrive after the end of the command that made them.
SETTLE_SECONDS = 2.0
# How long targets are tracked after the command has failed: their evidence may still arrive.
FAILURE_SECONDS = 5.0
_STOPPED = (HUNG_UP, 130, 143)
_FAILED = 1


class CommandState(NamedTuple):
    """The command of a run; `settled` is true once verdicts need not wait for it any more."""

    started_at: float | None = None
    ended_at: float | None = None
    code: int = 0
    settled: bool = False

    @property
    def failed(self) -> bool:
        """Whether the command has ended with another exit code than 0."""
        return self.ended_at is not None and self.code != 0

    @property
    def settles_at(self) -> float | None:
        """When verdicts need not wait for the command any more; None: not known, or since long."""
        if self.ended_at is None or self.settled:
            return None
        return self.ended_at + SETTLE_SECONDS

    @property
    def stops_at(self) -> float | None:
        """When targets without a verdict are stopped, because the command has failed."""
        return self.ended_at + FAILURE_SECONDS if self.ended_at is not None and self.code else None

    def updated(self, at: float, signal: Signal) -> CommandState:
        """Return the state after the signal that the command has started or ended."""
        if signal.name == COMMAND_STARTED:
            return self._replace(started_at=at)
        return self._replace(ended_at=at, code=signal.code)


def process_exit_code(command: int | None, verdict: int, with_verdict: bool) -> int:
    """Return the exit code of the process.

    `command` is that of the command, None if it had not ended; `verdict` is that of the targets,
    which counts if `with_verdict` is set or the user has stopped the run.
    """
    if command is None:
        return verdict
    return verdict if command == 0 and (with_verdict or verdict in _STOPPED) else command


def run_exit_code(verdict: int, command_failed: bool, timed_out: bool) -> int:
    """Return the exit code that says how the run ended, as one of the codes of verdicts.

    `verdict` is that of the targets; a command may fail without any.
    """
    if verdict or not command_failed:
        return verdict
    return TIMED_OUT if timed_out else _FAILED
