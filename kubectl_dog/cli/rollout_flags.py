"""The flags that the verdict of a rollout depends on, and the options that they become."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from kubectl_dog.causes import tolerances
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.common_flags import seconds
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import PAUSES
from kubectl_dog.model.options import Options
from kubectl_dog.tracking.verdict import min_available
from kubectl_dog.tracking.verdict import ready_when

# The default of `--stable-for`; None is `auto`.
_NOT_GIVEN = -1.0
# Longer than any run, in seconds.
_NEVER = 1e7


def add(parser: argparse.ArgumentParser) -> None:
    """Add the flags that the verdict depends on."""
    _add_limits(parser)
    _add_tolerance(parser)
    _add_expectations(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('verdict')
    group.add_argument(
        '--stall-timeout',
        '--no-activity-timeout',
        type=seconds,
        metavar='TIME',
        help='end with code 3 after this time without progress (default: 10m, or what the '
        "target's own deadlines ask for)",
    )
    group.add_argument(
        '--create-timeout',
        type=seconds,
        default=Options().create_timeout,
        metavar='TIME',
        help='end with code 4 where the target does not appear within this time (default: 30s)',
    )
    group.add_argument(
        '--status-progress-period',
        type=_period,
        default=Options().status_period,
        metavar='TIME',
        help='a sign of life this often, 0 for none (default: 30s)',
    )
    group.add_argument(
        '--stable-for',
        type=_stable,
        default=_NOT_GIVEN,
        metavar='TIME',
        help='ready counts only once it has lasted this long (default: auto, 10s for containers '
        'without a readiness probe)',
    )


def _add_tolerance(parser: argparse.ArgumentParser) -> None:
    """Add the flags for tolerances, which can also be annotations of the target."""
    group = parser.add_argument_group('tolerance')
    group.add_argument(
        '--tolerate',
        action='append',
        default=[],
        type=_checked(tolerances.parse_unchecked_tolerance),
        metavar='CODE=HOW',
        help='how long (90s) or how often (5: fails at the 5th end) a cause may stand, or always, '
        'or never; CODE/CONTAINER for one container; may be repeated',
    )
    group.add_argument(
        '--allow-failures',
        default='',
        type=_checked(tolerances.parse_pod_share),
        metavar='PODS',
        help='so many pods, like 2 or 20%%, may be failing without failing the target',
    )
    group.add_argument(
        '--on-pause',
        choices=PAUSES,
        default='',
        help='what a pause means: stop (default) ends with code 6 after 10s, wait goes on, '
        'succeed ends with 0',
    )
    common_flags.switch(group, '--keep-going', 'judge every target, though one has failed')
    group.add_argument(
        '--min-available',
        default='',
        type=_checked(min_available.check_min_available),
        metavar='PODS',
        help='so many available pods are enough: 3, 80%% of them, or maxUnavailable',
    )
    group.add_argument(
        '--ready-when',
        type=_checked(ready_when.parse_ready_when),
        metavar='CONDITION',
        help='what ready means, as in kubectl wait --for: condition=NAME[=VALUE] or '
        'jsonpath={.status.phase}[=VALUE]',
    )
    common_flags.switch(
        group, '--strict-nodes', 'nodes that were not ready before need their DaemonSet pod too'
    )


def _add_expectations(parser: argparse.ArgumentParser) -> None:
    """Add the flags for the expected revision and images."""
    group = parser.add_argument_group('pins')
    group.add_argument(
        '--revision',
        default='0',
        type=_revision,
        metavar='N',
        help='end with code 4 once a newer revision than this is rolled out',
    )
    group.add_argument(
        '--expect-image',
        action='append',
        default=[],
        metavar='IMAGE',
        help='ready counts only with this image in the pod template; may be repeated',
    )
    common_flags.switch(
        group, '--wait-for-termination', 'ready counts only once the old pods are gone'
    )


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    """A type for argparse that checks a text and returns it unchanged."""

    def check_text(text: str) -> str:
        try:
            check(text)
        except UserError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return check_text


def _revision(text: str) -> str:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'{text!r} is not the number of a revision')
    return '' if text.strip('0') == '' else str(int(text))


def _period(text: str) -> float:
    """Parse a duration; 0, or less as in kubedog, means never."""
    return 0.0 if text[:1] == '-' and text[1:].isdecimal() else seconds(text)


def _stable(text: str) -> float | None:
    return None if text == 'auto' else seconds(text)


def options(args: argparse.Namespace) -> Options:
    """The options of a rollout, from its flags."""
    return tracking_flags.options(args)._replace(
        stall_timeout=args.stall_timeout or None,
        create_timeout=args.create_timeout,
        stable_for=None if args.stable_for == _NOT_GIVEN else args.stable_for,
        status_period=args.status_progress_period or _NEVER,
        once=args.watch is False,
        tolerate=tuple(args.tolerate),
        allow_failures=args.allow_failures,
        on_pause=args.on_pause,
        revision=args.revision,
        expect_images=tuple(args.expect_image),
        wait_for_termination=bool(args.wait_for_termination),
        strict_nodes=bool(args.strict_nodes),
        keep_going=bool(args.keep_going),
        min_available=args.min_available,
        ready_when=args.ready_when or '',
        explicit=_explicit_defaults(args),
    )


def _explicit_defaults(args: argparse.Namespace) -> tuple[str, ...]:
    """The options that were given with their default value: annotations do not change them."""
    is_explicit = {
        'strict_nodes': args.strict_nodes is False,
        'wait_for_termination': args.wait_for_termination is False,
        'stable_for': args.stable_for is None,
    }
    return tuple(field for field, is_given in is_explicit.items() if is_given)
