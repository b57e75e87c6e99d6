"""Flags of all commands that track targets, and the options that they are converted to."""

from __future__ import annotations

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.options import Options


def _timeout(text: str) -> float:
    """Parse a duration; 0 means no timeout, as does -1 in kubedog."""
    return 0.0 if text == '-1' else common_flags.seconds(text)


TIMEOUT = create_flag(
    '-t, --timeout TIME',
    'Time limit for the run, like 90s or 5m; exit with code 3 after it',
    common=True,
    parse=_timeout,
    expected=common_flags.DURATION,
)
JUDGEMENT = tuple(
    flag._replace(group='Verdict')
    for flag in (
        create_flag(
            '--ignore-foreign-annotations',
            'Ignore annotations of Helm, Pulumi, kapp, krane, werf and Argo CD '
            '(docs/annotations.md)',
        ),
        create_flag(
            '--require-status',
            'Treat a custom resource whose status cannot be assessed as unknown, not as ready',
        ),
    )
)


def judgement(args: Arguments) -> Options:
    """The options of the flags JUDGEMENT."""
    return Options(
        require_status=bool(args.require_status),
        ignore_foreign_annotations=bool(args.ignore_foreign_annotations),
    )


def options(args: Arguments) -> Options:
    """Return the options for logs and the timeout; a timeout of zero means none, as for kubectl."""
    judged = judgement(args)
    return log_flags.options(args)._replace(
        timeout=args.timeout or None,
        require_status=judged.require_status,
        ignore_foreign_annotations=judged.ignore_foreign_annotations,
    )
