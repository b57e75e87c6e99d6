"""The command `version`."""

from __future__ import annotations

from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.version import VERSION


def version() -> Command:
    """Return the table of the command."""
    return Command('version', run, 'Print the version.')


def run(args: Arguments) -> int:
    """Print the version."""
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output.stream_writer import Writer

    Writer(standard_streams.stdout()).write([f'kubectl-dog {VERSION}'])
    return 0
