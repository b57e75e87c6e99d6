"""Parse an unfinished command line for completion."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from kubectl_dog.cli import flags
from kubectl_dog.cli import parser
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import Flag


class PartialLine(NamedTuple):
    """A command line whose last word is not finished.

    `word` is the beginning of the last word: of the value of `flag`, of the name of a flag if
    `is_flag`, of the command if `command` is None, else of an argument after `words`. `args` has
    the values of all flags before it, and `used` the names of their fields. With `is_command`, it
    belongs to the command that `run` starts.
    """

    word: str
    args: Arguments
    command: Command | None = None
    words: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    flag: Flag | None = None
    is_flag: bool = False
    is_command: bool = False


def parse_partial_line(words: Sequence[str]) -> PartialLine | None:
    """Parse the words, the last of which may be empty; None if the command is unknown."""
    *done, word = words or ('',)
    if not done or done == ['help']:
        return PartialLine(word, Arguments(), is_flag=word.startswith('-'))
    if done[0] not in parser.SUMMARIES:
        return None
    line = _LineParser(parser.load(done[0]))
    for finished in done[1:]:
        line.add(finished)
    return line.result(word)


class _LineParser:
    """A parser for complete words that ignores errors which the user can still correct."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._flags = command.flags_by_name()
        self._args = command.defaults()
        self._words: list[str] = []
        self._used: set[str] = set()
        self._flag_without_value: Flag | None = None
        self._only_words = False

    def add(self, word: str) -> None:
        if self._flag_without_value is not None:
            self._set(self._flag_without_value, word)
            self._flag_without_value = None
        elif self._only_words or not flags.is_flag(word):
            self._words.append(word)
        elif word == '--':
            self._only_words = True
        else:
            flag, text = flags.split_flag(word, self._flags)
            if flag is not None and flag.metavar and text is None:
                self._flag_without_value = flag
            elif flag is not None:
                self._set(flag, text)

    def result(self, word: str) -> PartialLine:
        line = PartialLine(
            word, self._args, self._command, tuple(self._words), frozenset(self._used)
        )
        if self._flag_without_value is not None:
            return line._replace(flag=self._flag_without_value)
        if self._only_words and self._command.takes_command:
            return line._replace(is_command=True)
        if self._only_words or not word.startswith('-'):
            return line
        name, equals, value = word.partition('=')
        flag = self._flags.get(name) if equals else None
        if flag is None or not flag.metavar:
            return line._replace(is_flag=True)
        return line._replace(flag=flag, word=value)

    def _set(self, flag: Flag, text: str | None) -> None:
        self._used.add(flag.dest)
        # An invalid value is an error when the command runs.
        with suppress(flags.UsageError):
            value = flag.read('true' if text is None else text)
            if flag.repeated:
                getattr(self._args, flag.dest).append(value)
            else:
                setattr(self._args, flag.dest, value)
