"""Engine of `kubectl dog run`: verdicts wait until the command has ended."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.items import COMMAND_ENDED
from kubectl_dog.model.items import COMMAND_STARTED
from kubectl_dog.model.items import Item
from kubectl_dog.model.items import Signal
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.command_state import TIMED_OUT
from kubectl_dog.tracking.command_state import CommandState
from kubectl_dog.tracking.command_state import process_exit_code
from kubectl_dog.tracking.command_state import run_exit_code
from kubectl_dog.tracking.engine import Engine
from kubectl_dog.tracking.verdict.call_result import CallTarget

# An item without a want is evaluated by all targets.
_SETTLED = Signal('command-settled')


class CommandEngine(Engine):
    """An Engine whose targets change because of a command, and which ends after it."""

    @property
    def _command(self) -> CommandState:
        return self._world.command or CommandState()

    def _apply_item(self, at: float, item: Item) -> Iterator[Event]:
        payload = item.payload
        if not isinstance(payload, Signal) or payload.name not in (
            COMMAND_STARTED,
            COMMAND_ENDED,
            _SETTLED.name,
        ):
            yield from super()._apply_item(at, item)
        elif payload is not _SETTLED:
            self._world = self._world._replace(command=self._command.updated(at, payload))
            yield from self._report_end(at, payload)

    def _report_end(self, at: float, signal: Signal) -> Iterator[Event]:
        options = self._world.options
        if signal.name != COMMAND_ENDED or signal.code == 0:
            return
        text = f'{options.command} has ended with exit code {signal.code}'
        if self._is_timed_out:
            text = f'{options.command} was ended after {format_duration(at)} (--timeout)'
        yield Notice(at, None, text)

    @property
    def _is_timed_out(self) -> bool:
        """Whether --timeout has ended the command."""
        timeout, ended_at = self._world.options.timeout, self._command.ended_at
        is_late = timeout is not None and ended_at is not None and ended_at >= timeout
        return is_late and self._command.code == TIMED_OUT

    def _run_phases(self, at: float, item: Item | None) -> Iterator[Event]:
        settles_at, stops_at = self._command.settles_at, self._command.stops_at
        if settles_at is not None and at >= settles_at:
            self._world = self._world._replace(command=self._command._replace(settled=True))
            yield from super()._run_phases(at, Item(at, None, _SETTLED))
        yield from super()._run_phases(at, item)
        if stops_at is not None and at >= stops_at:
            for tracked in self.targets:
                if tracked.ended is None:
                    message = f'had no verdict when {self._world.options.command} failed'
                    yield tracked.stop(at, Verdict.PROGRESSING, message)
            self._close_ended()

    def _stop_others(self, at: float, call_targets: Sequence[CallTarget]) -> Iterator[Event]:
        if self._command.settled:
            yield from super()._stop_others(at, call_targets)

    def _deadline(self, at: float) -> float | None:
        if self._is_finished:
            return None
        stops_at = self._command.stops_at if self._open else None
        times = [super()._deadline(at), self._command.settles_at, stops_at]
        return min((time for time in times if time is not None), default=None)

    def _summary(self, at: float) -> RunEnded:
        ended, command = super()._summary(at), self._command
        code = command.code if command.ended_at is not None else None
        with_verdict = self._world.options.exit_with_verdict
        return ended._replace(
            exit_code=run_exit_code(ended.exit_code, command.failed, self._is_timed_out),
            process_code=process_exit_code(code, ended.exit_code, with_verdict),
        )
