"""The command `rollout`: track targets until they are ready or have failed."""

from __future__ import annotations

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import gitops_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import report_files
from kubectl_dog.cli import rollout_flags
from kubectl_dog.cli import target_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import UsageError
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.cli.help import EXIT_CODES

# Words that users of `kubectl rollout status` and `kubedog rollout track` type; ignored here.
IGNORED_WORDS = ('status', 'track')


def rollout() -> Command:
    """Return the table of the command."""
    return Command(
        'rollout',
        run,
        'Track targets until all are ready or one has failed, and print the causes of failures.',
        (
            *target_flags.FLAGS,
            *gitops_flags.FLAGS,
            create_flag(
                '-w, --watch',
                'Wait for a verdict (default); --watch=false assesses the targets once',
            ),
            create_flag(
                '--check',
                'Run `check` on the files first, and exit with code 1 if it finds a problem',
                group='Target',
            ),
            tracking_flags.TIMEOUT,
            *rollout_flags.FLAGS,
            common_flags.RULES,
            common_flags.TRACKER,
            *log_flags.FLAGS,
            *common_flags.CLUSTER,
            common_flags.PRINT_RBAC,
            *common_flags.output(),
            report_files.REPORT,
            ci_systems.CI,
            common_flags.RECORD,
        ),
        target_flags.ARGUMENT,
        EXIT_CODES,
        (
            'kubectl dog rollout deploy/web',
            'kubectl dog rollout deploy/web -n shop --timeout 5m',
            'kubectl dog rollout deploy,sts -l app=shop',
            'kubectl dog rollout -f k8s/ -R',
            'helm get manifest shop | kubectl dog rollout -f -',
            'kubectl dog rollout --helm-release shop',
            'kubectl dog rollout pod smoke-test -o json',
        ),
    )


def run(args: Arguments) -> int:
    """Track the targets; returns the exit code of the verdicts."""
    from kubectl_dog.cli import foreground

    if args.watch is False and args.on_failure:
        raise UsageError('--on-failure cannot be used with --watch=false, which has no verdict')
    if args.check and not args.print_rbac:
        from kubectl_dog.cli import check_report

        code = check_report.run_before_rollout(args)
        if code:
            return code
    words = args.target
    has_inputs = bool(
        args.filename or args.kustomize or args.helm_release or args.argo_app or args.flux
    )
    if words and words[0] in IGNORED_WORDS and (len(words) > 1 or has_inputs):
        words = words[1:]
    options = gitops_flags.options(args, rollout_flags.options(args))._replace(
        once=args.watch is False,
        # Files are often applied while the run waits, with their namespace.
        needs_namespace=args.create_timeout is None and not has_inputs,
    )
    return foreground.track_targets(words, options, args)
