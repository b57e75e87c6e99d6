"""The candidates for the word at the cursor, from the parser, the kubeconfig and the cluster.

The choices, metavars and fields of flags decide, so that nothing of the parser is repeated here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion import partial_line
from kubectl_dog.cli.completion.cobra_protocol import NOTHING
from kubectl_dog.cli.completion.cobra_protocol import Answer
from kubectl_dog.cli.completion.cobra_protocol import create_answer
from kubectl_dog.cli.completion.partial_line import PartialLine

_EXTENSIONS = ('json', 'yaml', 'yml')


class NameSource(Protocol):
    """A source of names from kubeconfig and cluster; methods may raise any error."""

    def entries(self, section: str) -> Sequence[str]:
        """The `contexts`, `clusters` or `users` of the kubeconfig."""
        ...

    def namespaces(self) -> Sequence[str]:
        """The namespaces of the cluster."""
        ...

    def kinds(self) -> Mapping[str, str]:
        """The spellings of kinds, with their meaning."""
        ...

    def objects(self, types: str) -> Sequence[str]:
        """The objects of a kind, or of several separated by commas."""
        ...

    def demos(self) -> Mapping[str, str]:
        """The recordings that ship with the program, with their titles."""
        ...

    def codes(self) -> Mapping[str, str]:
        """The codes of causes, with their meaning."""
        ...


def candidates(line: PartialLine | None, names: NameSource) -> Answer:
    """The candidates that complete the last word; raises the errors of `names`."""
    if line is None:
        return NOTHING
    return cobra_protocol.filter_by_prefix(_all(line, names), line.word)


def _all(line: PartialLine, names: NameSource) -> Answer:
    if line.flag is not None:
        return _value(line.flag, names)
    if line.is_flag:
        return create_answer(_flags(line))
    if not line.command:
        return create_answer(partial_line.commands(line.parser))
    return _word(line, names)


def _flags(line: PartialLine) -> dict[str, str]:
    """The flags in --help, except used flags that cannot be repeated."""
    return {
        name: (action.help or '').replace('%%', '%')
        for action in line.parser._actions
        if action.help != argparse.SUPPRESS
        if action.dest not in line.used or isinstance(action, argparse._AppendAction)
        for name in action.option_strings
    }


def _value(flag: argparse.Action, names: NameSource) -> Answer:
    if flag.choices is not None:
        return create_answer(flag.choices)
    if flag.dest in _VALUES_BY_FIELD:
        return _VALUES_BY_FIELD[flag.dest](names)
    if flag.metavar == 'DIR':
        return Answer(directive=cobra_protocol.FOLDERS)
    return Answer(directive=cobra_protocol.FILES) if flag.metavar == 'FILE' else NOTHING


def _files(names: NameSource) -> Answer:
    return create_answer(_EXTENSIONS, cobra_protocol.ENDINGS)


def _codes(names: NameSource) -> Answer:
    codes = {f'{code}=': text for code, text in names.codes().items()}
    return create_answer(codes, cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE)


# The candidates for values of flags, by the field of the flag.
_VALUES_BY_FIELD: dict[str, Callable[[NameSource], Answer]] = {
    'context': lambda names: create_answer(names.entries('contexts')),
    'cluster': lambda names: create_answer(names.entries('clusters')),
    'user': lambda names: create_answer(names.entries('users')),
    'namespace': lambda names: create_answer(names.namespaces()),
    'filename': _files,
    'rules': _files,
    'tolerate': _codes,
}


def _word(line: PartialLine, names: NameSource) -> Answer:
    fields = [action.dest for action in line.parser._actions if not action.option_strings]
    if 'target' in fields:
        return _target(line, names)
    field = fields[len(line.words)] if len(line.words) < len(fields) else ''
    if field == 'file':
        return Answer(directive=cobra_protocol.FILES)
    return create_answer(names.demos()) if field == 'name' else NOTHING


def _target(line: PartialLine, names: NameSource) -> Answer:
    args, words = line.parsed, line.words
    if words and words[0] in (line.parser.get_default('ignored_words') or ()):
        words = words[1:]
    if args.filename or args.kustomize or args.helm_release:
        return NOTHING
    by_name = args.selector is None and not args.all_namespaces
    if '/' in line.word:
        return _with_slash(line.word, words, names) if by_name else NOTHING
    if not words:
        return _kinds(line.word, names)
    if any('/' in word for word in words):
        kinds = {f'{kind}/': text for kind, text in names.kinds().items()}
        return create_answer(kinds, cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE)
    return create_answer(_unused(names.objects(words[0]), words[1:])) if by_name else NOTHING


def _with_slash(word: str, words: Sequence[str], names: NameSource) -> Answer:
    """The objects of the kind before the slash; none if an earlier word has no slash."""
    if not all('/' in other for other in words):
        return NOTHING
    kind = word.partition('/')[0]
    return create_answer(_unused([f'{kind}/{name}' for name in names.objects(kind)], words))


def _kinds(word: str, names: NameSource) -> Answer:
    """The kinds that can follow the last comma."""
    before, comma, _ = word.rpartition(',')
    return create_answer({f'{before}{comma}{kind}': text for kind, text in names.kinds().items()})


def _unused(names: Sequence[str], used: Sequence[str]) -> list[str]:
    return [name for name in names if name not in used]
