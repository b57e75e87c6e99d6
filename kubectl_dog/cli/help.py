"""Text of `--help` and `--help-all`, from the tables of commands and flags."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import Flag
from kubectl_dog.cli.flags import create_flag

_WIDTH = 100
# Columns of the flags; a longer flag has its text on the next line.
_LEFT = 32
EXIT_CODES = (
    'Exit codes: 0 ready. The rollout is broken: 1 failed, 3 timed out, 4 deleted, superseded or '
    'never appeared, 6 paused. Its state is unknown: 2 wrong command line or file, 5 no access, '
    '70 failed tracker or internal error. 129 terminal closed, 130 interrupted, 141 output closed, '
    '143 terminated',
)
_READ_ON = 'Documentation: https://github.com/kubectl-dog/kubectl-dog/tree/main/docs'
HELP_FLAGS = (
    create_flag('-h, --help', 'Print this help with the most common flags', common=True),
    create_flag('--help-all', 'Print this help with all flags', common=True),
)


def root_help(program: str, summaries: Mapping[str, str]) -> list[str]:
    """Return the help of the program; `summaries` has a line for each command."""
    return [
        f'usage: {program} COMMAND [arguments] [flags]',
        '',
        'Report whether a rollout is done, whether it has failed, and why.',
        '',
        'Commands:',
        *(f'  {name:12}{summary}' for name, summary in summaries.items()),
        '',
        'Flags:',
        *_rows(
            [
                create_flag(
                    '-h, --help', 'Print this help; COMMAND --help prints the help of a command'
                ),
                create_flag('--version', 'Print the version'),
            ]
        ),
        '',
        *_notes(EXIT_CODES),
        '',
        'Examples:',
        f'  {program} rollout deploy/web',
        f'  {program} demo',
        '',
        _READ_ON,
    ]


def command_help(program: str, command: Command, show_all: bool = False) -> list[str]:
    """Return the help of a command, with its common flags or with all flags by group."""
    argument = command.argument
    usage = f' {argument.usage}' if argument is not None else ''
    end = ' '.join(('', '--', 'COMMAND', '[ARGUMENT...]')) if command.takes_command else ''
    lines = [f'usage: {program} {command.name}{usage} [flags]{end}', '']
    lines += _wrapped(command.description, '')
    if argument is not None:
        lines += ['', *_wrapped(argument.help, f'{argument.usage.strip("[].")}: ', '  ')]
    lines += list(_flag_sections(command, show_all))
    rest = sum(not flag.common for flag in command.flags)
    if rest and not show_all:
        lines += ['', f'{rest} more flags: {program} {command.name} --help-all']
    if command.notes:
        lines += ['', *_notes(command.notes)]
    if command.examples:
        lines += ['', 'Examples:', *(f'  {example}' for example in command.examples)]
    return [*lines, '', _READ_ON]


def _flag_sections(command: Command, show_all: bool) -> Iterator[str]:
    if not show_all:
        common = [flag for flag in command.flags if flag.common]
        yield from ('', 'Flags:', *_rows([*common, *HELP_FLAGS]))
        return
    groups: dict[str, list[Flag]] = {}
    for flag in command.flags:
        groups.setdefault(flag.group, []).append(flag)
    groups.setdefault('', []).extend(HELP_FLAGS)
    for group, flags in groups.items():
        yield from ('', f'{group} flags:' if group else 'Flags:', *_rows(flags))


def _notes(notes: Iterable[str]) -> Iterator[str]:
    """Return the lines of notes. Lines that begin with a space are commands and not wrapped."""
    for note in notes:
        yield from (note,) if note.startswith(' ') else _wrapped(note, '')


def _rows(flags: Sequence[Flag]) -> Iterator[str]:
    for flag in flags:
        left = f'{"" if len(flag.names) > 1 or flag.names[0][1] != "-" else "    "}'
        left = f'  {left}{", ".join(flag.names)} {flag.metavar}'.rstrip()
        if len(left) > _LEFT - 2:
            yield left
            left = ''
        yield from _wrapped(_text(flag), f'{left:{_LEFT}}', ' ' * _LEFT)


def _text(flag: Flag) -> str:
    return flag.help + (' (repeatable)' if flag.repeated else '')


def _wrapped(text: str, first: str, rest: str = '') -> Iterator[str]:
    """Yield the wrapped lines of a text; importing `textwrap` would be slower."""
    line, is_empty = first, True
    for word in text.split():
        if not is_empty and len(line) + len(word) >= _WIDTH:
            yield line
            line, is_empty = rest, True
        line += word if is_empty else f' {word}'
        is_empty = False
    yield line


def describe(flags: Iterable[Flag]) -> dict[str, str]:
    """Return the help of flags by each of their names, for completion."""
    return {name: flag.help for flag in flags for name in flag.names}
