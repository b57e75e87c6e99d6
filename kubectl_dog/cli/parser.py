"""The parser of the command line: its commands, and the errors for words that it does not know."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any
from typing import NoReturn
from typing import cast

from kubectl_dog.causes import suggestions
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import Writer

# The module that declares each command; only the module of the given command is imported.
_COMMANDS = {
    'rollout': 'rollout',
    'follow': 'follow',
    'multitrack': 'multitrack',
    'status': 'status',
    'replay': 'replay',
    'demo': 'replay',
    'completion': 'completion',
    'trackers': 'trackers',
    'version': 'version',
}
# How similar a suggestion must be to the unknown word.
_SIMILARITY = 0.7


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; exits with 2 and a sentence where it is wrong.

    kubectl lets flags stand between TYPE and NAME; argparse takes only the words before them.
    """
    top = create_parser(words[0] if words else '')
    if words and words[0] not in _COMMANDS:
        similar = suggestions.similar_names(words[0], list(_COMMANDS), similarity=_SIMILARITY)
        if similar:
            top.error(f'unknown command {words[0]!r}: did you mean {similar[0]}?')
    args, rest = top.parse_known_args(words)
    if any(word.startswith('-') for word in rest) or (rest and not hasattr(args, 'target')):
        parser = _command_parser(top, words[0])
        parser.error(_unknown_arguments(parser, rest))
    if rest:
        args.target = [*args.target, *rest]
    return args


def expand_aliases(words: list[str]) -> list[str]:
    """Replace `help COMMAND` and `--version`, as other programs have them, and no words at all."""
    if words[:1] == ['help']:
        return [*words[1:], '--help']
    return ['version'] if words == ['--version'] else words or ['--help']


def command_first(words: list[str]) -> list[str]:
    """Move the command to the front: kubectl lets cluster flags such as `-n shop` precede it."""
    if not words or not words[0].startswith('-'):
        return words
    # This command has all cluster flags.
    actions = _command_parser(create_parser('rollout'), 'rollout')._option_string_actions
    at = 0
    while at < len(words) and words[at].startswith('-'):
        action = actions.get(words[at])
        at += 1 if action is None or action.nargs == 0 else 2
    return [*words[at : at + 1], *words[:at], *words[at + 1 :]]


def _command_parser(top: argparse.ArgumentParser, command: str) -> argparse.ArgumentParser:
    """The parser of a command; `top` itself where there is no such command."""
    commands = next(
        action for action in top._actions if isinstance(action, argparse._SubParsersAction)
    )
    return cast('argparse.ArgumentParser', commands.choices.get(command, top))


def _unknown_arguments(parser: argparse.ArgumentParser, words: Sequence[str]) -> str:
    """The error for words that the parser does not know, with the most similar flag."""
    flag = next((word for word in words if word.startswith('-')), '').partition('=')[0]
    known = [name[2:] for name in parser._option_string_actions if name[:2] == '--']
    similar = (
        suggestions.similar_names(flag.lstrip('-'), known, similarity=_SIMILARITY) if flag else []
    )
    hint = f': did you mean --{similar[0]}?' if similar else ''
    return f'unrecognized arguments: {" ".join(words)}{hint}'


def program_name() -> str:
    """The program's name for messages; kubectl runs plugins by their file name."""
    name = executable_name()
    return 'kubectl dog' if name.startswith('kubectl-') else name or 'kubectl dog'


def executable_name() -> str:
    """The file name by which the program was started."""
    return os.path.basename(sys.argv[0]) if sys.argv else ''


class _Parser(argparse.ArgumentParser):
    """Prints help on streams of any encoding, and errors as one sentence without the usage, as
    kubectl does.
    """

    def error(self, message: str) -> NoReturn:
        self.exit(2, f'{self.prog}: error: {sentence(message)}; see `{self.prog} --help`\n')

    def _print_message(self, message: str, file: Any = None) -> None:
        if message and file is not None:
            Writer(file).write(message.splitlines())


def create_parser(command: str = '') -> argparse.ArgumentParser:
    """A parser of all commands; with the name of a command, of this command alone."""
    top = _Parser(
        prog=program_name(),
        description='Tells whether a rollout is done, whether it failed, and why.',
        epilog='exit codes: 0 ready, 1 failed, 2 usage, 3 timed out, 4 deleted or never appeared, '
        '5 no access, 6 paused, 70 a tracker or the program has failed, 130 interrupted, '
        '143 terminated',
        allow_abbrev=False,
    )
    commands = top.add_subparsers(metavar='COMMAND', required=True)
    modules = [_COMMANDS[command]] if command in _COMMANDS else dict.fromkeys(_COMMANDS.values())
    for module in modules:
        import_module(f'kubectl_dog.cli.commands.{module}').add(commands)
    return top
