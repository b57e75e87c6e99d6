"""`rollout`: track until ready, or failed; the exit code is the verdict."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kubectl_dog import api
from kubectl_dog.cli import flags
from kubectl_dog.cli import running
from kubectl_dog.cli import targets

_EXAMPLES = """\
examples:
  kubectl dog rollout deploy/web
  kubectl dog rollout deploy/web -n shop --timeout 5m
  kubectl dog rollout pod smoke-test -o json
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        'rollout',
        help='track until the target is ready, or failed, and say why',
        description='Track a rollout until it is ready, or failed, and say why.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument('target', nargs='+', help='TYPE/NAME or TYPE NAME')
    flags.add_tracking(parser)
    flags.add_cluster(parser)
    flags.add_output(parser)
    parser.add_argument('--record', metavar='FILE', help='write a recording for `replay`')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Connect, track, and return the exit code of the verdict."""
    targets.parse(args.target, '')
    connection = api.connect(**flags.cluster(args))
    wanted = targets.parse(args.target, connection.namespace)
    options = flags.options(args)
    live = api.live(connection)
    if not args.record:
        return running.run(api.Play(live, api.session(live, wanted, options)), args)
    recorder = api.recorder(args.record, live.started, wanted, options)
    session = api.session(api.tap(live, recorder), wanted, options)
    code = running.run(api.Play(live, session), args)
    if recorder.failure:
        sys.stderr.write(f'{recorder.failure}\n')
    return code
