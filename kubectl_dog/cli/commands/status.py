"""The command `status`: print the present state of targets, from the cluster or from files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import target_flags
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.statuses import Status
from kubectl_dog.model.statuses import exit_code
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output import colour
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer

if TYPE_CHECKING:
    from kubectl_dog.tracking.plugins.registry import Trackers

_EPILOG = """\
states: ready, progressing, failed, paused, deleting, unknown. What only time or counts decide is
progressing, with its cause.

exit codes: 0 whatever the states are, 4 where a target is not there, 5 where it cannot be read.
With --exit-code also 0 ready, 1 failed, 3 progressing or unknown, 4 deleting, 6 paused; of several
targets 5 before 1 before 4 before 3 before 6.

examples:
  kubectl dog status deploy/web
  kubectl dog status job migrate --exit-code
  kubectl dog status -f k8s/ -R
  kubectl get deploy,rs,pods,events -o yaml | kubectl dog status --local -f -
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'status',
        help='one look: the state, and what stands in the way',
        description='Take one look at targets, or with --local at objects in files, and tell the '
        'state of each and what stands in its way.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    target_flags.add(parser)
    parser.add_argument(
        '--local',
        action='store_true',
        help='look at the objects of files: no cluster is asked, and no kubeconfig read',
    )
    parser.add_argument(
        '--exit-code', action='store_true', help='make the states the exit code, see below'
    )
    common_flags.add_tracker(parser)
    common_flags.add_cluster(parser)
    common_flags.add_table(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the states; returns the exit code."""
    from kubectl_dog.output import status_table

    judges = api.trackers(chosen=args.tracker, limit=platform_compat.time_limit)
    statuses, unseen = (_local(args, judges), ()) if args.local else _live(args, judges)
    for notice in judges.notices():
        sys.stderr.write(f'{sentence(notice)}\n')
    lines = [status_table.document(statuses)] if args.output == 'json' else _table(args, statuses)
    Writer(standard_streams.stdout()).write(lines)
    states = [status.state for status in statuses] if args.exit_code else []
    return exit_code(states, *(ended.verdict for ended in unseen))


def _local(args: argparse.Namespace, judges: Trackers) -> Sequence[Status]:
    if args.target or args.helm_release:
        raise UserError('--local looks at files (-f FILE), not at targets')
    if not args.filename and not args.kustomize:
        raise UserError('--local needs -f FILE, or -f - for standard input')
    _, inputs = target_flags.read((), args)
    placed = target_resolution.read_manifests(inputs.files, inputs.recursive, inputs.directory)
    selected = target_resolution.filter_by_labels(placed, inputs.selector or '')
    statuses = api.statuses_from_objects((entry.object for entry in selected), judges)
    if not statuses and args.output == 'table':
        sys.stderr.write('no objects found\n')
    return statuses


def _live(
    args: argparse.Namespace, judges: Trackers
) -> tuple[Sequence[Status], Sequence[TargetEnded]]:
    words, inputs = target_flags.read(args.target, args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = target_flags.find(words, inputs, connection, args.namespace)
    statuses, unseen = api.live_statuses(api.live_source(connection), resolved.targets, judges)
    for ended in unseen:
        sys.stderr.write(f'{sentence(_describe_unseen(ended))}\n')
    return statuses, unseen


def _describe_unseen(ended: TargetEnded) -> str:
    label, namespace = ended.target.label, ended.target.namespace
    if ended.verdict is Verdict.NO_ACCESS:
        return f'{label} cannot be read: {ended.message}'
    if ended.verdict is Verdict.NEVER_APPEARED:
        if not ended.target.name:
            return ended.message
        return f'{label} is not there' + (f' in namespace {namespace}' if namespace else '')
    return f'{label} was not seen: the cluster did not answer in time'


def _table(args: argparse.Namespace, statuses: Sequence[Status]) -> list[str]:
    import shutil

    from kubectl_dog.output import status_table

    is_terminal = platform_compat.is_terminal(standard_streams.stdout())
    palette = Palette(colour.is_enabled(args.color, os.environ, is_terminal))
    width = shutil.get_terminal_size().columns if is_terminal else None
    return status_table.table(statuses, palette, width)
