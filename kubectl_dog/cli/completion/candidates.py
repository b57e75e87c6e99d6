"""Completion candidates for the last word, from flags, the kubeconfig and the cluster.

The choices, metavars and fields of flags decide, so that the tables are not repeated here.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol

from kubectl_dog.cli import help
from kubectl_dog.cli import parser
from kubectl_dog.cli import report_files
from kubectl_dog.cli.commands.rollout import IGNORED_WORDS
from kubectl_dog.cli.completion import cobra_protocol
from kubectl_dog.cli.completion.cobra_protocol import NOTHING
from kubectl_dog.cli.completion.cobra_protocol import Answer
from kubectl_dog.cli.completion.cobra_protocol import create_answer
from kubectl_dog.cli.completion.partial_line import PartialLine
from kubectl_dog.cli.flags import Command
from kubectl_dog.cli.flags import Flag
from kubectl_dog.output import formats
from kubectl_dog.output.report import report_kinds

_EXTENSIONS = ('json', 'yaml', 'yml')


class NameSource(Protocol):
    """A source of names from the kubeconfig and the cluster; methods may raise any error."""

    def entries(self, section: str) -> Sequence[str]:
        """Return the `contexts`, `clusters` or `users` of the kubeconfig."""
        ...

    def namespaces(self) -> Sequence[str]:
        """Return the namespaces of the cluster."""
        ...

    def kinds(self) -> Mapping[str, str]:
        """Return the spellings of kinds, with their meaning."""
        ...

    def objects(self, types: str) -> Sequence[str]:
        """Return the objects of a kind, or of several kinds separated by commas."""
        ...

    def demos(self) -> Mapping[str, str]:
        """Return the recordings that are included in the program, with their titles."""
        ...

    def codes(self) -> Mapping[str, str]:
        """Return the codes of causes, with their meaning."""
        ...


def candidates(line: PartialLine | None, names: NameSource) -> Answer:
    """Return the candidates that complete the last word; raises the errors of `names`."""
    if line is None:
        return NOTHING
    return cobra_protocol.filter_by_prefix(_all(line, names), line.word)


def _all(line: PartialLine, names: NameSource) -> Answer:
    if line.flag is not None:
        return _value(line.flag, names)
    if line.is_command:
        # The completion of the other program cannot be asked.
        return Answer(directive=cobra_protocol.FILES)
    if line.is_flag:
        return create_answer(_flags(line))
    if line.command is None:
        return create_answer(parser.SUMMARIES)
    return _word(line, line.command, names)


def _flags(line: PartialLine) -> dict[str, str]:
    """Return the flags in the help, except used flags that cannot be repeated."""
    flags = line.command.flags if line.command is not None else ()
    unused = [flag for flag in flags if flag.dest not in line.used or flag.repeated]
    return help.describe([*unused, *help.HELP_FLAGS])


def _value(flag: Flag, names: NameSource) -> Answer:
    if flag.choices:
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


def _reports(names: NameSource) -> Answer:
    kinds = {f'{name}=': entry.help for name, entry in report_kinds.KINDS.items()}
    kinds[f'{report_files.DIRECTORY}='] = 'all reports and the recording'
    return create_answer(kinds, cobra_protocol.NO_FILES | cobra_protocol.NO_SPACE)


# The candidates for values of flags, by the field of the flag.
_VALUES_BY_FIELD: dict[str, Callable[[NameSource], Answer]] = {
    'context': lambda names: create_answer(names.entries('contexts')),
    'cluster': lambda names: create_answer(names.entries('clusters')),
    'user': lambda names: create_answer(names.entries('users')),
    'namespace': lambda names: create_answer(names.namespaces()),
    'filename': _files,
    'rules': _files,
    'output': lambda names: create_answer(formats.FORMATS),
    'tolerate': _codes,
    report_files.REPORT.dest: _reports,
}


def _word(line: PartialLine, command: Command, names: NameSource) -> Answer:
    argument = command.argument
    if argument is not None and argument.field == 'target':
        return _target(line, command, names)
    field = argument.field if argument is not None and not line.words else ''
    if field == 'file':
        return Answer(directive=cobra_protocol.FILES)
    if field == 'code':
        return create_answer(names.codes())
    return create_answer(names.demos()) if field == 'name' else NOTHING


def _target(line: PartialLine, command: Command, names: NameSource) -> Answer:
    args, words = line.args, line.words
    if command.name == 'rollout' and words and words[0] in IGNORED_WORDS:
        words = words[1:]
    if args.filename or args.kustomize or args.helm_release:
        return NOTHING
    if getattr(args, 'argo_app', None) or getattr(args, 'flux', None):
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
    """Return the objects of the kind before the slash; none if an earlier word has no slash."""
    if not all('/' in other for other in words):
        return NOTHING
    kind = word.partition('/')[0]
    return create_answer(_unused([f'{kind}/{name}' for name in names.objects(kind)], words))


def _kinds(word: str, names: NameSource) -> Answer:
    """Return the kinds that can follow the last comma."""
    before, comma, _ = word.rpartition(',')
    return create_answer({f'{before}{comma}{kind}': text for kind, text in names.kinds().items()})


def _unused(names: Sequence[str], used: Sequence[str]) -> list[str]:
    return [name for name in names if name not in used]
