"""Commands of the program, and the parser of its command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import cast

from kubectl_dog.cli import flags
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import UsageError

# The commands with their lines in the help. The module of a command is imported when it is used.
SUMMARIES = {
    'rollout': 'Track targets until all are ready or one has failed',
    'follow': 'Print logs, events and changes of targets until they end',
    'run': 'Run a command that deploys, and track what it changes',
    'multitrack': "Track the targets of a spec in kubedog's JSON",
    'check': 'Find what would fail if objects were applied',
    'status': 'Print the state of targets, and its causes, once',
    'explain': 'Explain the code of a cause, without a cluster',
    'replay': 'Play a recording that `rollout --record` has written',
    'demo': 'Play a recording that is included in the program',
    'completion': 'Print the script for completion in the shell',
    'trackers': 'List trackers and rules with their kinds and packages',
    'version': 'Print the version',
}
_MODULES = {'demo': 'replay'}
_HELP = ('-h', '--help', '--help-all')


def load(name: str) -> Command:
    """Return the table of a command in SUMMARIES by calling the function of the same name."""
    module = import_module(f'kubectl_dog.cli.commands.{_MODULES.get(name, name)}')
    return cast('Command', getattr(module, name)())


def parse(words: Sequence[str]) -> Arguments:
    """Parse the command line; `run` of the result runs the command or prints the help.

    Raises UsageError.
    """
    name, *rest = _expand_aliases(command_first(list(words)))
    if name in _HELP:
        return Arguments(run=lambda args: _print_help(None))
    if name not in SUMMARIES:
        raise UsageError(_with_hint(_unknown_command(name), '--help'))
    command = load(name)
    before_arguments = rest[: rest.index('--')] if '--' in rest else rest
    help_flags = [word for word in before_arguments if word in _HELP]
    if help_flags:
        return Arguments(run=lambda args: _print_help(command, '--help-all' in help_flags))
    try:
        args = flags.parse(command, rest)
    except UsageError as error:
        hint = f'{name} {_help_flag(command, str(error))}'
        raise UsageError(_with_hint(str(error), hint)) from None
    args.run = command.run
    return args


def command_first(words: list[str]) -> list[str]:
    """Move the command to the front: kubectl lets cluster flags such as `-n shop` precede it."""
    if not words or not flags.is_flag(words[0]):
        return words
    # This command has all cluster flags.
    by_name = load('rollout').flags_by_name()
    at = 0
    while at < len(words) and flags.is_flag(words[at]):
        flag, text = flags.split_flag(words[at], by_name)
        at += 2 if flag is not None and flag.metavar and text is None else 1
    return [*words[at : at + 1], *words[:at], *words[at + 1 :]]


def _expand_aliases(words: list[str]) -> list[str]:
    """Replace `help COMMAND`, `--version` and an empty command line by the usual forms."""
    if words[:1] == ['help']:
        words = [*words[1:], '--help']
    return ['version'] if words == ['--version'] else words or ['--help']


def _unknown_command(name: str) -> str:
    from kubectl_dog.causes import suggestions

    if flags.is_flag(name):
        return f'there is no command after {name}'
    similar = suggestions.similar_names(name, list(SUMMARIES), similarity=0.7)
    return f'unknown command "{name}"' + (f': did you mean {similar[0]}?' if similar else '')


def _help_flag(command: Command, message: str) -> str:
    """Return the flag that prints the help of the flags in a message."""
    by_name = command.flags_by_name()
    named = [by_name[word] for word in message.replace(':', ' ').split() if word in by_name]
    return '--help' if all(flag.common for flag in named) else '--help-all'


def _with_hint(message: str, words: str) -> str:
    separator = '' if message.endswith('?') else ';'
    return f'{message}{separator} see `{program_name()} {words}`'


def _print_help(command: Command | None, show_all: bool = False) -> int:
    from kubectl_dog.cli import help
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output.stream_writer import Writer

    name = program_name()
    lines = (
        help.root_help(name, SUMMARIES)
        if command is None
        else help.command_help(name, command, show_all)
    )
    Writer(standard_streams.stdout()).write(lines)
    return 0


def program_name() -> str:
    """Return the program name to show in messages: kubectl runs a plugin under its file name."""
    name = executable_name()
    if name == '__main__.py':
        return 'python -m kubectl_dog'
    return 'kubectl dog' if name.startswith('kubectl-') else name or 'kubectl dog'


def executable_name() -> str:
    """Return the file name under which the program was started."""
    return os.path.basename(sys.argv[0]) if sys.argv else ''
