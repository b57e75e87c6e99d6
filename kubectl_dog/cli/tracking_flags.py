"""The flags of all commands that track targets, and the options that they become."""

from __future__ import annotations

import argparse

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.model.options import Options


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add the flag that limits the whole run."""
    parser.add_argument(
        '-t',
        '--timeout',
        type=_timeout,
        metavar='TIME',
        help='end with code 3 after this time, like 90s or 5m (default: none)',
    )


def _timeout(text: str) -> float:
    """Parse a duration; 0 is no time-out, as is -1, which kubedog has for it."""
    return 0.0 if text == '-1' else common_flags.seconds(text)


def options(args: argparse.Namespace) -> Options:
    """The options for logs and time-out; a zero time-out means none, as for kubectl."""
    return log_flags.options(args)._replace(timeout=args.timeout or None)
