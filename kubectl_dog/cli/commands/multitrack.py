"""The command `multitrack`: track the targets of a spec in kubedog's JSON."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import rollout_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.model.errors import UserError

_STDIN = '-'
_EPILOG = """\
The spec is JSON: lists called Deployments, StatefulSets, DaemonSets, Jobs, Pods, Canaries and
Generics. docs/multitrack.md tells every field and what it becomes. What is tolerated on the command
line goes before the spec; its other flags hold for targets that say nothing else.

examples:
  kubectl dog multitrack spec.json --timeout 10m
  echo '{"Deployments": [{"ResourceName": "web", "Namespace": "shop"}]}' | kubectl dog multitrack
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'multitrack',
        help="track all that a spec in kubedog's JSON names, each in its own way",
        description="Track all that a spec in kubedog's JSON names, each in its own way, until it "
        'is ready, or failed, and say why.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        'file', nargs='?', default=_STDIN, help='the spec; - (default) for standard input'
    )
    tracking_flags.add_timeout(parser)
    rollout_flags.add(parser)
    common_flags.add_rules(parser)
    log_flags.add(parser)
    common_flags.add_cluster(parser)
    common_flags.add_output(parser)
    common_flags.add_record(parser)
    parser.set_defaults(run=run, watch=None)


def run(args: argparse.Namespace) -> int:
    """Track the targets of the spec; returns the exit code of the verdicts."""
    if args.file == _STDIN and sys.stdin is not None and sys.stdin.isatty():
        raise UserError('where is the spec? Name a file, or send it to standard input')
    spec = target_resolution.spec(args.file)
    if not spec.entries:
        # Programs that generate specs may generate empty specs.
        sys.stderr.write('the spec names no resource: there is nothing to track\n')
        return 0
    judges = api.trackers(args.rules, args.tracker, platform_compat.time_limit)
    options = rollout_flags.options(args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = target_resolution.spec_targets(spec, connection, options)
    return foreground.track_on_source(api.live_source(connection), resolved, options, judges, args)
