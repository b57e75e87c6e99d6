"""Flags that choose log lines, and the options that they are converted to."""

from __future__ import annotations

from kubectl_dog.cli import common_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options


def _pattern(text: str) -> str:
    """Check a pattern and return it unchanged; raises UserError."""
    from kubectl_dog.tracking.logs import filter

    filter.check_pattern(text)
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(',') if name.strip())
    if not names:
        raise ValueError
    return names


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ValueError
    return int(text)


def _since(text: str) -> float | None:
    """Parse a duration, or kubedog's `now` and `all`."""
    return {'now': 0.0, 'all': None}[text] if text in ('now', 'all') else common_flags.seconds(text)


_NAMES = 'use names of containers, separated by commas'
_DEFAULTS = Options()
FLAGS = tuple(
    flag._replace(group='Log')
    for flag in (
        create_flag(
            '--since TIME',
            'Age of the oldest log lines to print: a duration (10m), now, or all (default)',
            parse=_since,
            expected='use a duration like 90s, or now, or all',
            aliases=('--logs-since',),
        ),
        create_flag(
            '--tail LINES',
            'Number of lines of each log to start with, -1 for all (default: 100)',
            common=True,
            parse=int,
            expected='use a number of lines, or -1 for all',
            default=_DEFAULTS.tail,
        ),
        create_flag(
            '--previous', 'Start with the previous instance of each container, in all pods'
        ),
        create_flag(
            '--logs-all',
            'Print all log lines, of all updated pods instead of three',
            common=True,
        ),
        create_flag(
            '--no-logs', 'Print no logs, except the last lines of failed containers', common=True
        ),
        create_flag(
            '--containers NAME[,NAME]',
            'Containers whose logs are printed, init containers included',
            parse=_names,
            expected=_NAMES,
            repeated=True,
        ),
        create_flag(
            '--skip-containers NAME[,NAME]',
            'Containers whose logs are not printed',
            parse=_names,
            expected=_NAMES,
            repeated=True,
        ),
        create_flag(
            '--max-log-streams N',
            'Maximum number of logs to read at the same time, each over its own connection '
            '(default: 200)',
            parse=_positive,
            expected='use a number of 1 or more',
            default=_DEFAULTS.max_log_streams,
        ),
        create_flag(
            '--include REGEX',
            'Print only lines that match; NAME=REGEX for one container',
            parse=_pattern,
            repeated=True,
        ),
        create_flag(
            '--exclude REGEX',
            'Leave out lines that match; NAME=REGEX for one container',
            parse=_pattern,
            repeated=True,
        ),
        create_flag('--timestamps', 'Print the time of each line'),
    )
)


def options(args: Arguments) -> Options:
    """Return the options for logs; other options have their defaults. Raises UserError."""
    if args.no_logs and args.logs_all:
        raise UserError('--no-logs cannot be combined with --logs-all')
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
