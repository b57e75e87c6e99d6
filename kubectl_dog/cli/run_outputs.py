"""Outputs of a run in addition to its lines: files, reports, and output for CI systems."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Protocol

from kubectl_dog import api
from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.model.events import Event
from kubectl_dog.output.escape import sentence

if TYPE_CHECKING:
    from kubectl_dog.cli.failure_command import FailureCommand
    from kubectl_dog.cli.output_files import OutputFiles
    from kubectl_dog.output.run_record import RunRecord
    from kubectl_dog.output.stream_writer import Line


class RunOutput(Protocol):
    """An output that is written when the run has ended."""

    def finish(self, record: RunRecord) -> Sequence[Line]:
        """Write files; returns lines to print after all lines of the run. Raises OSError."""
        ...


class RunOutputs:
    """The outputs that the flags and the environment of a run ask for.

    `failure_command` is to be run when they are finished and the lines are printed.

    `notes` are those of RenderOptions. Creating it raises UserError if a file cannot be written.
    """

    def __init__(
        self, play: api.RunningSession, args: Arguments, notes: Sequence[str] = ()
    ) -> None:
        self._files: OutputFiles | None = None
        files = output_choice.choose(args).files
        if files:
            from kubectl_dog.cli.output_files import OutputFiles

            self._files = OutputFiles(files, play, args, notes)
        self._outputs: list[RunOutput] = []
        reports = report_files.requested(args)
        if reports:
            self._outputs.append(report_files.ReportFiles(reports))
        system = ci_systems.system(args)
        if system:
            from kubectl_dog.cli import ci_run

            self._outputs.append(ci_run.CiRun(system, args))
        self._record: RunRecord | None = None
        if self._outputs:
            from kubectl_dog.output.run_record import RunRecord

            self._record = RunRecord(play.source.started)
        self.failure_command: FailureCommand | None = None
        if getattr(args, 'on_failure', None):
            from kubectl_dog.cli.failure_command import FailureCommand

            self.failure_command = FailureCommand(args.on_failure, play.source.started, args)

    def __bool__(self) -> bool:
        """Return whether there are outputs, for which a run goes on if nobody reads its lines."""
        return self._files is not None or bool(self._outputs) or self.failure_command is not None

    def has_room(self) -> bool:
        """Return whether more log lines can be written."""
        return self._files is None or self._files.has_room()

    def add(self, events: Sequence[Event]) -> None:
        """Record the events of a batch, if an output needs them."""
        if self._files:
            self._files.add(events)
        if self._record:
            self._record.add(events)
        if self.failure_command:
            self.failure_command.add(events)

    def finish(self) -> list[Line]:
        """Write all outputs; returns the lines to print."""
        if self._files:
            self._files.close()
            for failure in self._files.failures:
                sys.stderr.write(f'{sentence(failure)}\n')
        if not self._record:
            return []
        return [line for output in self._outputs for line in output.finish(self._record)]
