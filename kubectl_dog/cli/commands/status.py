"""The command `status`: print the current state of targets, from the cluster or from files."""

from __future__ import annotations

from kubectl_dog.cli import common_flags
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import create_flag

_HELP = {
    'all_namespaces': 'Read all namespaces: the targets of -l or, without targets, everything',
}
_NOTES = (
    'States: ready, progressing, failing, failed, paused, deleting, unknown. A failing object has '
    'a cause that will fail a rollout if it remains.',
    '',
    'Exit codes: 0 for any state; 2 wrong command line or input file; 3 the cluster did not '
    'answer; 4 a target does not exist; 5 no access; 129 terminal closed; 130 interrupted; 141 '
    'output closed by its reader; 143 terminated. With --exit-code: 0 ready; 1 failing or failed; '
    '3 progressing or unknown; 4 deleting; 6 paused. If several codes apply, the first one in the '
    'order 5, 1, 4, 3, 6 is used. With --watch, Ctrl-C ends the command with 0 or, with '
    '--exit-code, as above.',
)


def status() -> Command:
    """Return the table of the command."""
    return Command(
        'status',
        run,
        'Print the states and causes of targets, the worst first, and of the children that explain '
        'them. With only -n or -A, the targets are all objects with a state. With --local, '
        'assess objects in files without a cluster. See docs/status.md.',
        (
            *(flag._replace(help=_HELP.get(flag.dest, flag.help)) for flag in target_flags.FLAGS),
            create_flag(
                '--local',
                'Assess the objects in files (-f, -k) without a cluster or a kubeconfig',
                common=True,
            ),
            create_flag(
                '-w, --watch',
                'Print the states whenever they change, until Ctrl-C; on a terminal, in place',
                common=True,
            ),
            create_flag('--exit-code', 'Exit with a code for the states (see below)', common=True),
            *tracking_flags.JUDGEMENT,
            common_flags.RULES,
            common_flags.TRACKER,
            *common_flags.CLUSTER,
            common_flags.PRINT_RBAC,
            *common_flags.table(),
        ),
        target_flags.ARGUMENT,
        _NOTES,
        (
            'kubectl dog status deploy/web',
            'kubectl dog status job migrate --exit-code',
            'kubectl dog status -n shop',
            'kubectl dog status -A --watch',
            'kubectl get deploy,rs,pods,events -o yaml | kubectl dog status --local -f -',
        ),
    )


def run(args: Arguments) -> int:
    """Print the states; returns the exit code."""
    from kubectl_dog.cli import state_report

    return state_report.run(args)
