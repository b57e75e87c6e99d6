"""The command `trackers`: list all trackers, with their packages and whether they are used."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog import platform_compat
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.output import colour
from kubectl_dog.output.escape import sentence

if TYPE_CHECKING:
    from kubectl_dog.model.tracker_info import TrackerInfo

_EPILOG = """\
A kind is judged by the first of these: rules given with --rules, the rules on its definition, the
package that claims it, the rules that ship, else by what its status says. Of several packages that
claim a kind, others go before kubectl-dog, then the first in the alphabet; --tracker changes that.
What is broken is as if it were not installed. docs/write-a-tracker.md tells how to write one.

examples:
  kubectl dog trackers
  kubectl dog trackers certificate flux
  kubectl dog trackers -o json
  kubectl dog trackers --tracker Rollout.argoproj.io=acme-rollouts
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'trackers',
        help='list what judges which kind: packages, and rules that ship',
        description='List every tracker: its kind, its package and version, and whether it is '
        'used; what is broken, with why. With a TEXT, those whose kind or package has it.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument('text', nargs='*', metavar='TEXT', help='a part of a kind or of a package')
    common_flags.add_tracker(parser)
    common_flags.add_table(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import every package and print the trackers; returns 0 even if some are broken."""
    from kubectl_dog import api
    from kubectl_dog.output import trackers_table
    from kubectl_dog.output.colour import Palette
    from kubectl_dog.output.stream_writer import Writer

    inventory = api.tracker_inventory(
        api.trackers(chosen=args.tracker, limit=platform_compat.time_limit)
    )
    entries = [entry for entry in inventory if _matches(entry, args.text)]
    if not entries:
        sys.stderr.write(f'no kind or package has {sentence(" or ".join(args.text))} in its name\n')
    palette = Palette(colour.is_enabled(args.color, os.environ, standard_streams.stdout().isatty()))
    is_json = args.output == 'json'
    lines = (
        [trackers_table.document(entries)] if is_json else trackers_table.table(entries, palette)
    )
    Writer(standard_streams.stdout()).write(lines)
    return 0


def _matches(entry: TrackerInfo, texts: Sequence[str]) -> bool:
    names = (entry.kind.lower(), entry.package.lower())
    return not texts or any(text.lower() in name for text in texts for name in names)
