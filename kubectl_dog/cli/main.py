"""The program: parse, run one command, turn what went wrong into an exit code."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Any
from typing import NoReturn
from typing import cast

from kubectl_dog import platform_compat
from kubectl_dog.causes import suggestions
from kubectl_dog.cli import crash_report
from kubectl_dog.cli import standard_streams
from kubectl_dog.model.errors import UserError
from kubectl_dog.output.command_guard import guarded_streams
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import Writer

# The modules that declare the commands: only that of the command in question is loaded.
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
# What shells say, by cobra's protocol; the second one wants no descriptions.
_COMPLETE = ('__complete', '__completeNoDesc')
# What kubectl calls for the TAB key: a link to the program, or a copy of it, will do.
_COMPLETES = 'kubectl_complete-'
# How like a word must be to what may have been meant.
_SIMILAR = 0.7
_DEFECT = 70
_OUTPUT_CLOSED = 141
# Thousands of log lines come and go; to look through them at every 700, as Python does by itself,
# is a tenth of all the work.
_GARBAGE = 10_000
# The default of 8 MiB for each of hundreds of threads meets limits on virtual memory. The size is
# the process's, and this one is ours: a library would take it from its caller's threads.
_STACK = 256 * 1024


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; `argv` without the program's name. Returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    platform_compat.reopen_closed_streams()
    if argv is None and _called().startswith(_COMPLETES):
        words.insert(0, _COMPLETE[0])
    if words and words[0] in _COMPLETE:
        from kubectl_dog.cli.completion import complete_command as completion

        return completion.run(words[1:], words[0] == _COMPLETE[0])
    gc.set_threshold(_GARBAGE)
    if argv is None:
        threading.stack_size(_STACK)
    with guarded_streams():
        return _guarded(words)


def _guarded(words: list[str]) -> int:
    """Run the command; what goes wrong is said in a sentence."""
    try:
        with standard_streams.unblocked():
            return _run(words)
    except KeyboardInterrupt as stop:
        return platform_compat.ended_by(stop)


def _run(words: list[str]) -> int:
    try:
        words = command_first(_as_habits_have_it(words))
        args = parse(words)
        if getattr(args, 'timeout', None):
            standard_streams.end_in(args.timeout)
        with standard_streams.kept():
            return int(args.run(args))
    except UserError as error:
        return _fail(sentence(str(error)), error.exit_code)
    except OutputClosedError:
        return _OUTPUT_CLOSED
    except Exception:
        return _fail(crash_report.crash_report(words), _DEFECT)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line; exits with 2 and a sentence where it is wrong.

    kubectl lets flags stand between TYPE and NAME; argparse takes only the words before them.
    """
    top = parser(words[0] if words else '')
    if words and words[0] not in _COMMANDS:
        for meant in suggestions.similar_names(
            words[0], list(_COMMANDS), limit=1, similarity=_SIMILAR
        ):
            top.error(f'unknown command {words[0]!r}: did you mean {meant}?')
    args, rest = top.parse_known_args(words)
    if any(word.startswith('-') for word in rest) or (rest and not hasattr(args, 'target')):
        _command(top, words[0]).error(_unknown(top, words[0], rest))
    if rest:
        args.target = [*args.target, *rest]
    return args


def command_first(words: list[str]) -> list[str]:
    """The words with the command in front: kubectl lets `-n shop` stand before it, too."""
    if not words or not words[0].startswith('-'):
        return words
    # Every flag of a cluster, which is what habit writes there, is one of this command's.
    known = _command(parser('rollout'), 'rollout')._option_string_actions
    at = 0
    while at < len(words) and words[at].startswith('-'):
        action = known.get(words[at])
        at += 1 if action is None or action.nargs == 0 else 2
    return [*words[at : at + 1], *words[:at], *words[at + 1 :]]


def _command(top: argparse.ArgumentParser, word: str) -> argparse.ArgumentParser:
    """The parser of a command; of the whole where the word is none."""
    commands = next(one for one in top._actions if isinstance(one, argparse._SubParsersAction))
    return cast('argparse.ArgumentParser', commands.choices.get(word, top))


def _unknown(top: argparse.ArgumentParser, word: str, rest: Sequence[str]) -> str:
    """What is said of words that nobody knows, with the flag that may have been meant."""
    flag = next((one for one in rest if one.startswith('-')), '').partition('=')[0]
    known = [name[2:] for name in _command(top, word)._option_string_actions if name[:2] == '--']
    similar = (
        suggestions.similar_names(flag.lstrip('-'), known, similarity=_SIMILAR) if flag else []
    )
    hint = f': did you mean --{similar[0]}?' if similar else ''
    return f'unrecognized arguments: {" ".join(rest)}{hint}'


def _as_habits_have_it(words: list[str]) -> list[str]:
    """`help rollout` and `--version` are commands elsewhere; nothing at all asks for help."""
    if words[:1] == ['help']:
        return [*words[1:], '--help']
    return ['version'] if words == ['--version'] else words or ['--help']


def program() -> str:
    """How the user started it: kubectl runs plugins by their file name."""
    called = _called()
    return 'kubectl dog' if called.startswith('kubectl-') else called or 'kubectl dog'


def _called() -> str:
    return os.path.basename(sys.argv[0]) if sys.argv else ''


class _Parser(argparse.ArgumentParser):
    """Prints help on streams of every encoding; its commands have parsers like it. What is wrong
    is one sentence, as kubectl has it, and not a screen of usage.
    """

    def error(self, message: str) -> NoReturn:
        self.exit(2, f'{self.prog}: error: {sentence(message)}; see `{self.prog} --help`\n')

    def _print_message(self, message: str, file: Any = None) -> None:
        if message and file is not None:
            Writer(file).write(message.splitlines())


def parser(command: str = '') -> argparse.ArgumentParser:
    """The whole command line; for one command that there is, with that command alone."""
    top = _Parser(
        prog=program(),
        description='Tells whether a rollout is done, whether it failed, and why.',
        epilog='exit codes: 0 ready, 1 failed, 2 usage, 3 timed out, 4 deleted or never appeared, '
        '5 no access, 6 paused, 70 a tracker or the program has failed, 130 interrupted, '
        '143 terminated',
        allow_abbrev=False,
    )
    commands = top.add_subparsers(metavar='COMMAND', required=True)
    needed = [_COMMANDS[command]] if command in _COMMANDS else dict.fromkeys(_COMMANDS.values())
    for module in needed:
        import_module(f'kubectl_dog.cli.commands.{module}').add(commands)
    return top


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f'{program()}: {text}\n')
    return code
