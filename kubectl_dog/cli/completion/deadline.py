"""How long who presses TAB is kept waiting for a cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar('Found')


class LateError(Exception):
    """The answer did not come in time; `Patience.is_over` from then on."""


class Deadline:
    """Waits for answers until so many seconds from now are over, for all of them together."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self.is_over = False

    def __call__(self, ask: Callable[[], Found]) -> Found:
        """What is answered; raises what `ask` does, and LateError, while the question goes on."""
        answers: list[Found] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                answers.append(ask())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=work, name='completion', daemon=True)
        thread.start()
        thread.join(max(self._end - self._clock(), 0.0))
        if answers:
            return answers[0]
        if errors:
            raise errors[0]
        self.is_over = True
        raise LateError
