"""`version`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kubectl_dog.version import VERSION


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser('version', help='print the version')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the version."""
    sys.stdout.write(f'kubectl-dog {VERSION}\n')
    return 0
