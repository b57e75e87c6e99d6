"""The commands `replay` and `demo`: play recordings, without a cluster."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import foreground
from kubectl_dog.cli import standard_streams
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer

_DEMO = 'crash-loop'


def add(commands: Any) -> None:
    """Declare both commands."""
    replay = commands.add_parser(
        'replay',
        help='play a recording made with `rollout --record`',
        description='Play a recording through the same engine, to the same verdict.',
        allow_abbrev=False,
    )
    replay.add_argument('file', help='the recording')
    _add_speed(replay)
    common_flags.add_rules(replay)
    common_flags.add_output(replay)
    replay.set_defaults(run=run_replay)
    demo = commands.add_parser(
        'demo',
        help='play the recording of a real rollout; needs no cluster',
        description=f'Play a recording that ships with the program (default: {_DEMO}).',
        allow_abbrev=False,
    )
    demo.add_argument('name', nargs='?', default=_DEMO, help='which one; see --list')
    demo.add_argument('--list', action='store_true', help='list the recordings')
    _add_speed(demo)
    common_flags.add_output(demo)
    demo.set_defaults(run=run_demo)


def _add_speed(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument('--speed', type=_speed, default=1.0, metavar='N', help='N times as fast')
    group.add_argument('--instant', action='store_true', help='do not wait at all')


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e6:
        raise argparse.ArgumentTypeError('must be a number above 0')
    return speed


def run_replay(args: argparse.Namespace) -> int:
    """Play a recording from a file."""
    judges = api.trackers(args.rules, args.tracker, platform_compat.time_limit)
    return foreground.run(api.replay(args.file, _pace(args), judges, _warn), args)


def _warn(text: str) -> None:
    sys.stderr.write(f'{sentence(text)}\n')


def run_demo(args: argparse.Namespace) -> int:
    """Play, or list, the recordings that ship with the program."""
    if args.list:
        listed = [f'{name:20} {sentence(title)}' for name, title in api.demos().items()]
        Writer(standard_streams.stdout()).write(listed)
        return 0
    return foreground.run(api.demo(args.name, _pace(args)), args)


def _pace(args: argparse.Namespace) -> float | None:
    return None if args.instant else args.speed
