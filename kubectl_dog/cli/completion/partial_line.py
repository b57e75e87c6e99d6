"""Parse an unfinished command line for completion."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple


class PartialLine(NamedTuple):
    """A command line whose last word is not finished.

    `word` is the beginning of the last word: of the value of `flag`, of the name of a flag if
    `is_flag`, of the command if `command` is empty, else of an argument after `words`. `parsed`
    has the values of all flags before it, and `used` the names of their fields.
    """

    parser: argparse.ArgumentParser
    word: str
    parsed: argparse.Namespace
    command: str = ''
    words: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    flag: argparse.Action | None = None
    is_flag: bool = False


def parse_partial_line(top: argparse.ArgumentParser, words: Sequence[str]) -> PartialLine | None:
    """Parse the words, the last of which may be empty; None if the command is unknown."""
    *done, word = words or ('',)
    if not done or done == ['help']:
        return PartialLine(top, word, argparse.Namespace(), is_flag=word.startswith('-'))
    parser = _commands(top).choices.get(done[0])
    if not isinstance(parser, argparse.ArgumentParser):
        return None
    line = _LineParser(parser)
    for finished in done[1:]:
        line.add(finished)
    return line.result(done[0], word)


def commands(top: argparse.ArgumentParser) -> Mapping[str, str]:
    """The commands in --help, with their help texts."""
    # argparse has no public access to the help of commands.
    return {action.dest: action.help or '' for action in _commands(top)._choices_actions}


def _commands(top: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))


class _LineParser:
    """Parses finished words as argparse does, but ignores errors, which can still be corrected."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser
        defaults = {action.dest: action.default for action in parser._actions}
        self._args = argparse.Namespace(**defaults)
        self._words: list[str] = []
        self._used: set[str] = set()
        self._flag_without_value: argparse.Action | None = None
        self._only_words = False

    def add(self, word: str) -> None:
        if self._flag_without_value is not None:
            self._set(self._flag_without_value, word)
            self._flag_without_value = None
        elif self._only_words or not _is_flag(word):
            self._words.append(word)
        elif word == '--':
            self._only_words = True
        else:
            self._add_flag(word)

    def result(self, command: str, word: str) -> PartialLine:
        line = PartialLine(
            self._parser, word, self._args, command, tuple(self._words), frozenset(self._used)
        )
        if self._flag_without_value is not None:
            return line._replace(flag=self._flag_without_value)
        if self._only_words or not word.startswith('-'):
            return line
        name, equals, value = word.partition('=')
        flag = self._parser._option_string_actions.get(name) if equals else None
        if flag is None or flag.nargs == 0:
            return line._replace(is_flag=True)
        return line._replace(flag=flag, word=value)

    def _add_flag(self, word: str) -> None:
        known = self._parser._option_string_actions
        name, equals, value = word.partition('=')
        if word not in known and name not in known and word[:2] in known:
            # A short flag and its value in one word.
            name, equals, value = word[:2], '=', word[2:]
        flag = known.get(word) or known.get(name)
        if flag is None:
            return
        if flag.nargs != 0:
            self._flag_without_value = None if equals else flag
        if flag.nargs == 0 or equals:
            self._set(flag, value)

    def _set(self, flag: argparse.Action, text: str) -> None:
        self._used.add(flag.dest)
        if isinstance(flag, argparse._HelpAction):
            return
        # An invalid value is an error when the command runs.
        with suppress(argparse.ArgumentError):
            value = [] if flag.nargs == 0 else self._parser._get_value(flag, text)
            flag(self._parser, self._args, value, flag.option_strings[0])


def _is_flag(word: str) -> bool:
    return word.startswith('-') and word != '-'
