"""A deadline for all reads of one completion."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar('Result')


class DeadlineExceededError(Exception):
    """A read took too long; `Deadline.is_over` is true from then on."""


class Deadline:
    """A deadline, `seconds` after its creation, for functions that it calls in threads."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self.is_over = False

    def __call__(self, read: Callable[[], Result]) -> Result:
        """Call `read`; raises its errors, or DeadlineExceededError if it takes too long."""
        results: list[Result] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                results.append(read())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=work, name='completion', daemon=True)
        thread.start()
        thread.join(max(self._end - self._clock(), 0.0))
        if results:
            return results[0]
        if errors:
            raise errors[0]
        self.is_over = True
        raise DeadlineExceededError
