"""The command `completion`: print the script that kubectl calls for completion."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.cli import standard_streams
from kubectl_dog.output.stream_writer import Writer

_SCRIPT = """\
#!/bin/sh
# What kubectl's own completion calls for `kubectl dog`; delete it when that is uninstalled.
command -v kubectl-dog >/dev/null || exit 0
exec kubectl-dog __complete "$@"
"""
_EPILOG = """\
pip has installed kubectl_complete-dog already. Elsewhere, put it beside kubectl-dog:

  kubectl dog completion > ~/.krew/bin/kubectl_complete-dog
  chmod +x ~/.krew/bin/kubectl_complete-dog

A link of that name to kubectl-dog does the same; on Windows, a copy of kubectl-dog.exe.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'completion',
        help='print the script by which the TAB key of kubectl knows this program',
        description="Print the script kubectl_complete-dog, which kubectl's own completion calls.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    Writer(standard_streams.stdout()).write_text(_SCRIPT)
    return 0
