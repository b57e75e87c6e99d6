"""The command `completion`: print the script that kubectl calls for completion."""

from __future__ import annotations

import sys

from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.model.errors import UserError

_SCRIPT = """\
#!/bin/sh
# The completion of kubectl calls this for `kubectl dog`. Delete it when you uninstall kubectl-dog.
command -v kubectl-dog >/dev/null || exit 0
exec kubectl-dog __complete "$@"
"""
_ON_TERMINAL = (
    'note: this script is not for `source`: save it as kubectl_complete-dog in a folder on the PATH'
)
_NOTES = (
    'pip installs kubectl_complete-dog. If you installed kubectl-dog in another way, put the '
    'script in the same directory as kubectl-dog:',
    '',
    '  kubectl dog completion > ~/.krew/bin/kubectl_complete-dog',
    '  chmod +x ~/.krew/bin/kubectl_complete-dog',
    '',
    'Instead of the script, you can use a link of that name to kubectl-dog, or on Windows a copy '
    'of kubectl-dog.exe. See docs/completion.md.',
)


def completion() -> Command:
    """Return the table of the command."""
    return Command(
        'completion',
        run,
        'Print the script kubectl_complete-dog, which kubectl runs for shell completion.',
        argument=Argument('shell', '[SHELL]', 'Not needed: the script is for all shells', '?'),
        notes=_NOTES,
    )


def run(args: Arguments) -> int:
    """Print the script; raises UserError for a shell, whose script is that of kubectl."""
    from kubectl_dog import platform_compat
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output.stream_writer import Writer

    if args.shell:
        raise UserError(
            f'no script for "{args.shell}": the completion of kubectl, such as `kubectl completion '
            'bash`, also completes `kubectl dog` (docs/completion.md)'
        )
    stdout = standard_streams.stdout()
    Writer(stdout).write_text(_SCRIPT)
    if platform_compat.is_terminal(stdout):
        sys.stderr.write(f'{_ON_TERMINAL}\n')
    return 0
