"""Flags that the verdict of a rollout depends on, and the options that they are converted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.common_flags import DURATION
from kubectl_dog.cli.common_flags import seconds
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import PAUSES
from kubectl_dog.model.options import Options

if TYPE_CHECKING:
    from kubectl_dog.cli.failure_command import ParsedCommand

_DEFAULTS = Options()
# The default of `--stable-for`; None is `auto`.
_NOT_GIVEN = -1.0
# Longer than any run, in seconds.
_NEVER = 1e7


# The checks import their modules when there is a text to check, as the help has to be fast.


def _tolerance(text: str) -> str:
    from kubectl_dog import api

    api.check_tolerance(text)
    api.check_code(text)
    return text


def _pods(text: str) -> str:
    from kubectl_dog.causes.tolerances import parse_pod_share

    parse_pod_share(text)
    return text


def _min_available(text: str) -> str:
    from kubectl_dog.tracking.verdict.readiness import check_min_available

    check_min_available(text)
    return text


def _condition(text: str) -> str:
    from kubectl_dog.tracking.verdict.ready_when import check_conditions

    check_conditions(text)
    return text


def _generation(text: str) -> int:
    if not text.isdecimal() or len(text) > 18 or int(text) < 1:
        raise ValueError
    return int(text)


def _revision(text: str) -> str:
    if not text.isdecimal():
        raise ValueError
    return '' if text.strip('0') == '' else str(int(text))


def _period(text: str) -> float:
    """Parse a duration; 0, or a negative one as in kubedog, means never."""
    return 0.0 if text[:1] == '-' and text[1:].isdecimal() else seconds(text)


def _command(text: str) -> ParsedCommand:
    from kubectl_dog.cli import failure_command

    return failure_command.parse(text)


def _stable(text: str) -> float | None:
    return None if text == 'auto' else seconds(text)


_LIMITS = (
    create_flag(
        '--stall-timeout TIME',
        'Time limit without progress (default: 10m, or longer if the target needs it)',
        common=True,
        aliases=('--no-activity-timeout',),
        parse=seconds,
        expected=DURATION,
    ),
    create_flag(
        '--create-timeout TIME',
        'Time limit for the target to appear: exit with code 4 after it (default: 30s; 0s if '
        'the namespace does not exist)',
        parse=seconds,
        expected=DURATION,
    ),
    create_flag(
        '--status-progress-period TIME',
        'Interval of status lines while nothing happens, at least 1s, 0 for none (default: 30s)',
        parse=_period,
        default=_DEFAULTS.status_period,
        expected=DURATION,
    ),
    create_flag(
        '--stable-for TIME',
        'Time that a target must stay ready (default: auto, which is 10s for containers '
        'without a readiness probe)',
        common=True,
        parse=_stable,
        expected='use a duration like 90s, or auto',
        default=_NOT_GIVEN,
    ),
)
_TOLERANCE = (
    create_flag(
        '--tolerate CODE=LIMIT',
        'Tolerance for a cause (docs/codes.md): a duration (90s), the number of terminations at '
        'which the target fails (5), always or never; CODE/CONTAINER=LIMIT for one container',
        common=True,
        parse=_tolerance,
        repeated=True,
    ),
    create_flag(
        '--allow-failures PODS',
        'Number or percentage of pods that may fail (2, 20%)',
        common=True,
        parse=_pods,
        expected='use a number or a percentage of pods, like 2 or 20%',
        default='',
    ),
    create_flag(
        '--on-pause ACTION',
        'One of stop (exit with code 6 after 10s, the default), wait, succeed (exit with code 0)',
        common=True,
        default='',
        choices=PAUSES,
    ),
    create_flag('--keep-going', 'Continue with the other targets after a failure', common=True),
    create_flag(
        '--min-available PODS',
        'Treat the target as ready once this many pods are available (3, 80% or maxUnavailable)',
        common=True,
        parse=_min_available,
        expected='use a number, a percentage or maxUnavailable',
        default='',
    ),
    create_flag(
        '--ready-when CONDITION',
        'Condition that makes the target ready, as in kubectl wait --for: condition=NAME[=VALUE] '
        'or jsonpath={.status.phase}[=VALUE]',
        common=True,
        parse=_condition,
        expected='use condition=NAME[=VALUE] or jsonpath={.PATH}[=VALUE]',
    ),
    create_flag(
        '--strict-nodes',
        'Require DaemonSet pods also on nodes that were not ready before the rollout',
    ),
)
_EXPECTATIONS = (
    create_flag(
        '--revision N',
        'Expected revision: exit with code 4 if a newer revision is rolled out',
        parse=_revision,
        expected='use the number of a revision',
        default='',
    ),
    create_flag(
        '--expect-image IMAGE',
        'Image that must be in the pod template before the target is ready',
        repeated=True,
    ),
    create_flag(
        '--expect-generation N',
        'Wait until metadata.generation of the object is at least N',
        parse=_generation,
        expected='use a number above 0',
    ),
    create_flag(
        '--wait-for-termination', 'Treat the target as ready only after the old pods are gone'
    ),
)
_ON_FAILURE = (
    create_flag(
        '--on-failure COMMAND',
        'Command to run once after a failed run, without a shell (docs/on-failure.md)',
        parse=_command,
    ),
    create_flag(
        '--on-failure-timeout TIME',
        'Time limit for the command of --on-failure, 0 for none (default: 60s)',
        parse=seconds,
        expected=DURATION,
    ),
)
FLAGS = (
    *(flag._replace(group='Verdict') for flag in (*_LIMITS, *_TOLERANCE, *_EXPECTATIONS)),
    *(flag._replace(group='Failure') for flag in _ON_FAILURE),
    *tracking_flags.JUDGEMENT,
)


def options(args: Arguments) -> Options:
    """Return the options of a rollout, from its flags; raises UserError if they do not fit."""
    if args.on_failure_timeout is not None and not args.on_failure:
        raise UserError('--on-failure-timeout needs --on-failure COMMAND')
    return tracking_flags.options(args)._replace(
        stall_timeout=args.stall_timeout or None,
        create_timeout=_DEFAULTS.create_timeout
        if args.create_timeout is None
        else args.create_timeout,
        stable_for=None if args.stable_for == _NOT_GIVEN else args.stable_for,
        status_period=args.status_progress_period or _NEVER,
        tolerate=tuple(args.tolerate),
        allow_failures=args.allow_failures,
        on_pause=args.on_pause,
        revision=args.revision,
        expect_images=tuple(args.expect_image),
        expect_generation=args.expect_generation,
        wait_for_termination=bool(args.wait_for_termination),
        strict_nodes=bool(args.strict_nodes),
        keep_going=bool(args.keep_going),
        min_available=args.min_available,
        ready_when=args.ready_when or '',
        explicit=_explicit_defaults(args),
    )


def _explicit_defaults(args: Arguments) -> tuple[str, ...]:
    """Return the options that were set to their default, which annotations must not change."""
    is_explicit = {
        'strict_nodes': args.strict_nodes is False,
        'wait_for_termination': args.wait_for_termination is False,
        'stable_for': args.stable_for is None,
    }
    return tuple(field for field, is_given in is_explicit.items() if is_given)
