"""Flags and commands as tables, and an argparse parser built from them.

The tables are the only source for `--help`, for completion and for argparse. The first two read
them directly, because importing argparse and adding all flags to its parser would take longer than
their own work, and because the help has a short and a long form. argparse recognizes the flags of a
command, converts their values and returns the remaining words.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import SimpleNamespace as Arguments
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.named_tuple import NamedTuple

__all__ = ['Argument', 'Arguments', 'Command', 'Flag', 'create_flag', 'parse', 'parse_boolean']

_BOOLEANS = {'true': True, 't': True, '1': True, 'false': False, 'f': False, '0': False}


class UsageError(UserError):
    """The command line is wrong, and the help of the command may help."""


class Flag(NamedTuple):
    """A flag. Without a `metavar` it is a switch: `--name`, or `--name=false`.

    `parse` converts a value, and raises ValueError or UserError; `expected` says which values are
    valid, for the error message (empty: the text of the error). A repeated flag has a list as its
    value. `aliases` work, but are not in the help. Flags that are not `common` are in the output of
    --help-all only.
    """

    names: tuple[str, ...]
    metavar: str = ''
    help: str = ''
    common: bool = False
    parse: Callable[[str], Any] = str
    expected: str = ''
    default: Any = None
    field: str = ''
    choices: tuple[str, ...] = ()
    repeated: bool = False
    aliases: tuple[str, ...] = ()
    group: str = ''

    @property
    def dest(self) -> str:
        """The name of the value in the parsed arguments."""
        return self.field or self.names[-1].lstrip('-').replace('-', '_')

    def read(self, text: str) -> Any:
        """Parse a value; raises UsageError that names the flag, the value and valid values."""
        try:
            if self.choices and text not in self.choices:
                raise UserError('use ' + _alternatives(self.choices))
            return self.parse(text)
        except (UserError, ValueError) as error:
            reason = self.expected or str(error)
            raise UsageError(f'invalid {self.names[-1]} "{text}": {reason}') from None


class Argument(NamedTuple):
    """The positional arguments: exactly one, or as many as `number` allows (`?` or `*`)."""

    field: str
    usage: str
    help: str
    number: str = ''
    default: Any = None


class Command(NamedTuple):
    """A command. `run` takes the parsed arguments and returns an exit code.

    `description`, `notes` and `examples` are lines of the help. With `takes_command`, the words
    after `--` are the value `command`, and not arguments.
    """

    name: str
    run: Callable[[Arguments], int]
    description: str
    flags: tuple[Flag, ...] = ()
    argument: Argument | None = None
    notes: Sequence[str] = ()
    examples: Sequence[str] = ()
    takes_command: bool = False

    def flags_by_name(self) -> dict[str, Flag]:
        """Return each flag by each of its names."""
        return {name: flag for flag in self.flags for name in (*flag.names, *flag.aliases)}

    def defaults(self) -> Arguments:
        """Return the values that result from no arguments."""
        values = {flag.dest: [] if flag.repeated else flag.default for flag in self.flags}
        if self.argument is not None:
            is_list = self.argument.number == '*'
            values[self.argument.field] = [] if is_list else self.argument.default
        return Arguments(**values)


def create_flag(usage: str, help: str, common: bool = False, **fields: Any) -> Flag:
    """Return the flag of a usage like `-n, --namespace NAME`, or `-R, --recursive` for a switch.

    `fields` are those of Flag. The value of a switch that is absent is None.
    """
    *others, last = usage.split(', ')
    name, _, metavar = last.partition(' ')
    if not metavar:
        fields = {'parse': parse_boolean, 'expected': 'use true or false', **fields}
    return Flag((*others, name), metavar, help, common, **fields)


def parse_boolean(text: str) -> bool:
    """Parse a boolean as Go does; raises ValueError."""
    if text.lower() not in _BOOLEANS:
        raise ValueError(f'{text!r} is not a boolean')
    return _BOOLEANS[text.lower()]


def parse(command: Command, words: Sequence[str]) -> Arguments:
    """Parse the words after the command; raises UsageError. Flags and arguments may be mixed."""
    import argparse

    end = words.index('--') if '--' in words else len(words)
    flags = command.flags_by_name()
    parser = argparse.ArgumentParser(
        prog=command.name,
        # For each flag, argparse creates a formatter, which would look up the terminal's width.
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=100),
        add_help=False,
        allow_abbrev=False,
        exit_on_error=False,
    )
    for flag in command.flags:
        parser.add_argument(
            *flag.names,
            *flag.aliases,
            dest=flag.dest,
            type=flag.read,
            action='append' if flag.repeated else 'store',
        )
    try:
        args, rest = parser.parse_known_args(_join_values(words[:end], flags), command.defaults())
    except argparse.ArgumentError as error:
        # For argparse each flag has one value, so that its only error is a missing value.
        names = str(error.argument_name).split('/')
        name = next((word for word in reversed(words) if word in names), names[0])
        raise UsageError(f'flag needs an argument: {name}') from None
    unknown = next(filter(is_flag, rest), None)
    if unknown is not None:
        raise UsageError(_unknown_flag(unknown, flags))
    if command.takes_command:
        args.command = list(words[end + 1 :])
        _set_argument(command, args, rest)
    else:
        _set_argument(command, args, [*rest, *words[end + 1 :]])
    return args


def _join_values(words: Sequence[str], flags: Mapping[str, Flag]) -> Iterator[str]:
    """Write each flag of the command and its value as one word, `NAME=VALUE`.

    kubectl accepts two forms that argparse does not: a value of a switch, `--switch=false`, and
    values that begin with a dash, `--token -abc`. Combined switches like `-AR` become two words,
    because the results of argparse for `-AR=false` and `-Ax` depend on the version of Python.
    """
    rest = iter(words)
    for given in rest:
        *switches, word = _split_switches(given, flags)
        yield from (f'{switch}=true' for switch in switches)
        if is_flag(word) and (word[2:] == '--' or word.endswith('=--')):
            # Before Python 3.13, argparse ignores such a value.
            raise UsageError(f'invalid flag "{word}": -- cannot be a value')
        flag = flags.get(word)
        if flag is None:
            yield word
        elif not flag.metavar:
            yield f'{word}=true'
        else:
            value = next(rest, None)
            if value is None or value in flags:
                # argparse reports the missing value.
                yield word
                return
            yield f'{word}={value}'


def _split_switches(word: str, flags: Mapping[str, Flag]) -> list[str]:
    """Split combined short switches like `-AR` into flags; return other words as they are."""
    flag = flags.get(word[:2])
    if flag is None or flag.metavar or word in flags or word[2:3] in ('', '='):
        return [word]
    return [word[:2], *_split_switches(f'-{word[2:]}', flags)]


def split_flag(word: str, flags: Mapping[str, Flag]) -> tuple[Flag | None, str | None]:
    """Return the flag of a word, and the value in the same word; None if there is none."""
    name, equals, text = word.partition('=')
    if name in flags:
        return flags[name], text if equals else None
    if word[1] == '-':
        return None, None
    flag = flags.get(word[:2])
    return (flag, word[2:]) if flag is not None and flag.metavar else (None, None)


def is_flag(word: str) -> bool:
    """Return whether a word is a flag; `-` is standard input."""
    return len(word) > 1 and word[0] == '-'


def _set_argument(command: Command, args: Arguments, values: list[str]) -> None:
    argument = command.argument
    if argument is not None and argument.number == '*':
        setattr(args, argument.field, values)
        return
    if argument is None or len(values) > 1:
        unexpected = values[1:] if argument is not None else values
        if unexpected:
            raise UsageError(f'unexpected argument "{unexpected[0]}"')
    elif values:
        setattr(args, argument.field, values[0])
    elif not argument.number:
        raise UsageError(f'{argument.usage} is missing')


def _alternatives(words: Iterable[str]) -> str:
    *others, last = words
    return f'{", ".join(others)} or {last}' if others else last


def _unknown_flag(word: str, known: Iterable[str]) -> str:
    from kubectl_dog.causes import suggestions

    name = word.partition('=')[0]
    names = [other for other in known if other[:2] == '--']
    similar = suggestions.similar_names(name, names, similarity=0.75)
    return f'unknown flag: {name}' + (f': did you mean {similar[0]}?' if similar else '')
