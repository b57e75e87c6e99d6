"""How a call of the library ends, other than by returning."""

from __future__ import annotations

from kubectl_dog.library.results import Result
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.verdicts import EXIT_CODES


class StopTrack(Exception):  # noqa: N818 (kubedog's name for it)
    """Raised by a callback to end tracking without an error."""


class TrackError(Exception):
    """A call has ended, and not as it was hoped for; the message names each target and its reason.

    `result` has the verdicts, with what explains them, and the exit code the command would have.
    """

    def __init__(self, result: Result) -> None:
        failed = [one for one in result.ended if EXIT_CODES[one.verdict] != 0]
        super().__init__('; '.join(map(_told, failed)) or f'exit code {result.exit_code}')
        self.result = result

    def __reduce__(self) -> tuple[type[TrackError], tuple[Result]]:
        # From one process to another it goes by what it was made of, and not by its message.
        return TrackError, (self.result,)


def _told(ended: TargetEnded) -> str:
    words = (ended.verdict.value, ended.reason, ended.message)
    return f'{ended.target.label} ' + ': '.join(dict.fromkeys(word for word in words if word))
