"""The flags that choose log lines, and the options they become."""

from __future__ import annotations

import argparse
from typing import Any

from kubectl_dog.cli import common_flags
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options


def add(parser: argparse.ArgumentParser) -> None:
    """Add the flags that choose logs and their lines."""
    group = parser.add_argument_group('logs')
    _add_range(group)
    _add_streams(group)
    for name, text in (
        ('--include', 'show only lines in which this is found'),
        ('--exclude', 'leave out lines in which this is found'),
    ):
        group.add_argument(
            name,
            action='append',
            default=[],
            type=_pattern,
            metavar='REGEX',
            help=f'{text}; NAME=REGEX for one container, may be repeated',
        )
    common_flags.switch(group, '--timestamps', 'show when each line was written')


def _add_range(group: Any) -> None:
    group.add_argument(
        '--since',
        '--logs-since',
        type=_since,
        metavar='TIME',
        help='lines newer than this only; `now`, or `all` (default)',
    )
    group.add_argument(
        '--tail',
        type=int,
        default=Options().tail,
        metavar='LINES',
        help='lines of each log to begin with, -1 for all (default: 100)',
    )
    common_flags.switch(
        group, '--previous', 'begin with the run of a container before its present one, also in '
        'pods that were there before'
    )  # fmt: skip


def _add_streams(group: Any) -> None:
    common_flags.switch(group, '--logs-all', 'logs of all updated pods, not only of three')
    common_flags.switch(group, '--no-logs', 'show no logs, except the last words of what failed')
    for name, text in (
        ('--containers', 'logs of these containers only, init and others alike'),
        ('--skip-containers', 'no logs of these containers'),
    ):
        group.add_argument(
            name, action='append', default=[], type=_names, metavar='NAME[,NAME]', help=text
        )
    group.add_argument(
        '--max-log-streams',
        type=_streams,
        default=Options().max_log_streams,
        metavar='N',
        help='logs to read at once, at most; each is a connection (default: 200)',
    )


def _pattern(text: str) -> str:
    """Check a pattern for argparse, and return it unchanged."""
    from kubectl_dog.tracking.logs import filter

    try:
        filter.check_pattern(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(',') if name.strip())
    if not names:
        raise argparse.ArgumentTypeError('name a container')
    return names


def _streams(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of 1 or more')
    return int(text)


def _since(text: str) -> float | None:
    """Parse a duration, or kubedog's `now` and `all`."""
    return {'now': 0.0, 'all': None}[text] if text in ('now', 'all') else common_flags.seconds(text)


def options(args: argparse.Namespace) -> Options:
    """The options for logs; other options have their defaults."""
    return Options(
        since=args.since,
        tail=args.tail if args.tail >= 0 else None,
        logs=not args.no_logs,
        logs_all=bool(args.logs_all),
        containers=sum(args.containers, ()),
        skip_containers=sum(args.skip_containers, ()),
        include=tuple(args.include),
        exclude=tuple(args.exclude),
        previous=bool(args.previous),
        max_log_streams=args.max_log_streams,
    )
