"""The command `run`: run a command, and track what it changes."""

from __future__ import annotations

from contextlib import nullcontext

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog import target_resolution
from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli import rollout_flags
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import targets
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DAEMONSETS
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import JOBS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Target
from kubectl_dog.model.wants import Watch

# The kinds of which all changes are found.
KINDS = (DEPLOYMENTS, STATEFULSETS, DAEMONSETS, JOBS, PODS)
_HELP = {
    'selector': 'Track only changed objects with these labels',
    'all_namespaces': 'Track what changes in all namespaces',
    'helm_release': 'Track only what changes in this Helm release',
}
_VERDICT = create_flag(
    '--verdict',
    'Exit with the code of the verdict if the command ends with 0',
    common=True,
)
_NOTES = (
    'Exit code: that of the command, or 128 plus the number of the signal that ended it. 3: ended '
    'by --timeout. 126, 127: cannot be run. 2, 5: not started (wrong input, no access). If the '
    'command ends with 0, --verdict exits as `rollout` does: 1 failed, 3 timed out, 4 deleted, '
    '6 paused.',
)


def run() -> Command:
    """Return the table of the command."""
    selection = (flag._replace(help=_HELP.get(flag.dest, flag.help)) for flag in target_flags.FLAGS)
    output = (flag for flag in common_flags.output() if flag.dest != 'progress')
    return Command(
        'run',
        run_command,
        'Run a command that deploys, and track the objects that it creates or changes until each '
        'is ready or has failed. Causes and log lines are kept, even if the command rolls back.',
        (
            _VERDICT,
            *selection,
            tracking_flags.TIMEOUT,
            *rollout_flags.FLAGS,
            common_flags.RULES,
            common_flags.TRACKER,
            *log_flags.FLAGS,
            *common_flags.CLUSTER,
            common_flags.PRINT_RBAC,
            *output,
            report_files.REPORT,
            ci_systems.CI,
            common_flags.RECORD,
        ),
        Argument(
            'target',
            '[TARGET...]',
            'As for rollout. Without targets: the Deployments, StatefulSets, DaemonSets, Jobs and '
            'single Pods that the command creates or changes in the namespace (-n) or in all (-A)',
            number='*',
        ),
        _NOTES,
        (
            'kubectl dog run -- kubectl apply -f k8s/',
            'kubectl dog run --timeout 5m -- helm upgrade shop ./chart --install --atomic',
            "kubectl dog run --verdict -- sh -c 'kustomize build . | kubectl apply -f -'",
        ),
        takes_command=True,
    )


def run_command(args: Arguments) -> int:
    """Run the command and track its changes; returns the exit code."""
    if args.print_rbac:
        return _print_roles(args)
    if not args.command:
        raise UsageError(
            'no command to run: write it after --, as in `run -- kubectl apply -f k8s/`'
        )
    from kubectl_dog.cli import command_signals
    from kubectl_dog.cli import foreground
    from kubectl_dog.cli.child_command import ChildCommand
    from kubectl_dog.cli.command_source import CommandSource

    child = ChildCommand(args.command)
    args.progress = 'auto'
    report_files.prepare(args)
    output_choice.prepare(args)
    _check(args)
    options = rollout_flags.options(args)._replace(
        command=child.name,
        exit_with_verdict=bool(args.verdict),
        helm_release=args.helm_release,
    )
    judges = common_flags.judges(args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = _targets(args, connection)
    watches = [_watch(target) for target in resolved.targets]
    live = api.live_source(connection)
    if resolved.expected(options):
        live.compare_with_files(resolved.expected(options))
    source = CommandSource(live, child, watches, options.timeout)
    # The output of the command may be the input of another program.
    is_terminal = platform_compat.is_terminal(standard_streams.stdout())
    lines = nullcontext() if is_terminal else standard_streams.lines_to_stderr()
    with command_signals.handled(child, source), child.awaited(), lines:
        code = foreground.track_on_source(source, resolved, options, judges, args)
    # After a signal, the tracking may have ended before the command.
    return (child.code if source.received_signals else 0) or code


def _print_roles(args: Arguments) -> int:
    from kubectl_dog.checks.call_rights import Call
    from kubectl_dog.cli import role_output

    _check(args)
    options = rollout_flags.options(args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = _targets(args, connection)
    connection.close()
    is_compared = bool(resolved.expected(options))
    return role_output.print_for_call(Call(resolved.targets, options.logs, is_compared=is_compared))


def _check(args: Arguments) -> None:
    """Check the flags for targets; raises UserError."""
    if '-' in args.filename:
        raise UserError('-f - cannot be used, as the command reads standard input: use a file')
    if args.helm_release and (args.target or args.filename or args.kustomize):
        raise UserError('--helm-release cannot be combined with other targets')
    if args.selector is not None:
        from kubectl_dog.model import selectors

        selectors.parse(args.selector)


def _targets(
    args: Arguments, connection: target_resolution.Connection
) -> target_resolution.ResolvedTargets:
    """Return the targets that the user gave, or else groups in which changes are found."""
    if args.target or args.filename or args.kustomize:
        target_words, inputs = targets.read(args.target, args)
        return targets.find(target_words, inputs, connection, args.namespace)
    namespace = '' if args.all_namespaces else connection.namespace
    groups = tuple(Group(kind, namespace, args.selector or '') for kind in KINDS)
    return target_resolution.ResolvedTargets(groups)


def _watch(target: Target | Group) -> Watch:
    if isinstance(target, Group):
        return Watch(target.resource, target.namespace, target.labels)
    return Watch(target.resource, target.namespace, fields=f'metadata.name={target.name}')
