"""The output formats of a run: one on standard output, others in files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Flag
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.output import formats

_STDOUT = '-'
_QUIET = 'quiet'
BRIEF = 'brief'


class Output(NamedTuple):
    """An output format (a key of `formats.FORMATS`) and its file; without one, standard output."""

    format: str
    file: str = ''


class OutputChoice(NamedTuple):
    """The output formats of a run.

    `agent` is the environment variable because of which the output is brief, or empty.
    """

    stdout: str
    files: tuple[Output, ...] = ()
    agent: str = ''

    @property
    def has_brief(self) -> bool:
        """Whether one of the formats is brief."""
        return BRIEF in (self.stdout, *(output.format for output in self.files))


def _read(text: str) -> Output:
    name, equals, file = text.partition('=')
    names = list(formats.FORMATS)
    if name not in names or (equals and not file):
        raise UserError(f'use {", ".join(names[:-1])} or {names[-1]}, or FORMAT=FILE')
    return Output(name, '' if file == _STDOUT else file)


def flags() -> tuple[Flag, ...]:
    """Return the flags of the output formats."""
    return (
        create_flag(
            '-o, --output FORMAT',
            f'One of {formats.describe_formats()}; FORMAT=FILE for files',
            common=True,
            parse=_read,
            repeated=True,
            group='Output',
        ),
        create_flag('-q, --quiet', 'Print the verdict, WHY and NEXT only', group='Output'),
        create_flag(
            '--brief',
            'Print at most 4 KB when the run has ended, and keep a recording (docs/agents.md)',
            group='Output',
        ),
        create_flag(
            '--clock',
            'Print times of day in UTC instead of seconds since the start',
            group='Output',
        ),
    )


def choose(args: Arguments, environment: Mapping[str, str] = os.environ) -> OutputChoice:
    """Return the formats that the flags and the environment ask for; raises UsageError.

    Without a flag for standard output, the output is brief if a software agent has started the
    program, and plain otherwise.
    """
    given = {f'-o {output.format}': output.format for output in args.output if not output.file}
    given.update({f'--{name}': name for name in (_QUIET, BRIEF) if getattr(args, name)})
    names = set(given.values())
    if len(names) > 1:
        first, second, *_ = given
        raise UsageError(
            f'{first} and {second} both write to standard output: write one of them to a file, '
            'such as -o json=FILE'
        )
    files = tuple(dict.fromkeys(output for output in args.output if output.file))
    paths = [os.path.realpath(output.file) for output in files]
    if len(set(paths)) < len(paths):
        raise UsageError('two flags -o have the same file')
    if names:
        return OutputChoice(names.pop(), files)
    agent = '' if _asks_for_lines(args) else _agent(environment)
    return OutputChoice(BRIEF if agent else formats.DEFAULT, files, agent)


def _asks_for_lines(args: Arguments) -> bool:
    """Return whether a flag only makes sense for lines, or turns off the brief output."""
    progress = getattr(args, 'progress', None) not in (None, 'auto')
    return progress or args.brief is False or bool(args.output_prefix)


def _agent(environment: Mapping[str, str]) -> str:
    from kubectl_dog.output.agent_variables import find_agent_variable

    return find_agent_variable(environment)


def why_brief(agent: str) -> str:
    """Return the note that explains the default; `agent` is the variable that shows an agent."""
    return (
        f'NOTE the output is brief because {agent} is set in the environment; -o plain prints '
        'everything as it happens'
    )


def prepare(args: Arguments) -> None:
    """Check the output flags, and create or empty the files, before a run; raises UserError.

    A run that ends early must not leave the output of an earlier run in a file.
    """
    choice = choose(args)
    used = _used_files(args)
    if choice.stdout == BRIEF and args.output_prefix:
        raise UsageError('--output-prefix cannot be used with --brief')
    for output in choice.files:
        if os.path.realpath(output.file) in used:
            raise UsageError(
                f'the file of -o {output.format}={output.file} is used by another flag'
            )
        if os.path.exists(output.file) and not os.path.isfile(output.file):
            # A pipe is opened once.
            continue
        try:
            with open(output.file, 'wb'):
                pass
        except OSError as error:
            raise file_error(output.file, error) from error


def line_options(args: Arguments, notes: Sequence[str]) -> dict[str, Any]:
    """Return the fields of RenderOptions that come from flags, except colours."""
    return {
        'timestamps': bool(getattr(args, 'timestamps', False)),
        'clock': bool(args.clock),
        'notes': tuple(notes),
    }


def _used_files(args: Arguments) -> set[str]:
    """Return the real paths of other files of the command line, which must not be emptied."""
    paths = [getattr(args, name, None) for name in ('file', 'record', 'kubeconfig')]
    for name in ('filename', 'rules'):
        paths += getattr(args, name, ())
    if getattr(args, 'report', ()):
        from kubectl_dog.cli import report_files

        paths += [report.path for report in report_files.requested(args)]
    return {os.path.realpath(path) for path in paths if path}


def file_error(path: str, error: OSError) -> UserError:
    """Return the error for a file that cannot be written."""
    return UserError(f'cannot write {path}: {error.strerror or error}')
