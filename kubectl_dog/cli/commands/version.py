"""The command `version`."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.cli import standard_streams
from kubectl_dog.output.stream_writer import Writer
from kubectl_dog.version import VERSION


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser('version', help='print the version')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the version."""
    Writer(standard_streams.stdout()).write([f'kubectl-dog {VERSION}'])
    return 0
