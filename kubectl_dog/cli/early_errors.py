"""Handle errors before a run: print them for the CI system, and remove empty directories."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from collections.abc import Sequence

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import parser
from kubectl_dog.cli import report_files
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.output.escape import break_tokens
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError
from kubectl_dog.output.stream_writer import Writer

# Flags that change the format of standard output, or the CI system.
_OUTPUT_FLAGS = ('--ci', '-o', '--output', '-q', '--quiet', '--brief')


def finish(
    words: Sequence[str],
    args: Arguments | None,
    text: str,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Finish a command line that ended with an error before its run.

    `args` is None if the words could not be parsed; `text` is the error, escaped.
    """
    if args is not None:
        report_files.remove_created(args)
    else:
        args = _defaults(words)
    name = ci_systems.system(args, environment) if args else ''
    if not args or not name or not _has_lines(args):
        return
    command = ci_systems.error_command(name, break_tokens(text))
    if command:
        with contextlib.suppress(OutputClosedError, OutputFailedError):
            Writer(sys.stdout).write_commands([command])


def _defaults(words: Sequence[str]) -> Arguments | None:
    """Return the defaults of the command; None if the words may ask for something else."""
    if any(word.startswith(_OUTPUT_FLAGS) for word in words):
        return None
    name = next((word for word in words if word in parser.SUMMARIES), '')
    return parser.load(name).defaults() if name else None


def _has_lines(args: Arguments) -> bool:
    """Return whether standard output has lines for people, and not data for programs."""
    if not hasattr(args, 'output'):
        return False
    try:
        return output_choice.choose(args).stdout in ('plain', 'quiet')
    except UsageError:
        return False
