"""The command `follow`: print all events of targets, without a verdict."""

from __future__ import annotations

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import report_files
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.cli.help import EXIT_CODES


def follow() -> Command:
    """Return the table of the command."""
    return Command(
        'follow',
        run,
        'Print logs, Kubernetes events and changes of targets and their pods. The command '
        'waits for targets that do not exist yet. It does not end when a target fails or is '
        'deleted. It ends at the timeout or at Ctrl-C; if all targets are Pods or Jobs, it also '
        'ends when all of them have ended.',
        (
            *target_flags.FLAGS,
            tracking_flags.TIMEOUT,
            create_flag(
                '--exit-when-ready', 'Exit with code 0 once all targets are ready', common=True
            ),
            *tracking_flags.JUDGEMENT,
            common_flags.RULES,
            common_flags.TRACKER,
            *log_flags.FLAGS,
            *common_flags.CLUSTER,
            common_flags.PRINT_RBAC,
            *common_flags.output(),
            report_files.REPORT,
            common_flags.RECORD,
        ),
        target_flags.ARGUMENT,
        EXIT_CODES,
        (
            'kubectl dog follow deploy/web',
            'kubectl dog follow pod smoke-test --timeout 5m',
            'kubectl dog follow deploy/web --exit-when-ready',
            'kubectl dog follow deploy,job -l app=shop',
        ),
    )


def run(args: Arguments) -> int:
    """Follow the targets; returns 0 if they ended, or 3 after the timeout."""
    from kubectl_dog.cli import foreground

    options = tracking_flags.options(args)._replace(
        follow=True, exit_when_ready=bool(args.exit_when_ready)
    )
    return foreground.track_targets(args.target, options, args)
