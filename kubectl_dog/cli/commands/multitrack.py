"""The command `multitrack`: track the targets of a spec in kubedog's JSON."""

from __future__ import annotations

import sys

from kubectl_dog.cli import ci_systems
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import log_flags
from kubectl_dog.cli import output_choice
from kubectl_dog.cli import report_files
from kubectl_dog.cli import rollout_flags
from kubectl_dog.cli import tracking_flags
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.help import EXIT_CODES
from kubectl_dog.model.errors import UserError

_STDIN = '-'


def multitrack() -> Command:
    """Return the table of the command."""
    return Command(
        'multitrack',
        run,
        "Track the targets of a spec in kubedog's JSON until all are ready or have failed. Each "
        'target has its own options (docs/multitrack.md). --tolerate overrides the spec; the other '
        'flags set the defaults for options that the spec does not set.',
        (
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
        Argument('file', '[FILE]', 'Spec; - (default) for standard input', '?', _STDIN),
        EXIT_CODES,
        (
            'kubectl dog multitrack spec.json --timeout 10m',
            """echo '{"Deployments": [{"ResourceName": "web"}]}' | kubectl dog multitrack""",
        ),
    )


def run(args: Arguments) -> int:
    """Track the targets of the spec; returns the exit code of the verdicts."""
    from kubectl_dog import api
    from kubectl_dog import target_resolution
    from kubectl_dog.cli import foreground

    if args.file == _STDIN and sys.stdin is not None and sys.stdin.isatty():
        raise UserError('the spec is missing: name a file, or pipe it to standard input')
    if not args.print_rbac:
        report_files.prepare(args)
        output_choice.prepare(args)
    spec = target_resolution.spec(args.file)
    if not spec.entries:
        # Programs that generate specs may generate empty specs.
        sys.stderr.write('the spec has no targets: there is nothing to track\n')
        return 0
    judges = common_flags.judges(args)
    options = rollout_flags.options(args)
    connection = api.connect(**common_flags.cluster(args))
    resolved = target_resolution.spec_targets(spec, connection, options)
    if args.print_rbac:
        from kubectl_dog.checks.call_rights import Call
        from kubectl_dog.cli import role_output

        connection.close()
        logs = any(own.logs for own in resolved.target_options.values())
        return role_output.print_for_call(Call(resolved.targets, logs))
    return foreground.track_on_source(api.live_source(connection), resolved, options, judges, args)
