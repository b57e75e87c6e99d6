"""How long to wait before asking again."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

_CEILING = 60.0


class Backoff:
    """Jittered exponential waits in seconds; `random` returns 0.0 to 1.0."""

    def __init__(self, low: float, high: float, random: Callable[[], float]) -> None:
        self._low = low
        self._high = high
        self._random = random
        self._next = low

    def delay(self, headers: Mapping[str, str] | None = None) -> float:
        """The next wait; never less than the server's Retry-After (in whole seconds)."""
        wait = self._next * (0.5 + self._random() / 2)
        self._next = min(self._next * 2, self._high)
        asked = (headers or {}).get('Retry-After', '')
        return max(wait, min(float(asked), _CEILING)) if asked.isdigit() else wait

    def reset(self) -> None:
        """Things work again: the next wait is a short one."""
        self._next = self._low
