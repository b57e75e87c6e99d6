"""What is typed so far, as the parser reads it: which of its words stands last, half written."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple


class PartialLine(NamedTuple):
    """A command line whose last word is not finished.

    `word` is what there is of it: of the value of `flag`, of a flag's name where it `is_flag`, of
    the command where `command` is empty, else of what follows the `words`. `said` has the values
    of all flags before it, `used` the names of their fields.
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
    """The last of the words, which may be empty; None after what is no command."""
    *done, word = words or ('',)
    if not done or done == ['help']:
        return PartialLine(top, word, argparse.Namespace(), is_flag=word.startswith('-'))
    parser = _commands(top).choices.get(done[0])
    if not isinstance(parser, argparse.ArgumentParser):
        return None
    line = _Line(parser)
    for each in done[1:]:
        line.take(each)
    return line.typed(done[0], word)


def commands(top: argparse.ArgumentParser) -> Mapping[str, str]:
    """The commands that --help tells of, with what it says."""
    # argparse keeps for its --help what nothing public gives back.
    return {one.dest: one.help or '' for one in _commands(top)._choices_actions}


def _commands(top: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(one for one in top._actions if isinstance(one, argparse._SubParsersAction))


class _Line:
    """Takes finished words as argparse would, but forgives: what is wrong can still be mended."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser
        defaults = {one.dest: one.default for one in parser._actions}
        self._said = argparse.Namespace(**defaults)
        self._words: list[str] = []
        self._used: set[str] = set()
        self._open: argparse.Action | None = None
        self._only_words = False

    def take(self, word: str) -> None:
        if self._open is not None:
            self._say(self._open, word)
            self._open = None
        elif self._only_words or not _is_flag(word):
            self._words.append(word)
        elif word == '--':
            self._only_words = True
        else:
            self._flag(word)

    def typed(self, command: str, word: str) -> PartialLine:
        made = PartialLine(
            self._parser, word, self._said, command, tuple(self._words), frozenset(self._used)
        )
        if self._open is not None:
            return made._replace(flag=self._open)
        if self._only_words or not word.startswith('-'):
            return made
        name, equals, value = word.partition('=')
        flag = self._parser._option_string_actions.get(name) if equals else None
        if flag is None or flag.nargs == 0:
            return made._replace(is_flag=True)
        return made._replace(flag=flag, word=value)

    def _flag(self, word: str) -> None:
        known = self._parser._option_string_actions
        name, equals, value = word.partition('=')
        if word not in known and name not in known and word[:2] in known:
            # A short flag with its value behind it.
            name, equals, value = word[:2], '=', word[2:]
        flag = known.get(word) or known.get(name)
        if flag is None:
            return
        if flag.nargs != 0:
            self._open = None if equals else flag
        if flag.nargs == 0 or equals:
            self._say(flag, value)

    def _say(self, flag: argparse.Action, text: str) -> None:
        self._used.add(flag.dest)
        if isinstance(flag, argparse._HelpAction):
            return
        # What is wrong about the value is said when the command runs.
        with suppress(argparse.ArgumentError):
            value = [] if flag.nargs == 0 else self._parser._get_value(flag, text)
            flag(self._parser, self._said, value, flag.option_strings[0])


def _is_flag(word: str) -> bool:
    return word.startswith('-') and word != '-'
