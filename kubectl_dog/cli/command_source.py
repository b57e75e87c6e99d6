"""Source of `kubectl dog run`: it starts the command once all watches have their first list."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Protocol

from kubectl_dog.cli.child_command import ChildCommand
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.items import COMMAND_ENDED
from kubectl_dog.model.items import COMMAND_STARTED
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Listed
from kubectl_dog.model.items import ReadFailure
from kubectl_dog.model.sources import Source
from kubectl_dog.model.text_format import ROLE_HINT
from kubectl_dog.model.wants import Want
from kubectl_dog.model.wants import Watch
from kubectl_dog.output.escape import sentence

# Seconds that the command waits for the first lists.
START_WAIT = 10.0
# Exit code of a command that --timeout has ended.
_TIMED_OUT = 3
_REFUSED = ('denied', 'invalid', 'unauthorized')


class LiveSource(Source, Protocol):
    """A source that takes signals from other threads."""

    def signal(self, name: str, code: int = 0) -> None:
        """Deliver a Signal."""
        ...


class CommandSource:
    """A source that also starts a command, and delivers signals about its start and its end.

    `watches` must be listed before, so that what the command changes differs from it.
    `received_signals` are those that have stopped the tracking.
    """

    def __init__(
        self,
        source: LiveSource,
        child: ChildCommand,
        watches: Iterable[Watch],
        timeout: float | None = None,
        warn: Callable[[str], object] | None = None,
    ) -> None:
        self._source = source
        self._child = child
        self._open = set(watches)
        self._listed = 0
        self._failure = ''
        self._timeout = timeout
        self._warn = warn or (lambda text: sys.stderr.write(f'note: {sentence(text)}\n'))
        self._is_stopped = False
        self.received_signals: list[int] = []

    @property
    def started(self) -> float:
        """When tracking began, in epoch seconds."""
        return self._source.started

    def now(self) -> float:
        """Return the seconds since tracking began."""
        return self._source.now()

    def signal(self, name: str) -> None:
        """Deliver a Signal that stops the tracking; callable from signal handlers."""
        self._is_stopped = True
        self._source.signal(name)

    def take(self, until: float | None, lines: bool = True) -> Item | None:
        """Return the next item, or None at the time `until`; see `model.sources.Source`.

        Raises AccessError if nothing can be read; the command is not started then.
        """
        while not self._child.is_started and not self._is_stopped:
            if not self._open or self.now() >= START_WAIT:
                self._start()
                break
            limit = START_WAIT if until is None else min(until, START_WAIT)
            item = self._source.take(limit, lines)
            if item is not None:
                self._observe(item)
                return item
            if until is not None and self.now() >= until:
                return None
        return self._source.take(until, lines)

    def _observe(self, item: Item) -> None:
        want, payload = item.want, item.payload
        if not isinstance(want, Watch) or want not in self._open:
            return
        if isinstance(payload, Listed):
            self._listed += 1
            self._open.discard(want)
        elif isinstance(payload, ReadFailure):
            hint = ROLE_HINT if payload.reason == 'denied' else ''
            self._failure = self._failure or f'{payload.message}{hint}'
            if payload.reason in _REFUSED:
                self._open.discard(want)

    def _start(self) -> None:
        if not self._listed:
            reason = self._failure or f'the cluster did not answer for {START_WAIT:.0f}s'
            raise AccessError(f'{self._child.name} was not started: {reason}')
        if self._open:
            kinds = ', '.join(sorted({watch.resource.plural for watch in self._open}))
            self._warn(
                f'{kinds} could not be listed within {START_WAIT:.0f}s: {self._child.name} is '
                'started now, and its first changes may be missed'
            )
        left = None if self._timeout is None else self._timeout - self.now()
        self._child.start(self._end, left)
        self._source.signal(COMMAND_STARTED)

    def _end(self) -> None:
        code = _TIMED_OUT if self._child.timed_out else self._child.code
        self._source.signal(COMMAND_ENDED, code)

    def reconcile(self, wants: AbstractSet[Want]) -> None:
        """Open and close reads until they match `wants`."""
        self._source.reconcile(wants)

    def close(self) -> None:
        """Stop all reads at once; the command goes on."""
        self._source.close()
