"""Exceptions of the library."""

from __future__ import annotations

from kubectl_dog.library.results import Result
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.verdicts import EXIT_CODES


class StopTrack(Exception):  # noqa: N818 (kubedog's name for it)
    """Raised by a callback to end tracking without an error."""


class TrackError(Exception):
    """A call ended with an exit code other than 0.

    The message names each target with a verdict that is no success, and the reason.

    `result` has the verdicts, their explanations, and the exit code that the command would have.
    """

    def __init__(self, result: Result) -> None:
        failed = [ended for ended in result.ended if EXIT_CODES[ended.verdict] != 0]
        super().__init__('; '.join(map(_describe, failed)) or f'exit code {result.exit_code}')
        self.result = result

    def __reduce__(self) -> tuple[type[TrackError], tuple[Result]]:
        # By default an exception is unpickled from its message, not from its arguments.
        return TrackError, (self.result,)


def _describe(ended: TargetEnded) -> str:
    parts = (ended.verdict.value, ended.reason, ended.message)
    return f'{ended.target.label} ' + ': '.join(dict.fromkeys(part for part in parts if part))
