"""The command `follow`: print all events of targets, without a verdict."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import tracking_flags

_EXAMPLES = """\
examples:
  kubectl dog follow deploy/web
  kubectl dog follow pod smoke-test --timeout 5m
  kubectl dog follow deploy/web --exit-when-ready
  kubectl dog follow deploy,job -l app=shop
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'follow',
        help='print what happens to the targets and their pods; never fails on it',
        description='Print logs, kube events and changes of the targets and their pods. Waits for '
        'what is not there yet, with -l also for what comes later, goes on when it is deleted and '
        'created again, and ends by itself when bare pods and Jobs have ended.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    target_flags.add(parser)
    tracking_flags.add_timeout(parser)
    parser.add_argument(
        '--exit-when-ready',
        action='store_true',
        help='end with code 0 when all targets are ready; with -l, all that are there',
    )
    common_flags.add_rules(parser)
    log_flags.add(parser)
    common_flags.add_cluster(parser)
    common_flags.add_output(parser)
    common_flags.add_record(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Follow the targets; returns 0 if they ended, or 3 after the time-out."""
    options = tracking_flags.options(args)._replace(
        follow=True, exit_when_ready=args.exit_when_ready
    )
    return foreground.track_targets(args.target, options, args)
