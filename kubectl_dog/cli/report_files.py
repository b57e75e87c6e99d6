"""The flag `--report`, and the files that it names."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import BinaryIO

from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.output.escape import sentence

if TYPE_CHECKING:
    from kubectl_dog.output.run_record import RunRecord

# The kind that stands for all kinds and the recording, in a directory.
DIRECTORY = 'dir'
RECORDING = 'recording.jsonl'


class ReportFile(NamedTuple):
    """A report to write: a key of `report_kinds.KINDS`, or DIRECTORY."""

    kind: str
    path: str


def _report(text: str) -> ReportFile:
    from kubectl_dog.output.report import report_kinds

    kind, _, path = text.partition('=')
    if kind not in (*report_kinds.KINDS, DIRECTORY) or not path:
        kinds = ''.join(f'{name}=FILE, ' for name in report_kinds.KINDS)
        raise UserError(f'use {kinds}{DIRECTORY}=DIR')
    if path == '-':
        raise UserError('standard output has the lines of the run: use a file')
    return ReportFile(kind, path)


REPORT = create_flag(
    '--report KIND=FILE',
    'Report to write, like html=FILE, or dir=DIR for all',
    common=True,
    parse=_report,
    repeated=True,
    group='Output',
)


def requested(args: Arguments) -> list[ReportFile]:
    """Return the reports to write, with those of directories."""
    files = []
    for report in getattr(args, REPORT.dest, ()):
        if report.kind == DIRECTORY:
            from kubectl_dog.output.report import report_kinds

            for kind, entry in report_kinds.KINDS.items():
                files.append(ReportFile(kind, os.path.join(report.path, entry.file_name)))
        else:
            files.append(report)
    return files


def recordings(args: Arguments) -> list[str]:
    """Return the recordings to write: that of `--record`, and those in directories of reports."""
    folders = [report.path for report in args.report if report.kind == DIRECTORY]
    paths = [os.path.join(folder, RECORDING) for folder in folders]
    return [args.record, *paths] if args.record else paths


def prepare(args: Arguments) -> None:
    """Check that all reports can be written, and remove those of an earlier run.

    Otherwise a run that ends before it has tracked anything would leave the verdict of an earlier
    run behind. Directories are created: files of other flags may be in them. Raises UserError.
    """
    written: set[str] = set()
    inputs = [getattr(args, 'file', None), *getattr(args, 'filename', ())]
    used = {os.path.realpath(path) for path in (*inputs, getattr(args, 'record', None)) if path}
    args.created_directories = []
    for report in args.report:
        if report.kind == DIRECTORY:
            args.created_directories += _create_directory(report.path)
    for kind, path in requested(args):
        real = _resolve(path)
        if real in written:
            raise UserError(f'two reports have the same file {path}')
        if real in used:
            raise UserError(f'the file of the report {kind}={path} is used by another flag')
        written.add(real)
        try:
            _check(real)
        except OSError as error:
            raise UserError(f'cannot write the report {path}: {error.strerror}') from error


def remove_created(args: Arguments) -> None:
    """Remove the directories that `prepare` has created and that are empty."""
    for path in reversed(getattr(args, 'created_directories', ())):
        with contextlib.suppress(OSError):
            os.rmdir(path)


def _create_directory(path: str) -> list[str]:
    """Create a directory and its parents; returns those that did not exist, from the top."""
    missing: list[str] = []
    parent = os.path.abspath(path)
    while not os.path.lexists(parent):
        missing.insert(0, parent)
        parent = os.path.dirname(parent)
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise UserError(f'cannot create the directory {path}: {error.strerror}') from error
    return missing


def _check(path: str) -> None:
    if _is_special(path):
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    with _temporary_file(path):
        pass
    if os.path.exists(path):
        os.remove(path)


def _is_special(path: str) -> bool:
    """Return whether a path is a device, a pipe or a directory, which cannot be replaced."""
    return os.path.exists(path) and not os.path.isfile(path)


def _resolve(path: str) -> str:
    """Follow links to files; the link /dev/stdout may lead to a pipe that has no path."""
    return path if _is_special(path) else os.path.realpath(path)


@contextlib.contextmanager
def _temporary_file(path: str) -> Iterator[tuple[BinaryIO, str]]:
    """Create a file in the directory of `path`, with the usual permissions; remove it at the end.

    A signal may raise an exception at any moment, also just after the file was created.
    """
    temporary = os.path.join(os.path.dirname(path), f'.kubectl-dog-{os.urandom(6).hex()}.tmp')
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with open(descriptor, 'wb') as stream:
            yield stream, temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(temporary)


def write_file(path: str, text: str) -> None:
    """Write a file as a whole or not at all; nobody can read a part of it. Raises OSError."""
    data = text.encode('utf-8', 'replace')
    path = _resolve(path)
    if _is_special(path):
        # Opening a named pipe would wait for a reader.
        descriptor = os.open(path, os.O_WRONLY | getattr(os, 'O_NONBLOCK', 0))
        with open(descriptor, 'wb') as stream:
            if hasattr(os, 'set_blocking'):
                os.set_blocking(descriptor, True)
            stream.write(data)
        return
    with _temporary_file(path) as (stream, temporary):
        stream.write(data)
        stream.close()
        os.replace(temporary, path)


class ReportFiles:
    """An output of a run that writes its reports."""

    def __init__(self, files: Sequence[ReportFile]) -> None:
        self._files = files

    def finish(self, record: RunRecord) -> Sequence[str]:
        """Write the reports; a failure is an error message, and does not change the exit code."""
        from kubectl_dog.output.report import report_kinds

        for kind, path in self._files:
            try:
                write_file(path, report_kinds.create_report(kind, record))
            except OSError as error:
                reason = error.strerror or error
                sys.stderr.write(f'{sentence(f"cannot write the report {path}: {reason}")}\n')
            except Exception:
                from kubectl_dog.cli import crash_report

                # The verdict is known, and other reports may be written.
                sys.stderr.write(f'{crash_report.crash_report([f"--report {kind}"])}\n')
        return []
