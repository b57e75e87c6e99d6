"""What a call of the library returns."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict


class Result(NamedTuple):
    """How a call has ended.

    `exit_code` is what the command would exit with (0: every target is ready, or has ended as it
    should; see the README), `verdicts` has one per target, and `ended` what explains them, in the
    order in which they ended. `seconds` is how long it took.
    """

    exit_code: int
    verdicts: tuple[tuple[Target, Verdict], ...] = ()
    ended: tuple[TargetEnded, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0. (The result itself is a tuple, and is always true.)"""
        return self.exit_code == 0
