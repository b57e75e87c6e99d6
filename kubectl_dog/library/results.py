"""Result of a library call."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict


class Result(NamedTuple):
    """The result of a library call.

    `exit_code` is that of the command (0: every target is ready or has succeeded; see the README).
    `verdicts` has one per target. `ended` has their explanations, in the order in which they ended.
    `seconds` is the duration.
    """

    exit_code: int
    verdicts: tuple[tuple[Target, Verdict], ...] = ()
    ended: tuple[TargetEnded, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0. (The result itself is a tuple, and is always true.)"""
        return self.exit_code == 0
