"""Write the output of a run for the CI system that runs the job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import TypeVar

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.output.escape import sentence

if TYPE_CHECKING:
    from kubectl_dog.model.causes import Cause
    from kubectl_dog.model.resources import Target
    from kubectl_dog.output.ci.ci_output import CiOutput
    from kubectl_dog.output.ci.ci_output import FileText
    from kubectl_dog.output.ci.ci_output import Line
    from kubectl_dog.output.ci.ci_output import Located
    from kubectl_dog.output.ci.ci_output import Program
    from kubectl_dog.output.run_record import RunRecord

# Seconds for a program of a CI system.
_PROGRAM_TIMEOUT = 15.0


class CiRun:
    """The output of a run for a CI system; its name is a key of `ci_systems.SYSTEMS`."""

    def __init__(
        self, name: str, args: Arguments, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._name = name
        self._args = args
        self._environment = environment

    def finish(self, record: RunRecord) -> Sequence[Line]:
        """Write files and run programs; returns commands and details to print.

        Problems are reported on standard error, and do not change the exit code.
        """
        import secrets

        from kubectl_dog.output.ci.ci_output import Context

        context = Context(
            record,
            self._locate(record),
            self._environment,
            {kind: path for kind, path in report_files.requested(self._args)},
            secrets.token_hex(16),
        )
        output = ci_systems.create(self._name, context)
        for file in output.files:
            _report_failure(_write, file)
        for program in output.programs:
            _report_failure(_run, program)
        return self._lines(output)

    def _lines(self, output: CiOutput) -> Sequence[Line]:
        # Readers of other formats expect JSON, or little text.
        stdout = output_choice.choose(self._args).stdout
        details = output.details if stdout == 'plain' else ()
        return [*output.commands, *details] if stdout in ('plain', 'quiet') else []

    def _locate(self, record: RunRecord) -> Located:
        """Return the lines of manifests that the causes at the end of the run are about."""
        from kubectl_dog import target_resolution
        from kubectl_dog.output.ci.ci_output import Location
        from kubectl_dog.output.report import run_facts

        files = getattr(self._args, 'filename', ())
        directory = getattr(self._args, 'kustomize', None) or ''
        wanted: list[tuple[Target, Cause | None]] = []
        for outcome in run_facts.outcomes(record):
            if not outcome.is_successful:
                causes = (outcome.end.explanation.cause, *run_facts.other_causes(outcome))
                wanted += [(outcome.record.target, cause) for cause in (None, *causes)]
        if not wanted or not (files or directory):
            return {}
        recursive = bool(getattr(self._args, 'recursive', False))
        lines = target_resolution.find_lines(wanted, files, recursive, directory)
        variable = ci_systems.SYSTEMS[self._name].workspace
        workspace = self._environment.get(variable, '') or os.getcwd()
        located = {}
        for (target, cause), (path, line) in lines.items():
            relative = _relative(path, workspace)
            if relative:
                key = (target, cause.code, cause.subject) if cause else (target, '', '')
                located[key] = Location(relative, line)
        return located


def _relative(path: str, folder: str) -> str:
    """Return the path below a folder, with `/`; empty if it is not below it."""
    real = os.path.realpath(path)
    try:
        relative = os.path.relpath(real, os.path.realpath(folder))
    except ValueError:
        # On Windows, on another drive.
        return ''
    is_below = relative.partition(os.sep)[0] != os.pardir
    return relative.replace(os.sep, '/') if is_below else ''


Task = TypeVar('Task', 'FileText', 'Program')


def _report_failure(function: Callable[[Task], None], task: Task) -> None:
    """Call a function; report an OSError on standard error."""
    try:
        function(task)
    except OSError as error:
        text = f'--ci: cannot {task.action}: {error.strerror or error}'
        sys.stderr.write(f'{sentence(text)}\n')


def _write(file: FileText) -> None:
    """Write or append text to a file; raises OSError."""
    data = file.text.encode('utf-8', 'replace')
    if not file.append:
        report_files.write_file(file.path, file.text)
        return
    with open(file.path, 'ab+') as stream:
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b'\n':
                # Our text must not be appended to the last line of another program.
                data = b'\n' + data
        if file.limit is not None and size + len(data) > file.limit:
            raise OSError(f'the file would be larger than {file.limit:,} bytes')
        stream.write(data)


def _run(program: Program) -> None:
    """Run a program without a shell; raises OSError."""
    import shutil
    import subprocess

    name, *words = program.words
    path = shutil.which(name)
    # On Windows, which() searches the current folder first. Do not run a program from there.
    if path is None or not os.path.isabs(path):
        raise OSError('it is not in PATH')
    try:
        ended = subprocess.run(
            [path, *words],
            input=program.input.encode('utf-8', 'replace'),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PROGRAM_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f'it did not end within {_PROGRAM_TIMEOUT:.0f}s') from None
    if ended.returncode:
        raise OSError(f'its exit code is {ended.returncode}')
