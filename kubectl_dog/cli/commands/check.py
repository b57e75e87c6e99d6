"""The command `check`: find what would fail if objects were applied."""

from __future__ import annotations

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import report_files
from kubectl_dog.cli import target_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import create_flag

_NOTES = (
    'Exit codes: 0 no problem found. 1 an object would fail. 2 wrong command line or file. 5 no '
    'access. 70 internal error. 129 terminal closed, 130 interrupted, 141 output closed by its '
    'reader, 143 terminated',
)


def check() -> Command:
    """Return the table of the command."""
    return Command(
        'check',
        run,
        'Find what would fail if objects were applied, without applying them: missing objects and '
        'keys, quotas and limits, pods that fit no node, unknown kinds, and what the server '
        'rejects in a dry run. Objects of the same files count as present. See docs/check.md.',
        (
            *target_flags.files('the objects', 'Objects'),
            create_flag(
                '--dry-run MODE',
                'One of server (the default: one server-side dry run per object), none (read only)',
                common=True,
                default='server',
                choices=('server', 'none'),
            ),
            *(
                flag._replace(help='Namespace of objects that name none; others are an error')
                if flag.dest == 'namespace'
                else flag
                for flag in common_flags.CLUSTER
            ),
            common_flags.PRINT_RBAC._replace(
                common=True,
                help='Print the smallest Roles for the check and for tracking, and exit',
            ),
            *common_flags.output(),
            report_files.REPORT,
            ci_systems.CI,
        ),
        None,
        _NOTES,
        (
            'kubectl dog check -f k8s/',
            'kubectl dog check -f k8s/ -R -n shop',
            'helm template shop | kubectl dog check -f -',
            'kubectl dog check -f k8s/ --print-rbac',
            'kubectl dog check -f k8s/ --dry-run=none --report junit=check.xml',
        ),
    )


def run(args: Arguments) -> int:
    """Check the objects; returns the exit code."""
    from kubectl_dog.cli import check_report

    return check_report.run(args)
